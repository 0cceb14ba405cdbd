"""The date of a result is that of its specimen, as a whole day; several of one day are one."""

import pytest

from tests.spec.answers import LOW_ONCE, NO_ALP
from tests.spec.vignette import Vignette

title, order = "Dates", 5


def test_a_result_without_any_date_is_unusable(vignette: Vignette) -> None:
    """Without a date it can neither persist nor be placed beside a drug or an illness."""
    vignette(
        """
        resource    | date | code | value  | low limit
        ------------+------+------+--------+----------
        Observation |      | ALP  | 30 U/L | 35 U/L
        """,
        verdict="alpUnclear",
        row="13-unusable",
        indicator="info",
    )


def test_the_date_of_issue_stands_in_for_that_of_the_specimen(vignette: Vignette) -> None:
    """Some systems send only when the report was issued."""
    vignette(
        """
        resource    | date  | code | value  | low limit | notes
        ------------+-------+------+--------+-----------+-----------------------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    | only the date of issue
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


@pytest.mark.hazard("H7")
def test_a_result_dated_after_the_order_is_ignored(vignette: Vignette) -> None:
    """A result of the day of the order counts, one of tomorrow does not."""
    vignette.each(
        """
        resource    | date | code | value  | low limit
        ------------+------+------+--------+----------
        Observation | {it} | ALP  | 30 U/L | 35 U/L
        """,
        ("today", LOW_ONCE),
        ("+1 d", NO_ALP),
    )


@pytest.mark.hazard("H9")
def test_adults_are_looked_back_on_for_ten_years(vignette: Vignette) -> None:
    """Ten years are 3652 days, and the last of them counts."""
    vignette.around(
        "lookback_adult",
        """
        resource    | date | code | value  | low limit
        ------------+------+------+--------+----------
        Observation | {it} | ALP  | 30 U/L | 35 U/L
        """,
        below=("-3651 d", LOW_ONCE),
        on=("-3652 d", LOW_ONCE),
        above=("-3653 d", NO_ALP),
        since="today",
    )


def test_children_are_looked_back_on_for_their_whole_life(vignette: Vignette) -> None:
    """A low value at five years of age still counts at sixteen."""
    vignette(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Patient     |         | girl | 16 y   |
        Observation | -4000 d | ALP  | 90 U/L |
        Observation | -10 d   | ALP  | 40 U/L |
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_of_one_day_the_highest_result_counts(vignette: Vignette) -> None:
    """A dip by haemolysis or EDTA is more likely than a rise."""
    vignette(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d | ALP  | 52 U/L | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_of_one_day_a_usable_result_wins_over_an_unusable_one(vignette: Vignette) -> None:
    """The unusable one is higher only in number."""
    vignette(
        """
        resource    | date  | code | value       | low limit
        ------------+-------+------+-------------+----------
        Observation | -10 d | ALP  | 30 U/L      | 35 U/L
        Observation | -10 d | ALP  | 52 KA units |
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_two_low_results_of_one_day_are_one_low_result(vignette: Vignette) -> None:
    """A repeat from the same morning shows no course."""
    vignette(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d | ALP  | 31 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )
