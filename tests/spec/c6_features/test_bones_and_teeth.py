"""Findings of adults: atypical femoral fractures and recurrent stress fractures of the foot are
major; poor healing, tooth loss and calcium deposits are minor."""

from tests.spec.answers import (
    DRUG_EFFECT,
    EXPLAINED,
    FEATURE_ON_DRUG,
    PROBABLE,
    PROBABLE_ON_DRUG,
    SUSPECTED,
)
from tests.spec.vignette import Vignette

title, order = "Bones and teeth of adults", 3


def test_an_atypical_femoral_fracture_and_persistent_low_values(vignette: Vignette) -> None:
    """With a single low value the fracture is not enough."""
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Condition   | -900 d | atypical femoral fracture |        |
        Observation | -100 d | ALP                       | 30 U/L | 35 U/L
        Observation | -10 d  | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="critical",
    )
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Condition   | -900 d | atypical femoral fracture |        |
        Observation | -10 d  | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_it_counts_also_when_every_low_value_was_taken_on_a_bisphosphonate(
    vignette: Vignette,
) -> None:
    """This is the patient for whom the service exists: an atypical fracture on alendronate, and
    denosumab proposed instead.  A normal value above its ceiling before the drug makes a drug
    effect possible, and the card warns."""
    vignette(
        """
        resource          | date    | code                      | value  | low limit
        ------------------+---------+---------------------------+--------+----------
        MedicationRequest | -1500 d | alendronate               |        |
        Observation       | -1000 d | ALP                       | 27 U/L | 35 U/L
        Condition         | -300 d  | atypical femoral fracture |        |
        Observation       | -10 d   | ALP                       | 26 U/L | 35 U/L
        Draft order       |         | denosumab                 | 60 mg  |
        """,
        verdict="hppProbable",
        row="4c-major-feature-on-treatment",
        indicator="critical",
    )
    vignette.each(
        """
        resource          | date    | code                      | value  | low limit
        ------------------+---------+---------------------------+--------+----------
        Observation       | -1600 d | ALP                       | {it}   | 35 U/L
        MedicationRequest | -1500 d | alendronate               |        |
        Observation       | -1000 d | ALP                       | 27 U/L | 35 U/L
        Condition         | -300 d  | atypical femoral fracture |        |
        Observation       | -10 d   | ALP                       | 26 U/L | 35 U/L
        Draft order       |         | denosumab                 | 60 mg  |
        """,
        ("45 U/L", PROBABLE_ON_DRUG),
        ("46 U/L", FEATURE_ON_DRUG.naming("Atypical femoral fracture")),
    )


def test_a_course_that_became_persistent_only_off_the_drug(vignette: Vignette) -> None:
    """Low on raloxifene, clearly normal after it, then low again twice without any drug."""
    vignette(
        """
        resource          | date               | code                      | value  | low limit
        ------------------+--------------------+---------------------------+--------+----------
        Condition         | -2000 d            | atypical femoral fracture |        |
        MedicationRequest | -1300 d to -1190 d | raloxifene                |        |
        Observation       | -1200 d            | ALP                       | 32 U/L | 35 U/L
        Observation       | -900 d             | ALP                       | 60 U/L | 35 U/L
        Observation       | -100 d             | ALP                       | 30 U/L | 35 U/L
        Observation       | -10 d              | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="critical",
    )


def test_stress_fractures_of_the_foot_recur_after_90_days(vignette: Vignette) -> None:
    """Nearer together they may be one fracture that was written down twice."""
    vignette.around(
        "metatarsal_gap",
        """
        resource    | date   | code                        | value  | low limit
        ------------+--------+-----------------------------+--------+----------
        Condition   | {it}   | stress fracture of the foot |        |
        Condition   | -500 d | stress fracture of the foot |        |
        Observation | -100 d | ALP                         | 30 U/L | 35 U/L
        Observation | -10 d  | ALP                         | 30 U/L | 35 U/L
        """,
        below=("-589 d", SUSPECTED),
        on=("-590 d", PROBABLE),
        above=("-591 d", PROBABLE),
        since="-500 d",
    )


def test_which_second_fracture_makes_them_recurrent(vignette: Vignette) -> None:
    """A march fracture is one of the foot; one of the shin is not."""
    vignette.each(
        """
        resource    | date    | code                        | value  | low limit
        ------------+---------+-----------------------------+--------+----------
        Condition   | -1500 d | {it}                        |        |
        Condition   | -500 d  | stress fracture of the foot |        |
        Observation | -100 d  | ALP                         | 30 U/L | 35 U/L
        Observation | -10 d   | ALP                         | 30 U/L | 35 U/L
        """,
        ("march fracture", PROBABLE),
        ("stress fracture of the tibia", SUSPECTED),
        ("fracture", SUSPECTED),
    )


def test_a_minor_feature_does_not_make_persistent_low_values_probable(vignette: Vignette) -> None:
    """Suspected HPP stays suspected."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Patient     |        | man  | 45 y   |
        Condition   | -900 d | {it} |        |
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("nonunion of a fracture", SUSPECTED.naming("Poorly healing fracture")),
        ("tooth loss", SUSPECTED.naming("Early tooth loss")),
        ("chondrocalcinosis", SUSPECTED.naming("Chondrocalcinosis")),
        ("nephrocalcinosis", SUSPECTED.naming("Nephrocalcinosis")),
    )


def test_findings_of_children_do_not_count_in_adults(vignette: Vignette) -> None:
    """Rickets on an adult's list is childhood history of many causes."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Condition   | -900 d | {it} |        |
        Observation | -100 d | ALP  | 30 U/L | 35 U/L
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("rickets", SUSPECTED),
        ("craniosynostosis", SUSPECTED),
        ("osteomalacia", SUSPECTED),
    )


def test_a_feature_counts_also_when_it_is_over(vignette: Vignette) -> None:
    """A healed atypical fracture was one; a refuted one was not."""
    vignette.each(
        """
        resource    | date   | code                      | value  | low limit | status
        ------------+--------+---------------------------+--------+-----------+-------
        Condition   | -900 d | atypical femoral fracture |        |           | {it}
        Observation | -100 d | ALP                       | 30 U/L | 35 U/L    |
        Observation | -10 d  | ALP                       | 30 U/L | 35 U/L    |
        """,
        ("resolved", PROBABLE),
        ("provisional", PROBABLE),
        ("refuted", SUSPECTED),
        ("entered-in-error", SUSPECTED),
    )


def test_features_without_a_low_value_are_not_judged(vignette: Vignette) -> None:
    """Most atypical fractures come from the drug and not from HPP."""
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Condition   | -900 d | atypical femoral fracture |        |
        Condition   | -900 d | chondrocalcinosis         |        |
        Observation | -10 d  | ALP                       | 60 U/L | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )


def test_an_explained_low_value_and_a_feature(vignette: Vignette) -> None:
    """The explanation holds while the low values do not persist."""
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Condition   | -900 d | atypical femoral fracture |        |
        Condition   | -900 d | zinc deficiency           |        |
        Observation | -10 d  | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
    )


def test_teeth_lost_before_the_fiftieth_birthday(vignette: Vignette) -> None:
    """18,263 days; the patient is 20,000 days old.  Without a date it does not count, and is
    named.  Shown by a low value on a drug after a clearly normal one: a feature breaks the
    silence."""
    vignette.around(
        "tooth_loss_age_adult",
        """
        resource          | date   | code        | value   | low limit
        ------------------+--------+-------------+---------+----------
        Patient           |        | woman       | 20000 d |
        Condition         | {it}   | tooth loss  |         |
        Observation       | -900 d | ALP         | 70 U/L  | 35 U/L
        MedicationRequest | -800 d | alendronate |         |
        Observation       | -10 d  | ALP         | 30 U/L  | 35 U/L
        """,
        below=("-1738 d", EXPLAINED.naming("Early tooth loss")),
        on=("-1737 d", DRUG_EFFECT),
        above=("-1736 d", DRUG_EFFECT),
        since="birth",
    )
    vignette(
        """
        resource    | date  | code       | value  | low limit
        ------------+-------+------------+--------+----------
        Condition   |       | tooth loss |        |
        Observation | -10 d | ALP        | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        named=("tooth loss without a date",),
    )
