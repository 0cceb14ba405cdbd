"""Low values persist when they are far enough apart, are at least half of all results since the
first, are not interrupted by a clear recovery, and the last result is low."""

from tests.spec.answers import ACQUIRED, CHILD_ONCE, LOW_ONCE, SUSPECTED, VERY_LOW_ONCE
from tests.spec.vignette import Boundary, Vignette

title, order = "Low values that persist", 1


def test_adults_need_30_days_between_the_first_and_the_last_low(vignette: Vignette) -> None:
    """Two low values without a cause, thirty days apart, make HPP a suspicion."""
    vignette.around(
        "spacing_adult",
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | {it}  | ALP  | 31 U/L | 35 U/L
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        """,
        below=("-39 d", LOW_ONCE),
        on=("-40 d", SUSPECTED),
        above=("-41 d", SUSPECTED),
        since="-10 d",
    )


def test_children_need_14_days(vignette: Vignette) -> None:
    """A child's bone is built faster, and waiting costs more."""
    vignette.around(
        "spacing_child",
        """
        resource    | date  | code | value
        ------------+-------+------+--------
        Patient     |       | girl | 8 y
        Observation | {it}  | ALP  | 100 U/L
        Observation | -10 d | ALP  | 102 U/L
        """,
        below=("-23 d", CHILD_ONCE),
        on=("-24 d", SUSPECTED),
        above=("-25 d", SUSPECTED),
        since="-10 d",
    )


def test_infants_need_7_days(vignette: Vignette) -> None:
    """Infantile HPP cannot wait."""
    vignette.around(
        "spacing_infant",
        """
        resource    | date  | code | value
        ------------+-------+------+-------
        Patient     |       | boy  | 200 d
        Observation | {it}  | ALP  | 90 U/L
        Observation | -10 d | ALP  | 91 U/L
        """,
        below=("-16 d", CHILD_ONCE),
        on=("-17 d", SUSPECTED),
        above=("-18 d", SUSPECTED),
        since="-10 d",
    )


def test_an_infant_is_under_365_days_old(vignette: Vignette) -> None:
    """Two low values ten days apart persist in an infant, and do not yet in an older child."""
    vignette.around(
        "infant_age",
        """
        resource    | date  | code | value
        ------------+-------+------+-------
        Patient     |       | boy  | {it}
        Observation | -11 d | ALP  | 90 U/L
        Observation | -1 d  | ALP  | 91 U/L
        """,
        below=("364 d", SUSPECTED),
        on=("365 d", CHILD_ONCE),
        above=("366 d", CHILD_ONCE),
    )


def test_at_least_half_of_the_results_since_the_first_low_are_low(vignette: Vignette) -> None:
    """Two of five are too few, two of four are enough, two of three are more than enough."""
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 30 U/L | 35 U/L
        Observation | -250 d | ALP  | 40 U/L | 35 U/L
        Observation | -200 d | ALP  | 41 U/L | 35 U/L
        Observation | -150 d | ALP  | 40 U/L | 35 U/L
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        boundary=Boundary("persist_fraction", "below", "2 results", of="5 results"),
    )
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 30 U/L | 35 U/L
        Observation | -250 d | ALP  | 40 U/L | 35 U/L
        Observation | -200 d | ALP  | 41 U/L | 35 U/L
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        boundary=Boundary("persist_fraction", "on", "2 results", of="4 results"),
    )
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 30 U/L | 35 U/L
        Observation | -250 d | ALP  | 40 U/L | 35 U/L
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        boundary=Boundary("persist_fraction", "above", "2 results", of="3 results"),
    )


def test_a_clear_recovery_in_between_ends_the_course(vignette: Vignette) -> None:
    """60 U/L is above the ceiling of 45: the later low value is a single one again."""
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 30 U/L | 35 U/L
        Observation | -200 d | ALP  | 60 U/L | 35 U/L
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_a_normal_value_before_the_first_low_one_does_not_count_against_it(
    vignette: Vignette,
) -> None:
    """Only what came after the first low value is looked at."""
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -400 d | ALP  | 50 U/L | 35 U/L
        Observation | -300 d | ALP  | 30 U/L | 35 U/L
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_persistently_low_values_do_not_grow_old(vignette: Vignette) -> None:
    """The enzyme defect is inborn; two low values of years ago stand until a result says
    otherwise."""
    vignette(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Observation | -3000 d | ALP  | 30 U/L | 35 U/L
        Observation | -2900 d | ALP  | 28 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_very_low_values_that_persist_are_suspected_hpp_and_no_more(vignette: Vignette) -> None:
    """Without a further finding even persistent values below 25 are not called probable HPP."""
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 18 U/L | 35 U/L
        Observation | -100 d | ALP  | 17 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_low_values_after_a_clearly_normal_one_were_acquired(vignette: Vignette) -> None:
    """From 1.5 times its limit on, in adult life, at any time before: the enzyme of HPP is
    deficient for life, so another cause is looked for.  A relative with HPP keeps the suspicion."""
    vignette.each(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Observation | -5000 d | ALP  | {it}   | 40 U/L
        Observation | -300 d  | ALP  | 30 U/L | 40 U/L
        Observation | -100 d  | ALP  | 30 U/L | 40 U/L
        """,
        ("59 U/L", SUSPECTED),
        ("60 U/L", ACQUIRED),
    )
    vignette(
        """
        resource    | date   | code                               | value  | low limit
        ------------+--------+------------------------------------+--------+----------
        Observation | -900 d | ALP                                | 90 U/L | 35 U/L
        Condition   | -500 d | family history of hypophosphatasia |        |
        Observation | -300 d | ALP                                | 30 U/L | 35 U/L
        Observation | -100 d | ALP                                | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )
    vignette(
        """
        resource    | date    | code  | value   | low limit
        ------------+---------+-------+---------+----------
        Patient     |         | woman | 22 y    |
        Observation | -3000 d | ALP   | 300 U/L |
        Observation | -300 d  | ALP   | 30 U/L  | 35 U/L
        Observation | -100 d  | ALP   | 30 U/L  | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_a_very_low_value_counts_for_a_year(vignette: Vignette) -> None:
    """Before the last low one, and only while no result above the ceiling came since, and no
    clearly normal one of adult life came before."""
    vignette.around(
        "very_low_recent",
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | {it}   | ALP  | 20 U/L | 35 U/L
        Observation | -300 d | ALP  | 40 U/L | 35 U/L
        Observation | -200 d | ALP  | 40 U/L | 35 U/L
        Observation | -150 d | ALP  | 40 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        below=("-374 d", VERY_LOW_ONCE),
        on=("-375 d", VERY_LOW_ONCE),
        above=("-376 d", LOW_ONCE),
        since="-10 d",
    )
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | 20 U/L | 35 U/L
        Observation | -200 d | ALP  | {it}   | 35 U/L
        Observation | -100 d | ALP  | 44 U/L | 35 U/L
        Observation | -90 d  | ALP  | 44 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("45 U/L", VERY_LOW_ONCE),
        ("46 U/L", LOW_ONCE),
    )
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -300 d | ALP  | {it}   | 35 U/L
        Observation | -10 d  | ALP  | 20 U/L | 35 U/L
        """,
        ("52 U/L", VERY_LOW_ONCE),
        ("53 U/L", LOW_ONCE),
    )
