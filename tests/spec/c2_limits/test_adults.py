"""From the age of 18 years: the laboratory's limit between 30 and 45 U/L, else 35 U/L."""

from tests.spec.answers import LOW_ONCE, NEWER_UNREAD, NORMAL, VERY_LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Adults", 1


def test_without_a_printed_limit_35_is_the_limit(vignette: Vignette) -> None:
    """A result of exactly 35 is not low."""
    vignette.around(
        "adult_low_default",
        """
        resource    | date  | code | value
        ------------+-------+------+------
        Observation | -10 d | ALP  | {it}
        """,
        below=("34 U/L", LOW_ONCE),
        on=("35 U/L", NORMAL),
        above=("36 U/L", NORMAL),
    )


def test_the_limit_of_the_laboratory_comes_first(vignette: Vignette) -> None:
    """38 is low where the laboratory says 40, and 33 is not where it says 32."""
    vignette(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 38 U/L | 40 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )
    vignette(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 33 U/L | 32 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_printed_limit_below_30_counts_as_30(vignette: Vignette) -> None:
    """A range of 20 to 140 would hide most patients with HPP."""
    vignette.around(
        "adult_low_min",
        """
        resource    | date  | code | value | low limit | high limit
        ------------+-------+------+-------+-----------+-----------
        Observation | -10 d | ALP  | {it}  | 20 U/L    | 140 U/L
        """,
        below=("29 U/L", LOW_ONCE),
        on=("30 U/L", NORMAL),
        above=("31 U/L", NORMAL),
    )


def test_a_printed_limit_above_45_counts_as_45(vignette: Vignette) -> None:
    """A wrong or foreign range must not create low values."""
    vignette.around(
        "adult_low_max",
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 60 U/L
        """,
        below=("44 U/L", LOW_ONCE),
        on=("45 U/L", NORMAL),
        above=("46 U/L", NORMAL),
    )


def test_a_printed_limit_above_60_is_of_another_method(vignette: Vignette) -> None:
    """The Japanese method before 2020 prints 106.  Its low values are low, its normal ones
    normal; what lies between our highest limit and the printed one says nothing."""
    vignette.around(
        "adult_printed_max",
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 50 U/L | {it}
        """,
        below=("59 U/L", NORMAL),
        on=("60 U/L", NORMAL),
        above=("61 U/L", NEWER_UNREAD.naming("a printed limit that is no adult's")),
    )
    vignette.each(
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 106 U/L
        """,
        ("24 U/L", VERY_LOW_ONCE),
        ("44 U/L", LOW_ONCE),
        ("<45 U/L", LOW_ONCE),
        ("45 U/L", NEWER_UNREAD),
        ("105 U/L", NEWER_UNREAD),
        (">100 U/L", NEWER_UNREAD),
        ("106 U/L", NORMAL),
        (">106 U/L", NORMAL),
    )


def test_below_25_is_very_low(vignette: Vignette) -> None:
    """A single very low value already warns."""
    vignette.around(
        "adult_very_low",
        """
        resource    | date  | code | value | low limit
        ------------+-------+------+-------+----------
        Observation | -10 d | ALP  | {it}  | 35 U/L
        """,
        below=("24 U/L", VERY_LOW_ONCE),
        on=("25 U/L", LOW_ONCE),
        above=("26 U/L", LOW_ONCE),
    )


def test_a_wide_range_does_not_hide_a_very_low_value(vignette: Vignette) -> None:
    """The laboratory printed 20 to 140 and called 24 normal."""
    vignette(
        """
        resource    | date  | code | value  | low limit | high limit
        ------------+-------+------+--------+-----------+-----------
        Observation | -10 d | ALP  | 24 U/L | 20 U/L    | 140 U/L
        """,
        verdict="lowAlpOnceMarked",
        row="9-very-low",
        indicator="warning",
    )


def test_a_limit_of_zero_is_no_limit(vignette: Vignette) -> None:
    """Some interfaces fill an empty field with 0; the default of 35 holds."""
    vignette(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 34 U/L | 0 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )
