"""HPP as a diagnosis, and enzyme replacement, which is given for nothing else."""

from tests.spec.answers import (
    CONFIRMED,
    CONFIRMED_BY_DRUG,
    NORMAL,
    UNCONFIRMED,
    UNCONFIRMED_NORMAL,
)
from tests.spec.vignette import Vignette

title, order = "Written down", 1


def test_hpp_on_the_problem_list_needs_no_alp(vignette: Vignette) -> None:
    """Any of its codes, or the word itself beside an unspecific code."""
    vignette.each(
        """
        resource  | date   | code
        ----------+--------+-----
        Condition | -900 d | {it}
        """,
        ("hypophosphatasia", CONFIRMED),
        ("childhood hypophosphatasia", CONFIRMED),
        ("hypophosphatasia (only as text)", CONFIRMED),
    )


def test_normal_alp_does_not_speak_against_a_diagnosis(vignette: Vignette) -> None:
    """Pregnancy, a fracture or enzyme replacement may have raised it."""
    vignette(
        """
        resource    | date   | code             | value  | low limit
        ------------+--------+------------------+--------+----------
        Condition   | -900 d | hypophosphatasia |        |
        Observation | -10 d  | ALP              | 70 U/L | 35 U/L
        """,
        verdict="hppConfirmed",
        row="1-hpp-on-record",
        indicator="critical",
        offers=("Remove the draft order: alendronate",),
    )


def test_how_sure_the_diagnosis_is(vignette: Vignette) -> None:
    """An inborn defect does not resolve.  A diagnosis that is only suspected is probable HPP."""
    vignette.each(
        """
        resource    | date   | code             | value  | low limit | status
        ------------+--------+------------------+--------+-----------+-------
        Condition   | -900 d | hypophosphatasia |        |           | {it}
        Observation | -10 d  | ALP              | 70 U/L | 35 U/L    |
        """,
        ("confirmed", CONFIRMED),
        ("no verification", CONFIRMED),
        ("resolved", CONFIRMED),
        ("unconfirmed", UNCONFIRMED_NORMAL),
        ("provisional", UNCONFIRMED_NORMAL),
        ("differential", UNCONFIRMED_NORMAL),
        ("entered-in-error", NORMAL),
    )


def test_an_unconfirmed_diagnosis_is_critical_unless_alp_is_clearly_normal(
    vignette: Vignette,
) -> None:
    """Recent, above its ceiling, and never low, not even in acute illness."""
    vignette.each(
        """
        resource    | date   | code             | value | low limit | status
        ------------+--------+------------------+-------+-----------+------------
        Condition   | -900 d | hypophosphatasia |       |           | provisional
        Observation | -10 d  | ALP              | {it}  | 35 U/L    |
        """,
        ("46 U/L", UNCONFIRMED_NORMAL),
        ("45 U/L", UNCONFIRMED),
        ("30 U/L", UNCONFIRMED),
    )
    vignette(
        """
        resource    | date   | code             | value  | low limit | status      | notes
        ------------+--------+------------------+--------+-----------+-------------+----------
        Condition   | -900 d | hypophosphatasia |        |           | provisional |
        Observation | -300 d | ALP              | 30 U/L | 35 U/L    |             | inpatient
        Observation | -10 d  | ALP              | 70 U/L | 35 U/L    |             |
        """,
        verdict="hppProbable",
        row="2-hpp-unconfirmed",
        indicator="critical",
    )
    vignette(
        """
        resource  | date   | code             | status
        ----------+--------+------------------+------------
        Condition | -900 d | hypophosphatasia | provisional
        """,
        verdict="hppProbable",
        row="2-hpp-unconfirmed",
        indicator="critical",
    )


def test_a_confirmed_entry_wins_over_a_refuted_one(vignette: Vignette) -> None:
    """Two clinicians, two entries."""
    vignette(
        """
        resource    | date   | code             | value  | low limit | status    | notes
        ------------+--------+------------------+--------+-----------+-----------+---------------
        Condition   | -900 d | hypophosphatasia |        |           | refuted   | recorded -20 d
        Condition   | -900 d | hypophosphatasia |        |           | confirmed |
        Observation | -10 d  | ALP              | 30 U/L | 35 U/L    |           |
        """,
        verdict="hppConfirmed",
        row="1-hpp-on-record",
        indicator="critical",
    )


def test_asfotase_alfa_ever_means_hpp(vignette: Vignette) -> None:
    """Also a course of years ago; an order that was never carried out does not count."""
    vignette.each(
        """
        resource          | date    | code          | value  | low limit | status
        ------------------+---------+---------------+--------+-----------+-------
        MedicationRequest | -4000 d | asfotase alfa |        |           | {it}
        Observation       | -10 d   | ALP           | 70 U/L | 35 U/L    |
        """,
        ("active", CONFIRMED_BY_DRUG),
        ("completed", CONFIRMED_BY_DRUG),
        ("stopped", CONFIRMED_BY_DRUG),
        ("draft", NORMAL),
        ("cancelled", NORMAL),
        ("entered-in-error", NORMAL),
    )


def test_an_undated_course_of_asfotase_alfa_counts(vignette: Vignette) -> None:
    """Ever is ever."""
    vignette(
        """
        resource          | date  | code          | value  | low limit
        ------------------+-------+---------------+--------+----------
        MedicationRequest |       | asfotase alfa |        |
        Observation       | -10 d | ALP           | 70 U/L | 35 U/L
        """,
        verdict="hppConfirmed",
        row="1-asfotase-alfa",
        indicator="critical",
    )


def test_on_asfotase_alfa_an_alp_says_nothing(vignette: Vignette) -> None:
    """The drug is an alkaline phosphatase itself; until 90 days after its end a result is named
    as not used."""
    vignette.around(
        "washout_enzyme",
        """
        resource          | date             | code          | value    | low limit | status
        ------------------+------------------+---------------+----------+-----------+----------
        MedicationRequest | -600 d to -100 d | asfotase alfa |          |           | completed
        Observation       | {it}             | ALP           | 4000 U/L | 35 U/L    |
        """,
        below=("-11 d", CONFIRMED_BY_DRUG.naming("on asfotase alfa")),
        on=("-10 d", CONFIRMED_BY_DRUG.naming("on asfotase alfa")),
        above=("-9 d", CONFIRMED_BY_DRUG.silent_on("on asfotase alfa")),
        since="-100 d",
    )


def test_asfotase_alfa_that_was_given(vignette: Vignette) -> None:
    """Injections may be charted only where they were given."""
    vignette.each(
        """
        resource                 | date    | code          | value  | low limit | status
        -------------------------+---------+---------------+--------+-----------+-------
        MedicationAdministration | -4000 d | asfotase alfa |        |           | {it}
        Observation              | -10 d   | ALP           | 70 U/L | 35 U/L    |
        """,
        ("completed", CONFIRMED_BY_DRUG),
        ("not-done", NORMAL),
    )


def test_hpp_in_a_child(vignette: Vignette) -> None:
    """The same at every age."""
    vignette(
        """
        resource  | date   | code                       | value
        ----------+--------+----------------------------+------
        Patient   |        | girl                       | 8 y
        Condition | -900 d | childhood hypophosphatasia |
        """,
        verdict="hppConfirmed",
        row="1-hpp-on-record",
        indicator="critical",
    )
