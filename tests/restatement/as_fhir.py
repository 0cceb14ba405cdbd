"""A plain patient as a CDS Hooks 2.0 order-sign request in FHIR R4.

Only for the comparison with the engine: the request says what the plain patient says.  A key that
is missing is left out, or holds the OperationOutcome of a search that failed.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.restatement.codes import (
    CONDITION_CODES,
    GENE,
    LAB_CODES,
    LOINC,
    PROCEDURE_CODES,
    TEXT,
    UCUM,
    UCUM_CODES,
    Coded,
    condition_code,
    drug_code,
)

Resource = dict[str, Any]

PATIENT_ID = "ZZPHI-1"
SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout"}],
}


# Datatypes


def concept(coded: Coded) -> Resource:
    """A CodeableConcept of one coding, of text, or of a code and the text behind it."""
    system, written = coded
    if system == TEXT:
        return {"text": written}
    code, _, text = written.partition(" ")
    coding = {"coding": [{"system": system, "code": code}]}
    return {**coding, "text": text} if text else coding


def lab_concept(code: str, unit: str | None = None) -> Resource:
    """The LOINC code of a result; calcium and PLP have one per kind of unit."""
    return concept((LOINC, LAB_CODES.get((code, unit)) or LAB_CODES[(code, None)]))


def quantity(value: Any, unit: str, comparator: str | None = None) -> Resource:
    """A Quantity; the UCUM code where there is one, else the unit text alone."""
    written: Resource = {"value": value, "unit": unit}
    if comparator is not None:
        written["comparator"] = comparator
    code = UCUM_CODES.get(unit, unit)
    if code is not None:
        written |= {"system": UCUM, "code": code}
    return written


def without_none(resource: Resource) -> Resource:
    """The resource without the elements that are not there."""
    return {name: value for name, value in resource.items() if value is not None}


def day(value: date | None) -> str | None:
    """YYYY-MM-DD."""
    return None if value is None else value.isoformat()


# Results


def laboratory(identity: str, result: dict[str, Any]) -> Resource:
    """What every laboratory Observation has."""
    specimen = result["specimen"]
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": result["status"],
        "category": [concept((f"{TERMINOLOGY}/observation-category", "laboratory"))],
        "subject": SUBJECT,
        "effectiveDateTime": day(result["date"]),
        "specimen": None if specimen is None else {"reference": f"Specimen/{specimen}"},
    }


def alp_value(result: dict[str, Any]) -> Resource:
    """A Quantity, a string that is a comparator and a number, a Ratio, or words."""
    value, unit, comparator = result["value"], result["unit"], result["comparator"]
    if result["written"] == "text":
        return {"valueString": result["prose"]}
    if result["written"] == "ratio":
        parts = {"numerator": quantity(value, unit), "denominator": quantity(1, "1")}
        return {"valueRatio": parts}
    if result["written"] == "string" and comparator is not None:
        return {"valueString": f"{comparator}{value} {unit}"}
    return {"valueQuantity": quantity(value, unit, comparator)}


def alp_date(result: dict[str, Any]) -> Resource:
    """The specimen's day as a date, as the start of a period, or only as the day of issue."""
    when = day(result["date"])
    if when is None or result["dated"] == "effective":
        return {}
    if result["dated"] == "issued":
        return {"effectiveDateTime": None, "issued": f"{when}T12:00:00Z"}
    return {"effectiveDateTime": None, "effectivePeriod": {"start": when}}


def alp_range(result: dict[str, Any]) -> list[Resource] | None:
    """The printed lower limit, structured or as text."""
    if result["low"] is not None:
        return [{"low": quantity(result["low"], result["low_unit"] or result["unit"])}]
    return None if result["range_text"] is None else [{"text": result["range_text"]}]


def alp_observation(identity: str, result: dict[str, Any]) -> Resource:
    """A total ALP result, or one under a name that nobody knows."""
    unknown = {"coding": [{"system": "urn:oid:1.2.3.4.5", "code": "ZZ17"}], "text": "Kinds test 17"}
    encounter = result["encounter"]
    return without_none(
        laboratory(identity, result)
        | {"code": lab_concept("alp") if result["name"] == "alp" else unknown}
        | alp_value(result)
        | alp_date(result)
        | {
            "referenceRange": alp_range(result),
            "encounter": None if encounter is None else {"reference": f"Encounter/{encounter}"},
        }
    )


def gene_observation(identity: str, lab: dict[str, Any]) -> Resource:
    """A genetic variant assessment with the gene and the significance as components."""
    found = (("gene", GENE), ("significance", (LOINC, lab["significance"])))
    components = [
        {"code": lab_concept(name), "valueCodeableConcept": concept(coded)} for name, coded in found
    ]
    parts = {"code": lab_concept("variant"), "component": components}
    return without_none(laboratory(identity, lab) | parts)


def lab_observation(identity: str, lab: dict[str, Any]) -> Resource:
    """Any other laboratory result with its printed upper limit."""
    if lab["code"] == "alpl":
        return gene_observation(identity, lab)
    high, unit = lab["high"], lab["unit"]
    return without_none(
        laboratory(identity, lab)
        | {
            "code": lab_concept(lab["code"], unit),
            "valueQuantity": quantity(lab["value"], unit, lab["comparator"]),
            "referenceRange": None if high is None else [{"high": quantity(high, unit)}],
        }
    )


# Conditions and family


def condition_resource(identity: str, condition: dict[str, Any]) -> Resource:
    """A problem-list entry."""
    clinical, verification = condition["clinical"], condition["verification"]
    statuses = {
        "clinicalStatus": ("condition-clinical", clinical),
        "verificationStatus": ("condition-ver-status", verification),
    }
    coded = condition_code(condition["group"], condition["event"], condition["form"])
    return without_none(
        {"resourceType": "Condition", "id": identity}
        | {
            name: None if code is None else concept((f"{TERMINOLOGY}/{system}", code))
            for name, (system, code) in statuses.items()
        }
        | {
            "code": concept(coded),
            "subject": SUBJECT,
            "onsetDateTime": day(condition["onset"]),
            "abatementDateTime": day(condition["abatement"]),
            "recordedDate": day(condition["recorded"]),
        }
    )


def family_resource(identity: str, member: dict[str, Any]) -> Resource:
    """A relative with HPP, coded or named, or with something else."""
    forms = CONDITION_CODES["hpp" if member["hpp"] else "chondrocalcinosis"]
    return {
        "resourceType": "FamilyMemberHistory",
        "id": identity,
        "status": member["status"],
        "patient": SUBJECT,
        "relationship": {"text": "sister"},
        "condition": [{"code": concept(forms[member["form"] % len(forms)])}],
    }


# Drugs, procedures, encounters


def drug_resource(identity: str, drug: dict[str, Any]) -> Resource:
    """An order on record with its period where it has one, or an administration."""
    kind = concept(drug_code(drug["group"], drug["form"]))
    if drug["given"]:
        return {
            "resourceType": "MedicationAdministration",
            "id": identity,
            "status": drug["status"],
            "medicationCodeableConcept": kind,
            "subject": SUBJECT,
            "effectiveDateTime": day(drug["authored"]),
        }
    request = medication_request(identity, drug["status"], kind, drug["authored"])
    period = without_none({"start": day(drug["start"]), "end": day(drug["end"])})
    if period:
        request["dosageInstruction"] = [{"timing": {"repeat": {"boundsPeriod": period}}}]
    return request


def medication_request(identity: str, status: str, kind: Resource, authored: date) -> Resource:
    """What every MedicationRequest has."""
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": kind,
        "subject": SUBJECT,
        "authoredOn": authored.isoformat(),
    }


def draft_resource(patient: dict[str, Any]) -> Resource:
    """The order that is being signed."""
    order = patient["order"]
    kind = concept(drug_code(order["group"], 0))
    request = medication_request("draft-1", "draft", kind, patient["today"])
    if order["dose_mg"] is not None:
        dose = {"doseQuantity": quantity(order["dose_mg"], "mg")}
        request["dosageInstruction"] = [{"doseAndRate": [dose]}]
    if order["reason"] is not None:
        request["reasonCode"] = [concept(CONDITION_CODES[order["reason"]][0])]
    return request


def procedure_resource(identity: str, procedure: dict[str, Any]) -> Resource:
    """A procedure done on one day."""
    return {
        "resourceType": "Procedure",
        "id": identity,
        "status": procedure["status"],
        "code": concept(PROCEDURE_CODES[procedure["group"]]),
        "subject": SUBJECT,
        "performedDateTime": procedure["date"].isoformat(),
    }


def encounter_resource(identity: str, encounter: dict[str, Any]) -> Resource:
    """A visit or a stay, under the id that a result names."""
    period = without_none({"start": day(encounter["start"]), "end": day(encounter["end"])})
    return without_none(
        {
            "resourceType": "Encounter",
            "id": encounter["id"],
            "status": "finished",
            "class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": encounter["class"]},
            "subject": SUBJECT,
            "period": period or None,
        }
    )


# The request


def patient_resource(patient: dict[str, Any]) -> Resource:
    """The patient; a missing sex is left out."""
    return without_none(
        {
            "resourceType": "Patient",
            "id": PATIENT_ID,
            "gender": patient["sex"],
            "birthDate": patient["birth"].isoformat(),
        }
    )


def bundle(kind: str, resources: Iterable[Resource]) -> Resource:
    """A Bundle; a searchset also says its total."""
    entries = [{"resource": resource} for resource in resources]
    whole: Resource = {"resourceType": "Bundle", "type": kind, "entry": entries}
    return whole | {"total": len(entries)} if kind == "searchset" else whole


Maker = Callable[[str, dict[str, Any]], Resource]
KEYS: dict[str, tuple[tuple[str, Maker], ...]] = {
    "alp": (("alp", alp_observation),),
    "labs": (("labs", lab_observation),),
    "medications": (("drugs", drug_resource),),
    "conditions": (("conditions", condition_resource), ("family", family_resource)),
    "procedures": (("procedures", procedure_resource),),
    "encounters": (("encounters", encounter_resource),),
    "administrations": (("administrations", drug_resource),),
}


def sent(patient: dict[str, Any], key: str) -> Resource:
    """What stands under a prefetch key."""
    if patient["missing"].get(key) == "failed":
        return FAILED
    return bundle(
        "searchset",
        (
            make(f"{part}-{n}", row)
            for part, make in KEYS[key]
            for n, row in enumerate(patient[part], 1)
        ),
    )


def as_request(patient: dict[str, Any]) -> dict[str, Any]:
    """The request body; the same patient always gives the same body."""
    keys = [key for key in KEYS if patient["missing"].get(key) != "not-sent"]
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid5(NAMESPACE_URL, repr(patient))),
        "context": {
            "userId": "Practitioner/ZZPHI-prac",
            "patientId": PATIENT_ID,
            "draftOrders": bundle("collection", [draft_resource(patient)]),
        },
        "prefetch": {
            "patient": patient_resource(patient),
            **{key: sent(patient, key) for key in keys},
        },
    }
