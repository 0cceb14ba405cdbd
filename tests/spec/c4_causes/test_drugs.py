"""Drugs other than antiresorptives that lower ALP."""

from tests.spec.answers import (
    EXPLAINED,
    EXPLAINED_LONG,
    EXPLAINED_VERY_LOW,
    LOW_ONCE,
    VERY_LOW_ONCE,
)
from tests.spec.vignette import Vignette

title, order = "Drugs that lower ALP", 4


def test_some_drugs_explain_a_low_value(vignette: Vignette) -> None:
    """Fibrates, glucocorticoids, calcimimetics, zinc-binding drugs, drugs for cancer and
    oestrogens."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit
        ------------------+--------+------+--------+----------
        MedicationRequest | -300 d | {it} |        |
        Observation       | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("fenofibrate", EXPLAINED),
        ("prednisone", EXPLAINED),
        ("cinacalcet", EXPLAINED),
        ("etelcalcetide", EXPLAINED),
        ("penicillamine", EXPLAINED),
        ("methotrexate for cancer", EXPLAINED),
        ("estradiol", EXPLAINED),
    )


def test_vitamin_d_and_levothyroxine_never_explain(vignette: Vignette) -> None:
    """Nor does any drug that has nothing to do with ALP."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit
        ------------------+--------+------+--------+----------
        MedicationRequest | -300 d | {it} |        |
        Observation       | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("colecalciferol", LOW_ONCE),
        ("levothyroxine", LOW_ONCE),
        ("pyridoxine", LOW_ONCE),
        ("burosumab", LOW_ONCE),
        ("atorvastatin", LOW_ONCE),
    )


def test_an_oestrogen_never_explains_a_very_low_value(vignette: Vignette) -> None:
    """Its effect is mild; another drug explains the value, and does not reassure."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit
        ------------------+--------+------+--------+----------
        MedicationRequest | -300 d | {it} |        |
        Observation       | -10 d  | ALP  | 24 U/L | 35 U/L
        """,
        ("estradiol", VERY_LOW_ONCE),
        ("fenofibrate", EXPLAINED_VERY_LOW),
    )


def test_such_a_drug_acts_for_30_days_after_its_end(vignette: Vignette) -> None:
    """And from its first day on."""
    vignette.around(
        "washout_alp_lowering_drug",
        """
        resource          | date           | code        | value  | low limit | status
        ------------------+----------------+-------------+--------+-----------+----------
        MedicationRequest | -500 d to {it} | fenofibrate |        |           | completed
        Observation       | -10 d          | ALP         | 30 U/L | 35 U/L    |
        """,
        below=("-39 d", EXPLAINED),
        on=("-40 d", EXPLAINED),
        above=("-41 d", LOW_ONCE),
        since="-10 d",
    )
    vignette.each(
        """
        resource          | date      | code        | value  | low limit
        ------------------+-----------+-------------+--------+----------
        MedicationRequest | from {it} | fenofibrate |        |
        Observation       | -10 d     | ALP         | 30 U/L | 35 U/L
        """,
        ("-10 d", EXPLAINED),
        ("-9 d", LOW_ONCE),
    )


def test_over_more_than_a_year_a_drug_explains_from_30_on(vignette: Vignette) -> None:
    """Its effect is mild; of a child's values none may be very low."""
    vignette.around(
        "drug_low",
        """
        resource          | date   | code       | value  | low limit
        ------------------+--------+------------+--------+----------
        MedicationRequest | -900 d | prednisone |        |
        Observation       | -800 d | ALP        | {it}   | 35 U/L
        Observation       | -10 d  | ALP        | 33 U/L | 35 U/L
        """,
        below=("29 U/L", EXPLAINED_LONG),
        on=("30 U/L", EXPLAINED),
        above=("31 U/L", EXPLAINED),
    )
    vignette.each(
        """
        resource          | date   | code       | value  | low limit
        ------------------+--------+------------+--------+----------
        MedicationRequest | -900 d | prednisone |        |
        Observation       | -800 d | ALP        | {it}   | 35 U/L
        Observation       | -10 d  | ALP        | 33 U/L | 35 U/L
        """,
        ("<30 U/L", EXPLAINED_LONG),
        ("<31 U/L", EXPLAINED),
    )
    vignette(
        """
        resource          | date   | code       | value
        ------------------+--------+------------+--------
        Patient           |        | girl       | 8 y
        MedicationRequest | -900 d | prednisone |
        Observation       | -800 d | ALP        | 100 U/L
        Observation       | -10 d  | ALP        | 100 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )
