"""A result counts when the laboratory stands by it."""

import pytest

from tests.spec.answers import LOW_ONCE, NO_ALP
from tests.spec.vignette import Vignette

title, order = "Status of a result", 4


def test_results_that_are_released_count(vignette: Vignette) -> None:
    """So do results of status unknown: whole data sets carry nothing else."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit | status
        ------------+-------+------+--------+-----------+-------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    | {it}
        """,
        ("final", LOW_ONCE),
        ("amended", LOW_ONCE),
        ("corrected", LOW_ONCE),
        ("appended", LOW_ONCE),
        ("unknown", LOW_ONCE.naming("status unknown")),
    )


@pytest.mark.hazard("H6")
def test_results_that_are_not_released_do_not_count(vignette: Vignette) -> None:
    """They are shown as not used; the patient has no ALP on file."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit | status
        ------------+-------+------+--------+-----------+-------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    | {it}
        """,
        ("preliminary", NO_ALP.naming("preliminary: shown, not counted")),
        ("registered", NO_ALP),
        ("cancelled", NO_ALP),
        ("entered-in-error", NO_ALP),
    )


@pytest.mark.hazard("H6")
def test_retracted_low_results_leave_the_normal_one(vignette: Vignette) -> None:
    """Two very low values were entered in error."""
    vignette(
        """
        resource    | date   | code | value  | low limit | status
        ------------+--------+------+--------+-----------+-----------------
        Observation | -100 d | ALP  | 12 U/L | 35 U/L    | entered-in-error
        Observation | -60 d  | ALP  | 13 U/L | 35 U/L    | entered-in-error
        Observation | -10 d  | ALP  | 68 U/L | 35 U/L    | final
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_result_without_status_counts_like_unknown(vignette: Vignette) -> None:
    """The status is missing although FHIR asks for it; the value is not thrown away."""
    vignette(
        """
        resource    | date  | code | value  | low limit | notes
        ------------+-------+------+--------+-----------+----------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    | no status
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        named=("status unknown",),
    )
