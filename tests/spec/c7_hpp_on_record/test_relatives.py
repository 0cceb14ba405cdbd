"""HPP of a relative: no diagnosis of this patient, and no criterion of the pattern."""

from tests.spec.answers import (
    FAMILY_HISTORY,
    FLUCTUATING,
    LOW_ONCE,
    NORMAL,
    RECOVERED,
)
from tests.spec.vignette import Vignette

title, order = "A relative with hypophosphatasia", 4


def test_with_a_relative_a_single_low_value_makes_hpp_a_suspicion(vignette: Vignette) -> None:
    """Written on the problem list, or as a family history of its own."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Condition   | -900 d | {it} |        |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("family history of hypophosphatasia", FAMILY_HISTORY),
        ("hypertension", LOW_ONCE),
    )
    vignette.each(
        """
        resource            | code | value  | date  | low limit
        --------------------+------+--------+-------+----------
        FamilyMemberHistory | {it} |        |       |
        Observation         | ALP  | 30 U/L | -10 d | 35 U/L
        """,
        ("hypophosphatasia", FAMILY_HISTORY),
        ("hypophosphatasia (only as text)", FAMILY_HISTORY),
        ("osteoporosis", LOW_ONCE),
    )


def test_a_recovered_low_value_does_not_warn(vignette: Vignette) -> None:
    """One that is only just normal is not recovered."""
    vignette.each(
        """
        resource    | date   | code                               | value  | low limit
        ------------+--------+------------------------------------+--------+----------
        Condition   | -900 d | family history of hypophosphatasia |        |
        Observation | -200 d | ALP                                | 30 U/L | 35 U/L
        Observation | -10 d  | ALP                                | {it}   | 35 U/L
        """,
        ("45 U/L", FAMILY_HISTORY),
        ("46 U/L", RECOVERED),
    )
    vignette.each(
        """
        resource    | date   | code         | value  | low limit
        ------------+--------+--------------+--------+----------
        Condition   | -900 d | hypertension |        |
        Observation | -200 d | ALP          | 30 U/L | 35 U/L
        Observation | -10 d  | ALP          | {it}   | 35 U/L
        """,
        ("45 U/L", FLUCTUATING),
        ("46 U/L", RECOVERED),
    )


def test_a_relative_without_a_low_value_is_not_judged(vignette: Vignette) -> None:
    """Half of the children of an affected parent are healthy."""
    vignette.each(
        """
        resource    | date   | code                               | value | low limit
        ------------+--------+------------------------------------+-------+----------
        Condition   | -900 d | family history of hypophosphatasia |       |
        Observation | -10 d  | ALP                                | {it}  | 35 U/L
        """,
        ("60 U/L", NORMAL),
        ("36 U/L", NORMAL),
    )
