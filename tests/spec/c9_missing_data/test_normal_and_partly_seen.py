"""The values that were seen are normal, and something else was not seen.  Only a settled ALP
needs no card."""

from dataclasses import replace

import pytest

from tests.spec.vignette import Expected, Vignette

title, order = "Normal values, the rest partly seen", 3

SETTLED_WITHOUT_PROBLEMS = Expected(
    "alpNotLow",
    "14-normal",
    open_rows=("1-hpp-on-record", "2-hpp-unconfirmed-normal", "2-hpp-unconfirmed"),
    status="partial",
)
SETTLED_WITHOUT_DRUGS = Expected(
    "alpNotLow", "14-normal", open_rows=("1-asfotase-alfa",), status="partial"
)


def test_a_settled_alp_without_the_problem_list(vignette: Vignette) -> None:
    """HPP may be written there, so the answer is partial and says so to those who watch the
    service.  The prescriber is not interrupted: the ALP is recent, above its ceiling and was
    never low."""
    vignette.each(
        """
        resource    | date  | code       | value  | low limit | status
        ------------+-------+------------+--------+-----------+-------
        Observation | -10 d | ALP        | 60 U/L | 35 U/L    |
        Prefetch    |       | conditions |        |           | {it}
        """,
        ("failed", SETTLED_WITHOUT_PROBLEMS),
        ("not sent", SETTLED_WITHOUT_PROBLEMS),
    )


def test_a_normal_alp_that_is_not_settled_without_the_problem_list(vignette: Vignette) -> None:
    """45 U/L is not above its ceiling: a card says what was not seen."""
    vignette(
        """
        resource    | date  | code       | value  | low limit | status
        ------------+-------+------------+--------+-----------+-------
        Observation | -10 d | ALP        | 45 U/L | 35 U/L    |
        Prefetch    |       | conditions |        |           | failed
        """,
        verdict="alpNotLow",
        row="14-normal",
        indicator="info",
        status="partial",
        open_rows=("1-hpp-on-record", "2-hpp-unconfirmed"),
        named=("Conditions: query failed",),
    )


def test_a_normal_value_without_the_procedures(vignette: Vignette) -> None:
    """Taken just after an operation it would not be a result to rely on; that opens nothing, and
    the gap is listed."""
    vignette(
        """
        resource    | date  | code       | value  | low limit | status
        ------------+-------+------------+--------+-----------+---------
        Observation | -10 d | ALP        | 40 U/L | 35 U/L    |
        Prefetch    |       | procedures |        |           | not sent
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_normal_value_without_other_laboratory_results(vignette: Vignette) -> None:
    """A high gamma-GT would only mask it, which warns of nothing."""
    vignette(
        """
        resource    | date  | code | value  | low limit | status
        ------------+-------+------+--------+-----------+---------
        Observation | -10 d | ALP  | 40 U/L | 35 U/L    |
        Prefetch    |       | labs |        |           | not sent
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_normal_value_without_the_medications(vignette: Vignette) -> None:
    """Asfotase alfa may be among them; a settled ALP needs no card."""
    vignette.each(
        """
        resource    | date  | code        | value | low limit | status
        ------------+-------+-------------+-------+-----------+---------
        Observation | -10 d | ALP         | {it}  | 35 U/L    |
        Prefetch    |       | medications |       |           | not sent
        """,
        ("46 U/L", SETTLED_WITHOUT_DRUGS),
        ("45 U/L", replace(SETTLED_WITHOUT_DRUGS, indicator="info")),
    )


@pytest.mark.hazard("H10")
def test_the_older_results_were_cut_off(vignette: Vignette) -> None:
    """Normal on the first page; low values may be on the next."""
    vignette(
        """
        resource    | date  | code | value  | low limit | status
        ------------+-------+------+--------+-----------+--------
        Observation | -10 d | ALP  | 60 U/L | 35 U/L    |
        Prefetch    |       | alp  |        |           | cut off
        """,
        verdict="alpNotLow",
        row="14-normal",
        indicator="info",
        status="partial",
        opens=("5-persistent", "9-very-low"),
        named=("ALP results: only part was sent",),
    )


def test_a_recovery_without_the_problem_list(vignette: Vignette) -> None:
    """The later value may be masked, and the pattern may be met."""
    vignette(
        """
        resource    | date   | code       | value  | low limit | status
        ------------+--------+------------+--------+-----------+---------
        Observation | -200 d | ALP        | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP        | 60 U/L | 35 U/L    |
        Prefetch    |        | conditions |        |           | not sent
        """,
        verdict="alpNotLow",
        row="12-recovered",
        indicator="info",
        status="partial",
        opens=("1-hpp-on-record", "4e-iwg-pattern-low", "5b-family-history"),
    )


def test_procedures_open_no_row(vignette: Vignette) -> None:
    """They only excuse a low value, or make a normal one acute: a child's masked value, a masked
    one after a very low one, a mixed course, a recovery."""
    vignette(
        """
        resource    | date   | code                  | value   | low limit | status
        ------------+--------+-----------------------+---------+-----------+---------
        Patient     |        | boy                   | 8 y     |           |
        Condition   | -900 d | chronic liver disease |         |           |
        Observation | -10 d  | ALP                   | 200 U/L |           |
        Prefetch    |        | procedures            |         |           | not sent
        """,
        verdict="alpNotLow",
        row="14-masked-fresh",
    )
    vignette(
        """
        resource    | date   | code       | value  | low limit | status
        ------------+--------+------------+--------+-----------+---------
        Observation | -400 d | ALP        | 22 U/L | 35 U/L    |
        Condition   | -60 d  | fracture   |        |           |
        Observation | -20 d  | ALP        | 60 U/L | 35 U/L    |
        Prefetch    |        | procedures |        |           | not sent
        """,
        verdict="alpUnclear",
        row="6-masked",
        indicator="info",
    )
    vignette(
        """
        resource          | date   | code        | value   | low limit | status
        ------------------+--------+-------------+---------+-----------+---------
        Patient           |        | girl        | 8 y     |           |
        Observation       | -300 d | ALP         | 100 U/L |           |
        MedicationRequest | -200 d | pamidronate |         |           |
        Observation       | -10 d  | ALP         | 100 U/L |           |
        Prefetch          |        | procedures  |         |           | not sent
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )
    vignette(
        """
        resource    | date  | code       | value  | low limit | status
        ------------+-------+------------+--------+-----------+---------
        Observation | -30 d | ALP        | 30 U/L | 35 U/L    |
        Observation | -10 d | ALP        | 60 U/L | 35 U/L    |
        Prefetch    |       | procedures |        |           | not sent
        """,
        verdict="alpNotLow",
        row="12-recovered",
    )


def test_a_site_may_accept_that_a_key_is_never_sent(vignette: Vignette) -> None:
    """Then nothing is partial because of it; the answer still lists the gap."""
    table = """
        resource    | date  | code        | value  | low limit | status
        ------------+-------+-------------+--------+-----------+---------
        Observation | -10 d | ALP         | 60 U/L | 35 U/L    |
        Prefetch    |       | medications |        |           | not sent
        """
    vignette(
        table,
        accepted_gaps=("medications",),
        verdict="alpNotLow",
        row="14-normal",
    )
    vignette(
        table + "Prefetch | | conditions | | | failed\n",
        accepted_gaps=("medications",),
        verdict="alpNotLow",
        row="14-normal",
        status="partial",
        open_rows=("1-hpp-on-record", "2-hpp-unconfirmed-normal", "2-hpp-unconfirmed"),
    )
