"""A masked result is shown, and decides only where nothing better is there."""

from tests.spec.answers import (
    LOW_NORMAL_MASKED,
    MASKED,
    MASKED_FRESH,
    MASKED_SPACED,
    MASKED_WITH_FEATURE,
    NO_ALP,
    NORMAL,
)
from tests.spec.vignette import Vignette

title, order = "What a masked result means", 2


def test_a_masked_result_does_not_end_a_persistent_course(vignette: Vignette) -> None:
    """It neither breaks nor counts: two low values before the fracture stay suspicious."""
    vignette(
        """
        resource    | date   | code     | value  | low limit
        ------------+--------+----------+--------+----------
        Observation | -400 d | ALP      | 30 U/L | 35 U/L
        Observation | -300 d | ALP      | 31 U/L | 35 U/L
        Condition   | -60 d  | fracture |        |
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_a_masked_result_between_two_low_ones_does_not_interrupt_them(vignette: Vignette) -> None:
    """Low before the pregnancy, low again after it."""
    vignette(
        """
        resource    | date             | code      | value   | low limit
        ------------+------------------+-----------+---------+----------
        Patient     |                  | woman     | 34 y    |
        Observation | -600 d           | ALP       | 30 U/L  | 35 U/L
        Condition   | -400 d to -120 d | pregnancy |         |
        Observation | -130 d           | ALP       | 110 U/L | 35 U/L
        Observation | -10 d            | ALP       | 29 U/L  | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_low_values_weeks_apart_before_a_masked_result_warn(vignette: Vignette) -> None:
    """A recovery in between keeps them from persisting, so the masked result decides."""
    vignette.each(
        """
        resource    | date   | code     | value  | low limit
        ------------+--------+----------+--------+----------
        Observation | {it}   | ALP      | 30 U/L | 35 U/L
        Observation | -310 d | ALP      | 60 U/L | 35 U/L
        Observation | -300 d | ALP      | 31 U/L | 35 U/L
        Condition   | -60 d  | fracture |        |
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L
        """,
        ("-329 d", MASKED),
        ("-330 d", MASKED_SPACED),
    )


def test_the_latest_result_must_be_the_masked_one(vignette: Vignette) -> None:
    """A result of acute illness after it counts for nothing but being later."""
    vignette(
        """
        resource    | date   | code     | value  | low limit | notes
        ------------+--------+----------+--------+-----------+----------
        Observation | -400 d | ALP      | 30 U/L | 35 U/L    |
        Condition   | -60 d  | fracture |        |           |
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L    |
        Observation | -10 d  | ALP      | 58 U/L | 35 U/L    | inpatient
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_an_unusable_result_after_the_masked_one_does_not_count_as_later(
    vignette: Vignette,
) -> None:
    """It says nothing at all."""
    vignette(
        """
        resource    | date   | code     | value      | low limit
        ------------+--------+----------+------------+----------
        Observation | -400 d | ALP      | 30 U/L     | 35 U/L
        Condition   | -60 d  | fracture |            |
        Observation | -20 d  | ALP      | 60 U/L     | 35 U/L
        Observation | -10 d  | ALP      | 9 KA units |
        """,
        verdict="alpUnclear",
        row="6-masked",
        indicator="info",
    )


def test_a_low_value_is_low_in_every_state(vignette: Vignette) -> None:
    """What raises ALP makes a low value more telling, not less."""
    vignette(
        """
        resource    | date  | code     | value  | low limit
        ------------+-------+----------+--------+----------
        Condition   | -60 d | fracture |        |
        Observation | -20 d | ALP      | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_a_recent_masked_result_alone_is_enough_where_nothing_points_at_hpp(
    vignette: Vignette,
) -> None:
    """After two years it is no result any more."""
    vignette.each(
        """
        resource    | date   | code                  | value  | low limit
        ------------+--------+-----------------------+--------+----------
        Condition   | -900 d | chronic liver disease |        |
        Observation | {it}   | ALP                   | 60 U/L | 35 U/L
        """,
        ("-730 d", MASKED_FRESH),
        ("-731 d", NO_ALP),
    )


def test_a_low_normal_result_that_something_should_raise_is_unclear(vignette: Vignette) -> None:
    """Not above the ceiling of 45 although a fracture heals: the true value may be low."""
    vignette.each(
        """
        resource    | date  | code     | value | low limit
        ------------+-------+----------+-------+----------
        Condition   | -60 d | fracture |       |
        Observation | -20 d | ALP      | {it}  | 35 U/L
        """,
        ("45 U/L", LOW_NORMAL_MASKED),
        ("46 U/L", MASKED_FRESH),
    )


def test_a_normal_result_after_a_low_normal_one_that_something_should_raise_settles_it(
    vignette: Vignette,
) -> None:
    """The newest decides, whatever was found before."""
    vignette.each(
        """
        resource    | date    | code     | value  | low limit
        ------------+---------+----------+--------+----------
        Observation | -1000 d | ALP      | 40 U/L | 35 U/L
        Condition   | -310 d  | fracture |        |
        Observation | -300 d  | ALP      | 40 U/L | 35 U/L
        Observation | {it}    | ALP      | 40 U/L | 35 U/L
        """,
        ("-20 d", NORMAL),
        ("-900 d", LOW_NORMAL_MASKED),
    )


def test_a_masked_result_with_a_feature_of_hpp_is_unclear(vignette: Vignette) -> None:
    """Also above the ceiling while an atypical fracture heals."""
    vignette(
        """
        resource    | date  | code                      | value  | low limit
        ------------+-------+---------------------------+--------+----------
        Condition   | -60 d | atypical femoral fracture |        |
        Observation | -20 d | ALP                       | 60 U/L | 35 U/L
        """,
        verdict="alpUnclear",
        row="13-masked-with-feature",
        indicator="info",
    )


def test_a_normal_result_of_long_ago_does_not_settle_it(vignette: Vignette) -> None:
    """A recent one outside the state does, if it is above its ceiling."""
    vignette.each(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Observation | -900 d | ALP                       | 70 U/L | 35 U/L
        Condition   | -60 d  | atypical femoral fracture |        |
        Observation | -20 d  | ALP                       | {it}   | 35 U/L
        """,
        ("41 U/L", LOW_NORMAL_MASKED),
        ("60 U/L", MASKED_WITH_FEATURE),
    )
    vignette.each(
        """
        resource    | date   | code     | value  | low limit
        ------------+--------+----------+--------+----------
        Observation | -400 d | ALP      | {it}   | 35 U/L
        Condition   | -60 d  | fracture |        |
        Observation | -20 d  | ALP      | 41 U/L | 35 U/L
        """,
        ("45 U/L", LOW_NORMAL_MASKED),
        ("46 U/L", NORMAL),
    )
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Observation | -400 d | ALP                       | 70 U/L | 35 U/L
        Condition   | -60 d  | atypical femoral fracture |        |
        Observation | -20 d  | ALP                       | 41 U/L | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_value_that_is_both_acute_and_masked_is_acute(vignette: Vignette) -> None:
    """It is no result to rely on, and a child without one warns."""
    vignette(
        """
        resource    | date   | code                  | value
        ------------+--------+-----------------------+--------
        Patient     |        | boy                   | 8 y
        Condition   | -900 d | chronic liver disease |
        Procedure   | -12 d  | red cell transfusion  |
        Observation | -10 d  | ALP                   | 200 U/L
        """,
        verdict="alpNotOnFile",
        row="15-child",
        indicator="warning",
    )
