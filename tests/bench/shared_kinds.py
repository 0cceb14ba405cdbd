"""Kinds in which many parts of a request share one thing: a name, a drug, a Patient, a day."""

from __future__ import annotations

from tests.bench.resources import (
    ALENDRONATE,
    concept,
    condition,
    day,
    entries,
    order,
    result,
)
from tests.fhir import build
from tests.fhir.build import ATC, LOINC, MISSING, Json

# SNOMED CT of diseases that explain a low ALP, and LOINC of what proves some of them.
CAUSES = (
    "109989006", "88518009", "272588001", "73281004", "190855004", "84027009", "47270006",
    "27712000", "57557005", "396331005", "86268005", "16726004", "36976004", "76169001",
    "92818009", "431857002", "433146000", "302497006", "75065003", "190634004", "85649008",
)  # fmt: skip
PROOFS = {
    "5763-8": (5, "umol/L"), "19123-9": (0.4, "mmol/L"), "2132-9": (100, "pmol/L"),
    "2284-8": (3, "nmol/L"), "718-7": (50, "g/L"), "1751-7": (20, "g/L"), "3016-3": (20, "mU/L"),
}  # fmt: skip
# SNOMED CT of what may raise an ALP.
MASKS = ("77386006", "235856003", "31712002")
ALP_PART: Json = {"code": concept("ALP"), "valueQuantity": {"value": 20, "unit": "U/L"}}
UNKNOWN_PART: Json = {"code": concept("nobody"), "valueQuantity": {"value": 20}}
LONG = 60  # characters of a long text for each thing that stands beside it


def parts_of_a_long_id(chart: Json, n: int) -> None:
    """n components of one Observation, whose id is longer than all of them."""
    chart["labs"] += entries([result(0, "1234-5", id="x" * LONG * n, component=[ALP_PART] * n)])


def same_long_encounter(chart: Json, n: int) -> None:
    """n results that a panel contains, whose encounter is a long text that leads nowhere."""
    inside = [{"resourceType": "Observation", **ALP_PART}] * n
    encounter = {"reference": f"https://{'x' * LONG * n}"}
    chart["labs"] += entries([result(0, "1234-5", contained=inside, encounter=encounter)])


def same_long_specimen(chart: Json, n: int) -> None:
    """n components that may be ALP, of a specimen with a long name."""
    specimen = {"reference": f" {'x' * LONG * n}"}
    panel = result(0, "1234-5", component=[UNKNOWN_PART] * n, specimen=specimen)
    chart["alp"] += entries([panel])


def same_long_identifier(chart: Json, n: int) -> None:
    """n results inside one whose subject is told by a long identifier."""
    inside = [{"resourceType": "Observation", **ALP_PART}] * n
    subject = {"identifier": {"system": f" {'x' * LONG * n}", "value": "1"}}
    chart["labs"] += [{"resource": {**result(0, "1234-5", contained=inside), "subject": subject}}]


def patient_inside(chart: Json, n: int) -> None:
    """Many orders inside a draft, all of a Patient inside it with n identifiers."""
    patient = {"resourceType": "Patient", "id": "p", "identifier": [{"value": "1"}] * n}
    subject = {"reference": "#p"}
    inside = [patient] + [order(i, ALENDRONATE, subject=subject) for i in range(400)]
    plan = {"resourceType": "CarePlan", "id": "c", "contained": inside}
    chart["drafts"] += entries([plan])


def orders_inside(chart: Json, n: int) -> None:
    """n orders, as many in each plan as are read, of a Patient who is not among them."""
    subject = {"reference": "#p"}
    for start in range(0, n, 400):
        some = range(start, min(start + 400, n))
        inside = [order(i, ALENDRONATE, subject=subject) for i in some]
        chart["drafts"] += entries([{"resourceType": "CarePlan", "contained": inside}])


def parts_inside_of_a_long_id(chart: Json, n: int) -> None:
    """n components of one Observation inside another, whose id is longer than all of them."""
    inside = {"resourceType": "Observation", "id": "x" * LONG * n, "component": [ALP_PART] * n}
    chart["labs"] += entries([result(0, "1234-5", contained=[inside])])


def same_encounter_by_url(chart: Json, n: int) -> None:
    """n results that a panel contains, whose encounter is as long a reference as is followed."""
    inside = [{"resourceType": "Observation", **ALP_PART}] * n
    encounter = {"reference": f"https://{'a/' * 1020}"}
    chart["labs"] += entries([result(0, "1234-5", contained=inside, encounter=encounter)])


def orders_of_many_drugs(chart: Json, n: int) -> None:
    """n orders of one Medication with every drug of ours."""
    codes = ("M05BA04", "M05BX04", "A11HA02", "H05BX01", "C10AB05", "L01XA01", "G03CA03", "H02AB06")
    parts = [{"itemCodeableConcept": concept("", (ATC, code))} for code in codes]
    medication = build.medication(id="m", ingredient=parts)
    chart["medications"] += [{"resource": medication, "search": {"mode": "include"}}]
    drug = {"medicationReference": {"reference": "Medication/m"}}
    chart["medications"] += entries(order(i, drug) for i in range(n))


def ingredients_of_one_substance(chart: Json, n: int) -> None:
    """One Medication with n ingredients, all of them one Substance with n codings that say
    nothing."""
    substance = {"resourceType": "Substance", "id": "s", "code": {"coding": [{}] * n}}
    parts = [{"itemReference": {"reference": "Substance/s"}}] * n
    sent = [substance, build.medication(id="m", ingredient=parts)]
    chart["medications"] += [{"resource": one, "search": {"mode": "include"}} for one in sent]
    drug = {"medicationReference": {"reference": "Medication/m"}}
    chart["medications"] += entries([order(0, drug)])


def doses_of_one_drug(chart: Json, n: int) -> None:
    """A plan with n orders of one Medication, whose names hold very many doses."""
    doses = "1 mg 1 ml 1 mg/ml " * 22
    parts = [{"itemCodeableConcept": concept(f"part {i} {doses}")} for i in range(5)]
    sent = build.medication(id="m", code=concept("zoledronic acid"), ingredient=parts)
    activity = {"detail": {"productReference": {"reference": "Medication/m"}}}
    plan = {"resourceType": "CarePlan", "id": "c", "activity": [activity] * n}
    chart["drafts"] += [{"resource": sent}, *entries([plan])]


def lost_orders(chart: Json, n: int) -> None:
    """A plan that refers to one order by a reference of n parts."""
    activity = [{"reference": {"reference": "ab/" * n}}]
    chart["drafts"] += entries([{"resourceType": "CarePlan", "id": "c", "activity": activity}])


def lows_on_a_drug(chart: Json, n: int) -> None:
    """n lows, all of them explained by one drug."""
    drug = {"medicationCodeableConcept": concept("", (ATC, "H02AB06"))}
    period = {"effectivePeriod": {"start": "1990-01-01"}}
    statement = {"resourceType": "MedicationStatement", "status": "active", **drug, **period}
    chart["medications"] += entries([statement])
    chart["alp"][:] = entries(result(i, value=33) for i in range(n))


def every_cause(chart: Json, n: int) -> None:
    """n lows of as many days inside one panel, on each of which every cause is on record."""
    began = {"onsetDateTime": "1990-01-01"}
    chart["conditions"] += entries({**condition(0, c), "id": c, **began} for c in CAUSES)
    chart["labs"] += entries(
        result(i * 50, code, valueQuantity={"value": value, "unit": unit})
        for code, (value, unit) in PROOFS.items()
        for i in range(60)
    )
    kept = ("resourceType", "code", "effectiveDateTime", "valueQuantity")
    lows = (result(i, value=33) for i in range(n))
    inside = [{name: low[name] for name in kept} for low in lows]
    chart["alp"] += entries([result(0, "1234-5", contained=inside)])


def every_mask(chart: Json, n: int) -> None:
    """n normals of as many days inside one panel, on each of which all that raises ALP may be."""
    began = {"onsetDateTime": "1990-01-01"}
    chart["conditions"] += entries({**condition(0, c), "id": c, **began} for c in MASKS)
    raised = {"referenceRange": [{"high": {"value": 40, "unit": "U/L"}}]}
    chart["labs"] += entries(result(i * 90, "2324-2", 200, **raised) for i in range(40))
    kept = ("resourceType", "code", "effectiveDateTime", "valueQuantity")
    normals = (result(i, value=90) for i in range(n))
    inside = [{name: normal[name] for name in kept} for normal in normals]
    chart["alp"] += entries([result(0, "1234-5", contained=inside)])


def substrates(chart: Json, n: int) -> None:
    """A few very low ALP and n raised PLP."""
    chart["alp"][:] = entries(result(i * 400, value=18) for i in range(5))
    chart["conditions"][:] = []
    raised = {"valueQuantity": {"value": 400, "unit": "nmol/L"}}
    chart["labs"] += entries(result(i, "62236-5", **raised) for i in range(n))


def undated_substrates(chart: Json, n: int) -> None:
    """n PLP of no day beside n orders, any of which might be vitamin B6."""
    raised = {"valueQuantity": {"value": 400, "unit": "nmol/L"}, "effectiveDateTime": MISSING}
    chart["labs"] += entries(result(i, "62236-5", **raised) for i in range(n))
    chart["medications"] += entries(order(i, ALENDRONATE) for i in range(n))


def hidden_lows(chart: Json, n: int) -> None:
    """n lows of three days, n times that it is no HPP, and no other results to be had."""
    chart["alp"][:] = entries(
        result(i, value=20 + i % 9, effectiveDateTime=day(i % 3)) for i in range(n)
    )
    chart["labs"][:] = [{"resource": {"resourceType": "OperationOutcome"}}]
    refuted = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    chart["conditions"][:] = entries(
        {**condition(i, concept("hypophosphatasia")), **refuted} for i in range(n)
    )


def significances(chart: Json, n: int) -> None:
    """One genetic result with n significances, each in letters to set apart from digits."""
    said = {"valueCodeableConcept": concept("1a" * 200)}
    parts = [{"code": concept("", (LOINC, "53037-8")), **said}] * n
    gene = {"valueQuantity": MISSING, "valueCodeableConcept": concept("ALPL"), "component": parts}
    chart["labs"] += entries([result(0, "48018-6", **gene)])


KINDS = (
    parts_of_a_long_id, same_long_encounter, same_long_specimen, same_long_identifier,
    patient_inside, orders_inside, parts_inside_of_a_long_id, same_encounter_by_url,
    orders_of_many_drugs, ingredients_of_one_substance, doses_of_one_drug, lost_orders,
    lows_on_a_drug, every_cause, every_mask, substrates, undated_substrates, hidden_lows,
    significances,
)  # fmt: skip
