"""What a DSTU2 resource may hold, since no package validates it.

Source: the resource pages of FHIR 1.0.2, as far as requests and suggestions here use them.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

DRAFTED = {"proposed", "draft", "requested", "received", "accepted", "in-progress", "completed"}
# Members that may be there.
MEMBERS = {
    "Patient": {"identifier", "active", "name", "gender", "birthDate", "link"},
    "Observation": {
        "status", "category", "code", "subject", "encounter", "effectiveDateTime", "issued",
        "performer", "valueQuantity", "valueCodeableConcept", "valueString", "specimen",
        "referenceRange", "component", "comments",
    },
    "MedicationOrder": {
        "dateWritten", "status", "dateEnded", "patient", "prescriber", "encounter",
        "reasonCodeableConcept", "reasonReference", "note", "medicationCodeableConcept",
        "medicationReference", "dosageInstruction",
    },
    "Medication": {"code", "isBrand", "manufacturer", "product", "package"},
    "Condition": {
        "patient", "encounter", "asserter", "dateRecorded", "code", "category", "clinicalStatus",
        "verificationStatus", "severity", "onsetDateTime", "onsetPeriod", "onsetString",
        "abatementDateTime", "abatementBoolean", "abatementString", "notes",
    },
    "Procedure": {
        "subject", "status", "category", "code", "notPerformed", "reasonNotPerformed",
        "performedDateTime", "performedPeriod", "encounter", "notes",
    },
    "Encounter": {"status", "class", "type", "patient", "period", "hospitalization"},
    "DiagnosticOrder": {
        "subject", "orderer", "identifier", "encounter", "reason", "status", "item", "note",
    },
    "ProcedureRequest": {
        "subject", "code", "orderer", "encounter", "status", "notes", "orderedOn", "priority",
    },
}  # fmt: skip
EVERYWHERE = {"resourceType", "id", "meta", "contained"}
# Members that must be there.
REQUIRED = {
    "Observation": {"status", "code"},
    "Condition": {"patient", "code", "verificationStatus"},
    "Procedure": {"subject", "status", "code"},
    "DiagnosticOrder": {"subject"},
    "ProcedureRequest": {"subject", "code"},
}
CODES = {
    "MedicationOrder.status": {
        "active", "on-hold", "completed", "entered-in-error", "stopped", "draft",
    },
    "Condition.clinicalStatus": {"active", "relapse", "remission", "resolved"},
    "Condition.verificationStatus": {
        "provisional", "differential", "confirmed", "refuted", "entered-in-error", "unknown",
    },
    "Procedure.status": {"in-progress", "aborted", "completed", "entered-in-error"},
    "DiagnosticOrder.status": DRAFTED | {"planned", "review", "cancelled", "suspended"},
    "ProcedureRequest.status": DRAFTED | {"suspended", "rejected", "aborted"},
}  # fmt: skip
LISTS = {"item", "note", "notes", "contained", "dosageInstruction", "referenceRange", "component"}
NOTE_IS_TEXT = {"MedicationOrder"}


def breaches(resource: Json) -> list[str]:
    """How a resource departs from DSTU2; empty where it does not."""
    kind = str(resource.get("resourceType"))
    if kind not in MEMBERS:
        return [f"{kind} is not a resource here"]
    names = set(resource)
    found = [f"{kind}.{name} is not a member" for name in names - MEMBERS[kind] - EVERYWHERE]
    found += [f"{kind}.{name} is missing" for name in REQUIRED.get(kind, set()) - names]
    found += [f"{kind}.{n} is not a code of it" for n in names if _is_wrong_code(kind, n, resource)]
    return found + [
        f"{kind}.{name} repeats or not" for name in names if _misfits(kind, name, resource)
    ]


def _is_wrong_code(kind: str, name: str, resource: Json) -> bool:
    known = CODES.get(f"{kind}.{name}")
    return known is not None and resource[name] not in known


def _misfits(kind: str, name: str, resource: Json) -> bool:
    """A list where one value belongs, or the other way round."""
    if name == "note" and kind in NOTE_IS_TEXT:
        return not isinstance(resource[name], str)
    repeats = {"identifier", "name", "performer", "link"} | LISTS
    if name == "type" and kind == "Encounter":
        repeats = {name}
    return isinstance(resource[name], list) != (name in repeats)
