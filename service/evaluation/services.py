"""The services offered, and the prefetch templates that ask for what the judgement needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.words import Words
from service.fhir.releases import DIALECTS, Release
from service.hpp.knowledge.model import Knowledge

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
# Results that decide or word a card; everything else in the tests value set is not asked for.
LAB_GROUPS = (
    "lab_plp", "lab_pea_urine", "lab_alpl_test", "lab_calcium", "lab_calcium_corrected",
    "lab_potassium", "lab_tsh", "lab_ggt", "lab_magnesium", "lab_zinc", "lab_b12", "lab_folate",
    "lab_haemoglobin", "lab_albumin", "lab_prealbumin", "lab_25ohd", "lab_ceruloplasmin",
    "lab_egfr", "vital_bmi", "lab_phosphate", "lab_pth", "lab_creatinine",
)  # fmt: skip
PROCEDURE_GROUPS = ("sec_cardiac_surgery", "sec_transfusion")


@dataclass(frozen=True, slots=True)
class Service:
    """One CDS service: its id, its hook, and what a reader of discovery is told."""

    id: str
    hook: str
    title: str
    description: str

    @property
    def judges_orders(self) -> bool:
        return self.hook != "patient-view"


SERVICES = (
    Service(
        "hpp-order-sign",
        "order-sign",
        "Low ALP before an antiresorptive (signing)",
        "Warns before a bisphosphonate or denosumab is signed when the ALP history makes "
        "hypophosphatasia likely, and says what was found and what was not known.",
    ),
    Service(
        "hpp-order-select",
        "order-select",
        "Low ALP before an antiresorptive (selecting)",
        "The same check for the orders that are being selected; other drafts are background.",
    ),
    Service(
        "hpp-patient-view",
        "patient-view",
        "Hypophosphatasia suspected",
        "An information card when the ALP history makes hypophosphatasia likely and nobody has "
        "written it down.",
    ),
)
BY_ID = {service.id: service for service in SERVICES}


PATIENT_BLANK = "{{context.patientId}}"
WHO = f"patient={PATIENT_BLANK}"


def prefetch_templates(knowledge: Knowledge, release: Release = Release.R4) -> dict[str, str]:
    """The FHIR queries of every service, inside the portable subset of CDS Hooks 2.0."""
    dialect = DIALECTS[release]
    alp = _tokens(knowledge, ("alp_total",))
    labs = _tokens(knowledge, LAB_GROUPS)
    procedures = _tokens(knowledge, PROCEDURE_GROUPS)
    newest = dialect.newest_first.format
    order = dialect.medication_order
    return {
        "patient": f"Patient/{PATIENT_BLANK}",
        "alp": f"Observation?{WHO}&code={alp}&{newest('date')}&_count=200",
        "labs": f"Observation?{WHO}&code={labs}&{newest('date')}&_count=200",
        "medications": f"{order}?{WHO}&{newest(dialect.authored)}&_count=200",
        "conditions": f"Condition?{WHO}&{newest(dialect.recorded)}&_count=200",
        "procedures": f"Procedure?{WHO}&code={procedures}&{newest('date')}&_count=100",
    }


def queries(templates: Mapping[str, str], patient_id: str) -> dict[str, str]:
    """The same queries for one patient, as the service asks them itself."""
    return {key: query.replace(PATIENT_BLANK, patient_id) for key, query in templates.items()}


def _tokens(knowledge: Knowledge, groups: Sequence[str]) -> str:
    """All active LOINC and SNOMED CT codes of some groups as `system|code` tokens."""
    tokens = [f"{LOINC}|{code}" for code in knowledge.test_codes(groups, "loinc")]
    tokens += [f"{SNOMED}|{code}" for code in knowledge.test_codes(groups, "snomed")]
    return ",".join(dict.fromkeys(tokens))


def discovery(knowledge: Knowledge, words: Words, release: Release = Release.R4) -> dict[str, Any]:
    """The body of `GET /cds-services`, with the templates of one FHIR release."""
    templates = prefetch_templates(knowledge, release)
    usage = words.sentence("usage", review=words.review)
    return {
        "services": [
            {
                "hook": service.hook,
                "id": service.id,
                "title": service.title,
                "description": service.description,
                "usageRequirements": usage,
                "prefetch": templates,
            }
            for service in SERVICES
        ]
    }
