"""Everything is compared in U/L, unrounded.  A unit that is not known makes a result unusable."""

import pytest

from tests.spec.answers import LOW_ONCE, NEWER_UNREAD, NO_ALP_CHILD, NORMAL, VERY_LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Units", 2


@pytest.mark.hazard("H8")
def test_enzyme_units_are_converted(vignette: Vignette) -> None:
    """One microkatal per litre is 60 U/L."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ("30 U/L", LOW_ONCE),
        ("30 IU/L", LOW_ONCE),
        ("30 mU/mL", LOW_ONCE),
        ("0.5 ukat/L", LOW_ONCE),
        ("500 nkat/L", LOW_ONCE),
        ("0.4 ukat/L", VERY_LOW_ONCE),
        ("1.2 ukat/L", NORMAL),
    )


def test_a_converted_value_is_not_rounded(vignette: Vignette) -> None:
    """0.583 microkatal is 34.98 U/L, which is below 35; 0.584 is 35.04."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ("0.583 ukat/L", LOW_ONCE),
        ("0.584 ukat/L", NORMAL),
    )


def test_a_printed_limit_is_read_in_its_own_unit(vignette: Vignette) -> None:
    """0.58 microkatal is a limit of 34.8 U/L."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+------------
        Observation | -10 d | ALP  | {it}  | 0.58 ukat/L
        """,
        ("34.7 U/L", LOW_ONCE),
        ("34.8 U/L", NORMAL),
    )


def test_a_printed_limit_without_unit_has_the_unit_of_the_result(vignette: Vignette) -> None:
    """The laboratory printed both numbers side by side."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 0.6
        """,
        ("0.59 ukat/L", LOW_ONCE),
        ("0.6 ukat/L", NORMAL),
    )


@pytest.mark.hazard("H8")
def test_a_unit_that_is_not_an_enzyme_activity_is_never_guessed(vignette: Vignette) -> None:
    """Old units, other units, and no unit at all: there are results, and none can be used."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ("4 KA units", NEWER_UNREAD),
        ("30 g/L", NEWER_UNREAD),
        ("30 %", NEWER_UNREAD),
        ("30", NEWER_UNREAD),
    )


def test_an_unusable_result_takes_nothing_from_a_usable_one(vignette: Vignette) -> None:
    """The usable result decides, whether it is low or clearly normal."""
    vignette.each(
        """
        resource    | date   | code | value      | low limit
        ------------+--------+------+------------+----------
        Observation | -100 d | ALP  | {it}       | 35 U/L
        Observation | -10 d  | ALP  | 4 KA units |
        """,
        ("30 U/L", LOW_ONCE),
        ("70 U/L", NORMAL),
    )


def test_a_newer_result_that_could_not_be_read_is_said(vignette: Vignette) -> None:
    """Where the readable one is not clearly normal, 1.5 times its limit, and of the last year."""
    vignette.around(
        "clear_normal_ratio",
        """
        resource    | date   | code | value      | low limit
        ------------+--------+------+------------+----------
        Observation | -100 d | ALP  | {it}       | 40 U/L
        Observation | -10 d  | ALP  | 4 KA units |
        """,
        below=("59 U/L", NEWER_UNREAD),
        on=("60 U/L", NORMAL),
        above=("61 U/L", NORMAL),
        of="40 U/L",
    )
    vignette.around(
        "clear_recent",
        """
        resource    | date  | code | value      | low limit
        ------------+-------+------+------------+----------
        Observation | {it}  | ALP  | 70 U/L     | 35 U/L
        Observation | -10 d | ALP  | 4 KA units |
        """,
        below=("-364 d", NORMAL),
        on=("-365 d", NORMAL),
        above=("-366 d", NEWER_UNREAD),
        since="today",
    )


def test_a_recovery_is_not_believed_before_a_newer_unreadable_result(vignette: Vignette) -> None:
    """Low, then above the ceiling but not clearly normal, then unreadable."""
    vignette(
        """
        resource    | date   | code | value      | low limit
        ------------+--------+------+------------+----------
        Observation | -200 d | ALP  | 30 U/L     | 35 U/L
        Observation | -100 d | ALP  | 50 U/L     | 35 U/L
        Observation | -10 d  | ALP  | 4 KA units |
        """,
        verdict="alpUnclear",
        row="13-newer-unread",
        indicator="info",
    )


def test_an_unreadable_result_of_a_child_warns_where_there_is_nothing_else(
    vignette: Vignette,
) -> None:
    """With a normal result of another day it only informs; after a stale one the child needs an
    ALP in any case."""
    vignette(
        """
        resource    | date  | code | value      | low limit
        ------------+-------+------+------------+----------
        Patient     |       | girl | 8 y        |
        Observation | -10 d | ALP  | 4 KA units |
        """,
        verdict="alpUnclear",
        row="13-newer-unread-child",
        indicator="warning",
    )
    vignette.each(
        """
        resource    | date  | code | value      | low limit
        ------------+-------+------+------------+----------
        Patient     |       | girl | 8 y        |
        Observation | {it}  | ALP  | 180 U/L    |
        Observation | -10 d | ALP  | 4 KA units |
        """,
        ("-100 d", NEWER_UNREAD),
        ("-400 d", NO_ALP_CHILD),
    )
