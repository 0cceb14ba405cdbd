"""A cause on record explains a low value only while it stands: not contradicted by a laboratory
value, and either begun in the last five years, or proven by one, or lasting for life."""

from tests.spec.answers import EXPLAINED, EXPLAINED_LONG, LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Causes that stand", 7


def test_a_cause_explains_for_five_years(vignette: Vignette) -> None:
    """1826 days before the specimen.  After them it is named as old, and explains nothing."""
    vignette.around(
        "cause_recent",
        """
        resource    | date  | code            | value  | low limit
        ------------+-------+-----------------+--------+----------
        Condition   | {it}  | zinc deficiency |        |
        Observation | -10 d | ALP             | 30 U/L | 35 U/L
        """,
        below=("-1835 d", EXPLAINED),
        on=("-1836 d", EXPLAINED),
        above=("-1837 d", LOW_ONCE),
        since="-10 d",
    )


def test_a_laboratory_value_keeps_an_old_cause_standing(vignette: Vignette) -> None:
    """A zinc of the same year shows that the deficiency of old is still there."""
    vignette.each(
        """
        resource    | date    | code            | value      | low limit
        ------------+---------+-----------------+------------+----------
        Condition   | -3000 d | zinc deficiency |            |
        Observation | {it}    | zinc            | 9.0 umol/L |
        Observation | -10 d   | ALP             | 30 U/L     | 35 U/L
        """,
        ("-30 d", EXPLAINED),
        ("-400 d", LOW_ONCE),
    )
    vignette.each(
        """
        resource    | date    | code         | value  | low limit
        ------------+---------+--------------+--------+----------
        Condition   | -3000 d | malnutrition |        |
        Observation | -30 d   | albumin      | {it}   |
        Observation | -10 d   | ALP          | 30 U/L | 35 U/L
        """,
        ("28 g/L", EXPLAINED),
        ("38 g/L", LOW_ONCE),
    )


def test_a_laboratory_value_contradicts_a_cause(vignette: Vignette) -> None:
    """Vitamin B12 deficiency on the list, vitamin B12 normal in the blood."""
    for cause, test, normal, low in (
        ("zinc deficiency", "zinc", "10.7 umol/L", "10.6 umol/L"),
        ("magnesium deficiency", "magnesium", "0.70 mmol/L", "0.69 mmol/L"),
        ("vitamin B12 deficiency", "vitamin B12", "148 pmol/L", "147 pmol/L"),
        ("pernicious anaemia", "vitamin B12", "148 pmol/L", "147 pmol/L"),
        ("folate deficiency", "folate", "7 nmol/L", "6 nmol/L"),
        ("vitamin D excess", "25-OH vitamin D", "250 nmol/L", "251 nmol/L"),
        ("cretinism", "TSH", "10 mIU/L", "11 mIU/L"),
    ):
        table = """
            resource    | date   | code    | value  | low limit
            ------------+--------+---------+--------+----------
            Condition   | -900 d | {cause} |        |
            Observation | -30 d  | {test}  | {it}   |
            Observation | -10 d  | ALP     | 30 U/L | 35 U/L
            """
        written = table.replace("{cause}", cause).replace("{test}", test)
        vignette.each(written, (normal, LOW_ONCE), (low, EXPLAINED))


def test_filtration_of_45_contradicts_advanced_kidney_disease(vignette: Vignette) -> None:
    """Below 30 proves it; between the two it stands for five years like any other."""
    vignette.around(
        "egfr_not_low",
        """
        resource    | date   | code                   | value  | low limit
        ------------+--------+------------------------+--------+----------
        Condition   | -900 d | kidney disease stage 4 |        |
        Observation | -30 d  | eGFR                   | {it}   |
        Observation | -10 d  | ALP                    | 30 U/L | 35 U/L
        """,
        below=("44 mL/min/1.73m2", EXPLAINED),
        on=("45 mL/min/1.73m2", LOW_ONCE),
        above=("46 mL/min/1.73m2", LOW_ONCE),
    )
    vignette.each(
        """
        resource    | date    | code                   | value  | low limit
        ------------+---------+------------------------+--------+----------
        Condition   | -3000 d | kidney disease stage 4 |        |
        Observation | -30 d   | eGFR                   | {it}   |
        Observation | -10 d   | ALP                    | 30 U/L | 35 U/L
        """,
        ("29 mL/min/1.73m2", EXPLAINED),
        ("35 mL/min/1.73m2", LOW_ONCE),
    )


def test_of_several_values_the_nearest_decides(vignette: Vignette) -> None:
    """Before or after the specimen; of two that are equally near the contradicting one.  A value
    with a comparator that leaves it open decides nothing."""
    vignette.each(
        """
        resource    | date   | code            | value       | low limit
        ------------+--------+-----------------+-------------+----------
        Condition   | -900 d | zinc deficiency |             |
        Observation | {it}   | zinc            | 13.0 umol/L |
        Observation | -100 d | ALP             | 30 U/L      | 35 U/L
        Observation | -80 d  | zinc            | 9.0 umol/L  |
        """,
        ("-119 d", LOW_ONCE),
        ("-120 d", LOW_ONCE),
        ("-121 d", EXPLAINED),
    )
    vignette.each(
        """
        resource    | date   | code            | value      | low limit
        ------------+--------+-----------------+------------+----------
        Condition   | -900 d | zinc deficiency |            |
        Observation | -110 d | zinc            | {it}       |
        Observation | -100 d | ALP             | 30 U/L     | 35 U/L
        Observation | -80 d  | zinc            | 9.0 umol/L |
        """,
        (">12 umol/L", LOW_ONCE),
        ("<20 umol/L", EXPLAINED),
    )


def test_a_code_for_either_of_two_vitamins(vignette: Vignette) -> None:
    """It is contradicted where every one that was measured is normal."""
    vignette.each(
        """
        resource    | date   | code                             | value      | low limit
        ------------+--------+----------------------------------+------------+----------
        Condition   | -900 d | deficiency of B vitamins (E53.8) |            |
        Observation | -30 d  | vitamin B12                      | 400 pmol/L |
        Observation | -30 d  | folate                           | {it}       |
        Observation | -10 d  | ALP                              | 30 U/L     | 35 U/L
        """,
        ("20 nmol/L", LOW_ONCE),
        ("5 nmol/L", EXPLAINED),
    )
    vignette(
        """
        resource    | date   | code                             | value      | low limit
        ------------+--------+----------------------------------+------------+----------
        Condition   | -900 d | deficiency of B vitamins (E53.8) |            |
        Observation | -30 d  | vitamin B12                      | 400 pmol/L |
        Observation | -10 d  | ALP                              | 30 U/L     | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_some_causes_last_for_life(vignette: Vignette) -> None:
    """They need no proof, also from twenty years ago; hypothyroidism always needs its TSH."""
    vignette.each(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Condition   | -7000 d | {it} |        |
        Observation | -10 d   | ALP  | 30 U/L | 35 U/L
        """,
        ("achondroplasia", EXPLAINED),
        ("Wilson disease", EXPLAINED),
        ("hypoparathyroidism", EXPLAINED),
        ("cretinism", EXPLAINED),
        ("kidney disease stage 5", EXPLAINED),
        ("dialysis", EXPLAINED),
        ("bariatric surgery in the past (Z98.84)", EXPLAINED),
        ("kidney disease stage 4", LOW_ONCE),
        ("renal osteodystrophy", LOW_ONCE),
        ("coeliac disease", LOW_ONCE),
        ("hypothyroidism", LOW_ONCE),
    )
    vignette(
        """
        resource    | date    | code           | value  | low limit
        ------------+---------+----------------+--------+----------
        Procedure   | -7000 d | gastric bypass |        |
        Observation | -10 d   | ALP            | 30 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )


def test_chemotherapy_explains_for_30_days(vignette: Vignette) -> None:
    """A session is an event; 31 days later it explains nothing."""
    vignette.around(
        "chemotherapy",
        """
        resource    | date  | code         | value  | low limit
        ------------+-------+--------------+--------+----------
        Procedure   | {it}  | chemotherapy |        |
        Observation | -10 d | ALP          | 30 U/L | 35 U/L
        """,
        below=("-39 d", EXPLAINED),
        on=("-40 d", EXPLAINED),
        above=("-41 d", LOW_ONCE),
        since="-10 d",
    )
    vignette.each(
        """
        resource    | date  | code                 | value  | low limit
        ------------+-------+----------------------+--------+----------
        Condition   | {it}  | chemotherapy session |        |
        Observation | -10 d | ALP                  | 30 U/L | 35 U/L
        """,
        ("-10 d", EXPLAINED),
        ("-9 d", LOW_ONCE),
        ("", LOW_ONCE),
    )


def test_low_values_over_a_year_outlast_most_causes(vignette: Vignette) -> None:
    """365 days from the first to the last low value: a deficiency should have been mended."""
    vignette.around(
        "low_long",
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Condition   | -900 d | zinc deficiency |        |
        Observation | {it}   | ALP             | 30 U/L | 35 U/L
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L
        """,
        below=("-374 d", EXPLAINED),
        on=("-375 d", EXPLAINED_LONG),
        above=("-376 d", EXPLAINED_LONG),
        since="-10 d",
    )


def test_which_causes_explain_longer(vignette: Vignette) -> None:
    """Achondroplasia and Wilson disease for life, advanced kidney disease with a filtration below
    30 near the last low value; a normal ALP before the first low one reassures as well."""
    vignette.each(
        """
        resource    | date    | code | value  | low limit
        ------------+---------+------+--------+----------
        Condition   | -3000 d | {it} |        |
        Observation | -800 d  | ALP  | 30 U/L | 35 U/L
        Observation | -10 d   | ALP  | 30 U/L | 35 U/L
        """,
        ("achondroplasia", EXPLAINED),
        ("Wilson disease", EXPLAINED),
        ("hypoparathyroidism", EXPLAINED_LONG),
        ("kidney disease stage 5", EXPLAINED_LONG),
    )
    vignette.each(
        """
        resource    | date    | code | value            | low limit
        ------------+---------+------+------------------+----------
        Condition   | -3000 d | {it} |                  |
        Observation | -800 d  | ALP  | 30 U/L           | 35 U/L
        Observation | -100 d  | eGFR | 29 mL/min/1.73m2 |
        Observation | -10 d   | ALP  | 30 U/L           | 35 U/L
        """,
        ("kidney disease stage 5", EXPLAINED),
        ("dialysis", EXPLAINED),
        ("hypoparathyroidism", EXPLAINED_LONG),
    )
    vignette(
        """
        resource    | date    | code               | value  | low limit
        ------------+---------+--------------------+--------+----------
        Condition   | -3000 d | hypoparathyroidism |        |
        Observation | -900 d  | ALP                | 48 U/L | 35 U/L
        Observation | -800 d  | ALP                | 30 U/L | 35 U/L
        Observation | -10 d   | ALP                | 30 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )
