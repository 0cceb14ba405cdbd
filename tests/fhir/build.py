"""FHIR R4 JSON in a few words: the smallest resources that mean something here.

All tests make theirs here.  Every identifier contains ZZPHI.  A code is one of the usual system,
or a whole CodeableConcept.  Keyword arguments add members or replace them; MISSING takes one away.
"""

from __future__ import annotations

from datetime import date
from typing import Any

Json = dict[str, Any]

TODAY = date(2025, 6, 15)
PATIENT_ID = "ZZPHI-1"
SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
BASE = "https://ehr.example.org/fhir"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
RXNORM, UCUM = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://unitsofmeasure.org"
ATC, ICD10CM = "http://www.whocc.no/atc", "http://hl7.org/fhir/sid/icd-10-cm"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ACT_CODE = f"{TERMINOLOGY}/v3-ActCode"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ALP, POTASSIUM, CALCIUM, PLP = "6768-6", "2823-3", "17861-6", "62236-5"
ALENDRONATE, RISEDRONATE, ZOLEDRONATE, ASPIRIN = "904431", "73056", "77655", "1191"
TERIPARATIDE = "32915"
HPP, FRACTURE, CARDIAC_SURGERY = "360792001", "125605004", "232717009"
OPTIONAL_KEYS = (
    "labs", "medications", "conditions", "procedures", "encounters", "administrations",
)  # fmt: skip
KEYS = ("patient", "alp", *OPTIONAL_KEYS)
MISSING = object()


def concept(code: str, system: str = LOINC, **more: Any) -> Json:
    """A CodeableConcept with one coding."""
    return {"coding": [{"system": system, "code": code}], **more}


def _concept(code: str | Json, system: str) -> Json:
    return code if isinstance(code, dict) else concept(code, system)


def term(name: str, code: str) -> Json:
    """A concept of a code system of HL7's own, such as `condition-clinical`."""
    return concept(code, f"{TERMINOLOGY}/{name}")


def _with(resource: Json, more: Json) -> Json:
    return {name: item for name, item in {**resource, **more}.items() if item is not MISSING}


def patient(**more: Any) -> Json:
    """A woman of 64."""
    own = {
        "resourceType": "Patient",
        "id": PATIENT_ID,
        "gender": "female",
        "birthDate": "1960-10-17",
    }
    return _with(own, more)


def quantity(value: Any, unit: str = "U/L") -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def observation(code: str | Json, day: str | None = "2025-06-01", /, **more: Any) -> Json:
    """A final Observation that says nothing yet."""
    own = {
        "resourceType": "Observation",
        "id": f"ZZPHI-{code}-{(day or '')[:10]}",
        "status": "final",
        "code": _concept(code, LOINC),
        "subject": SUBJECT,
        "effectiveDateTime": MISSING if day is None else day,
    }
    return _with(own, more)


def lab(
    code: str | Json, value: Any, unit: str, day: str | None = "2025-06-01", /, **more: Any
) -> Json:
    """A final result."""
    return observation(code, day, **{"valueQuantity": quantity(value, unit), **more})


def alp(value: Any = 28, day: str = "2025-06-01", unit: str = "U/L", /, **more: Any) -> Json:
    """A final ALP, low unless said otherwise."""
    return lab(ALP, value, unit, day, **more)


def two_lows() -> list[Json]:
    """Lows far enough apart to be persistent: with nothing else on record, row 5."""
    return [alp(28, "2025-06-01"), alp(27, "2025-03-01")]


def condition(
    code: str | Json,
    onset: str | None = None,
    /,
    system: str = SNOMED,
    status: str = "active",
    **more: Any,
) -> Json:
    """A confirmed diagnosis."""
    own = {
        "resourceType": "Condition",
        "id": f"ZZPHI-condition-{code}",
        "clinicalStatus": term("condition-clinical", status),
        "verificationStatus": term("condition-ver-status", "confirmed"),
        "code": _concept(code, system),
        "subject": SUBJECT,
        "onsetDateTime": onset or MISSING,
    }
    return _with(own, more)


def family_history(code: str | Json, relative: str, /, **more: Any) -> Json:
    """A disease of a relative, such as `mother`."""
    own = {
        "resourceType": "FamilyMemberHistory",
        "id": f"ZZPHI-{relative}-{code}",
        "status": "completed",
        "patient": SUBJECT,
        "relationship": {"text": relative},
        "condition": [{"code": _concept(code, SNOMED)}],
    }
    return _with(own, more)


def drug(code: str | Json, authored: str | None = "2024-01-10", /, **more: Any) -> Json:
    """A medication order on record, still active."""
    own = {
        "resourceType": "MedicationRequest",
        "id": f"ZZPHI-drug-{code}",
        "status": "active",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": _concept(code, RXNORM),
        "authoredOn": MISSING if authored is None else authored,
    }
    return _with(own, more)


def procedure(code: str | Json, performed: str | None, /, **more: Any) -> Json:
    own = {
        "resourceType": "Procedure",
        "id": f"ZZPHI-procedure-{code}",
        "status": "completed",
        "code": _concept(code, SNOMED),
        "subject": SUBJECT,
        "performedDateTime": MISSING if performed is None else performed,
    }
    return _with(own, more)


def encounter(kind: str, start: str, end: str | None = None, /, **more: Any) -> Json:
    """A finished encounter of a class of v3-ActCode."""
    own = {
        "resourceType": "Encounter",
        "id": f"ZZPHI-encounter-{kind}-{start}",
        "status": "finished",
        "class": {"system": ACT_CODE, "code": kind},
        "subject": SUBJECT,
        "period": {"start": start, **({"end": end} if end else {})},
    }
    return _with(own, more)


def administration(code: str | Json, given: str, /, **more: Any) -> Json:
    """A drug that was given."""
    own = {
        "resourceType": "MedicationAdministration",
        "id": f"ZZPHI-given-{code}",
        "status": "completed",
        "subject": SUBJECT,
        "medicationCodeableConcept": _concept(code, RXNORM),
        "effectiveDateTime": given,
    }
    return _with(own, more)


def medication(**more: Any) -> Json:
    """The Medication that an order points to; it does not say yet what it is."""
    return _with({"resourceType": "Medication", "id": "ZZPHI-m"}, more)


def draft(code: str | Json = ALENDRONATE, /, **more: Any) -> Json:
    """A draft order, of alendronate unless said otherwise."""
    own = {
        "resourceType": "MedicationRequest",
        "id": "ZZPHI-draft-1",
        "status": "draft",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": _concept(code, RXNORM),
    }
    return _with(own, more)


def entry(resource: Any, **more: Any) -> Json:
    return {"resource": resource, **more}


def bundle(*resources: Json, **more: Any) -> Json:
    """A searchset that holds everything that was found."""
    own = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [entry(resource) for resource in resources],
    }
    return _with(own, more)


def outcome(severity: str = "error", code: str = "processing") -> Json:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code}],
    }


def request(
    *drafts: Json,
    hook: str = "order-sign",
    context: Json | None = None,
    members: Json | None = None,
    **prefetch: Any,
) -> Json:
    """A request with all that is needed: two unexplained lows, nothing else on record.

    prefetch: replaces keys.  context and members: replace those of the context and the body.
    """
    sent = {"patient": patient(), "alp": bundle(*two_lows())}
    sent |= {key: bundle() for key in OPTIONAL_KEYS}
    asked: Json = {"userId": "Practitioner/ZZPHI-doctor", "patientId": PATIENT_ID}
    if hook != "patient-view":
        asked["draftOrders"] = bundle(*(drafts or (draft(),)), type="collection", total=MISSING)
    if hook == "order-select":
        asked["selections"] = [f"{d['resourceType']}/{d['id']}" for d in (drafts or (draft(),))]
    body = {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": _with(asked, context or {}),
        "prefetch": _with(sent, prefetch),
    }
    return _with(body, members or {})
