"""Without the patient's age and the ALP history nothing can be said."""

import pytest

from tests.spec.vignette import Vignette

title, order = "What is needed", 1


def test_without_the_patient_or_the_alp_history_there_is_no_answer(vignette: Vignette) -> None:
    """Neither was sent, and there is no way to fetch it.  Everything else on record is of no
    use then."""
    vignette(
        """
        resource | code | status
        ---------+------+---------
        Prefetch | alp  | not sent
        """,
        http=412,
    )
    vignette(
        """
        resource    | date  | code    | value  | low limit | status
        ------------+-------+---------+--------+-----------+---------
        Observation | -10 d | ALP     | 30 U/L | 35 U/L    |
        Prefetch    |       | patient |        |           | not sent
        """,
        http=412,
    )


@pytest.mark.hazard("H11")
def test_a_failed_query_is_said_and_never_taken_as_no_alp_on_file(vignette: Vignette) -> None:
    """An information card that the check could not be made."""
    vignette(
        """
        resource | code | status
        ---------+------+-------
        Prefetch | alp  | failed
        """,
        verdict="notEvaluated",
        row="16-not-evaluated",
        indicator="info",
        status="unavailable",
        opens=("5-persistent", "9-very-low", "13-fluctuating-near-limit"),
        named=("This is not an all-clear",),
    )


@pytest.mark.hazard("H13")
def test_without_a_date_of_birth_no_limit_holds(vignette: Vignette) -> None:
    """30 U/L is mildly low in an adult and very low in a child."""
    vignette(
        """
        resource    | date  | code  | value  | low limit
        ------------+-------+-------+--------+----------
        Patient     |       | woman |        |
        Observation | -10 d | ALP   | 30 U/L | 35 U/L
        """,
        verdict="notEvaluated",
        row="16-not-evaluated",
        indicator="info",
        status="unavailable",
        opens=("9-child", "9-very-low"),
        named=("without a usable date of birth",),
    )


def test_hpp_on_record_needs_no_alp_history(vignette: Vignette) -> None:
    """Nothing in the missing results could be more urgent."""
    vignette(
        """
        resource  | date   | code             | status
        ----------+--------+------------------+-------
        Condition | -900 d | hypophosphatasia |
        Prefetch  |        | alp              | failed
        """,
        verdict="hppConfirmed",
        row="1-hpp-on-record",
        indicator="critical",
    )


@pytest.mark.hazard("H12")
def test_a_query_that_found_nothing_is_an_answer(vignette: Vignette) -> None:
    """The EHR says that it looked and found none; nothing is missing."""
    vignette(
        """
        resource    | date  | code       | value  | low limit | status
        ------------+-------+------------+--------+-----------+-------
        Observation | -10 d | ALP        | 70 U/L | 35 U/L    |
        Prefetch    |       | labs       |        |           | null
        Prefetch    |       | conditions |        |           | null
        """,
        verdict="alpNotLow",
        row="14-normal",
    )
    vignette(
        """
        resource | code | status
        ---------+------+-------
        Prefetch | alp  | null
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
    )
