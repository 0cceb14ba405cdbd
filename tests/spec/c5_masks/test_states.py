"""Each example has one low value and, later, one that is not low: is the later one to be
trusted?"""

from tests.spec.answers import MASKED, RECOVERED
from tests.spec.vignette import Vignette

title, order = "States that raise ALP", 1


def test_a_fracture_masks_for_180_days(vignette: Vignette) -> None:
    """Counted from the day of the fracture."""
    vignette.around(
        "fracture_mask",
        """
        resource    | date   | code     | value  | low limit
        ------------+--------+----------+--------+----------
        Observation | -400 d | ALP      | 30 U/L | 35 U/L
        Condition   | {it}   | fracture |        |
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L
        """,
        below=("-199 d", MASKED.naming("fracture healing")),
        on=("-200 d", MASKED),
        above=("-201 d", RECOVERED),
        since="-20 d",
    )


def test_fractures_of_every_kind_mask(vignette: Vignette) -> None:
    """Atypical and stress fractures too; a fracture that does not heal does not."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Observation | -400 d | ALP  | 30 U/L | 35 U/L
        Condition   | -60 d  | {it} |        |
        Observation | -20 d  | ALP  | 60 U/L | 35 U/L
        """,
        ("atypical femoral fracture", MASKED),
        ("stress fracture of the tibia", MASKED),
        ("stress fracture of the foot", MASKED),
        ("nonunion of a fracture", RECOVERED),
        ("osteoporosis", RECOVERED),
    )


def test_a_fracture_masks_from_its_day_and_also_when_it_has_healed(vignette: Vignette) -> None:
    """Not before it, and not without a date."""
    vignette.each(
        """
        resource    | date   | code     | value  | low limit
        ------------+--------+----------+--------+----------
        Observation | -400 d | ALP      | 30 U/L | 35 U/L
        Condition   | {it}   | fracture |        |
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L
        """,
        ("-20 d", MASKED),
        ("-19 d", RECOVERED),
        ("-60 d to -30 d", MASKED),
        ("", RECOVERED),
    )
    vignette.each(
        """
        resource    | date   | code     | value  | low limit | status
        ------------+--------+----------+--------+-----------+-------
        Observation | -400 d | ALP      | 30 U/L | 35 U/L    |
        Condition   | -60 d  | fracture |        |           | {it}
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L    |
        """,
        ("resolved", MASKED),
        ("refuted", RECOVERED),
        ("entered-in-error", RECOVERED),
    )


def test_pregnancy_masks_while_it_lasts(vignette: Vignette) -> None:
    """The placenta makes ALP."""
    vignette.each(
        """
        resource    | date   | code      | value  | low limit
        ------------+--------+-----------+--------+----------
        Patient     |        | woman     | 34 y   |
        Observation | -400 d | ALP       | 30 U/L | 35 U/L
        Condition   | {it}   | pregnancy |        |
        Observation | -20 d  | ALP       | 60 U/L | 35 U/L
        """,
        ("-200 d", MASKED.naming("pregnancy")),
        ("-290 d to -20 d", MASKED),
        ("-300 d to -21 d", RECOVERED),
        ("-19 d", RECOVERED),
    )


def test_liver_disease_masks_while_it_is_active(vignette: Vignette) -> None:
    """Bile ducts make ALP."""
    vignette.each(
        """
        resource    | date   | code                  | value  | low limit | status
        ------------+--------+-----------------------+--------+-----------+-------
        Observation | -400 d | ALP                   | 30 U/L | 35 U/L    |
        Condition   | -900 d | chronic liver disease |        |           | {it}
        Observation | -20 d  | ALP                   | 60 U/L | 35 U/L    |
        """,
        ("active", MASKED),
        ("provisional", MASKED),
        ("resolved", RECOVERED),
        ("refuted", RECOVERED),
    )


def test_a_high_ggt_of_the_same_day_masks(vignette: Vignette) -> None:
    """Above its own printed limit."""
    vignette.each(
        """
        resource    | date   | code     | value  | low limit | high limit
        ------------+--------+----------+--------+-----------+-----------
        Observation | -400 d | ALP      | 30 U/L | 35 U/L    |
        Observation | -20 d  | gamma-GT | {it}   |           | 40 U/L
        Observation | -20 d  | ALP      | 60 U/L | 35 U/L    |
        """,
        ("41 U/L", MASKED.naming("gamma-GT above its limit on that day")),
        ("40 U/L", RECOVERED),
    )


def test_a_ggt_without_limit_or_of_another_day_masks_nothing(vignette: Vignette) -> None:
    """It cannot be compared, or says nothing of this specimen."""
    vignette(
        """
        resource    | date   | code     | value   | low limit
        ------------+--------+----------+---------+----------
        Observation | -400 d | ALP      | 30 U/L  | 35 U/L
        Observation | -20 d  | gamma-GT | 400 U/L |
        Observation | -20 d  | ALP      | 60 U/L  | 35 U/L
        """,
        verdict="alpNotLow",
        row="12-recovered",
    )
    vignette(
        """
        resource    | date   | code     | value   | low limit | high limit
        ------------+--------+----------+---------+-----------+-----------
        Observation | -400 d | ALP      | 30 U/L  | 35 U/L    |
        Observation | -21 d  | gamma-GT | 400 U/L |           | 40 U/L
        Observation | -20 d  | ALP      | 60 U/L  | 35 U/L    |
        """,
        verdict="alpNotLow",
        row="12-recovered",
    )


def test_drugs_that_form_bone_mask_until_90_days_after_their_end(vignette: Vignette) -> None:
    """Teriparatide raises ALP while it is given."""
    vignette.around(
        "washout_anabolic",
        """
        resource          | date           | code         | value  | low limit | status
        ------------------+----------------+--------------+--------+-----------+----------
        Observation       | -400 d         | ALP          | 30 U/L | 35 U/L    |
        MedicationRequest | -300 d to {it} | teriparatide |        |           | completed
        Observation       | -10 d          | ALP          | 60 U/L | 35 U/L    |
        """,
        below=("-99 d", MASKED.naming("teriparatide")),
        on=("-100 d", MASKED),
        above=("-101 d", RECOVERED),
        since="-10 d",
    )


def test_which_drugs_mask(vignette: Vignette) -> None:
    """Bone-forming drugs only; a drug that lowers ALP does not make a normal value doubtful."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit
        ------------------+--------+------+--------+----------
        Observation       | -400 d | ALP  | 30 U/L | 35 U/L
        MedicationRequest | -300 d | {it} |        |
        Observation       | -10 d  | ALP  | 60 U/L | 35 U/L
        """,
        ("teriparatide", MASKED),
        ("abaloparatide", MASKED),
        ("romosozumab", MASKED),
        ("calcitonin", RECOVERED),
        ("alendronate", RECOVERED),
        ("colecalciferol", RECOVERED),
    )
