"""Findings of children: early loss of milk teeth and rickets are major."""

from tests.spec.answers import PROBABLE, SUSPECTED
from tests.spec.vignette import Vignette

title, order = "Children", 4


def test_milk_teeth_lost_before_the_fifth_birthday(vignette: Vignette) -> None:
    """1826 days; the patient is 3000 days old today."""
    vignette.around(
        "tooth_loss_age",
        """
        resource    | date   | code       | value
        ------------+--------+------------+--------
        Patient     |        | girl       | 3000 d
        Condition   | {it}   | tooth loss |
        Observation | -100 d | ALP        | 100 U/L
        Observation | -10 d  | ALP        | 100 U/L
        """,
        below=("-1175 d", PROBABLE),
        on=("-1174 d", SUSPECTED),
        above=("-1173 d", SUSPECTED),
        since="birth",
    )


def test_the_day_of_recording_stands_in_for_the_day_of_the_loss(vignette: Vignette) -> None:
    """Recorded at four years."""
    vignette(
        """
        resource    | date   | code       | value   | notes
        ------------+--------+------------+---------+-----------------
        Patient     |        | girl       | 3000 d  |
        Condition   |        | tooth loss |         | recorded -1400 d
        Observation | -100 d | ALP        | 100 U/L |
        Observation | -10 d  | ALP        | 100 U/L |
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="critical",
    )


def test_rickets_is_major_and_osteomalacia_is_not_rickets(vignette: Vignette) -> None:
    """In rickets of other causes ALP is high."""
    vignette.each(
        """
        resource    | date   | code | value
        ------------+--------+------+--------
        Patient     |        | boy  | 8 y
        Condition   | -900 d | {it} |
        Observation | -100 d | ALP  | 100 U/L
        Observation | -10 d  | ALP  | 100 U/L
        """,
        ("rickets", PROBABLE),
        ("osteomalacia", SUSPECTED),
        ("craniosynostosis", SUSPECTED),
        ("nephrocalcinosis", SUSPECTED),
        ("pyridoxine-responsive seizures", SUSPECTED),
    )


def test_findings_of_adults_do_not_count_in_children(vignette: Vignette) -> None:
    """They are not on the list for children."""
    vignette.each(
        """
        resource    | date   | code | value
        ------------+--------+------+--------
        Patient     |        | boy  | 8 y
        Condition   | -900 d | {it} |
        Observation | -100 d | ALP  | 100 U/L
        Observation | -10 d  | ALP  | 100 U/L
        """,
        ("atypical femoral fracture", SUSPECTED),
        ("chondrocalcinosis", SUSPECTED),
        ("nonunion of a fracture", SUSPECTED),
    )


def test_the_pattern_of_children_with_a_single_low_value(vignette: Vignette) -> None:
    """One major and two minor features."""
    vignette(
        """
        resource    | date   | code             | value
        ------------+--------+------------------+--------
        Patient     |        | boy              | 3 y
        Condition   | -300 d | rickets          |
        Condition   | -900 d | craniosynostosis |
        Condition   | -900 d | nephrocalcinosis |
        Observation | -10 d  | ALP              | 100 U/L
        """,
        verdict="hppSuspected",
        row="4e-iwg-pattern-low",
        indicator="warning",
    )
