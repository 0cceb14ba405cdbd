"""The pattern of the International Working Group: two major features, or one major and two minor,
published for a persistently low ALP without other cause.  A card says that the pattern is met,
never that the patient has HPP."""

from tests.spec.answers import IWG_PATTERN, PROBABLE
from tests.spec.vignette import Vignette

title, order = "The pattern of features", 5


def test_two_major_features_and_a_single_low_value(vignette: Vignette) -> None:
    """Raised PLP and an atypical femoral fracture."""
    vignette(
        """
        resource    | date   | code                      | value      | low limit
        ------------+--------+---------------------------+------------+----------
        Condition   | -900 d | atypical femoral fracture |            |
        Observation | -50 d  | PLP                       | 200 nmol/L |
        Observation | -10 d  | ALP                       | 30 U/L     | 35 U/L
        """,
        verdict="hppSuspected",
        row="4e-iwg-pattern-low",
        indicator="warning",
        named=("Meets the pattern of the International Working Group",),
    )


def test_one_major_and_two_minor_features_and_a_single_low_value(vignette: Vignette) -> None:
    """The low value may have an explanation."""
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Patient     |        | man                       | 45 y   |
        Condition   | -900 d | atypical femoral fracture |        |
        Condition   | -900 d | chondrocalcinosis         |        |
        Condition   | -900 d | tooth loss                |        |
        Condition   | -900 d | zinc deficiency           |        |
        Observation | -10 d  | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="4e-iwg-pattern-low",
        indicator="warning",
    )


def test_one_major_and_three_minor_features_and_a_single_low_value(vignette: Vignette) -> None:
    """More than enough."""
    vignette(
        """
        resource    | date   | code                      | value  | low limit
        ------------+--------+---------------------------+--------+----------
        Patient     |        | man                       | 45 y   |
        Condition   | -900 d | atypical femoral fracture |        |
        Condition   | -900 d | chondrocalcinosis         |        |
        Condition   | -900 d | nephrocalcinosis          |        |
        Condition   | -900 d | tooth loss                |        |
        Observation | -10 d  | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="4e-iwg-pattern-low",
        indicator="warning",
    )


def test_two_major_features_and_low_values_that_persist(vignette: Vignette) -> None:
    """As it was published.  Where no low value is free of another cause, it is not."""
    vignette.each(
        """
        resource    | date   | code                      | value      | low limit
        ------------+--------+---------------------------+------------+----------
        Condition   | -900 d | atypical femoral fracture |            |
        Condition   | -500 d | {it}                      |            |
        Observation | -50 d  | PLP                       | 200 nmol/L |
        Observation | -100 d | ALP                       | 30 U/L     | 35 U/L
        Observation | -10 d  | ALP                       | 30 U/L     | 35 U/L
        """,
        (
            "hypertension",
            IWG_PATTERN.naming("Meets the pattern of the International Working Group"),
        ),
        ("zinc deficiency", PROBABLE),
    )


def test_one_major_and_one_minor_feature_are_not_enough(vignette: Vignette) -> None:
    """Nor does the same feature count twice."""
    vignette(
        """
        resource    | date    | code                      | value  | low limit
        ------------+---------+---------------------------+--------+----------
        Patient     |         | man                       | 45 y   |
        Condition   | -900 d  | atypical femoral fracture |        |
        Condition   | -900 d  | tooth loss                |        |
        Condition   | -1800 d | tooth loss                |        |
        Observation | -10 d   | ALP                       | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_minor_features_alone_are_not_enough(vignette: Vignette) -> None:
    """All four of them."""
    vignette(
        """
        resource    | date   | code                   | value  | low limit
        ------------+--------+------------------------+--------+----------
        Patient     |        | man                    | 45 y   |
        Condition   | -900 d | chondrocalcinosis      |        |
        Condition   | -900 d | nephrocalcinosis       |        |
        Condition   | -900 d | tooth loss             |        |
        Condition   | -900 d | nonunion of a fracture |        |
        Observation | -10 d  | ALP                    | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_the_pattern_needs_a_low_value_outside_acute_illness(vignette: Vignette) -> None:
    """Two major features, and ALP was low only as an inpatient."""
    vignette(
        """
        resource    | date   | code                      | value      | low limit | notes
        ------------+--------+---------------------------+------------+-----------+----------
        Condition   | -900 d | atypical femoral fracture |            |           |
        Observation | -50 d  | PLP                       | 200 nmol/L |           |
        Observation | -10 d  | ALP                       | 30 U/L     | 35 U/L    | inpatient
        """,
        verdict="lowAlpAcuteIllness",
        row="11-acute-only",
        indicator="info",
    )


def test_the_pattern_holds_when_alp_has_recovered_since(vignette: Vignette) -> None:
    """One low value on record is enough for it, also an old one."""
    vignette(
        """
        resource    | date   | code                      | value      | low limit
        ------------+--------+---------------------------+------------+----------
        Condition   | -900 d | atypical femoral fracture |            |
        Observation | -700 d | ALP                       | 30 U/L     | 35 U/L
        Observation | -50 d  | PLP                       | 200 nmol/L |
        Observation | -10 d  | ALP                       | 60 U/L     | 35 U/L
        """,
        verdict="hppSuspected",
        row="4e-iwg-pattern-low",
        indicator="warning",
    )
