"""Which limits a laboratory printed for this patient: their unit, their bounds, the ages.

Here are numbers that stand exactly on a bound, which no chart from life happens to hold.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.fhir.context import Context
from service.fhir.printed import NO_RANGE, printed_range
from service.fhir.references import Index
from service.hpp.model import Patient, PrintedRange
from tests.fhir.ask import engine
from tests.fhir.build import Json, concept, quantity

DAY = date(2025, 6, 1)


def limits(
    *ranges: Json, test: str = "alp_total", unit: str = "U/L", age_days: int = 9000
) -> PrintedRange:
    """What is read beside a result in that unit, of somebody so old on the day."""
    born = DAY - timedelta(age_days)
    patient = Patient(born, born)
    context = Context(engine().terminology, Index(), patient=patient)
    part = {"valueQuantity": quantity(50, unit), "referenceRange": list(ranges)}
    return printed_range(part, test, DAY, context)


def between(low: object, high: object, unit: str = "U/L") -> Json:
    return {"low": quantity(low, unit), "high": quantity(high, unit)}


def sides(low: object, high: object) -> PrintedRange:
    return PrintedRange(*(None if side is None else Decimal(str(side)) for side in (low, high)))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (between(40, 120), sides(40, 120)),
        (between(40, 40), sides(40, 40)),
        (between(41, 40), NO_RANGE),
        (between(0, 120), sides(None, 120)),
        (between(-1, 120), sides(None, 120)),
        (between(0, 0), NO_RANGE),
        ({"high": quantity(0)}, NO_RANGE),
        ({"low": quantity(40)}, sides(40, None)),
    ],
)
def test_zero_is_no_limit_and_a_low_above_the_high_says_nothing(
    printed: Json, expected: PrintedRange
) -> None:
    assert limits(printed) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (between(1, 2, "mmol/L"), sides(1, 2)),
        ({"low": {"value": 1}, "high": {"value": 2}}, sides(1, 2)),
        (between(1, 2, "mg/dL"), NO_RANGE),
    ],
)
def test_a_test_that_is_never_converted_takes_a_range_of_its_own_unit_alone(
    printed: Json, expected: PrintedRange
) -> None:
    """Phosphate is compared with the limit printed beside it, in whatever unit both have."""
    assert limits(printed, test="lab_phosphate", unit="mmol/L") == expected


def age(low: object = None, high: object = None) -> Json:
    bounds = {"low": low, "high": high}
    return {"age": {side: {"value": days, "code": "d"} for side, days in bounds.items() if days}}


@pytest.mark.parametrize(
    ("ages", "applies"),
    [
        (age(100, 200), True),
        (age(99, 101), True),
        (age(101, 200), False),
        (age(50, 99), False),
        (age(100), True),
        (age(high=100), True),
        (age(101), False),
        (age(high=99), False),
    ],
)
def test_a_range_for_an_age_applies_on_both_of_its_bounds(ages: Json, applies: bool) -> None:
    found = limits({**between(40, 120), **ages}, age_days=100)

    assert found == (sides(40, 120) if applies else NO_RANGE)


@pytest.mark.parametrize(
    ("value", "unit", "applies"),
    [
        (2, "a", True), (2, "years", True), (3, "y", False), (24, "mo", True),
        (25, "months", False),
        (104, "wk", True), (105, "weeks", False), (730, "d", True), (731, "days", True),
        (732, "day", False), (2, "decades", False), (2, "", False),
    ],
)  # fmt: skip
def test_an_age_may_be_in_years_months_weeks_or_days(value: int, unit: str, applies: bool) -> None:
    """Somebody of 731 days; an age in another unit is not known to apply."""
    low = {"low": {"value": value, "unit": unit}}
    found = limits({**between(40, 120), "age": low}, age_days=731)

    assert found == (sides(40, 120) if applies else NO_RANGE)


@pytest.mark.parametrize("empty", [{"age": {}}, {"age": None}, {"appliesTo": []}, {"appliesTo": 3}])
def test_an_empty_age_or_sex_says_nothing(empty: Json) -> None:
    assert limits({**between(40, 120), **empty}) == sides(40, 120)


def test_a_range_that_is_nested_beyond_reason_is_none() -> None:
    deep: Json = {}
    for _ in range(2000):
        deep = {"x": deep}

    assert limits({**between(40, 120), "extension": [deep]}) == sides(40, 120)


@pytest.mark.parametrize(
    ("kind", "applies"), [("normal", True), ("NORMAL", True), ("therapeutic", False)]
)
def test_only_a_normal_range_is_a_limit(kind: str, applies: bool) -> None:
    found = limits({**between(40, 120), "type": concept(kind, "urn:x")})

    assert found == (sides(40, 120) if applies else NO_RANGE)
