"""Request bodies as EHRs send them: one draft, panels of results, orders and conditions.

Made here and not real.  The shapes are those of US Core resources; every number varies the
patient, the values, the days and the verdict, so that no two bodies are alike.  Some texts are
as clinicians type them, and are typed anew for every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import orjson

from tests.fhir import build
from tests.fhir.build import ICD10CM, LOINC, RXNORM, SNOMED, TERMINOLOGY, Json

TODAY = date(2026, 3, 1)
LOOK_BACK_DAYS = 3400  # every result lies within the ten years that are looked back on
ALP = ("6768-6", "Alkaline phosphatase", "U/L", 0.0, 35, 105)
# LOINC code, name, UCUM unit, a value within the printed limits, the limits.
OTHERS = (
    ("2823-3", "Potassium", "mmol/L", 4.1, 3.5, 5.1),
    ("17861-6", "Calcium", "mg/dL", 9.3, 8.5, 10.5),
    ("3016-3", "Thyrotropin", "m[IU]/L", 2.1, 0.4, 4.5),
    ("2324-2", "Gamma glutamyl transferase", "U/L", 22, 5, 45),
    ("19123-9", "Magnesium", "mg/dL", 2.0, 1.7, 2.4),
    ("718-7", "Hemoglobin", "g/dL", 13.4, 12, 16),
    ("1751-7", "Albumin", "g/dL", 4.2, 3.5, 5),
    ("2777-1", "Phosphate", "mg/dL", 3.4, 2.5, 4.5),
    ("2160-0", "Creatinine", "mg/dL", 0.8, 0.5, 1.1),
)
ON_RECORD = (
    ("314076", "lisinopril 10 MG Oral Tablet"),
    ("861007", "metformin hydrochloride 500 MG Oral Tablet"),
    ("617310", "atorvastatin 20 MG Oral Tablet"),
    ("308136", "amlodipine 2.5 MG Oral Tablet"),
    ("314200", "pantoprazole 40 MG Delayed Release Oral Tablet"),
    ("197361", "amlodipine 5 MG Oral Tablet"),
    ("313782", "acetaminophen 325 MG Oral Tablet"),
    ("310965", "ibuprofen 200 MG Oral Tablet"),
)
DIAGNOSES = (
    ("64859006", "Osteoporosis", "M81.0"),
    ("38341003", "Hypertensive disorder", "I10"),
    ("55822004", "Hyperlipidemia", "E78.5"),
    ("396275006", "Osteoarthritis", "M19.90"),
    ("235595009", "Gastroesophageal reflux disease", "K21.9"),
    ("73211009", "Diabetes mellitus", "E11.9"),
    ("195967001", "Asthma", "J45.909"),
    ("49436004", "Atrial fibrillation", "I48.91"),
    ("35489007", "Depressive disorder", "F32.A"),
    ("414916001", "Obesity", "E66.9"),
)
WILSON = ("88518009", "Wilson disease", "E83.01")  # lifelong, so it needs no proof of its own
# One of so many has a text of its own; the ALP and a known cause never have.
TYPED = {"condition": 5, "order": 8, "lab": 25}
NOTE = "note 000000"
DAILY = {
    "text": "once daily",
    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
    "route": {"coding": [{"code": "26643006", "display": "Oral route"}]},
    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
}
_times = count(1)


@dataclass(frozen=True)
class Body:
    """The bytes of a request, and the verdict that answers it."""

    raw: bytes
    verdict: str

    def retyped(self) -> bytes:
        """With texts that nobody sent before, so that nothing remembered of them helps."""
        return self.raw.replace(NOTE.encode(), b"note %06d" % next(_times))


@dataclass(frozen=True)
class Size:
    """How much one chart holds, and the verdicts of its four kinds of patient.

    alps: how many of the results are ALP; a quarter where it is not said.
    """

    drafts: int
    results: int
    orders: int
    conditions: int
    verdicts: tuple[str, str, str, str]
    alps: int | None = None

    @property
    def visits(self) -> int:
        """Each with one ALP."""
        return -(-self.results // 4) if self.alps is None else self.alps


# Always low; low for a known cause; low at the newest visit only; never low.
FOUR = ("hppSuspected", "lowAlpPossibleCause", "lowAlpOnce", "alpNotLow")
SIZES = {
    "small": Size(1, 1, 0, 1, ("lowAlpOnce", "lowAlpPossibleCause", "lowAlpOnce", "alpNotLow")),
    "typical": Size(1, 34, 8, 10, FOUR),
    "large": Size(20, 300, 60, 50, FOUR),
}


def body(number: int, size: Size, *, lean: bool = False) -> Body:
    """One request.  lean: resources with no member that is not read."""
    kind = number % 4
    patient, make = f"ZZPHI-{number}", _Maker(f"ZZPHI-{number}", lean)
    visits = size.visits
    alps = [_alp(make, visit, visits, number, kind) for visit in range(visits)]
    labs = [_other(make, i, visits, number) for i in range(size.results - visits)]
    diagnoses = [
        make.condition(DIAGNOSES[i % 10], i, make.typed("condition", i))
        for i in range(size.conditions)
    ]
    if kind == 1:
        diagnoses[-1] = make.condition(WILSON, 0)
    drafts = [make.order(("904419", "alendronic acid 10 MG Oral Tablet"), 0, "draft")]
    drafts += [make.order(ON_RECORD[i % 8], i, "draft") for i in range(1, size.drafts)]
    orders = [
        make.order(ON_RECORD[i % 8], i, "active", make.typed("order", i))
        for i in range(size.orders)
    ]
    request = build.request(
        context={
            "userId": "Practitioner/ZZPHI-p",
            "patientId": patient,
            "draftOrders": _bundle(drafts),
        },
        members={"hookInstance": f"00000000-0000-4000-8000-{number:012d}"},
        patient=make.patient(),
        alp=_bundle(alps, lean=lean),
        labs=_bundle(labs, lean=lean),
        medications=_bundle(orders),
        conditions=_bundle(diagnoses),
    )
    return Body(orjson.dumps(request), size.verdicts[kind])


def _bundle(resources: Sequence[Json], *, lean: bool = False) -> Json:
    found = build.bundle(*resources)
    if not lean:
        found["entry"] = [_whole_entry(resource) for resource in resources]
    return found


def _whole_entry(resource: Json) -> Json:
    url = f"https://ehr.example.org/fhir/{resource['resourceType']}/{resource['id']}"
    return build.entry(resource, fullUrl=url, search={"mode": "match"})


def _day(visit: int, visits: int, number: int) -> date:
    return TODAY - timedelta(days=2 + number + visit * LOOK_BACK_DAYS // max(visits, 1))


def _alp(make: _Maker, visit: int, visits: int, number: int, kind: int) -> Json:
    """Newest first, as an EHR sorts."""
    is_low = kind < 2 or (kind == 2 and visit == 0)
    value = (26 if is_low else 60) + (visit * 7 + number) % 8
    return make.result(ALP, value, _day(visit, visits, number), f"a{visit}", visit)


def _other(make: _Maker, index: int, visits: int, number: int) -> Json:
    loinc, name, *rest = OTHERS[index % len(OTHERS)]
    test: Sequence[Any] = (loinc, name + make.typed("lab", index), *rest)
    visit = index // 3 % max(visits, 1)
    value = round(test[3] * (1 + (index * 5 + number) % 7 / 100), 2)
    return make.result(test, value, _day(visit, visits, number), f"l{index}", visit)


@dataclass(frozen=True)
class _Maker:
    patient_id: str
    lean: bool

    @property
    def subject(self) -> Json:
        return {"reference": f"Patient/{self.patient_id}", "display": "ZZPHI, Bench"}

    def patient(self) -> Json:
        return build.patient(
            id=self.patient_id,
            identifier=[{"system": "urn:oid:1.2.3.4", "value": self.patient_id}],
            name=[{"family": "ZZPHI", "given": ["Bench"]}],
            birthDate="1960-05-04",
        )

    def result(self, test: Sequence[Any], value: float, day: date, name: str, visit: int) -> Json:
        loinc, display, unit, _, low, high = test
        lean = build.observation(
            loinc,
            f"{day.isoformat()}T08:15:00-05:00",
            id=f"ZZPHI-{name}",
            subject={"reference": f"Patient/{self.patient_id}"},
            valueQuantity={"value": value, "unit": unit},
            referenceRange=[{"low": {"value": low, "unit": unit}}],
        )
        if self.lean:
            return lean
        local = {"system": "urn:oid:1.2.3.4.5", "code": f"LAB{loinc[:4]}", "display": display}
        coded = {"system": LOINC, "code": loinc, "display": display}
        limits = {
            side: build.quantity(limit, unit) for side, limit in (("low", low), ("high", high))
        }
        return {
            **lean,
            "meta": _meta("observation-lab"),
            "category": [_term("observation-category", "laboratory", "Laboratory")],
            "code": {"coding": [local, coded], "text": display},
            "subject": self.subject,
            "encounter": {"reference": f"Encounter/ZZPHI-e{visit}"},
            "valueQuantity": build.quantity(value, unit),
            "issued": f"{day.isoformat()}T11:15:00-05:00",
            "referenceRange": [{**limits, "text": f"{low}-{high} {unit}"}],
            "specimen": {"reference": f"Specimen/ZZPHI-s{visit}"},
        }

    def typed(self, kind: str, index: int) -> str:
        """What somebody typed behind a name; mostly nothing."""
        return f", {self.patient_id} {NOTE}-{index}" if index % TYPED[kind] == 0 else ""

    def order(self, drug: tuple[str, str], index: int, status: str, typed: str = "") -> Json:
        code, display = drug
        coding = {"system": RXNORM, "code": code, "display": display}
        return build.drug(
            {"coding": [coding], "text": display + typed},
            (TODAY - timedelta(days=30 * index)).isoformat(),
            id=f"ZZPHI-{status}-{index}",
            meta=_meta("medicationrequest"),
            status=status,
            subject=self.subject,
            encounter={"reference": f"Encounter/ZZPHI-e{index}"},
            requester={"reference": "Practitioner/ZZPHI-p", "display": "ZZPHI, Doctor"},
            dosageInstruction=[DAILY],
        )

    def condition(self, diagnosis: tuple[str, str, str], index: int, typed: str = "") -> Json:
        snomed, display, icd10 = diagnosis
        began = (TODAY - timedelta(days=3500 - 50 * (index % 50))).isoformat()
        codes = ((SNOMED, snomed), (ICD10CM, icd10))
        coding = [{"system": uri, "code": code, "display": display} for uri, code in codes]
        return build.condition(
            {"coding": coding, "text": display + typed},
            began,
            id=f"ZZPHI-c{index}",
            meta=_meta("condition"),
            clinicalStatus=_term("condition-clinical", "active", "Active"),
            verificationStatus=_term("condition-ver-status", "confirmed", "Confirmed"),
            category=[_term("condition-category", "problem-list-item", "Problem")],
            subject=self.subject,
            recordedDate=began,
        )


def _term(name: str, code: str, display: str) -> Json:
    coding = {"system": f"{TERMINOLOGY}/{name}", "code": code, "display": display}
    return {"coding": [coding]}


def _meta(kind: str) -> Json:
    return {
        "versionId": "3",
        "lastUpdated": "2026-02-01T10:11:12.345Z",
        "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{kind}"],
    }
