"""What the enzyme should break down heaps up: pyridoxal phosphate (PLP) in blood and
phosphoethanolamine (PEA) in urine.  Either is one major feature."""

from tests.spec.answers import PROBABLE, SUSPECTED
from tests.spec.vignette import Vignette

title, order = "Substrates", 2


def test_plp_is_raised_above_125(vignette: Vignette) -> None:
    """Where the laboratory printed no limit of its own."""
    vignette.around(
        "plp_high",
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -50 d  | PLP  | {it}   |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        below=("124 nmol/L", SUSPECTED),
        on=("125 nmol/L", SUSPECTED),
        above=("126 nmol/L", PROBABLE),
    )


def test_the_limit_of_the_laboratory_for_plp_comes_first(vignette: Vignette) -> None:
    """130 is not raised at a limit of 150, 110 is at a limit of 100."""
    vignette(
        """
        resource    | date   | code | value      | low limit | high limit
        ------------+--------+------+------------+-----------+-----------
        Observation | -100 d | ALP  | 30 U/L     | 35 U/L    |
        Observation | -50 d  | PLP  | 130 nmol/L |           | 150 nmol/L
        Observation | -10 d  | ALP  | 30 U/L     | 35 U/L    |
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )
    vignette(
        """
        resource    | date   | code | value      | low limit | high limit
        ------------+--------+------+------------+-----------+-----------
        Observation | -100 d | ALP  | 30 U/L     | 35 U/L    |
        Observation | -50 d  | PLP  | 110 nmol/L |           | 100 nmol/L
        Observation | -10 d  | ALP  | 30 U/L     | 35 U/L    |
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="critical",
    )


def test_plp_in_micrograms_is_converted(vignette: Vignette) -> None:
    """30.8 ug/L is 124.6 nmol/L, 31 ug/L is 125.4."""
    vignette.each(
        """
        resource    | date   | code       | value  | low limit
        ------------+--------+------------+--------+----------
        Observation | -100 d | ALP        | 30 U/L | 35 U/L
        Observation | -50 d  | PLP (mass) | {it}   |
        Observation | -10 d  | ALP        | 30 U/L | 35 U/L
        """,
        ("30.8 ug/L", SUSPECTED),
        ("31 ug/L", PROBABLE),
    )


def test_a_strongly_raised_plp_changes_no_row(vignette: Vignette) -> None:
    """From 180 nmol/L it is even less likely to be anything else; the verdict is the same."""
    vignette.around(
        "plp_strong",
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -50 d  | PLP  | {it}   |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        below=("179 nmol/L", PROBABLE),
        on=("180 nmol/L", PROBABLE),
        above=("181 nmol/L", PROBABLE),
    )


def test_plp_within_7_days_of_vitamin_b6_says_nothing(vignette: Vignette) -> None:
    """The vitamin itself raises it."""
    vignette.around(
        "washout_b6",
        """
        resource          | date           | code       | value      | low limit | status
        ------------------+----------------+------------+------------+-----------+----------
        MedicationRequest | -400 d to {it} | pyridoxine |            |           | completed
        Observation       | -100 d         | ALP        | 30 U/L     | 35 U/L    |
        Observation       | -50 d          | PLP        | 300 nmol/L |           |
        Observation       | -10 d          | ALP        | 30 U/L     | 35 U/L    |
        """,
        below=("-56 d", SUSPECTED),
        on=("-57 d", SUSPECTED),
        above=("-58 d", PROBABLE),
        since="-50 d",
    )


def test_vitamin_b6_after_the_plp_does_not_matter(vignette: Vignette) -> None:
    """It had not been taken yet."""
    vignette(
        """
        resource          | date   | code       | value      | low limit
        ------------------+--------+------------+------------+----------
        Observation       | -100 d | ALP        | 30 U/L     | 35 U/L
        Observation       | -50 d  | PLP        | 300 nmol/L |
        MedicationRequest | -49 d  | pyridoxine |            |
        Observation       | -10 d  | ALP        | 30 U/L     | 35 U/L
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="critical",
    )


def test_pea_in_urine_needs_a_printed_limit(vignette: Vignette) -> None:
    """Its range depends on age and method."""
    vignette.each(
        """
        resource    | date   | code      | value     | low limit | high limit
        ------------+--------+-----------+-----------+-----------+-----------
        Observation | -100 d | ALP       | 30 U/L    | 35 U/L    |
        Observation | -50 d  | urine PEA | 80 umol/g |           | {it}
        Observation | -10 d  | ALP       | 30 U/L    | 35 U/L    |
        """,
        ("60 umol/g", PROBABLE),
        ("80 umol/g", SUSPECTED),
        ("", SUSPECTED),
    )


def test_a_substrate_counts_whatever_its_age(vignette: Vignette) -> None:
    """The ten years of look-back are for ALP only."""
    vignette(
        """
        resource    | date    | code | value      | low limit
        ------------+---------+------+------------+----------
        Observation | -5000 d | PLP  | 200 nmol/L |
        Observation | -100 d  | ALP  | 30 U/L     | 35 U/L
        Observation | -10 d   | ALP  | 30 U/L     | 35 U/L
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="critical",
    )


def test_a_raised_substrate_with_a_single_low_value_is_not_enough(vignette: Vignette) -> None:
    """One major feature needs persistent low values beside it."""
    vignette(
        """
        resource    | date  | code | value      | low limit
        ------------+-------+------+------------+----------
        Observation | -50 d | PLP  | 200 nmol/L |
        Observation | -10 d | ALP  | 30 U/L     | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_a_raised_substrate_with_normal_alp_is_not_judged(vignette: Vignette) -> None:
    """The check is about low ALP."""
    vignette(
        """
        resource    | date  | code | value      | low limit
        ------------+-------+------+------------+----------
        Observation | -50 d | PLP  | 200 nmol/L |
        Observation | -10 d | ALP  | 60 U/L     | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_multivitamin_holds_vitamin_b6(vignette: Vignette) -> None:
    """Such a PLP is shown and not interpreted."""
    vignette.each(
        """
        resource          | date   | code | value      | low limit
        ------------------+--------+------+------------+----------
        MedicationRequest | -400 d | {it} |            |
        Observation       | -100 d | ALP  | 30 U/L     | 35 U/L
        Observation       | -50 d  | PLP  | 300 nmol/L |
        Observation       | -10 d  | ALP  | 30 U/L     | 35 U/L
        """,
        ("multivitamin", SUSPECTED.naming("PLP taken on vitamin B6")),
        ("pyridoxine", SUSPECTED.naming("PLP taken on vitamin B6")),
        ("colecalciferol", PROBABLE),
    )
