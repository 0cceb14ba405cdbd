"""One patient or more for rows 9 to 15 and their changes, read off the decision table by hand."""

import pytest

from tests.restatement.by_hand import (
    CHILD,
    CLEAR,
    alp,
    condition,
    drug,
    given,
    lab,
    said,
    tier,
)

CHONDRO = condition("chondrocalcinosis", 3000)
FAMILY = condition("family_history_hpp", 900)


# Rows 9 and 10


def test_single_low_is_marked_when_very_low_or_in_a_child() -> None:
    assert said(alp=[alp(30, 25)]) == ("T5a", "10", "info")
    assert said(alp=[alp(30, 24.99)]) == ("T5b", "9", "warning")
    assert said(CHILD, alp=[alp(30, 141)]) == ("T5b", "9", "warning")


def test_a_very_low_value_long_ago_or_after_a_clear_normal_is_not_marked() -> None:
    def story(days: int, between: float = 40) -> list[dict[str, object]]:
        filling = [alp(day, between) for day in (37, 36, 35)]
        return [alp(days, 20), *filling, alp(30, 33)]

    assert said(alp=story(395)) == ("T5b", "9", "warning")
    assert said(alp=story(396)) == ("T5a", "10", "info")
    assert said(alp=story(300, 46)) == ("T5a", "10", "info")
    assert said(alp=[CLEAR, alp(30, 20)]) == ("T5a", "10", "info")
    assert said(alp=[alp(600, 52), alp(30, 20)]) == ("T5b", "9", "warning")


# Row 11


def test_acute_low_with_a_fresh_normal_is_not_acute_only() -> None:
    ill = [condition("sec_acute_illness", 30)]
    assert said(alp=[alp(30, 30), alp(730, 40)], conditions=ill) == ("T7", "14", "none")
    assert said(alp=[alp(30, 30), alp(731, 40)], conditions=ill) == ("T4c", "11", "info")


# Rows 12 to 15


def test_recovery_needs_to_be_above_the_ceiling_and_fresh() -> None:
    assert said(alp=[alp(800, 30), alp(730, 45.1)]) == ("T7", "12", "none")
    assert said(alp=[alp(800, 30), alp(731, 45.1)]) == ("T8", "15", "info")


def test_fluctuating_is_a_warning_near_the_limit_only() -> None:
    spaced = [alp(800, 30), alp(770, 30)]
    assert said(alp=[*spaced, alp(731, 38.5)]) == ("T6", "13", "warning")
    assert said(alp=[*spaced, alp(731, 38.6)]) == ("T6", "13", "info")
    assert said(alp=[alp(800, 30), alp(731, 38.5)]) == ("T6", "13", "info")


@pytest.mark.parametrize(
    "newer",
    [
        alp(5, 30, "mg/dL"),
        alp(5, 30, name="unrecognised"),
        alp(5, 30, written="text"),
        alp(5, 60, low=106),
        alp(5, 36, comparator="<"),
    ],
)
def test_a_newer_result_that_cannot_be_read(newer: dict[str, object]) -> None:
    assert said(alp=[alp(30, 50), newer]) == ("T6", "13", "info")
    assert said(alp=[alp(300, 30), alp(30, 50), newer]) == ("T6", "13", "info")
    assert said(alp=[alp(365, 52.5), newer]) == ("T7", "14", "none")
    assert said(alp=[alp(366, 52.5), newer]) == ("T6", "13", "info")


def test_an_undated_or_contaminated_newer_result_is_not_unread() -> None:
    salts = [lab("potassium", 5, 7, "mmol/L"), lab("calcium", 5, 1, "mmol/L")]
    assert tier(alp=[alp(30, 50), alp(5, 30)], labs=salts) == "T7"
    assert tier(alp=[alp(30, 50), alp(None, 30)]) == "T7"


def test_a_child_whose_last_result_is_stale_has_no_data() -> None:
    newer = alp(5, 30, "mg/dL")
    assert said(CHILD, alp=[alp(365, 150), newer]) == ("T6", "13", "info")
    assert said(CHILD, alp=[alp(366, 150), newer]) == ("T8", "15", "warning")


def test_a_low_normal_masked_result_is_unclear() -> None:
    broken = [condition("fracture", 20)]
    assert said(alp=[alp(10, 45)], conditions=broken) == ("T6", "13", "info")
    assert said(alp=[alp(10, 45.1)], conditions=broken) == ("T7", "14", "none")
    assert said(alp=[alp(300, 50), alp(10, 40)], conditions=broken) == ("T7", "14", "none")
    assert said(alp=[alp(300, 45), alp(10, 40)], conditions=broken) == ("T6", "13", "info")


def test_masked_normal_and_a_feature() -> None:
    broken = [condition("fracture", 20), CHONDRO]
    stale = [alp(10, 60), alp(900, 60)]
    assert said(alp=stale, conditions=broken) == ("T6", "13", "info")
    assert said(alp=[alp(10, 60), alp(700, 60)], conditions=broken) == ("T7", "14", "none")


def test_no_result_depends_on_a_new_start_and_on_age() -> None:
    assert said() == ("T8", "15", "info")
    assert said(drugs=[drug("bp_alendronate", 600, 365)]) == ("T8", "15", "none")
    assert said(drugs=[drug("bp_alendronate", 600, 366)]) == ("T8", "15", "info")
    assert said(administrations=[given("bp_zoledronate", 365)]) == ("T8", "15", "none")
    assert said(CHILD) == ("T8", "15", "warning")


def test_a_clear_old_normal_is_silent() -> None:
    old = [alp(6000, 52.5)]
    assert said(alp=old) == ("T8", "15", "none")
    assert said(alp=[alp(6000, 52.4)]) == ("T8", "15", "info")
    assert said(alp=old, conditions=[CHONDRO]) == ("T8", "15", "info")
    assert said(alp=old, conditions=[FAMILY]) == ("T8", "15", "info")
    assert said(8000, alp=[alp(2000, 300)]) == ("T8", "15", "info")
    assert said(alp=[alp(900, 80), alp(800, 30), alp(731, 60)]) == ("T8", "15", "info")
