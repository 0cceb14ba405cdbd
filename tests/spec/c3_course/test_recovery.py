"""A result above the ceiling shows recovery; one that is only just normal leaves it open."""

from tests.spec.answers import FLUCTUATING, FLUCTUATING_NEAR, RECOVERED
from tests.spec.vignette import Vignette

title, order = "Recovery and fluctuation", 2


def test_above_45_an_adult_has_recovered(vignette: Vignette) -> None:
    """Persons with HPP stay at or below it."""
    vignette.around(
        "recovery_floor_adult",
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -200 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | {it}   | 35 U/L
        """,
        below=("44 U/L", FLUCTUATING),
        on=("45 U/L", FLUCTUATING),
        above=("46 U/L", RECOVERED),
    )


def test_where_the_limit_is_high_recovery_is_a_quarter_above_it(vignette: Vignette) -> None:
    """1.25 of a limit of 40 is 50 U/L."""
    vignette.around(
        "recovery_ratio",
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -200 d | ALP  | 30 U/L | 40 U/L
        Observation | -10 d  | ALP  | {it}   | 40 U/L
        """,
        below=("49 U/L", FLUCTUATING),
        on=("50 U/L", FLUCTUATING),
        above=("51 U/L", RECOVERED),
        of="40 U/L",
    )


def test_a_child_has_recovered_a_quarter_above_its_limit(vignette: Vignette) -> None:
    """1.25 of 142 is 177.5 U/L."""
    vignette.each(
        """
        resource    | date   | code | value
        ------------+--------+------+--------
        Patient     |        | girl | 8 y
        Observation | -200 d | ALP  | 100 U/L
        Observation | -10 d  | ALP  | {it}
        """,
        ("177 U/L", FLUCTUATING),
        ("178 U/L", RECOVERED),
    )


def test_low_values_weeks_apart_before_a_just_normal_one_warn(vignette: Vignette) -> None:
    """Two low values thirty days apart, then 38 U/L."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | {it}   | ALP  | 30 U/L | 35 U/L
        Observation | -200 d | ALP  | 31 U/L | 35 U/L
        Observation | -10 d  | ALP  | 38 U/L | 35 U/L
        """,
        ("-229 d", FLUCTUATING),
        ("-230 d", FLUCTUATING_NEAR),
    )


def test_a_just_normal_result_is_unclear_at_any_age(vignette: Vignette) -> None:
    """It does not become more reassuring with the years, nor less."""
    vignette(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Observation | -1200 d | ALP  | 30 U/L | 35 U/L
        Observation | -800 d  | ALP  | 40 U/L | 35 U/L
        """,
        verdict="alpUnclear",
        row="13-fluctuating",
        indicator="info",
    )


def test_a_recovery_of_long_ago_is_no_recent_result(vignette: Vignette) -> None:
    """Clearly normal, but more than two years ago: a new ALP is asked for."""
    vignette(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Observation | -1200 d | ALP  | 30 U/L | 35 U/L
        Observation | -800 d  | ALP  | 60 U/L | 35 U/L
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
    )


def test_only_just_normal_is_up_to_a_tenth_above_the_limit(vignette: Vignette) -> None:
    """1.1 times a limit of 40 is 44 U/L."""
    vignette.around(
        "near_limit_ratio",
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 30 U/L | 40 U/L
        Observation | -200 d | ALP  | 31 U/L | 40 U/L
        Observation | -10 d  | ALP  | {it}   | 40 U/L
        """,
        below=("43 U/L", FLUCTUATING_NEAR),
        on=("44 U/L", FLUCTUATING_NEAR),
        above=("45 U/L", FLUCTUATING),
        of="40 U/L",
    )
