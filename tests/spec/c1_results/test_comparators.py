"""A result may be reported as less or more than a number, or as text."""

import pytest

from tests.spec.answers import (
    FLUCTUATING,
    LOW_ONCE,
    NEWER_UNREAD,
    NORMAL,
    RECOVERED,
    UNUSABLE,
    VERY_LOW_ONCE,
)
from tests.spec.vignette import Vignette

title, order = "Less than, more than, and text", 3


@pytest.mark.hazard("H8")
def test_less_than_a_number_at_or_below_the_limit_is_low(vignette: Vignette) -> None:
    """Less than 35 or at most 35 is low at a limit of 35; less than 36 may be 35 and says
    nothing."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ("<35 U/L", LOW_ONCE),
        ("<=35 U/L", LOW_ONCE),
        ("<36 U/L", NEWER_UNREAD),
        ("<=36 U/L", NEWER_UNREAD),
    )


def test_less_than_25_is_very_low(vignette: Vignette) -> None:
    """At most 25 is also taken as very low, although 25 itself is not."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ("<20 U/L", VERY_LOW_ONCE),
        ("<25 U/L", VERY_LOW_ONCE),
        ("<=25 U/L", VERY_LOW_ONCE),
        ("<26 U/L", LOW_ONCE),
    )


def test_more_than_a_number_at_or_above_the_limit_is_not_low(vignette: Vignette) -> None:
    """More than 34 may be 34.5 and says nothing."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        (">35 U/L", NORMAL),
        (">=35 U/L", NORMAL),
        (">34 U/L", NEWER_UNREAD),
        (">=34 U/L", NEWER_UNREAD),
    )


def test_more_than_a_number_shows_recovery_only_if_the_number_does(vignette: Vignette) -> None:
    """More than 45 is not yet above the ceiling of 45; more than 46 is."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -200 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | {it}   | 35 U/L
        """,
        (">45 U/L", FLUCTUATING),
        (">46 U/L", RECOVERED),
    )


def test_text_that_is_a_comparator_and_a_number_is_read(vignette: Vignette) -> None:
    """Some laboratories send <20 as text.  The unit is that of the printed limit."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ('"<20"', VERY_LOW_ONCE),
        ('"<= 20 U/L"', VERY_LOW_ONCE),
        ('"<30"', LOW_ONCE),
        ('">60"', NORMAL),
    )


def test_any_other_text_or_form_is_unusable(vignette: Vignette) -> None:
    """Words, a number as text without comparator, a ratio: they could not be read.  A result
    without a value says itself that nothing was measured."""
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        ('"low"', NEWER_UNREAD),
        ('"20"', NEWER_UNREAD),
        ('"haemolysed"', NEWER_UNREAD),
        ("1:20", NEWER_UNREAD),
        ("", UNUSABLE),
    )


def test_text_without_any_unit_is_unusable(vignette: Vignette) -> None:
    """Neither the text nor a printed limit says a unit, and none is guessed."""
    vignette(
        """
        resource    | date  | code | value
        ------------+-------+------+------
        Observation | -10 d | ALP  | "<20"
        """,
        verdict="alpUnclear",
        row="13-newer-unread",
        indicator="info",
    )
