"""Everything is compared in U/L, unrounded.  A unit that is not known makes a result unusable."""

import pytest

from tests.spec.answers import LOW_ONCE, NORMAL, UNUSABLE, VERY_LOW_ONCE
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
        ("4 KA units", UNUSABLE),
        ("30 g/L", UNUSABLE),
        ("30 %", UNUSABLE),
        ("30", UNUSABLE),
    )


def test_an_unusable_result_takes_nothing_from_a_usable_one(vignette: Vignette) -> None:
    """The usable result decides, whether it is low or not."""
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
