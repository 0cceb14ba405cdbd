"""Somebody looked for HPP and wrote down that it is not there: a refuted diagnosis."""

from tests.spec.answers import EXCLUDED, PROBABLE, SUSPECTED
from tests.spec.vignette import Vignette

title, order = "Looked for and excluded", 2


def test_an_exclusion_silences_the_check_for_a_year(vignette: Vignette) -> None:
    """Low values until 365 days after it are covered; a later one asks again."""
    vignette.around(
        "exclusion_window",
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+--------------
        Condition   |        | hypophosphatasia |        |           | refuted | recorded {it}
        Observation | -100 d | ALP              | 30 U/L | 35 U/L    |         |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |         |
        """,
        below=("-374 d", EXCLUDED),
        on=("-375 d", EXCLUDED),
        above=("-376 d", SUSPECTED),
        since="-10 d",
    )


def test_an_exclusion_after_the_low_values_covers_them(vignette: Vignette) -> None:
    """The usual order of things: low values first, then the tests."""
    vignette(
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+--------------
        Observation | -900 d | ALP              | 30 U/L | 35 U/L    |         |
        Observation | -800 d | ALP              | 24 U/L | 35 U/L    |         |
        Condition   |        | hypophosphatasia |        |           | refuted | recorded -5 d
        """,
        verdict="hppExcluded",
        row="3-hpp-excluded",
    )


def test_the_date_of_an_exclusion(vignette: Vignette) -> None:
    """The day of recording, else the onset; without either it binds nothing."""
    vignette.each(
        """
        resource    | date   | code             | value  | low limit | status
        ------------+--------+------------------+--------+-----------+--------
        Condition   | {it}   | hypophosphatasia |        |           | refuted
        Observation | -100 d | ALP              | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |
        """,
        ("-200 d", EXCLUDED),
        ("-900 d", SUSPECTED),
        ("", SUSPECTED),
    )
    vignette(
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+----------------
        Condition   | -900 d | hypophosphatasia |        |           | refuted | recorded -200 d
        Observation | -100 d | ALP              | 30 U/L | 35 U/L    |         |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |         |
        """,
        verdict="hppExcluded",
        row="3-hpp-excluded",
    )


def test_the_newest_of_several_exclusions_counts(vignette: Vignette) -> None:
    """The older one has lapsed."""
    vignette(
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+-----------------
        Condition   |        | hypophosphatasia |        |           | refuted | recorded -2000 d
        Condition   |        | hypophosphatasia |        |           | refuted | recorded -200 d
        Observation | -100 d | ALP              | 30 U/L | 35 U/L    |         |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |         |
        """,
        verdict="hppExcluded",
        row="3-hpp-excluded",
    )


def test_an_atypical_fracture_reopens_the_question(vignette: Vignette) -> None:
    """No exclusion holds against it; another major feature does not reopen it."""
    vignette.each(
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+----------------
        Condition   |        | hypophosphatasia |        |           | refuted | recorded -200 d
        Condition   | -600 d | {it}             |        |           |         |
        Observation | -100 d | ALP              | 30 U/L | 35 U/L    |         |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |         |
        """,
        ("atypical femoral fracture", PROBABLE),
        ("chondrocalcinosis", EXCLUDED),
    )
    vignette(
        """
        resource    | date   | code             | value      | low limit | status  | notes
        ------------+--------+------------------+------------+-----------+---------+----------------
        Condition   |        | hypophosphatasia |            |           | refuted | recorded -200 d
        Observation | -300 d | PLP              | 200 nmol/L |           |         |
        Observation | -100 d | ALP              | 30 U/L     | 35 U/L    |         |
        Observation | -10 d  | ALP              | 30 U/L     | 35 U/L    |         |
        """,
        verdict="hppExcluded",
        row="3-hpp-excluded",
    )


def test_an_exclusion_without_a_low_value_is_not_needed(vignette: Vignette) -> None:
    """The normal ALP decides, or its absence."""
    vignette(
        """
        resource    | date  | code             | value  | low limit | status  | notes
        ------------+-------+------------------+--------+-----------+---------+----------------
        Condition   |       | hypophosphatasia |        |           | refuted | recorded -200 d
        Observation | -10 d | ALP              | 70 U/L | 35 U/L    |         |
        """,
        verdict="alpNotLow",
        row="14-normal",
    )
    vignette(
        """
        resource  | code             | status  | notes
        ----------+------------------+---------+----------------
        Condition | hypophosphatasia | refuted | recorded -200 d
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
    )
