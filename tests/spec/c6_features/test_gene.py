"""A pathogenic variant in ALPL, the gene of the enzyme."""

from tests.spec.answers import LOW_ONCE, VARIANT
from tests.spec.vignette import Vignette

title, order = "The ALPL gene", 1


def test_a_pathogenic_alpl_variant_and_a_low_value_make_hpp_probable(vignette: Vignette) -> None:
    """It warns: many carriers never fall ill, and a variant is a criterion and no diagnosis.
    Only pathogenic and likely pathogenic count; every other reading proves and clears
    nothing."""
    vignette.each(
        """
        resource    | date   | code         | value  | low limit
        ------------+--------+--------------+--------+----------
        Observation | -300 d | ALPL variant | {it}   |
        Observation | -10 d  | ALP          | 30 U/L | 35 U/L
        """,
        ("pathogenic", VARIANT),
        ("likely pathogenic", VARIANT),
        ("uncertain significance", LOW_ONCE),
        ("likely benign", LOW_ONCE),
        ("benign", LOW_ONCE),
        ("no variant found", LOW_ONCE),
    )


def test_no_variant_found_does_not_clear_persistent_low_values(vignette: Vignette) -> None:
    """A negative ALPL test alone does not exclude HPP."""
    vignette(
        """
        resource    | date   | code         | value            | low limit
        ------------+--------+--------------+------------------+----------
        Observation | -300 d | ALPL variant | no variant found |
        Observation | -100 d | ALP          | 30 U/L           | 35 U/L
        Observation | -10 d  | ALP          | 30 U/L           | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_a_variant_without_a_low_value_is_no_diagnosis(vignette: Vignette) -> None:
    """Carriers have normal ALP."""
    vignette(
        """
        resource    | date   | code         | value      | low limit
        ------------+--------+--------------+------------+----------
        Observation | -300 d | ALPL variant | pathogenic |
        Observation | -10 d  | ALP          | 60 U/L     | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_with_a_variant_any_low_value_outside_acute_illness_counts(vignette: Vignette) -> None:
    """Also one on a bisphosphonate; not one of an inpatient."""
    vignette(
        """
        resource          | date   | code         | value      | low limit
        ------------------+--------+--------------+------------+----------
        Observation       | -300 d | ALPL variant | pathogenic |
        MedicationRequest | -200 d | alendronate  |            |
        Observation       | -10 d  | ALP          | 30 U/L     | 35 U/L
        """,
        verdict="hppProbable",
        row="4d-alpl-variant",
        indicator="warning",
    )
    vignette(
        """
        resource    | date   | code         | value      | low limit | notes
        ------------+--------+--------------+------------+-----------+----------
        Observation | -300 d | ALPL variant | pathogenic |           |
        Observation | -10 d  | ALP          | 30 U/L     | 35 U/L    | inpatient
        """,
        verdict="lowAlpAcuteIllness",
        row="11-acute-only",
        indicator="info",
    )


def test_a_withdrawn_genetic_report_does_not_count(vignette: Vignette) -> None:
    """The status of a report is read as that of any result."""
    vignette(
        """
        resource    | date   | code         | value      | low limit | status
        ------------+--------+--------------+------------+-----------+-----------------
        Observation | -300 d | ALPL variant | pathogenic |           | entered-in-error
        Observation | -10 d  | ALP          | 30 U/L     | 35 U/L    |
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_the_variant_counts_in_children_too(vignette: Vignette) -> None:
    """The gene is the same at every age."""
    vignette(
        """
        resource    | date   | code         | value             | low limit
        ------------+--------+--------------+-------------------+----------
        Patient     |        | girl         | 8 y               |
        Observation | -300 d | ALPL variant | likely pathogenic |
        Observation | -10 d  | ALP          | 100 U/L           |
        """,
        verdict="hppProbable",
        row="4d-alpl-variant",
        indicator="warning",
    )


def test_a_variant_a_raised_substrate_and_a_low_value_are_critical(vignette: Vignette) -> None:
    """PLP while no vitamin B6 was taken."""
    vignette(
        """
        resource    | date   | code         | value      | low limit
        ------------+--------+--------------+------------+----------
        Observation | -300 d | ALPL variant | pathogenic |
        Observation | -50 d  | PLP          | 200 nmol/L |
        Observation | -10 d  | ALP          | 30 U/L     | 35 U/L
        """,
        verdict="hppProbable",
        row="4d-alpl-variant-substrate",
        indicator="critical",
    )
