"""What a request can hold much of: for each kind a body with n of it, around one small chart.

Made here and not real, in FHIR R4.  The kinds are those that an attacking reader of the code
found to cost much, and whatever resembles them: things that refer to each other, texts that
grow when they are compared, and members that mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from tests.bench import shared_kinds
from tests.bench.bodies import SIZES, body
from tests.bench.resources import (
    ALENDRONATE,
    B6,
    WHOSE,
    concept,
    condition,
    day,
    entries,
    named,
    order,
    result,
)
from tests.bench.shared_kinds import ALP_PART, LONG
from tests.fhir import build
from tests.fhir.build import LOINC, MISSING, RXNORM, Json

EXPANDS = "\ufdfa"  # one sign that stands for eighteen
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"

# Each adds n of its kind to a small request.


def results(chart: Json, n: int) -> None:
    chart["alp"] += entries(result(i) for i in range(n))


def causes_and_proof(chart: Json, n: int) -> None:
    """Low ALP, conditions that explain it, and results that prove them."""
    chart["alp"] += entries(result(i) for i in range(n))
    chart["conditions"] += entries(condition(i) for i in range(n))
    chart["labs"] += entries(result(i, "3016-3", 12) for i in range(n))


def conditions(chart: Json, n: int) -> None:
    chart["conditions"] += entries(condition(i) for i in range(n))


def orders(chart: Json, n: int) -> None:
    chart["medications"] += entries(order(i, ALENDRONATE) for i in range(n))


def results_and_orders(chart: Json, n: int) -> None:
    chart["alp"] += entries(result(i) for i in range(n))
    chart["medications"] += entries(order(i, (ALENDRONATE, B6)[i % 2]) for i in range(n))


def drafts(chart: Json, n: int) -> None:
    chart["drafts"] += entries(order(i, ALENDRONATE, status="draft") for i in range(n))


def drafts_of_nobody(chart: Json, n: int) -> None:
    chart["drafts"] += [{"resource": order(i, ALENDRONATE, status="draft")} for i in range(n)]


def unknown_names(chart: Json, n: int) -> None:
    chart["medications"] += entries(order(i, named(f"{i} " + "nobody " * 43)) for i in range(n))


def displays(chart: Json, n: int) -> None:
    chart["labs"] += entries(
        result(i, code=concept(f"{i}{EXPANDS * 395}"), valueQuantity={}) for i in range(n)
    )


def glued_digits(chart: Json, n: int) -> None:
    """Names in which each letter is to be set apart from a digit."""
    chart["labs"] += entries(
        result(i, code=concept(f"{i} {'1a' * 195}"), valueQuantity={}) for i in range(n)
    )


def ingredients(chart: Json, n: int) -> None:
    """n orders, all of one Medication with n ingredients."""
    parts = [{"itemCodeableConcept": concept(f"part {i}")} for i in range(n)]
    medication = build.medication(id="m", ingredient=parts)
    chart["medications"] += [{"resource": medication, "search": {"mode": "include"}}]
    drug = {"medicationReference": {"reference": "Medication/m"}}
    chart["medications"] += entries(order(i, drug) for i in range(n))


def references(chart: Json, n: int) -> None:
    """One order with n contained resources and n reasons among them."""
    contained = [{"resourceType": "Condition", "id": f"k{i}"} for i in range(n)]
    reasons = [{"reference": f"#k{i}"} for i in range(n)]
    chart["medications"] += entries(
        [order(0, ALENDRONATE, contained=contained, reasonReference=reasons)]
    )


def same_reason(chart: Json, n: int) -> None:
    """n orders that all name the same n reasons."""
    chart["conditions"] += entries(condition(i) for i in range(n))
    few = max(n // 40, 1)
    reasons = [{"reference": f"Condition/c{i}"} for i in range(40)]
    chart["medications"] += entries(
        order(i, ALENDRONATE, reasonReference=reasons) for i in range(few)
    )


def contained(chart: Json, n: int) -> None:
    inside = [{"id": f"k{i}", **result(i)} for i in range(n)]
    panel = result(0, contained=inside, hasMember=[{"reference": f"#{r['id']}"} for r in inside])
    chart["labs"] += entries([panel])


def members(chart: Json, n: int) -> None:
    """n panels, each with the same 40 members."""
    chart["labs"] += entries(result(i) for i in range(n))
    those = [{"reference": f"Observation/r6768-6-{i}"} for i in range(40)]
    panel = {"code": concept("panel"), "hasMember": those}
    chart["labs"] += entries({**result(i, "panel"), **panel} for i in range(max(n // 40, 1)))


def codings(chart: Json, n: int) -> None:
    codes = [(LOINC, f"{i}-0") for i in range(n)]
    chart["alp"] += entries([result(0, code=concept("", *codes))])


def long_code(chart: Json, n: int) -> None:
    chart["conditions"] += entries([condition(0, concept("", (ICD10, "E83" + "9" * n)))])


def text_length(chart: Json, n: int) -> None:
    chart["medications"] += entries([order(0, named("ibandronate " + "word " * n))])


def expanding_text(chart: Json, n: int) -> None:
    chart["medications"] += entries([order(0, named("ibandronate " + EXPANDS * n))])


def expanding_orders(chart: Json, n: int) -> None:
    """Ten orders of one Medication with such a text."""
    medication = build.medication(id="m", code=concept(EXPANDS * n))
    chart["medications"] += [{"resource": medication, "search": {"mode": "include"}}]
    drug = {"medicationReference": {"reference": "Medication/m"}}
    chart["medications"] += entries(order(i, drug) for i in range(10))


def encounters(chart: Json, n: int) -> None:
    """n results, each of its own Encounter."""
    stays = ({"resourceType": "Encounter", "id": f"e{i}", "class": {"code": "IMP"},
              "period": {"start": day(i), "end": day(i)}} for i in range(n))  # fmt: skip
    chart["encounters"] += entries(stays)
    chart["alp"] += entries(result(i, encounter={"reference": f"Encounter/e{i}"}) for i in range(n))


def classes(chart: Json, n: int) -> None:
    """n results of one Encounter with n classes."""
    stay = {"resourceType": "Encounter", "id": "e", "class": [concept("", ("", f"k{i}"))
            for i in range(n)]}  # fmt: skip
    chart["encounters"] += entries([stay])
    chart["alp"] += entries(result(i, encounter={"reference": "Encounter/e"}) for i in range(n))


def ranges(chart: Json, n: int) -> None:
    limits = [{"low": {"value": 30 + i % 9, "unit": "U/L"}} for i in range(n)]
    chart["alp"] += entries([result(0, referenceRange=limits)])


def components(chart: Json, n: int) -> None:
    parts = [{"code": concept("", (LOINC, "6768-6")), "valueQuantity": {"value": 20}}] * n
    chart["labs"] += entries([result(0, "1234-5", component=parts)])


def few_components(chart: Json, n: int) -> None:
    """n Observations, each with components."""
    part = [{"code": concept("", (LOINC, "6768-6")), "valueQuantity": {"value": 20}}]
    chart["labs"] += entries(result(i, "1234-5", component=part) for i in range(n))


def names_of_one_drug(chart: Json, n: int) -> None:
    coding = [{"display": f"alendronate {i}"} for i in range(n)]
    drug = {"medicationCodeableConcept": {"coding": coding}}
    chart["medications"] += entries([order(0, drug)])


def days_with_many(chart: Json, n: int) -> None:
    chart["alp"] += entries(result(i, effectiveDateTime=day(i % 3)) for i in range(n))


def numbers(chart: Json, n: int) -> None:
    chart["drafts"] += [1] * (n // 2)
    chart["labs"] += [1] * (n // 2)


def unasked(chart: Json, n: int) -> None:
    """Resources of a type that nobody asked for."""
    chart["conditions"] += [{"resource": {"resourceType": "Basic"}} for _ in range(n)]


def unnamed(chart: Json, n: int) -> None:
    """Results that no id tells apart."""
    chart["alp"] += entries({**result(i), "id": ""} for i in range(n))


def _odd_quantity(number: int) -> Json:
    odd = "(mcg/litres per minutes)(u/l)(IU/mL)(kat)·m⁻¹·37°C"
    return {"value": 20, "unit": f"{number} {odd}"[:60], "code": f"U/L {number} {odd}"[:60]}


def units(chart: Json, n: int) -> None:
    parts = [{**ALP_PART, "valueQuantity": _odd_quantity(i)} for i in range(n)]
    chart["labs"] += entries([result(0, "1234-5", component=parts)])


def units_of_ranges(chart: Json, n: int) -> None:
    limits = [{"low": _odd_quantity(i)} for i in range(n)]
    chart["alp"] += entries([result(0, referenceRange=limits)])


def sexes_of_ranges(chart: Json, n: int) -> None:
    limits = [{"appliesTo": [concept(f"{i}{'1a' * 195}")], "low": {"value": 3}} for i in range(n)]
    chart["alp"] += entries([result(0, referenceRange=limits)])


def ranges_of_a_long_text(chart: Json, n: int) -> None:
    """n ranges of one value, which is a long text that begins like a plain one."""
    limits = [{"low": {"value": i}} for i in range(n)]
    value = f"<{' ' * LONG * n}x"
    own = result(0, valueQuantity=MISSING, valueString=value, referenceRange=limits)
    chart["alp"] += entries([own])


def ranges_of_a_long_unit(chart: Json, n: int) -> None:
    unit = f" {'x' * (LONG // 2) * n}"
    own = {"value": 20, "unit": unit, "code": unit}
    limits = [{"low": {"value": i}} for i in range(n)]
    chart["alp"] += entries([result(0, valueQuantity=own, referenceRange=limits)])


def codes_of_one_drug(chart: Json, n: int) -> None:
    """Fifty orders of one Medication with n codes that nobody knows."""
    codes = [(RXNORM, f"Z{i:x}") for i in range(n)]
    chart["medications"] += [{"resource": build.medication(id="m", code=concept("", *codes))}]
    drug = {"medicationReference": {"reference": "Medication/m"}}
    chart["medications"] += entries(order(i, drug) for i in range(50))


def short_names(chart: Json, n: int) -> None:
    """n names of one test, each a sign of a script without words and a number."""
    coding = [{"display": f"血{i:x}"} for i in range(n)]
    chart["labs"] += entries([result(0, code={"coding": coding}, valueQuantity={})])


def relatives(chart: Json, n: int) -> None:
    """n diagnoses that name HPP, each of somebody else."""
    chart["conditions"] += entries(
        condition(i, concept(f"低磷酸酯酶症 son{i:x}")) for i in range(n)
    )


def names_of_one_disease(chart: Json, n: int) -> None:
    coding = [{"display": f"低磷酸酯酶症 son{i:x}"} for i in range(n)]
    chart["conditions"] += entries([condition(0, {"coding": coding})])


def family(chart: Json, n: int) -> None:
    ill = [{"code": concept(f"no hypophosphatasia in family {i}")} for i in range(n)]
    chart["conditions"] += [
        {"resource": build.family_history("", "mother", condition=ill, patient=WHOSE["subject"])}
    ]


def routes(chart: Json, n: int) -> None:
    """Of one order, as long as they are read, with letters to set apart from digits."""
    dosages = [{"route": concept(f"{i}{'1a' * 195}")} for i in range(n)]
    chart["drafts"] += entries([order(0, named("ibandronate"), dosageInstruction=dosages)])


def names_of_members(chart: Json, n: int) -> None:
    """A panel with n members that were not sent, each by a name of its own."""
    pointers = [{"reference": f"Observation/q{i}", "display": f"d{i:x}"} for i in range(n)]
    chart["labs"] += entries([result(0, "panel", hasMember=pointers)])


KINDS: dict[str, Callable[[Json, int], None]] = {
    one.__name__.replace("_", " "): one
    for one in (
        results, days_with_many, unnamed, causes_and_proof, conditions, orders,
        results_and_orders, drafts, drafts_of_nobody, unknown_names, names_of_one_drug,
        displays, glued_digits, ingredients, references, same_reason, contained, members, codings,
        long_code, text_length, expanding_text, expanding_orders, encounters, classes,
        ranges, components, few_components, numbers, unasked,
        *shared_kinds.KINDS, units, units_of_ranges,
        sexes_of_ranges, ranges_of_a_long_text, ranges_of_a_long_unit,
        codes_of_one_drug, short_names, relatives,
        names_of_one_disease, family, routes, names_of_members,
    )
}  # fmt: skip


def request(kind: str, n: int) -> bytes:
    """The small request with n more of a kind."""
    asked = orjson.loads(body(0, SIZES["small"]).raw)
    keys = ("alp", "labs", "medications", "conditions", "encounters")
    chart = {key: asked["prefetch"][key]["entry"] for key in keys}
    chart["drafts"] = asked["context"]["draftOrders"]["entry"]
    KINDS[kind](chart, n)
    for key in keys:
        asked["prefetch"][key]["total"] = len(chart[key])
    return orjson.dumps(asked)
