"""Bisphosphonates, denosumab and raloxifene lower ALP.  A low value begun on them is plausible;
without a normal value from before it is not reassuring."""

from tests.spec.answers import (
    ALL_ON_DRUG,
    DRUG_EFFECT,
    EXPLAINED,
    EXPLAINED_VERY_LOW,
    FAMILY_HISTORY,
    FEATURE_ON_DRUG,
    LOW_ONCE,
)
from tests.spec.vignette import Vignette

title, order = "Antiresorptives already taken", 1


def test_a_clearly_normal_value_before_the_drug_makes_it_a_drug_effect(vignette: Vignette) -> None:
    """60 U/L before alendronate, slightly low ever since: nothing is said at any renewal.  52 U/L
    is less than 1.5 times the limit, and the card names the drug as a possible cause."""
    vignette.each(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -900 d | ALP         | {it}   | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -400 d | ALP         | 32 U/L | 35 U/L
        Observation       | -100 d | ALP         | 31 U/L | 35 U/L
        """,
        ("60 U/L", DRUG_EFFECT),
        ("53 U/L", DRUG_EFFECT),
        ("52 U/L", EXPLAINED.naming("Possible cause: alendronate")),
    )


def test_a_feature_or_a_relative_with_hpp_is_said_all_the_same(vignette: Vignette) -> None:
    """A minor feature beside a drug effect informs, a major one warns, a relative warns."""
    vignette.each(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -900 d | ALP         | 60 U/L | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Condition         | -500 d | {it}        |        |
        Observation       | -400 d | ALP         | 32 U/L | 35 U/L
        Observation       | -100 d | ALP         | 31 U/L | 35 U/L
        """,
        ("osteoporosis", DRUG_EFFECT),
        ("chondrocalcinosis", EXPLAINED),
        ("atypical femoral fracture", FEATURE_ON_DRUG),
        ("family history of hypophosphatasia", FAMILY_HISTORY),
    )


def test_a_drug_that_was_given_counts_from_the_day_it_was_given(vignette: Vignette) -> None:
    """Infusions and injections are often charted only where they were given."""
    vignette.each(
        """
        resource                 | date   | code        | value  | low limit | status
        -------------------------+--------+-------------+--------+-----------+-------
        Observation              | -900 d | ALP         | 60 U/L | 35 U/L    |
        MedicationAdministration | -800 d | zoledronate |        |           | {it}
        Observation              | -10 d  | ALP         | 31 U/L | 35 U/L    |
        """,
        ("completed", DRUG_EFFECT),
        ("not-done", LOW_ONCE),
        ("entered-in-error", LOW_ONCE),
    )
    vignette.each(
        """
        resource                 | date  | code      | value  | low limit
        -------------------------+-------+-----------+--------+----------
        MedicationAdministration | {it}  | denosumab |        |
        Observation              | -10 d | ALP       | 31 U/L | 35 U/L
        """,
        ("-280 d", EXPLAINED),
        ("-281 d", LOW_ONCE),
    )


def test_every_bisphosphonate_lowers_alp(vignette: Vignette) -> None:
    """By whatever name it is ordered."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit
        ------------------+--------+------+--------+----------
        MedicationRequest | -300 d | {it} |        |
        Observation       | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("a bisphosphonate (class only)", EXPLAINED),
        ("alendronate with colecalciferol", EXPLAINED),
        ("etidronate", EXPLAINED),
        ("tiludronate", EXPLAINED),
        ("clodronate", EXPLAINED),
        ("neridronate", EXPLAINED),
    )


def test_persistent_low_values_all_on_the_drug_are_not_reassuring(vignette: Vignette) -> None:
    """Nobody measured ALP before treatment: HPP may have been treated as osteoporosis."""
    vignette(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -400 d | ALP         | 32 U/L | 35 U/L
        Observation       | -100 d | ALP         | 31 U/L | 35 U/L
        """,
        verdict="lowAlpCauseNotReassuring",
        row="7-on-antiresorptive",
        indicator="warning",
    )


def test_a_just_normal_value_before_the_drug_does_not_reassure(vignette: Vignette) -> None:
    """Only a value above the ceiling of 45 shows that ALP was clearly normal before."""
    vignette.each(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -900 d | ALP         | {it}   | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -400 d | ALP         | 32 U/L | 35 U/L
        Observation       | -100 d | ALP         | 31 U/L | 35 U/L
        """,
        ("45 U/L", ALL_ON_DRUG),
        ("46 U/L", EXPLAINED),
    )


def test_a_very_low_value_on_the_drug_is_not_reassuring(vignette: Vignette) -> None:
    """Unless a clearly normal value came first."""
    vignette.each(
        """
        resource          | date   | code        | value | low limit
        ------------------+--------+-------------+-------+----------
        MedicationRequest | -800 d | alendronate |       |
        Observation       | -100 d | ALP         | {it}  | 35 U/L
        """,
        ("22 U/L", EXPLAINED_VERY_LOW),
        ("28 U/L", EXPLAINED),
    )
    vignette(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -900 d | ALP         | 60 U/L | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -100 d | ALP         | 22 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )


def test_a_low_value_before_the_drug_and_one_on_it_are_a_mixed_course(vignette: Vignette) -> None:
    """Persistent, but only one value is free of the drug: informs, and warns if one is very
    low, or if they span more than a year."""
    vignette(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -700 d | ALP         | 31 U/L | 35 U/L
        MedicationRequest | -650 d | alendronate |        |
        Observation       | -400 d | ALP         | 29 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )
    vignette(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -900 d | ALP         | 31 U/L | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -400 d | ALP         | 22 U/L | 35 U/L
        """,
        verdict="lowAlpCauseNotReassuring",
        row="7-very-low",
        indicator="warning",
    )
    vignette(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -900 d | ALP         | 31 U/L | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -400 d | ALP         | 29 U/L | 35 U/L
        """,
        verdict="lowAlpCauseNotReassuring",
        row="7-over-a-year",
        indicator="warning",
    )


def test_a_mixed_course_of_a_few_days_is_judged_as_a_single_low_value(vignette: Vignette) -> None:
    """Twenty days apart nothing persists yet, although the last value is on the drug."""
    vignette(
        """
        resource          | date  | code        | value  | low limit
        ------------------+-------+-------------+--------+----------
        Observation       | -30 d | ALP         | 31 U/L | 35 U/L
        MedicationRequest | -25 d | alendronate |        |
        Observation       | -10 d | ALP         | 29 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_low_values_that_persisted_before_the_drug_stay_suspicious(vignette: Vignette) -> None:
    """Two values off the drug, thirty days apart; a third on it does not explain them away."""
    vignette(
        """
        resource          | date   | code        | value  | low limit
        ------------------+--------+-------------+--------+----------
        Observation       | -930 d | ALP         | 31 U/L | 35 U/L
        Observation       | -900 d | ALP         | 30 U/L | 35 U/L
        MedicationRequest | -800 d | alendronate |        |
        Observation       | -400 d | ALP         | 29 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_a_low_value_on_the_drug_is_on_the_drug_whatever_else_explains_it(
    vignette: Vignette,
) -> None:
    """A deficiency beside alendronate does not make persistent low values more reassuring."""
    vignette(
        """
        resource          | date   | code            | value  | low limit
        ------------------+--------+-----------------+--------+----------
        Condition         | -900 d | zinc deficiency |        |
        MedicationRequest | -800 d | alendronate     |        |
        Observation       | -400 d | ALP             | 32 U/L | 35 U/L
        Observation       | -100 d | ALP             | 31 U/L | 35 U/L
        """,
        verdict="lowAlpCauseNotReassuring",
        row="7-on-antiresorptive",
        indicator="warning",
    )
