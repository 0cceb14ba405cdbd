"""Without a recent result an ALP is asked for where a course begins, and always in a child."""

import pytest

from tests.spec.answers import NO_ALP, NO_ALP_CHILD, NO_ALP_CONTINUING, NO_ALP_OLD_NORMAL, NORMAL
from tests.spec.vignette import Vignette

title, order = "No recent result", 3


def test_nothing_on_file(vignette: Vignette) -> None:
    """A first bisphosphonate, and ALP was never measured."""
    vignette(
        """
        resource | date | code  | value
        ---------+------+-------+------
        Patient  |      | woman | 67 y
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
    )


@pytest.mark.hazard("H9")
def test_the_normal_result_of_an_adult_speaks_for_two_years(vignette: Vignette) -> None:
    """Two years are 730 days, and the last of them counts."""
    vignette.around(
        "fresh_adult",
        """
        resource    | date | code | value  | low limit
        ------------+------+------+--------+----------
        Observation | {it} | ALP  | 50 U/L | 35 U/L
        """,
        below=("-729 d", NORMAL),
        on=("-730 d", NORMAL),
        above=("-731 d", NO_ALP),
        since="today",
    )


def test_the_normal_result_of_a_child_speaks_for_a_year(vignette: Vignette) -> None:
    """365 days; then a new one is asked for with more weight than in an adult."""
    vignette.around(
        "fresh_child",
        """
        resource    | date | code | value
        ------------+------+------+--------
        Patient     |      | girl | 8 y
        Observation | {it} | ALP  | 200 U/L
        """,
        below=("-364 d", NORMAL),
        on=("-365 d", NORMAL),
        above=("-366 d", NO_ALP_CHILD),
        since="today",
    )


def test_the_normal_result_of_an_infant_speaks_for_half_a_year(vignette: Vignette) -> None:
    """182 days."""
    vignette.around(
        "fresh_infant",
        """
        resource    | date | code | value
        ------------+------+------+--------
        Patient     |      | boy  | 300 d
        Observation | {it} | ALP  | 200 U/L
        """,
        below=("-181 d", NORMAL),
        on=("-182 d", NORMAL),
        above=("-183 d", NO_ALP_CHILD),
        since="today",
    )


def test_a_course_within_the_last_year_is_continued(vignette: Vignette) -> None:
    """The card would come too late to change the start; after a pause of a year it is a new
    one."""
    vignette.around(
        "new_start",
        """
        resource          | date           | code        | status
        ------------------+----------------+-------------+----------
        MedicationRequest | -900 d to {it} | alendronate | completed
        """,
        below=("-364 d", NO_ALP_CONTINUING),
        on=("-365 d", NO_ALP_CONTINUING),
        above=("-366 d", NO_ALP),
        since="today",
    )


def test_only_drugs_that_suppress_resorption_make_a_continuation(vignette: Vignette) -> None:
    """A bisphosphonate, denosumab or raloxifene is continued; a bone-forming drug is not."""
    vignette.each(
        """
        resource          | date            | code
        ------------------+-----------------+-----
        MedicationRequest | -900 d to -20 d | {it}
        """,
        ("risedronate", NO_ALP_CONTINUING),
        ("zoledronate", NO_ALP_CONTINUING),
        ("denosumab", NO_ALP_CONTINUING),
        ("raloxifene", NO_ALP_CONTINUING),
        ("teriparatide", NO_ALP),
        ("romosozumab", NO_ALP),
        ("calcitonin", NO_ALP),
        ("strontium ranelate", NO_ALP),
    )


def test_an_order_that_was_never_carried_out_makes_no_continuation(vignette: Vignette) -> None:
    """Drafts and cancelled orders are not courses."""
    vignette.each(
        """
        resource          | date  | code        | status
        ------------------+-------+-------------+-------
        MedicationRequest | -90 d | alendronate | {it}
        """,
        ("completed", NO_ALP_CONTINUING),
        ("stopped", NO_ALP_CONTINUING),
        ("draft", NO_ALP),
        ("cancelled", NO_ALP),
        ("entered-in-error", NO_ALP),
    )


def test_an_undated_course_cannot_be_placed(vignette: Vignette) -> None:
    """It is named on the card, and the order counts as a new start."""
    vignette(
        """
        resource          | date | code        | status
        ------------------+------+-------------+-------
        MedicationRequest |      | alendronate | active
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
        named=("Alendronate on record without a start date",),
    )


def test_a_child_without_alp_warns_even_when_a_course_is_continued(vignette: Vignette) -> None:
    """Bisphosphonates in a child with unrecognised HPP are the worst case."""
    vignette(
        """
        resource          | date   | code        | value
        ------------------+--------+-------------+------
        Patient           |        | boy         | 11 y
        MedicationRequest | -200 d | pamidronate |
        """,
        verdict="alpNotOnFile",
        row="15-child",
        indicator="warning",
    )


def test_an_old_clearly_normal_result_of_adult_life_is_enough(vignette: Vignette) -> None:
    """52.5 U/L is 1.5 times the limit of 35.  The enzyme is deficient for life, so nothing is
    said, however long ago it was."""
    vignette.each(
        """
        resource    | date    | code | value | low limit
        ------------+---------+------+-------+----------
        Observation | -4000 d | ALP  | {it}  | 35 U/L
        """,
        ("53 U/L", NO_ALP_OLD_NORMAL),
        ("52 U/L", NO_ALP),
    )


def test_an_old_normal_result_of_childhood_is_not(vignette: Vignette) -> None:
    """Nor does one speak where a feature or a relative with HPP is on record."""
    vignette(
        """
        resource    | date    | code  | value
        ------------+---------+-------+--------
        Patient     |         | woman | 25 y
        Observation | -6000 d | ALP   | 300 U/L
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
    )
    vignette.each(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Observation | -4000 d | ALP  | 70 U/L | 35 U/L
        Condition   | -300 d  | {it} |        |
        """,
        ("chondrocalcinosis", NO_ALP),
        ("family history of hypophosphatasia", NO_ALP),
        ("hypertension", NO_ALP_OLD_NORMAL),
    )
