"""A plain patient as a CDS Hooks 2.0 order-sign request in FHIR R4.

Only for the comparison with the engine: the request says what the plain patient says.  A key that
is missing is left out, or holds the OperationOutcome of a search that failed.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.fhir import build
from tests.fhir.build import LOINC, MISSING, UCUM, bundle, term
from tests.restatement.codes import (
    CONDITION_CODES,
    GENE,
    LAB_CODES,
    PROCEDURE_CODES,
    TEXT,
    UCUM_CODES,
    Coded,
    condition_code,
    drug_code,
)

Resource = dict[str, Any]

FAILED = build.outcome(code="timeout")


# Datatypes


def concept(coded: Coded) -> Resource:
    """A CodeableConcept of one coding, of text, or of a code and the text behind it."""
    system, written = coded
    if system == TEXT:
        return {"text": written}
    code, _, text = written.partition(" ")
    return build.concept(code, system, **({"text": text} if text else {}))


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


def given(value: Any) -> Any:
    """An element, or that it is not there."""
    return MISSING if value is None else value


def day(value: date | None) -> str | None:
    """YYYY-MM-DD."""
    return None if value is None else value.isoformat()


# Results


def laboratory(identity: str, result: dict[str, Any], code: Resource, **more: Any) -> Resource:
    """What every laboratory Observation has, and more."""
    specimen = result["specimen"]
    own = {
        "id": identity,
        "status": result["status"],
        "category": [term("observation-category", "laboratory")],
        "specimen": MISSING if specimen is None else {"reference": f"Specimen/{specimen}"},
    }
    return build.observation(code, day(result["date"]), **{**own, **more})


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
        return {"effectiveDateTime": MISSING, "issued": f"{when}T12:00:00Z"}
    return {"effectiveDateTime": MISSING, "effectivePeriod": {"start": when}}


def alp_range(result: dict[str, Any]) -> list[Resource] | None:
    """The printed lower limit, structured or as text."""
    if result["low"] is not None:
        return [{"low": quantity(result["low"], result["low_unit"] or result["unit"])}]
    return None if result["range_text"] is None else [{"text": result["range_text"]}]


def alp_observation(identity: str, result: dict[str, Any]) -> Resource:
    """A total ALP result, or one under a name that nobody knows."""
    unknown = build.concept("ZZ17", "urn:oid:1.2.3.4.5", text="Kinds test 17")
    stay = result["encounter"]
    return laboratory(
        identity,
        result,
        lab_concept("alp") if result["name"] == "alp" else unknown,
        referenceRange=given(alp_range(result)),
        encounter=MISSING if stay is None else {"reference": f"Encounter/{stay}"},
        **alp_value(result),
        **alp_date(result),
    )


def gene_observation(identity: str, lab: dict[str, Any]) -> Resource:
    """A genetic variant assessment with the gene and the significance as components."""
    found = (("gene", GENE), ("significance", (LOINC, lab["significance"])))
    components = [
        {"code": lab_concept(name), "valueCodeableConcept": concept(coded)} for name, coded in found
    ]
    return laboratory(identity, lab, lab_concept("variant"), component=components)


def lab_observation(identity: str, lab: dict[str, Any]) -> Resource:
    """Any other laboratory result with its printed upper limit."""
    if lab["code"] == "alpl":
        return gene_observation(identity, lab)
    high, unit = lab["high"], lab["unit"]
    return laboratory(
        identity,
        lab,
        lab_concept(lab["code"], unit),
        valueQuantity=quantity(lab["value"], unit, lab["comparator"]),
        referenceRange=MISSING if high is None else [{"high": quantity(high, unit)}],
    )


# Conditions and family


def condition_resource(identity: str, condition: dict[str, Any]) -> Resource:
    """A problem-list entry."""
    clinical, verification = condition["clinical"], condition["verification"]
    coded = condition_code(condition["group"], condition["event"], condition["form"])
    return build.condition(
        concept(coded),
        day(condition["onset"]),
        id=identity,
        clinicalStatus=term("condition-clinical", clinical) if clinical else MISSING,
        verificationStatus=term("condition-ver-status", verification) if verification else MISSING,
        abatementDateTime=given(day(condition["abatement"])),
        recordedDate=given(day(condition["recorded"])),
    )


def family_resource(identity: str, member: dict[str, Any]) -> Resource:
    """A relative with HPP, coded or named, or with something else."""
    forms = CONDITION_CODES["hpp" if member["hpp"] else "chondrocalcinosis"]
    kind = concept(forms[member["form"] % len(forms)])
    return build.family_history(kind, "sister", id=identity, status=member["status"])


# Drugs, procedures, encounters


def drug_resource(identity: str, drug: dict[str, Any]) -> Resource:
    """An order on record with its period where it has one, or an administration."""
    kind, authored = concept(drug_code(drug["group"], drug["form"])), drug["authored"].isoformat()
    if drug["given"]:
        return build.administration(kind, authored, id=identity, status=drug["status"])
    bounds = period(drug)
    dosage = [{"timing": {"repeat": {"boundsPeriod": bounds}}}] if bounds else MISSING
    return build.drug(kind, authored, id=identity, status=drug["status"], dosageInstruction=dosage)


def period(row: dict[str, Any]) -> Resource:
    """A Period; empty where neither end is known."""
    ends = {side: day(row[side]) for side in ("start", "end")}
    return {side: written for side, written in ends.items() if written}


def draft_resource(patient: dict[str, Any]) -> Resource:
    """The order that is being signed."""
    order, more = patient["order"], {}
    if order["dose_mg"] is not None:
        dose = {"doseQuantity": quantity(order["dose_mg"], "mg")}
        more["dosageInstruction"] = [{"doseAndRate": [dose]}]
    if order["reason"] is not None:
        more["reasonCode"] = [concept(CONDITION_CODES[order["reason"]][0])]
    kind = concept(drug_code(order["group"], 0))
    return build.draft(kind, id="draft-1", authoredOn=patient["today"].isoformat(), **more)


def procedure_resource(identity: str, procedure: dict[str, Any]) -> Resource:
    """A procedure done on one day."""
    kind = concept(PROCEDURE_CODES[procedure["group"]])
    done = procedure["date"].isoformat()
    return build.procedure(kind, done, id=identity, status=procedure["status"])


def encounter_resource(identity: str, encounter: dict[str, Any]) -> Resource:
    """A visit or a stay, under the id that a result names."""
    lasted = period(encounter) or MISSING
    return build.encounter(encounter["class"], "", id=encounter["id"], period=lasted)


# The request


def patient_resource(patient: dict[str, Any]) -> Resource:
    """The patient; a missing sex is left out."""
    return build.patient(gender=given(patient["sex"]), birthDate=patient["birth"].isoformat())


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
    rows = ((make, part, row) for part, make in KEYS[key] for row in enumerate(patient[part], 1))
    return bundle(*(make(f"{part}-{n}", row) for make, part, (n, row) in rows))


def as_request(patient: dict[str, Any]) -> dict[str, Any]:
    """The request body; the same patient always gives the same body."""
    seen = {key: sent(patient, key) for key in KEYS if patient["missing"].get(key) != "not-sent"}
    left_out = {key: MISSING for key in build.OPTIONAL_KEYS if key not in seen}
    return build.request(
        draft_resource(patient),
        context={"userId": "Practitioner/ZZPHI-prac"},
        members={"hookInstance": str(uuid5(NAMESPACE_URL, repr(patient)))},
        **{"alp": MISSING, "patient": patient_resource(patient), **seen, **left_out},
    )
