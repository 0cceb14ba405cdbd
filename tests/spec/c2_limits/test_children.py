"""Children have limits by age and sex (CALIPER, Roche); an adult range is often printed instead."""

import pytest

from tests.spec.answers import (
    CHILD_ONCE,
    EXPLAINED,
    EXPLAINED_VERY_LOW,
    LOW_ONCE,
    NORMAL,
)
from tests.spec.vignette import Vignette

title, order = "Children", 2


def test_a_child_has_the_limit_of_its_age(vignette: Vignette) -> None:
    """142 U/L from one to nine years.  What would be plenty in an adult is low here."""
    vignette.each(
        """
        resource    | date  | code | value
        ------------+-------+------+------
        Patient     |       | girl | 8 y
        Observation | -10 d | ALP  | {it}
        """,
        ("141 U/L", CHILD_ONCE),
        ("142 U/L", NORMAL),
    )


def test_infants_and_newborns_have_limits_of_their_own(vignette: Vignette) -> None:
    """83 U/L in the first fifteen days, 122 U/L to the first birthday."""
    vignette.each(
        """
        resource    | date  | code | value
        ------------+-------+------+------
        Patient     |       | boy  | 10 d
        Observation | today | ALP  | {it}
        """,
        ("82 U/L", CHILD_ONCE),
        ("83 U/L", NORMAL),
    )
    vignette.each(
        """
        resource    | date  | code | value
        ------------+-------+------+------
        Patient     |       | boy  | 200 d
        Observation | today | ALP  | {it}
        """,
        ("121 U/L", CHILD_ONCE),
        ("122 U/L", NORMAL),
    )


def test_in_puberty_sex_decides(vignette: Vignette) -> None:
    """At fourteen the limit is 116 U/L for boys and 57 for girls; where the sex is not known the
    lower one holds."""
    vignette.each(
        """
        resource    | date  | code | value
        ------------+-------+------+-------
        Patient     |       | {it} | 14 y
        Observation | -10 d | ALP  | 60 U/L
        """,
        ("boy", CHILD_ONCE),
        ("girl", NORMAL),
        ("sex unknown", NORMAL),
    )


def test_an_adult_range_printed_for_a_child_is_not_used(vignette: Vignette) -> None:
    """95 U/L looks normal beside a range of 35 to 105; at eight years it is low."""
    vignette(
        """
        resource    | date  | code | value  | low limit | high limit
        ------------+-------+------+--------+-----------+-----------
        Patient     |       | boy  | 8 y    |           |
        Observation | -10 d | ALP  | 95 U/L | 35 U/L    | 105 U/L
        """,
        verdict="lowAlpOnceMarked",
        row="9-child",
        indicator="warning",
    )


def test_a_limit_printed_for_children_is_used(vignette: Vignette) -> None:
    """A paediatric laboratory prints 125 U/L, which lies near the table's 142."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Patient     |       | boy  | 8 y   |
        Observation | -10 d | ALP  | {it}  | 125 U/L
        """,
        ("124 U/L", CHILD_ONCE),
        ("125 U/L", NORMAL),
    )


def test_a_printed_limit_far_below_the_table_is_not_used(vignette: Vignette) -> None:
    """0.75 of 142 is 106.5 U/L.  Where the printed limit is lower the table's own holds, and
    120 U/L is low."""
    vignette.around(
        "child_lab_min_ratio",
        """
        resource    | date  | code | value   | low limit
        ------------+-------+------+---------+----------
        Patient     |       | boy  | 8 y     |
        Observation | -10 d | ALP  | 120 U/L | {it}
        """,
        below=("106.4 U/L", CHILD_ONCE),
        on=("106.5 U/L", NORMAL),
        above=("106.6 U/L", NORMAL),
        of="142 U/L",
    )


def test_a_printed_limit_far_above_the_table_is_not_used(vignette: Vignette) -> None:
    """1.4 of 142 is 198.8 U/L.  Where the printed limit is higher the table's own holds, and
    150 U/L is not low."""
    vignette.around(
        "child_lab_max_ratio",
        """
        resource    | date  | code | value   | low limit
        ------------+-------+------+---------+----------
        Patient     |       | boy  | 8 y     |
        Observation | -10 d | ALP  | 150 U/L | {it}
        """,
        below=("198.7 U/L", CHILD_ONCE),
        on=("198.8 U/L", CHILD_ONCE),
        above=("198.9 U/L", NORMAL),
        of="142 U/L",
    )


def test_below_half_of_the_limit_is_very_low_in_a_child(vignette: Vignette) -> None:
    """Half of 142 is 71 U/L.  A deficiency explains a low value, but does not reassure about a
    very low one."""
    vignette.around(
        "child_very_low_ratio",
        """
        resource    | date   | code            | value
        ------------+--------+-----------------+------
        Patient     |        | girl            | 8 y
        Condition   | -300 d | zinc deficiency |
        Observation | -10 d  | ALP             | {it}
        """,
        below=("70 U/L", EXPLAINED_VERY_LOW),
        on=("71 U/L", EXPLAINED),
        above=("72 U/L", EXPLAINED),
        of="142 U/L",
    )


@pytest.mark.hazard("H13")
def test_an_adult_is_6575_days_old(vignette: Vignette) -> None:
    """On the day of the eighteenth birthday a single low value is judged as an adult's."""
    vignette.around(
        "adult_age",
        """
        resource    | date  | code  | value
        ------------+-------+-------+-------
        Patient     |       | woman | {it}
        Observation | today | ALP   | 30 U/L
        """,
        below=("6574 d", CHILD_ONCE),
        on=("6575 d", LOW_ONCE),
        above=("6576 d", LOW_ONCE),
    )


def test_the_limit_is_that_of_the_age_at_the_specimen(vignette: Vignette) -> None:
    """120 U/L at nine years was low (129 at that age); the patient is an adult today, and a
    single low value of an adult only informs."""
    vignette(
        """
        resource    | date    | code  | value
        ------------+---------+-------+--------
        Patient     |         | woman | 6940 d
        Observation | -3285 d | ALP   | 120 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_an_adult_range_printed_for_a_teenager_is_named_and_not_used(vignette: Vignette) -> None:
    """A girl of fifteen has a limit of 50; 45 lies near it, and is an adult's all the same."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Patient     |       | girl | 15 y   |
        Observation | -10 d | ALP  | 48 U/L | {it}
        """,
        ("45 U/L", CHILD_ONCE.naming("adult range printed")),
        ("46 U/L", NORMAL),
    )
