"""Oddities of public FHIR data in values, units and reference ranges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fhir.ask import answer, card, verdict
from tests.fhir.build import MISSING, SNOMED, UCUM, alp, bundle, concept, quantity, request
from tests.fhir.judged import ABSENT_REASON, MASKED, only_judged, read_alp, reason_of

# 3. Units


@pytest.mark.parametrize(
    "written",
    [
        {"value": 28, "unit": "U/L"},
        {"value": 28, "code": "U/L", "system": UCUM},
        {"value": 28, "code": "IU/L", "system": UCUM},
        {"value": 28, "unit": "IU/L"},
        {"value": 28, "unit": "unit per liter", "code": "U/L", "system": UCUM},
        {"value": 28, "unit": "unit per liter"},
        {"value": 28, "unit": "UNITS/L"},
    ],
)
def test_every_seen_spelling_of_units_per_litre_is_read(written: dict[str, Any]) -> None:
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert Decimal(28) == only_judged(given).result.value
    assert verdict(given) == ("complete", "lowAlpOnce")


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("written", "problem", "words"),
    [
        ({"value": 28}, "no-unit", "no unit"),
        ({"value": 28, "unit": "mg/dL"}, "unit", "a unit that is not an enzyme activity"),
        ({"value": 28, "code": "%"}, "unit", "a unit that is not an enzyme activity"),
        ({"value": 28, "unit": "U/L", "code": "ukat/L"}, "unit-conflict", "two units that"),
    ],
)
def test_a_value_of_no_known_unit_is_unusable_and_named(
    written: dict[str, Any], problem: str, words: str
) -> None:
    """Never guessed."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert verdict(given) == ("complete", "alpUnclear")
    assert ("invalid", problem) == reason_of(given)
    assert words in card(given)["detail"]


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "written",
    [
        {"value": 20, "unit": "mg/dL", "code": "U/L", "system": UCUM},
        {"value": 20, "unit": "U/L", "code": "mg/dL", "system": UCUM},
    ],
)
def test_a_unit_that_is_no_activity_beside_one_that_is_makes_a_conflict(
    written: dict[str, Any],
) -> None:
    """Two units that disagree are never settled by picking the one that fits."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert reason_of(given) == ("invalid", "unit-conflict")


# 4. Values


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("value", "comparator", "expected"),
    [
        (20, "<", ("low-unexplained",)),
        (20, "<=", ("low-unexplained",)),
        (60, "<", ("invalid", "undecidable")),
        (60, ">", ("normal",)),
        (35, ">=", ("normal",)),
        (20, ">", ("invalid", "undecidable")),
    ],
)
def test_a_comparator_decides_only_on_its_own_side(
    value: int, comparator: str, expected: tuple[str, ...]
) -> None:
    written = {**quantity(value), "comparator": comparator}
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert expected == reason_of(given)


@pytest.mark.parametrize("comparator", [["<"], {"code": "<"}, 1])
def test_a_comparator_that_cannot_be_read_is_not_taken_for_none(comparator: object) -> None:
    """`<60` read as 60 would be an all-clear."""
    written = {**quantity(60), "comparator": comparator}
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert reason_of(given) == ("invalid", "comparator")


@pytest.mark.parametrize("comparator", ["", " ", "=", None])
def test_a_comparator_that_compares_nothing_is_none(comparator: object) -> None:
    """Some interfaces send the member empty, or `=`."""
    (result,) = read_alp(alp(valueQuantity={**quantity(28), "comparator": comparator}))

    assert (result.value, result.comparator, result.shown) == (28, "", "28 U/L")


@pytest.mark.hazard("C13")
@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({**quantity(28), "comparator": "~"}, "comparator"),
        ({**quantity(-5), "comparator": "<"}, "negative"),
        (quantity(-5), "negative"),
        ({"_value": MASKED, "unit": "U/L"}, "no-value"),
        ({"unit": "U/L", "code": "U/L"}, "no-value"),
        (quantity("twenty"), "number"),
        (quantity("1_000"), "number"),
        (quantity("１２"), "number"),
        (quantity("٣"), "number"),
        (quantity(" 5 "), "number"),
        (quantity("nan"), "number"),
        (quantity(True), "number"),
        (quantity([28]), "number"),
    ],
)
def test_a_quantity_that_is_no_measured_number_is_unusable(
    written: dict[str, Any], problem: str
) -> None:
    """Comparators on negative values, masked values, strings of other digits."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert ("invalid", problem) == reason_of(given)
    assert verdict(given) == ("complete", "alpUnclear")


@pytest.mark.hazard("C13")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (34.9999999999999, Decimal("34.9999999999999")),
        (28.12345678901234, Decimal("28.12345678901234")),
        ("28.5", Decimal("28.5")),
        ("28", Decimal(28)),
    ],
)
def test_a_number_is_read_exactly_however_it_is_written(written: object, expected: Decimal) -> None:
    """15-digit floats, and the value as a JSON string."""
    (result,) = read_alp(alp(written))

    assert expected == result.value


def test_a_15_digit_float_just_below_the_limit_is_low() -> None:
    """Never rounded before comparing."""
    given = answer(request(alp=bundle(alp(34.9999999999999))))

    assert reason_of(given) == ("low-unexplained",)


@pytest.mark.hazard("C13")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<20", ("<", Decimal(20), "")),
        ("<= 20 U/L", ("<=", Decimal(20), "")),
        (">20", (">", Decimal(20), "")),
        ("<=1.005", ("<=", Decimal("1.005"), "")),
        ("≤20 U/L", ("<=", Decimal("20"), "")),
        ("＜２０ Ｕ／Ｌ", ("<", Decimal("20"), "")),
        ("≦20 U/L", ("<=", Decimal("20"), "")),
        ("≥ 20", (">=", Decimal("20"), "")),
        ("20 U/L L", ("", None, "text")),
        ("20*", ("", None, "text")),
        ("<20*", ("", None, "unit")),
        ("0-2", ("", None, "text")),
        ("Negative", ("", None, "text")),
        ("28", ("", None, "text")),
        ("<2٠", ("", None, "unit")),
        ("<20-30", ("", None, "unit")),
        ("<1234567", ("", None, "unit")),
        ("<20 mg/dL", ("", None, "unit")),
        ("", ("", None, "text")),
    ],
)
def test_a_string_is_a_value_only_if_it_is_plainly_a_comparator_and_a_number(
    written: str, expected: tuple[str, Decimal | None, str]
) -> None:
    """The unit is that of the printed range."""
    (result,) = read_alp(
        alp(
            valueQuantity=MISSING,
            valueString=written,
            referenceRange=[{"low": quantity(35), "high": quantity(105)}],
        )
    )

    assert expected == (result.comparator, result.value, result.problem)


@pytest.mark.parametrize("printed", [{"text": "40-120"}, {"low": {"value": 40}}, {"text": "> 40"}])
def test_a_range_without_a_unit_has_that_of_the_string_beside_it(printed: dict[str, Any]) -> None:
    """The reference range is converted by its own unit, else the result's."""
    (result,) = read_alp(
        alp(valueQuantity=MISSING, valueString="<0.5 ukat/L", referenceRange=[printed])
    )

    assert result.printed.low == 40 * 60


def test_values_that_stand_in_components_are_read() -> None:
    """A panel, whose own code may be anything."""
    part = {"code": concept("6768-6"), "valueQuantity": quantity(28)}
    given = answer(
        request(alp=bundle(alp(code=concept("24325-3"), valueQuantity=MISSING, component=[part])))
    )

    assert verdict(given) == ("complete", "lowAlpOnce")
    assert Decimal(28) == only_judged(given).result.value


@pytest.mark.parametrize("more", [{}, {"dataAbsentReason": concept("unknown", ABSENT_REASON)}])
def test_neither_value_nor_reason_is_an_unusable_result(more: dict[str, Any]) -> None:
    given = answer(request(alp=bundle(alp(valueQuantity=MISSING, **more))))

    assert reason_of(given) == ("invalid", "no-value")
    assert "no value" in card(given)["detail"]


# 5. Reference ranges


def printed(low: Any = None, high: Any = None, **more: Any) -> dict[str, Any]:
    sides = {"low": low, "high": high}
    return {**{k: quantity(v) for k, v in sides.items() if v is not None}, **more}


def sex(word: str) -> dict[str, Any]:
    return {"appliesTo": [{"text": word}]}


def sex_code(code: str) -> dict[str, Any]:
    return {"appliesTo": [concept(code, SNOMED)]}


def child(unit: str) -> dict[str, Any]:
    return {"age": {"high": {"value": 17, "unit": unit}}}


def grown(unit: str) -> dict[str, Any]:
    return {"age": {"low": {"value": 18, "unit": unit}}}


AGE_OF_A_CHILD = {"age": {"high": {"value": 17, "code": "a"}}}


@pytest.mark.parametrize(
    ("ranges", "low", "whose"),
    [
        (MISSING, 35, "default"),
        ([], 35, "default"),
        ([printed(0, 0)], 35, "default"),
        ([{"text": "40-129"}], 40, "laboratory"),
        ([{"text": "> 40 U/L"}], 40, "laboratory"),
        ([{"text": "see report"}], 35, "default"),
        ([printed(high=129)], 35, "default"),
        ([printed(low=40)], 40, "laboratory"),
        ([printed(40, 129)], 40, "laboratory"),
        ([printed(129, 40)], 35, "default"),
        ([printed(20, 140)], 30, "laboratory-raised"),
        ([printed(60, 300)], 45, "laboratory-lowered"),
        ([printed(40, 129, **sex("male")), printed(38, 104, **sex("female"))], 38, "laboratory"),
        ([printed(40, 129, **sex("Females")), printed(32, 104, **sex("M"))], 40, "laboratory"),
        ([printed(40, 129), printed(32, 104)], 35, "default"),
        ([printed(120, 400, **AGE_OF_A_CHILD), printed(40, 129)], 40, "laboratory"),
        ([printed(40, 129), {"type": concept("treatment", "x"), "low": quantity(30)}], 40,
         "laboratory"),
        ([printed(40, 129, **sex("Pregnant"))], 35, "default"),
        ([printed(40, 129, **sex_code("248153007")), printed(38, 104, **sex_code("248152002"))], 38,
         "laboratory"),
        ([printed(40, 129, **sex("Normal Range"))], 40, "laboratory"),
        ([printed(120, 400, **child("years")), printed(40, 129, **grown("yrs"))], 40, "laboratory"),
        ([printed(120, 400, **child("Jahre")), printed(40, 129)], 40, "laboratory"),
    ],
)  # fmt: skip
def test_a_printed_range_counts_only_where_it_says_something_of_this_patient(
    ranges: Any, low: int, whose: str
) -> None:
    limit = only_judged(answer(request(alp=bundle(alp(28, referenceRange=ranges))))).limit

    assert limit is not None
    assert (Decimal(low), whose) == (limit.low, limit.whose)


def test_a_range_is_converted_by_its_own_unit() -> None:
    """0.6 ukat/L beside a value in U/L is 36 U/L."""
    ranges = [{"low": quantity(0.6, "ukat/L")}]
    given = answer(request(alp=bundle(alp(35.5, referenceRange=ranges))))

    assert reason_of(given) == ("low-unexplained",)
