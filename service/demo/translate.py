"""A hook request or a record in FHIR R4, as EHRs of the other releases write it.

Sources: the resource pages of FHIR 1.0.2 (DSTU2), 3.0.2 (STU3), 4.0.1 (R4) and 5.0.0 (R5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
Translate = Callable[[Json], Json]
RELEASES = ("DSTU2", "STU3", "R4", "R5")
TERMS = "http://terminology.hl7.org/CodeSystem/"

# Codes that an older release does not have, and what stands there instead.
VERIFICATION = {"unconfirmed": "provisional"}
CLINICAL_DSTU2 = {"recurrence": "relapse", "inactive": "remission"}
CLASS_DSTU2 = {"IMP": "inpatient", "AMB": "ambulatory", "EMER": "emergency"}


def in_release(request: Json, release: str) -> Json:
    """A copy of a request; every resource in it has the shape of the release."""
    translated: Json = _translated(request, RESOURCES[release], WORDS[release])
    return translated


def _translated(value: Any, table: Mapping[str, Translate], word: Callable[[str], str]) -> Any:
    """From the leaves up, so that what is contained is translated before what holds it."""
    if isinstance(value, str):
        return word(value)
    if isinstance(value, list):
        return [_translated(item, table, word) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _translated(item, table, word) for name, item in value.items()}
    translate = table.get(str(value.get("resourceType")))
    return translate(inner) if translate else inner


# Words: references name the order resource, and code systems had other addresses before R4.


def _as_it_is(word: str) -> str:
    return word


def _before_r4(word: str) -> str:
    if word.startswith(f"{TERMS}v3-"):
        return word.replace(f"{TERMS}v3-", "http://hl7.org/fhir/v3/")
    if word.startswith(f"{TERMS}v2-"):
        return word.replace(f"{TERMS}v2-", "http://hl7.org/fhir/v2/")
    return word.replace(TERMS, "http://hl7.org/fhir/")


def _dstu2_word(word: str) -> str:
    renamed = word.replace("MedicationRequest/", "MedicationOrder/")
    return _before_r4(renamed.replace("ServiceRequest/", "ProcedureRequest/"))


def _stu3_word(word: str) -> str:
    return _before_r4(word.replace("ServiceRequest/", "ProcedureRequest/"))


# Parts


def _renamed(resource: Json, **names: str) -> Json:
    return {names.get(name, name): value for name, value in resource.items()}


def _without(resource: Json, *names: str) -> Json:
    return {name: value for name, value in resource.items() if name not in names}


def _changed(resource: Json, **changes: Callable[[Any], Any]) -> Json:
    """The members that are there, each put through its change."""
    return {
        name: changes[name](value) if name in changes else value for name, value in resource.items()
    }


def _first(values: Any) -> Any:
    return values[0]


def _code(concept: Any) -> str:
    return str(concept["coding"][0]["code"])


def _code_from(names: Mapping[str, str]) -> Callable[[Any], str]:
    def change(concept: Any) -> str:
        code = _code(concept)
        return names.get(code, code)

    return change


def _each(change: Translate) -> Callable[[Any], Any]:
    return lambda items: [change(item) for item in items]


# DSTU2


def _order_dstu2(order: Json) -> Json:
    """One reason, as reason[x]; no intent and no category."""
    order = _renamed(
        order,
        authoredOn="dateWritten",
        subject="patient",
        requester="prescriber",
        reasonCode="reasonCodeableConcept",
    )
    order = _changed(
        order,
        reasonCodeableConcept=_first,
        reasonReference=_first,
        dosageInstruction=_each(_dosage_dstu2),
    )
    return {**_without(order, "intent", "category"), "resourceType": "MedicationOrder"}


def _dosage_dstu2(dosage: Json) -> Json:
    repeat = dosage.get("timing", {}).get("repeat")
    if repeat is not None:
        dosage = {**dosage, "timing": {"repeat": _renamed(repeat, periodUnit="periodUnits")}}
    return _dose_beside(dosage)


def _dose_beside(dosage: Json) -> Json:
    """Before R4 the dose stood in the instruction itself."""
    rate, *_ = dosage.get("doseAndRate", [{}])
    return {**_without(dosage, "doseAndRate"), **rate}


def _condition_dstu2(condition: Json) -> Json:
    condition = _renamed(condition, subject="patient", recordedDate="dateRecorded")
    diagnosis = {"system": "http://hl7.org/fhir/condition-category", "code": "diagnosis"}
    return _changed(
        condition,
        clinicalStatus=_code_from(CLINICAL_DSTU2),
        verificationStatus=_code_from(VERIFICATION),
        dateRecorded=lambda day: day[:10],
        category=lambda _: {"coding": [diagnosis]},
    )


def _observation_dstu2(observation: Json) -> Json:
    parts = _each(lambda part: _changed(part, referenceRange=_each(_range_dstu2)))
    changed = _changed(observation, category=_first, component=parts)
    return _changed(changed, referenceRange=_each(_range_dstu2))


def _range_dstu2(item: Json) -> Json:
    """What a range is for was its `meaning`; it had no `appliesTo`."""
    return _without(_renamed(item, type="meaning"), "appliesTo")


def _procedure_dstu2(procedure: Json) -> Json:
    return _undone(procedure, "notPerformed")


def _undone(procedure: Json, member: str) -> Json:
    """Before R4 there was no status for it."""
    if procedure.get("status") != "not-done":
        return procedure
    return {**procedure, "status": "aborted", member: True}


def _patient_dstu2(patient: Json) -> Json:
    names = {"replaced-by": "replace", "replaces": "refer"}
    kind = lambda link: _changed(link, type=lambda code: names.get(code, code))  # noqa: E731
    return _changed(patient, link=_each(kind))


def _medication_dstu2(medication: Json) -> Json:
    """Form and ingredients stood in a `product`; an ingredient was always a reference."""
    names = ("form", "ingredient")
    product: Json = {name: medication[name] for name in names if name in medication}
    product = _changed(product, ingredient=_each(_ingredient_dstu2))
    rest = _without(medication, "form", "ingredient")
    return {**rest, "product": product} if product else rest


def _ingredient_dstu2(ingredient: Json) -> Json:
    concept = ingredient.get("itemCodeableConcept", {})
    rest = _renamed(_without(ingredient, "itemCodeableConcept"), itemReference="item")
    return {**rest, "item": {"display": concept["text"]}} if concept else rest


def _encounter_dstu2(encounter: Json) -> Json:
    encounter = _renamed(encounter, subject="patient")
    return _changed(encounter, **{"class": lambda coding: CLASS_DSTU2[coding["code"]]})


def _service_dstu2(order: Json) -> Json:
    order = _renamed(_without(order, "intent", "category"), requester="orderer")
    order = _renamed(order, authoredOn="orderedOn")
    return {**order, "resourceType": "ProcedureRequest"}


# STU3


def _order_stu3(order: Json) -> Json:
    order = _renamed(order, encounter="context")
    return _changed(
        order,
        category=_first,
        requester=lambda who: {"agent": who},
        dosageInstruction=_each(_dose_beside),
    )


def _condition_stu3(condition: Json) -> Json:
    condition = _renamed(condition, encounter="context", recordedDate="assertedDate")
    return _changed(condition, clinicalStatus=_code, verificationStatus=_code_from(VERIFICATION))


def _with_context(resource: Json) -> Json:
    return _renamed(resource, encounter="context")


def _procedure_stu3(procedure: Json) -> Json:
    return _undone(_with_context(procedure), "notDone")


def _service_stu3(order: Json) -> Json:
    order = _changed(_with_context(order), requester=lambda who: {"agent": who})
    return {**order, "resourceType": "ProcedureRequest"}


# R5


def _order_r5(order: Json) -> Json:
    """Drug and reasons are CodeableReferences."""
    rest = _without(
        order, "medicationCodeableConcept", "medicationReference", "reasonCode", "reasonReference"
    )
    drug = {
        kind: order[name]
        for name, kind in (
            ("medicationCodeableConcept", "concept"),
            ("medicationReference", "reference"),
        )
        if name in order
    }
    reasons = [{"concept": concept} for concept in order.get("reasonCode", ())]
    reasons += [{"reference": pointer} for pointer in order.get("reasonReference", ())]
    return {
        **rest,
        **({"medication": drug} if drug else {}),
        **({"reason": reasons} if reasons else {}),
    }


def _procedure_r5(procedure: Json) -> Json:
    return _renamed(
        procedure, performedDateTime="occurrenceDateTime", performedPeriod="occurrencePeriod"
    )


def _medication_r5(medication: Json) -> Json:
    medication = _renamed(medication, form="doseForm")
    return _changed(medication, ingredient=_each(_ingredient_r5))


def _ingredient_r5(ingredient: Json) -> Json:
    names = {"itemCodeableConcept": "concept", "itemReference": "reference"}
    item = {kind: ingredient[name] for name, kind in names.items() if name in ingredient}
    return {**_without(ingredient, *names), "item": item}


def _encounter_r5(encounter: Json) -> Json:
    encounter = _changed(encounter, **{"class": lambda coding: [{"coding": [coding]}]})
    return _changed(encounter, status=lambda code: {"finished": "completed"}.get(code, code))


def _service_r5(order: Json) -> Json:
    return _changed(order, code=lambda concept: {"concept": concept})


RESOURCES: Mapping[str, Mapping[str, Translate]] = {
    "DSTU2": {
        "MedicationRequest": _order_dstu2,
        "Condition": _condition_dstu2,
        "Observation": _observation_dstu2,
        "Procedure": _procedure_dstu2,
        "Patient": _patient_dstu2,
        "Medication": _medication_dstu2,
        "Encounter": _encounter_dstu2,
        "ServiceRequest": _service_dstu2,
    },
    "STU3": {
        "MedicationRequest": _order_stu3,
        "Condition": _condition_stu3,
        "Observation": _with_context,
        "Procedure": _procedure_stu3,
        "ServiceRequest": _service_stu3,
    },
    "R4": {},
    "R5": {
        "MedicationRequest": _order_r5,
        "Procedure": _procedure_r5,
        "Medication": _medication_r5,
        "Encounter": _encounter_r5,
        "ServiceRequest": _service_r5,
    },
}
WORDS: Mapping[str, Callable[[str], str]] = {
    "DSTU2": _dstu2_word,
    "STU3": _stu3_word,
    "R4": _as_it_is,
    "R5": _as_it_is,
}
