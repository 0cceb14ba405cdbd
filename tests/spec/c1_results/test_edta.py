"""EDTA in the tube binds the zinc and magnesium of the enzyme; potassium and calcium betray it."""

from tests.spec.answers import LOW_ONCE, UNUSABLE
from tests.spec.vignette import Vignette

title, order = "EDTA contamination", 6


def test_edta_is_suspected_at_a_high_potassium(vignette: Vignette) -> None:
    """Together with a low calcium of the same specimen."""
    vignette.around(
        "edta_potassium",
        """
        resource    | date  | code      | value       | low limit | notes
        ------------+-------+-----------+-------------+-----------+-----------
        Observation | -10 d | ALP       | 30 U/L      | 35 U/L    | specimen A
        Observation | -10 d | potassium | {it}        |           | specimen A
        Observation | -10 d | calcium   | 1.80 mmol/L |           | specimen A
        """,
        below=("5.9 mmol/L", LOW_ONCE),
        on=("6.0 mmol/L", UNUSABLE),
        above=("6.1 mmol/L", UNUSABLE),
    )


def test_edta_is_suspected_at_a_low_calcium(vignette: Vignette) -> None:
    """Together with a high potassium of the same specimen."""
    vignette.around(
        "edta_calcium",
        """
        resource    | date  | code      | value       | low limit | notes
        ------------+-------+-----------+-------------+-----------+-----------
        Observation | -10 d | ALP       | 30 U/L      | 35 U/L    | specimen A
        Observation | -10 d | potassium | 12.4 mmol/L |           | specimen A
        Observation | -10 d | calcium   | {it}        |           | specimen A
        """,
        below=("1.89 mmol/L", UNUSABLE),
        on=("1.90 mmol/L", LOW_ONCE),
        above=("1.91 mmol/L", LOW_ONCE),
    )


def test_calcium_in_milligrams_is_compared_alike(vignette: Vignette) -> None:
    """7.6 mg/dL is 1.90 mmol/L."""
    vignette.each(
        """
        resource    | date  | code      | value       | low limit
        ------------+-------+-----------+-------------+----------
        Observation | -10 d | ALP       | 30 U/L      | 35 U/L
        Observation | -10 d | potassium | 12.4 mmol/L |
        Observation | -10 d | calcium   | {it}        |
        """,
        ("7.5 mg/dL", UNUSABLE),
        ("7.6 mg/dL", LOW_ONCE),
    )


def test_both_signs_must_be_in_the_same_specimen(vignette: Vignette) -> None:
    """Two tubes of one morning, and the ALP is from the clean one."""
    vignette(
        """
        resource    | date  | code      | value       | low limit | notes
        ------------+-------+-----------+-------------+-----------+-----------
        Observation | -10 d | ALP       | 30 U/L      | 35 U/L    | specimen A
        Observation | -10 d | potassium | 12.4 mmol/L |           | specimen B
        Observation | -10 d | calcium   | 1.20 mmol/L |           | specimen B
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_without_a_named_specimen_the_same_day_is_the_same_specimen(vignette: Vignette) -> None:
    """The next day's blood is another specimen."""
    vignette.each(
        """
        resource    | date  | code      | value       | low limit
        ------------+-------+-----------+-------------+----------
        Observation | -10 d | ALP       | 30 U/L      | 35 U/L
        Observation | {it}  | potassium | 12.4 mmol/L |
        Observation | {it}  | calcium   | 1.20 mmol/L |
        """,
        ("-10 d", UNUSABLE),
        ("-9 d", LOW_ONCE),
    )


def test_a_high_potassium_alone_is_not_edta(vignette: Vignette) -> None:
    """Kidney failure or haemolysis raises potassium and leaves calcium in place."""
    vignette(
        """
        resource    | date  | code      | value       | low limit
        ------------+-------+-----------+-------------+----------
        Observation | -10 d | ALP       | 30 U/L      | 35 U/L
        Observation | -10 d | potassium | 6.4 mmol/L  |
        Observation | -10 d | calcium   | 2.30 mmol/L |
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_contaminated_low_results_leave_the_clean_normal_one(vignette: Vignette) -> None:
    """The clean result of another day decides."""
    vignette(
        """
        resource    | date   | code      | value       | low limit
        ------------+--------+-----------+-------------+----------
        Observation | -200 d | ALP       | 61 U/L      | 35 U/L
        Observation | -10 d  | ALP       | 18 U/L      | 35 U/L
        Observation | -10 d  | potassium | 14.2 mmol/L |
        Observation | -10 d  | calcium   | 1.10 mmol/L |
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_a_child_with_nothing_but_a_contaminated_result_warns(vignette: Vignette) -> None:
    """A spoiled tube is no unread result; it leaves the child without an ALP."""
    vignette(
        """
        resource    | date  | code      | value       | low limit
        ------------+-------+-----------+-------------+----------
        Patient     |       | girl      | 8 y         |
        Observation | -10 d | ALP       | 30 U/L      |
        Observation | -10 d | potassium | 12.4 mmol/L |
        Observation | -10 d | calcium   | 1.20 mmol/L |
        """,
        verdict="alpUnclear",
        row="13-unusable-child",
        indicator="warning",
    )
