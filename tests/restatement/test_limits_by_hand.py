"""Limits, units, printed ranges and comparators, read off the decision table by hand."""

from typing import Any

import pytest

from tests.restatement.by_hand import CHILD, alp, ask, condition, lab, person, said, tier
from tests.restatement.limits import limit, text_low


@pytest.mark.parametrize(
    ("printed", "bound"), [(None, 35), (20, 30), (60, 45), (0, 35), (31.5, 31.5), (70, 45)]
)
def test_adult_limit_is_clamped(printed: float | None, bound: float) -> None:
    assert limit(person(), alp(10, 1, low=printed)) == bound


@pytest.mark.parametrize(
    ("printed", "bound"), [(106.5, 106.5), (106.4, 142), (198.8, 198.8), (198.9, 142), (40, 142)]
)
def test_child_limit_takes_a_printed_low_from_three_quarters_on(
    printed: float, bound: float
) -> None:
    assert float(limit(person(CHILD), alp(10, 1, low=printed))) == bound


@pytest.mark.parametrize(
    ("age", "sex", "printed", "bound"),
    [(6000, "female", 40, 50), (6000, "female", 45.1, 45.1), (6300, "female", 40, 40)],
)
def test_an_adult_range_is_refused_where_the_table_is_higher(
    age: int, sex: str, printed: float, bound: float
) -> None:
    assert float(limit(person(age, sex=sex), alp(0, 1, low=printed))) == bound


def test_a_teenager_with_an_adult_range_is_low() -> None:
    assert said(6000, sex="female", alp=[alp(10, 44, low=40)]) == ("T5b", "9", "warning")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(44.9, "T5a"), (45, "T6"), (105, "T6"), (106, "T7")],
)
def test_a_printed_low_above_sixty_is_another_method(value: float, expected: str) -> None:
    assert tier(alp=[alp(10, value, low=106)]) == expected


def test_of_another_method_the_printed_low_is_what_a_clear_normal_is_measured_by() -> None:
    """158 is below 1.5 x 106, 159 is not: only this one makes an old normal."""
    old = [alp(800, 158, low=106)]
    assert said(alp=old) == ("T8", "15", "info")
    assert said(alp=[alp(800, 159, low=106)]) == ("T8", "15", "none")


@pytest.mark.parametrize(
    ("comparator", "value", "expected"),
    [
        ("<", 45, "T5a"),
        ("<", 45.1, "T6"),
        (">", 106, "T7"),
        (">=", 105, "T6"),
        (">", 44, "T6"),
    ],
)
def test_comparators_of_another_method(comparator: str, value: float, expected: str) -> None:
    assert tier(alp=[alp(10, value, low=106, comparator=comparator)]) == expected


@pytest.mark.parametrize(
    ("written", "low"),
    [
        ("40-120", 40),
        ("40 – 120 U/L", 40),
        ("0.6-2.0 ukat/L", 36),
        (">=40", 40),
        ("> 40.5 U/L", 40.5),
        ("≥40", 40),
        ("< 120", None),
        ("40-120 mg/dL", None),
        ("adults 40-120", None),
        ("see note", None),
    ],
)
def test_a_range_that_is_only_text(written: str, low: float | None) -> None:
    found = text_low(written, "U/L")
    assert (None if found is None else float(found)) == low


def test_a_text_range_counts_and_a_structured_one_goes_first() -> None:
    assert tier(alp=[alp(10, 38, range_text="40-120 U/L")]) == "T5a"
    assert tier(alp=[alp(10, 38, range_text="40-120 U/L", low=30)]) == "T7"


def test_a_range_is_converted_by_its_own_unit() -> None:
    assert tier(alp=[alp(10, 38, low=0.7, low_unit="ukat/L")]) == "T5a"


def test_units_are_never_rounded() -> None:
    assert tier(alp=[alp(10, 0.583, "ukat/L")]) == "T5a"
    assert tier(alp=[alp(10, 0.5834, "ukat/L")]) == "T7"
    assert tier(alp=[alp(10, 583, "nkat/L")]) == "T5a"
    assert tier(alp=[alp(10, 0.0349, "kU/L")]) == "T5a"
    assert tier(alp=[alp(10, 34.9, "umol/min/L")]) == "T5a"
    assert tier(alp=[alp(10, 25, comparator="<")]) == "T5b"


@pytest.mark.parametrize(
    "unusable",
    [
        alp(10, 30, "mg/dL"),
        alp(None, 30),
        alp(10, 30, written="text"),
        alp(10, 30, written="ratio"),
        alp(10, 30, name="unrecognised"),
        alp(10, 36, comparator="<"),
        alp(10, 34, comparator=">="),
    ],
)
def test_only_unusable_results_are_unclear(unusable: dict[str, Any]) -> None:
    assert said(alp=[unusable]) == ("T6", "13", "info")


def test_only_unusable_results_of_a_child_are_a_warning() -> None:
    unusable = alp(10, 130, "mg/dL")
    assert said(CHILD, alp=[unusable]) == ("T6", "13", "warning")
    assert said(CHILD, alp=[unusable, alp(20, 150)]) == ("T6", "13", "info")
    broken = [condition("fracture", 30)]
    assert said(CHILD, alp=[unusable, alp(20, 150)], conditions=broken) == ("T6", "13", "info")
    masked_long_ago = [unusable, alp(400, 150)]
    old = [condition("fracture", 410)]
    assert said(CHILD, alp=masked_long_ago, conditions=old) == ("T6", "13", "warning")


def test_a_string_of_a_comparator_and_a_number_is_read() -> None:
    assert tier(alp=[alp(10, 20, comparator="<", written="string")]) == "T5b"


def test_age_decides_the_limit_at_the_specimen_and_the_path_at_the_order() -> None:
    assert tier(6575, alp=[alp(0, 40)]) == "T7"
    assert said(6575, alp=[alp(1, 40)]) == ("T5a", "10", "info")
    assert said(6574, alp=[alp(0, 40)]) == ("T5b", "9", "warning")


@pytest.mark.parametrize(("days", "expected"), [(3652, "T5a"), (3653, "T8")])
def test_an_adult_low_counts_for_ten_years(days: int, expected: str) -> None:
    assert tier(alp=[alp(days, 30)]) == expected


def test_a_normal_counts_whatever_its_age() -> None:
    """Two clean lows and a clear normal of eleven years ago: acquired."""
    assert said(alp=[alp(4015, 60), alp(60, 30), alp(30, 30)]) == ("T3b", "5a", "info")
    assert said(alp=[alp(60, 30), alp(30, 30)]) == ("T3", "5", "warning")


def test_a_masked_normal_of_long_ago_is_ignored() -> None:
    broken = [condition("fracture", 4020)]
    assert said(alp=[alp(4015, 60)], conditions=broken) == ("T8", "15", "info")


def test_a_child_is_looked_at_for_life() -> None:
    assert tier(6574, alp=[alp(6000, 100)]) == "T5b"


def test_results_that_do_not_count_are_not_results() -> None:
    for status in ("registered", "preliminary", "cancelled", "entered-in-error"):
        assert tier(alp=[alp(10, 30, status=status)]) == "T8"
    assert tier(alp=[alp(-1, 30)]) == "T8"
    assert tier(alp=[alp(10, 30, status="unknown")]) == "T5a"


def test_highest_usable_result_of_a_day_counts() -> None:
    assert tier(alp=[alp(10, 30), alp(10, 36)]) == "T7"
    assert tier(alp=[alp(10, 30), alp(10, 36, "mg/dL")]) == "T5a"


def test_edta_makes_a_result_unusable_on_the_same_specimen_only() -> None:
    salts = [lab("potassium", 10, 6, "mmol/L"), lab("calcium", 10, 1.89, "mmol/L")]
    assert ask(alp=[alp(10, 30)], labs=salts).tier == "T6"
    plain = [salts[0], lab("calcium", 10, 1.9, "mmol/L")]
    assert ask(alp=[alp(10, 30)], labs=plain).tier == "T5a"
    apart = [{**salt, "specimen": "other"} for salt in salts]
    assert ask(alp=[alp(10, 30, specimen="mine")], labs=apart).tier == "T5a"
