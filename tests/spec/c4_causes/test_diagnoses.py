"""A coded diagnosis that lowers ALP explains a low value while it is active."""

from tests.spec.answers import EXPLAINED, EXPLAINED_VERY_LOW, LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Diagnoses that lower ALP", 3


def test_some_diagnoses_explain_a_low_value(vignette: Vignette) -> None:
    """Deficiencies, malabsorption, advanced kidney disease and some endocrine diseases."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Condition   | -900 d | {it} |        |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("zinc deficiency", EXPLAINED.naming("zinc deficiency")),
        ("malnutrition", EXPLAINED),
        ("coeliac disease", EXPLAINED),
        ("kidney disease stage 4", EXPLAINED),
        ("kidney disease stage 5", EXPLAINED.naming("bone team or nephrology decides")),
        ("dialysis", EXPLAINED),
        ("hypoparathyroidism", EXPLAINED),
        ("Cushing syndrome", EXPLAINED),
        ("magnesium deficiency", EXPLAINED),
        ("vitamin B12 deficiency", EXPLAINED),
        ("folate deficiency", EXPLAINED),
        ("deficiency of B vitamins (E53.8)", EXPLAINED),
        ("pernicious anaemia", EXPLAINED),
        ("severe anaemia", EXPLAINED),
        ("vitamin D excess", EXPLAINED),
        ("milk-alkali syndrome", EXPLAINED),
        ("cretinism", EXPLAINED),
        ("Wilson disease", EXPLAINED),
        ("achondroplasia", EXPLAINED),
        ("renal osteodystrophy", EXPLAINED),
        ("scurvy", EXPLAINED),
        ("chronic myeloid leukaemia", EXPLAINED),
        ("myeloma", EXPLAINED),
        ("bariatric surgery in the past (Z98.84)", EXPLAINED),
    )


def test_other_diagnoses_do_not(vignette: Vignette) -> None:
    """Milder kidney disease, osteoporosis itself, softened bone, cancer, high blood pressure."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Condition   | -900 d | {it} |        |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("kidney disease stage 3", LOW_ONCE),
        ("osteoporosis", LOW_ONCE),
        ("osteomalacia", LOW_ONCE),
        ("hypertension", LOW_ONCE),
        ("hypercalcaemia", LOW_ONCE),
    )


def test_persistent_low_values_with_a_diagnosis_inform(vignette: Vignette) -> None:
    """Kidney failure explains both of them; HPP is not excluded and the card says so."""
    vignette(
        """
        resource    | date   | code                   | value  | low limit
        ------------+--------+------------------------+--------+----------
        Condition   | -900 d | kidney disease stage 5 |        |
        Observation | -100 d | ALP                    | 30 U/L | 35 U/L
        Observation | -10 d  | ALP                    | 29 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )


def test_a_very_low_value_is_not_reassuring_with_a_diagnosis(vignette: Vignette) -> None:
    """Unless a clearly normal value came first."""
    vignette(
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Condition   | -900 d | zinc deficiency |        |
        Observation | -10 d  | ALP             | 22 U/L | 35 U/L
        """,
        verdict="lowAlpCauseNotReassuring",
        row="7-very-low",
        indicator="warning",
    )
    vignette(
        """
        resource    | date    | code            | value  | low limit
        ------------+---------+-----------------+--------+----------
        Observation | -1200 d | ALP             | 70 U/L | 35 U/L
        Condition   | -900 d  | zinc deficiency |        |
        Observation | -10 d   | ALP             | 22 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )


def test_the_diagnosis_must_be_active_on_the_day_of_the_specimen(vignette: Vignette) -> None:
    """First and last day count; today's problem list does not reach back before the onset."""
    vignette.each(
        """
        resource    | date  | code            | value  | low limit
        ------------+-------+-----------------+--------+----------
        Condition   | {it}  | zinc deficiency |        |
        Observation | -10 d | ALP             | 30 U/L | 35 U/L
        """,
        ("-11 d", EXPLAINED),
        ("-10 d", EXPLAINED),
        ("-9 d", LOW_ONCE),
        ("-900 d to -10 d", EXPLAINED),
        ("-900 d to -11 d", LOW_ONCE),
    )


def test_without_an_onset_the_day_of_recording_counts(vignette: Vignette) -> None:
    """Recorded after the specimen explains nothing; without any date it is old and unproven."""
    vignette.each(
        """
        resource    | date  | code            | value  | low limit | notes
        ------------+-------+-----------------+--------+-----------+------
        Condition   |       | zinc deficiency |        |           | {it}
        Observation | -10 d | ALP             | 30 U/L | 35 U/L    |
        """,
        ("recorded -20 d", EXPLAINED),
        ("recorded -9 d", LOW_ONCE),
        ("", LOW_ONCE),
    )


def test_a_diagnosis_that_is_over_without_an_end_is_not_active(vignette: Vignette) -> None:
    """Nobody knows when it ended."""
    vignette.each(
        """
        resource    | date   | code            | value  | low limit | status
        ------------+--------+-----------------+--------+-----------+-------
        Condition   | -900 d | zinc deficiency |        |           | {it}
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L    |
        """,
        ("active", EXPLAINED),
        ("recurrence", EXPLAINED),
        ("resolved", LOW_ONCE),
        ("inactive", LOW_ONCE),
        ("remission", LOW_ONCE),
    )


def test_a_refuted_diagnosis_explains_nothing(vignette: Vignette) -> None:
    """One that is still being looked into does."""
    vignette.each(
        """
        resource    | date   | code            | value  | low limit | status
        ------------+--------+-----------------+--------+-----------+-------
        Condition   | -900 d | zinc deficiency |        |           | {it}
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L    |
        """,
        ("refuted", LOW_ONCE),
        ("entered-in-error", LOW_ONCE),
        ("provisional", EXPLAINED),
        ("unconfirmed", EXPLAINED),
        ("no verification", EXPLAINED),
    )


def test_hypothyroidism_counts_only_with_a_tsh_above_10(vignette: Vignette) -> None:
    """Treated hypothyroidism does not lower ALP."""
    vignette.around(
        "thyroid_tsh",
        """
        resource    | date   | code           | value  | low limit
        ------------+--------+----------------+--------+----------
        Condition   | -900 d | hypothyroidism |        |
        Observation | -30 d  | TSH            | {it}   |
        Observation | -10 d  | ALP            | 30 U/L | 35 U/L
        """,
        below=("9 mIU/L", LOW_ONCE),
        on=("10 mIU/L", LOW_ONCE),
        above=("11 mIU/L", EXPLAINED),
    )


def test_a_laboratory_value_is_of_the_year_around_the_specimen(vignette: Vignette) -> None:
    """365 days before it, or after it; shown by the TSH of hypothyroidism."""
    vignette.around(
        "cause_lab",
        """
        resource    | date   | code           | value    | low limit
        ------------+--------+----------------+----------+----------
        Condition   | -900 d | hypothyroidism |          |
        Observation | {it}   | TSH            | 25 mIU/L |
        Observation | -10 d  | ALP            | 30 U/L   | 35 U/L
        """,
        below=("-374 d", EXPLAINED),
        on=("-375 d", EXPLAINED),
        above=("-376 d", LOW_ONCE),
        since="-10 d",
    )
    vignette.around(
        "cause_lab",
        """
        resource    | date   | code           | value    | low limit
        ------------+--------+----------------+----------+----------
        Condition   | -900 d | hypothyroidism |          |
        Observation | -400 d | ALP            | 30 U/L   | 35 U/L
        Observation | {it}   | TSH            | 25 mIU/L |
        """,
        below=("-36 d", EXPLAINED),
        on=("-35 d", EXPLAINED),
        above=("-34 d", LOW_ONCE),
        since="-400 d",
    )


def test_hypothyroidism_without_a_tsh_does_not_count(vignette: Vignette) -> None:
    """The diagnosis stays on the list for life, treated or not."""
    vignette(
        """
        resource    | date   | code           | value  | low limit
        ------------+--------+----------------+--------+----------
        Condition   | -900 d | hypothyroidism |        |
        Observation | -10 d  | ALP            | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_treated_hypothyroidism_leaves_persistent_low_values_suspicious(
    vignette: Vignette,
) -> None:
    """Levothyroxine and a normal TSH: look for HPP."""
    vignette(
        """
        resource          | date   | code           | value   | low limit
        ------------------+--------+----------------+---------+----------
        Condition         | -900 d | hypothyroidism |         |
        MedicationRequest | -890 d | levothyroxine  |         |
        Observation       | -100 d | TSH            | 2 mIU/L |
        Observation       | -100 d | ALP            | 30 U/L  | 35 U/L
        Observation       | -10 d  | ALP            | 31 U/L  | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
    )


def test_a_high_tsh_without_the_diagnosis_only_words_the_card(vignette: Vignette) -> None:
    """Laboratory signs are named; only a diagnosis or a drug explains."""
    vignette(
        """
        resource    | date  | code | value    | low limit
        ------------+-------+------+----------+----------
        Observation | -10 d | TSH  | 25 mIU/L |
        Observation | -10 d | ALP  | 30 U/L   | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        named=("Laboratory sign of hypothyroidism: TSH 25",),
    )


def test_a_very_low_value_in_a_child_with_a_diagnosis_is_not_reassuring(
    vignette: Vignette,
) -> None:
    """Below half of the child's limit."""
    vignette.each(
        """
        resource    | date   | code         | value
        ------------+--------+--------------+------
        Patient     |        | boy          | 8 y
        Condition   | -900 d | malnutrition |
        Observation | -10 d  | ALP          | {it}
        """,
        ("60 U/L", EXPLAINED_VERY_LOW),
        ("100 U/L", EXPLAINED),
    )
