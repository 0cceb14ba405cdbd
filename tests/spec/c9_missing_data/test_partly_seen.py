"""Something was not seen.  Where it could have led to a warning, the answer is partial and a card
says so, even where what was seen gives none."""

from tests.spec.vignette import Vignette

title, order = "Partly seen", 2


def test_persistent_low_values_without_the_problem_list(vignette: Vignette) -> None:
    """HPP may be written there, or a feature of it."""
    vignette(
        """
        resource    | date   | code       | value  | low limit | status
        ------------+--------+------------+--------+-----------+---------
        Observation | -100 d | ALP        | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP        | 30 U/L | 35 U/L    |
        Prefetch    |        | conditions |        |           | not sent
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        status="partial",
        open_rows=(
            "1-hpp-on-record",
            "2-hpp-unconfirmed",
            "4b-iwg-pattern",
            "4c-major-feature",
        ),
        named=("Conditions: not sent",),
    )


def test_persistent_low_values_without_other_laboratory_results(vignette: Vignette) -> None:
    """A variant or a raised substrate may be among them."""
    vignette(
        """
        resource    | date   | code | value  | low limit | status
        ------------+--------+------+--------+-----------+-------
        Observation | -100 d | ALP  | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L    |
        Prefetch    |        | labs |        |           | failed
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        status="partial",
        open_rows=(
            "4b-iwg-pattern",
            "4c-major-feature",
            "4d-alpl-variant-substrate",
            "4d-alpl-variant",
        ),
        named=("Other laboratory results: ",),
    )


def test_persistent_low_values_without_the_medications(vignette: Vignette) -> None:
    """Only asfotase alfa among them could be more urgent; a drug that lowers ALP would calm."""
    vignette(
        """
        resource    | date   | code        | value  | low limit | status
        ------------+--------+-------------+--------+-----------+---------
        Observation | -100 d | ALP         | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP         | 30 U/L | 35 U/L    |
        Prefetch    |        | medications |        |           | not sent
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        status="partial",
        open_rows=("1-asfotase-alfa",),
    )


def test_persistent_low_values_without_the_procedures(vignette: Vignette) -> None:
    """An operation could only have excused them: the answer is complete, and names the gap."""
    vignette(
        """
        resource    | date   | code       | value  | low limit | status
        ------------+--------+------------+--------+-----------+---------
        Observation | -100 d | ALP        | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP        | 30 U/L | 35 U/L    |
        Prefetch    |        | procedures |        |           | not sent
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        named=("Procedures: not sent",),
    )


def test_a_single_low_value_without_the_problem_list(vignette: Vignette) -> None:
    """Two major features there would meet the pattern, or a relative may have HPP."""
    vignette(
        """
        resource    | date  | code       | value  | low limit | status
        ------------+-------+------------+--------+-----------+---------
        Observation | -10 d | ALP        | 30 U/L | 35 U/L    |
        Prefetch    |       | conditions |        |           | not sent
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        status="partial",
        open_rows=(
            "1-hpp-on-record",
            "2-hpp-unconfirmed",
            "4e-iwg-pattern-low",
            "5b-family-history",
        ),
    )


def test_an_exclusion_needs_the_whole_problem_list(vignette: Vignette) -> None:
    """An atypical fracture may be on the part that was cut off, so nothing is silenced."""
    vignette(
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+----------------
        Condition   |        | hypophosphatasia |        |           | refuted | recorded -200 d
        Observation | -100 d | ALP              | 30 U/L | 35 U/L    |         |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |         |
        Prefetch    |        | conditions       |        |           | cut off |
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        status="partial",
        opens=("1-hpp-on-record", "4c-major-feature"),
    )


def test_an_exclusion_needs_the_latest_low_value(vignette: Vignette) -> None:
    """The exclusion covers lows of a year.  Newer results were cut off, and a low one among them
    would ask again."""
    vignette(
        """
        resource    | date   | code             | value  | low limit | status  | notes
        ------------+--------+------------------+--------+-----------+---------+----------------
        Condition   |        | hypophosphatasia |        |           | refuted | recorded -500 d
        Observation | -200 d | ALP              | 30 U/L | 35 U/L    |         |
        Prefetch    |        | alp              |        |           | cut off |
        """,
        verdict="hppExcluded",
        row="3-hpp-excluded",
        indicator="info",
        status="partial",
        opens=("5-persistent", "9-very-low"),
    )


def test_persistent_low_values_with_a_diagnosis_and_without_the_medications(
    vignette: Vignette,
) -> None:
    """All of them may have been taken on an antiresorptive, which would not be reassuring."""
    vignette(
        """
        resource    | date   | code            | value  | low limit | status
        ------------+--------+-----------------+--------+-----------+---------
        Condition   | -900 d | zinc deficiency |        |           |
        Observation | -100 d | ALP             | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L    |
        Prefetch    |        | medications     |        |           | not sent
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
        status="partial",
        open_rows=("1-asfotase-alfa", "7-on-antiresorptive"),
    )


def test_two_values_of_one_day_without_other_laboratory_results(vignette: Vignette) -> None:
    """EDTA in the tube of the higher one would leave the very low one; the ALP is settled all the
    same."""
    vignette(
        """
        resource    | date  | code | value  | low limit | status   | notes
        ------------+-------+------+--------+-----------+----------+-----------
        Observation | -10 d | ALP  | 60 U/L | 35 U/L    |          | specimen A
        Observation | -10 d | ALP  | 20 U/L | 35 U/L    |          | specimen B
        Prefetch    |       | labs |        |           | not sent |
        """,
        verdict="alpNotLow",
        row="14-normal",
        status="partial",
        opens=("9-very-low",),
    )


def test_undated_tooth_loss_in_a_child_is_unknown(vignette: Vignette) -> None:
    """Nothing was missing from the record but the date; before the fifth birthday it would be
    major."""
    vignette(
        """
        resource    | date   | code       | value
        ------------+--------+------------+--------
        Patient     |        | girl       | 8 y
        Condition   |        | tooth loss |
        Observation | -100 d | ALP        | 100 U/L
        Observation | -10 d  | ALP        | 100 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        status="partial",
        opens=("4c-major-feature",),
    )


def test_when_the_chart_is_opened_a_gap_makes_no_card(vignette: Vignette) -> None:
    """Other laboratory results are not among what is needed.  No drug is in hand, so the answer
    claims nothing, and lists what was not ruled out."""
    vignette(
        """
        resource    | date  | code | value  | low limit | status
        ------------+-------+------+--------+-----------+---------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    |
        Prefetch    |       | labs |        |           | not sent
        """,
        service="hpp-patient-view",
        verdict="lowAlpOnce",
        row="10-single-low",
        status="not-applicable",
        open_rows=(
            "4d-alpl-variant-substrate",
            "4d-alpl-variant",
            "4e-iwg-pattern-low",
        ),
    )


def test_when_the_chart_is_opened_likely_hpp_is_said_in_spite_of_a_gap(
    vignette: Vignette,
) -> None:
    """The card names what was not seen."""
    vignette(
        """
        resource    | date   | code | value  | low limit | status
        ------------+--------+------+--------+-----------+---------
        Observation | -100 d | ALP  | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L    |
        Prefetch    |        | labs |        |           | not sent
        """,
        service="hpp-patient-view",
        verdict="hppSuspected",
        row="5-persistent",
        indicator="info",
        status="partial",
        opens=("4d-alpl-variant", "4c-major-feature"),
        named=("Other laboratory results: not sent",),
    )
