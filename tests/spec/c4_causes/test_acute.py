"""In severe acute illness ALP falls for days or weeks.  Such a value counts for nothing else."""

from tests.spec.answers import ACUTE_ONLY, LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Acute illness", 5


def test_severe_acute_illness_excuses_14_days(vignette: Vignette) -> None:
    """Sepsis, shock, burns and major trauma, counted from the onset."""
    vignette.around(
        "acute_illness",
        """
        resource    | date  | code   | value  | low limit
        ------------+-------+--------+--------+----------
        Condition   | {it}  | sepsis |        |
        Observation | -10 d | ALP    | 30 U/L | 35 U/L
        """,
        below=("-23 d", ACUTE_ONLY),
        on=("-24 d", ACUTE_ONLY),
        above=("-25 d", LOW_ONCE),
        since="-10 d",
    )


def test_which_illnesses_are_acute(vignette: Vignette) -> None:
    """Severe infection, organ failure, pancreatitis, burns and major trauma."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Condition   | -14 d | {it} |        |
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        """,
        ("severe infection", ACUTE_ONLY),
        ("multiple organ failure", ACUTE_ONLY),
        ("acute pancreatitis", ACUTE_ONLY),
        ("burn", ACUTE_ONLY),
        ("major trauma", ACUTE_ONLY),
        ("fracture", LOW_ONCE),
    )
    vignette(
        """
        resource    | date  | code            | value  | low limit
        ------------+-------+-----------------+--------+----------
        Procedure   | -14 d | hip replacement |        |
        Observation | -10 d | ALP             | 30 U/L | 35 U/L
        """,
        verdict="lowAlpAcuteIllness",
        row="11-acute-only",
        indicator="info",
    )


def test_a_code_that_only_says_that_something_was_excuses_nothing(vignette: Vignette) -> None:
    """An old bypass that is written down on the day of the blood test."""
    vignette(
        """
        resource    | date  | code                                 | value  | low limit
        ------------+-------+--------------------------------------+--------+----------
        Condition   | -10 d | bypass operation in the past (Z95.1) |        |
        Observation | -10 d | ALP                                  | 22 U/L | 35 U/L
        """,
        verdict="lowAlpOnceMarked",
        row="9-very-low",
        indicator="warning",
    )


def test_cardiac_surgery_excuses_30_days(vignette: Vignette) -> None:
    """Haemodilution and bypass."""
    vignette.around(
        "cardiac_surgery",
        """
        resource    | date  | code            | value  | low limit
        ------------+-------+-----------------+--------+----------
        Procedure   | {it}  | coronary bypass |        |
        Observation | -10 d | ALP             | 30 U/L | 35 U/L
        """,
        below=("-39 d", ACUTE_ONLY),
        on=("-40 d", ACUTE_ONLY),
        above=("-41 d", LOW_ONCE),
        since="-10 d",
    )


def test_a_red_cell_transfusion_excuses_14_days(vignette: Vignette) -> None:
    """Stored blood carries citrate."""
    vignette.around(
        "transfusion",
        """
        resource    | date  | code                 | value  | low limit
        ------------+-------+----------------------+--------+----------
        Procedure   | {it}  | red cell transfusion |        |
        Observation | -10 d | ALP                  | 30 U/L | 35 U/L
        """,
        below=("-23 d", ACUTE_ONLY),
        on=("-24 d", ACUTE_ONLY),
        above=("-25 d", LOW_ONCE),
        since="-10 d",
    )


def test_an_inpatient_specimen_is_acute(vignette: Vignette) -> None:
    """Whatever brought the patient in."""
    vignette(
        """
        resource    | date  | code | value  | low limit | notes
        ------------+-------+------+--------+-----------+----------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    | inpatient
        """,
        verdict="lowAlpAcuteIllness",
        row="11-acute-only",
        indicator="info",
    )


def test_which_encounters_are_acute(vignette: Vignette) -> None:
    """Stays, emergencies, short stays and observation; not visits, video calls or home care."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit | notes
        ------------+-------+------+--------+-----------+---------------
        Observation | -10 d | ALP  | 30 U/L | 35 U/L    | encounter {it}
        """,
        ("IMP", ACUTE_ONLY),
        ("ACUTE", ACUTE_ONLY),
        ("NONAC", ACUTE_ONLY),
        ("EMER", ACUTE_ONLY),
        ("SS", ACUTE_ONLY),
        ("OBSENC", ACUTE_ONLY),
        ("AMB", LOW_ONCE),
        ("VR", LOW_ONCE),
        ("HH", LOW_ONCE),
    )


def test_a_result_that_names_no_encounter_belongs_to_those_of_its_day(vignette: Vignette) -> None:
    """From the first to the last day of a stay; a visit of the same day does not undo it."""
    vignette.each(
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Encounter   | {it}  | IMP  |        |
        Encounter   | -10 d | AMB  |        |
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        """,
        ("-10 d to -5 d", ACUTE_ONLY),
        ("-20 d to -10 d", ACUTE_ONLY),
        ("-20 d to -11 d", LOW_ONCE),
        ("-9 d to -5 d", LOW_ONCE),
    )


def test_a_very_low_value_in_acute_illness_is_still_acute(vignette: Vignette) -> None:
    """It marks how severe the illness is."""
    vignette(
        """
        resource    | date  | code   | value  | low limit
        ------------+-------+--------+--------+----------
        Condition   | -14 d | sepsis |        |
        Observation | -10 d | ALP    | 18 U/L | 35 U/L
        """,
        verdict="lowAlpAcuteIllness",
        row="11-acute-only",
        indicator="info",
    )


def test_the_illness_must_have_begun_and_be_dated(vignette: Vignette) -> None:
    """An illness after the specimen, without a date or refuted excuses nothing; one that is over
    by now does."""
    vignette.each(
        """
        resource    | date  | code   | value  | low limit
        ------------+-------+--------+--------+----------
        Condition   | {it}  | sepsis |        |
        Observation | -10 d | ALP    | 30 U/L | 35 U/L
        """,
        ("-10 d", ACUTE_ONLY),
        ("-9 d", LOW_ONCE),
        ("", LOW_ONCE),
    )
    vignette.each(
        """
        resource    | date  | code   | value  | low limit | status
        ------------+-------+--------+--------+-----------+-------
        Condition   | -14 d | sepsis |        |           | {it}
        Observation | -10 d | ALP    | 30 U/L | 35 U/L    |
        """,
        ("resolved", ACUTE_ONLY),
        ("refuted", LOW_ONCE),
        ("entered-in-error", LOW_ONCE),
    )


def test_a_procedure_that_was_not_done_excuses_nothing(vignette: Vignette) -> None:
    """Nor does a procedure of another kind."""
    vignette.each(
        """
        resource    | date  | code            | value  | low limit | status
        ------------+-------+-----------------+--------+-----------+-------
        Procedure   | -14 d | coronary bypass |        |           | {it}
        Observation | -10 d | ALP             | 30 U/L | 35 U/L    |
        """,
        ("completed", ACUTE_ONLY),
        ("not-done", LOW_ONCE),
        ("entered-in-error", LOW_ONCE),
    )
    vignette(
        """
        resource    | date  | code        | value  | low limit
        ------------+-------+-------------+--------+----------
        Procedure   | -14 d | colonoscopy |        |
        Observation | -10 d | ALP         | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_a_recent_normal_result_outside_the_illness_decides(vignette: Vignette) -> None:
    """Normal four months before the operation; a normal of more than two years ago is too old."""
    vignette(
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Observation | -120 d | ALP             | 66 U/L | 35 U/L
        Procedure   | -14 d  | coronary bypass |        |
        Observation | -10 d  | ALP             | 28 U/L | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )
    vignette(
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Observation | -800 d | ALP             | 66 U/L | 35 U/L
        Procedure   | -14 d  | coronary bypass |        |
        Observation | -10 d  | ALP             | 28 U/L | 35 U/L
        """,
        verdict="lowAlpAcuteIllness",
        row="11-acute-only",
        indicator="info",
    )


def test_acute_values_neither_make_nor_break_a_course(vignette: Vignette) -> None:
    """One low value outside the illness stays a single one, whatever was measured in it."""
    vignette.each(
        """
        resource    | date   | code   | value  | low limit
        ------------+--------+--------+--------+----------
        Observation | -200 d | ALP    | 30 U/L | 35 U/L
        Condition   | -14 d  | sepsis |        |
        Observation | -10 d  | ALP    | {it}   | 35 U/L
        """,
        ("20 U/L", LOW_ONCE),
        ("90 U/L", LOW_ONCE),
    )


def test_a_normal_value_in_acute_illness_is_no_result_to_rely_on(vignette: Vignette) -> None:
    """The patient has no ALP on file that speaks for the usual state."""
    vignette(
        """
        resource    | date  | code | value  | low limit | notes
        ------------+-------+------+--------+-----------+----------
        Observation | -10 d | ALP  | 60 U/L | 35 U/L    | inpatient
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
        indicator="info",
    )
