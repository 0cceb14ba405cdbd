"""When a chart is opened no drug is in hand.  The service speaks only where HPP is likely and
nobody has written it down, and only to inform."""

from tests.spec.vignette import Vignette

title, order = "When the chart is opened", 2

CHART = "hpp-patient-view"


def test_suspected_and_probable_hpp_inform(vignette: Vignette) -> None:
    """What would warn at an order is information here."""
    vignette(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        service=CHART,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="info",
    )
    vignette(
        """
        resource    | date   | code | value      | low limit
        ------------+--------+------+------------+----------
        Observation | -100 d | ALP  | 30 U/L     | 35 U/L
        Observation | -50 d  | PLP  | 200 nmol/L |
        Observation | -10 d  | ALP  | 30 U/L     | 35 U/L
        """,
        service=CHART,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="info",
    )


def test_hpp_that_is_written_down_needs_no_reminder(vignette: Vignette) -> None:
    """The problem list says it already."""
    vignette(
        """
        resource    | date   | code             | value  | low limit
        ------------+--------+------------------+--------+----------
        Condition   | -900 d | hypophosphatasia |        |
        Observation | -10 d  | ALP              | 20 U/L | 35 U/L
        """,
        service=CHART,
        verdict="hppConfirmed",
        row="1-hpp-on-record",
    )


def test_every_other_verdict_is_silent(vignette: Vignette) -> None:
    """A single low value, even a very low one, and no ALP at all."""
    vignette(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -10 d | ALP  | 20 U/L | 35 U/L
        """,
        service=CHART,
        verdict="lowAlpOnceMarked",
        row="9-very-low",
    )
    vignette(
        """
        resource | date | code  | value
        ---------+------+-------+------
        Patient  |      | woman | 67 y
        """,
        service=CHART,
        verdict="alpNotOnFile",
        row="15-new-start",
    )


def test_where_the_data_cannot_be_had_there_is_no_answer(vignette: Vignette) -> None:
    """No error card in a chart that somebody only opened."""
    vignette(
        """
        resource | code | status
        ---------+------+-------
        Prefetch | alp  | failed
        """,
        service=CHART,
        http=412,
    )
