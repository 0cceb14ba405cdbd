"""Each patient here has two low values without a cause, so that silence can only come from the
order."""

import pytest

from tests.spec.answers import NOT_APPLICABLE, SUSPECTED
from tests.spec.vignette import Vignette

title, order = "Which orders are checked", 1


def test_bisphosphonates_and_denosumab_are_checked(vignette: Vignette) -> None:
    """By code, or by name where no code was sent."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Draft order |        | {it} |        |
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("alendronate", SUSPECTED),
        ("risedronate", SUSPECTED),
        ("ibandronate tablet", SUSPECTED),
        ("ibandronate injection", SUSPECTED),
        ("zoledronate", SUSPECTED),
        ("pamidronate", SUSPECTED),
        ("denosumab", SUSPECTED.naming("First denosumab: it cannot simply be stopped later")),
        ("the brand name Fosamax", SUSPECTED.naming("Recognised by name, not by code")),
    )


def test_other_drugs_are_not_checked(vignette: Vignette) -> None:
    """Other bone drugs, enzyme replacement, and everything else."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Draft order |        | {it} |        |
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("raloxifene", NOT_APPLICABLE),
        ("bazedoxifene", NOT_APPLICABLE),
        ("calcitonin", NOT_APPLICABLE),
        ("strontium ranelate", NOT_APPLICABLE),
        ("romosozumab", NOT_APPLICABLE),
        ("teriparatide", NOT_APPLICABLE),
        ("abaloparatide", NOT_APPLICABLE),
        ("asfotase alfa", NOT_APPLICABLE),
        ("burosumab", NOT_APPLICABLE),
        ("colecalciferol", NOT_APPLICABLE),
        ("aspirin", NOT_APPLICABLE),
        ("atorvastatin", NOT_APPLICABLE),
    )


def test_an_order_of_another_drug_needs_no_data(vignette: Vignette) -> None:
    """Nothing is asked, and nothing is missed, whatever was not sent."""
    vignette(
        """
        resource    | code       | status
        ------------+------------+---------
        Draft order | aspirin    |
        Prefetch    | patient    | not sent
        Prefetch    | alp        | not sent
        Prefetch    | conditions | failed
        """,
        verdict="notApplicable",
        row="none",
        status="not-applicable",
    )


def test_one_order_among_others_is_enough(vignette: Vignette) -> None:
    """One card for the patient, not one for each order."""
    vignette(
        """
        resource    | date   | code        | value  | low limit
        ------------+--------+-------------+--------+----------
        Draft order |        | aspirin     |        |
        Draft order |        | alendronate | 70 mg  |
        Draft order |        | zoledronate | 5 mg   |
        Observation | -100 d | ALP         | 30 U/L | 35 U/L
        Observation | -10 d  | ALP         | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        offers=(
            "Hold: remove the draft order of alendronate",
            "Hold: remove the draft order of zoledronate",
        ),
    )


@pytest.mark.hazard("H14")
def test_an_order_whose_drug_cannot_be_told_is_named(vignette: Vignette) -> None:
    """It might be a bisphosphonate, so silence would be wrong."""
    vignette(
        """
        resource    | date   | code                           | value  | low limit
        ------------+--------+--------------------------------+--------+----------
        Draft order |        | a drug that was not sent along |        |
        Observation | -100 d | ALP                            | 30 U/L | 35 U/L
        Observation | -10 d  | ALP                            | 30 U/L | 35 U/L
        """,
        verdict="notEvaluated",
        row="16-not-evaluated",
        indicator="info",
        status="partial",
        named=("whose drug could not be identified",),
    )


@pytest.mark.hazard("H3")
def test_an_order_for_another_patient_is_not_judged(vignette: Vignette) -> None:
    """The card says so; beside an order for this patient it only adds a line."""
    vignette(
        """
        resource    | date   | code        | value  | low limit | notes
        ------------+--------+-------------+--------+-----------+--------------------
        Draft order |        | alendronate |        |           | for another patient
        Observation | -100 d | ALP         | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP         | 30 U/L | 35 U/L    |
        """,
        verdict="notEvaluated",
        row="16-not-evaluated",
        indicator="info",
        status="partial",
        named=("for another patient, not judged",),
    )
    vignette(
        """
        resource    | date   | code        | value  | low limit | notes
        ------------+--------+-------------+--------+-----------+--------------------
        Draft order |        | alendronate |        |           |
        Draft order |        | alendronate |        |           | for another patient
        Observation | -100 d | ALP         | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP         | 30 U/L | 35 U/L    |
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        status="partial",
        named=("for another patient, not judged",),
    )


def test_selecting_an_order_asks_the_same_question_as_signing_it(vignette: Vignette) -> None:
    """The earlier the better."""
    vignette(
        """
        resource    | date   | code      | value  | low limit
        ------------+--------+-----------+--------+----------
        Draft order |        | denosumab | 60 mg  |
        Observation | -100 d | ALP       | 30 U/L | 35 U/L
        Observation | -10 d  | ALP       | 30 U/L | 35 U/L
        """,
        service="hpp-order-select",
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_tests_that_are_recently_on_record_are_not_offered_again(vignette: Vignette) -> None:
    """90 days."""
    label = "Order pyridoxal phosphate (PLP)"
    vignette.around(
        "workup_recent",
        """
        resource    | date   | code | value      | low limit
        ------------+--------+------+------------+----------
        Observation | {it}   | PLP  | 100 nmol/L |
        Observation | -100 d | ALP  | 30 U/L     | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L     | 35 U/L
        """,
        below=("-89 d", SUSPECTED.sparing(label)),
        on=("-90 d", SUSPECTED.sparing(label)),
        above=("-91 d", SUSPECTED.offering(label)),
        since="today",
    )
