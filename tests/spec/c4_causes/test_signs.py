"""Laboratory findings that point at a cause are named on the card and change no verdict."""

from tests.spec.answers import LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Laboratory signs of a cause", 6


def test_low_albumin(vignette: Vignette) -> None:
    """Low albumin points at malnutrition or malabsorption."""
    sign = "Laboratory sign of malnutrition or malabsorption"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "albumin_low",
        """
        resource    | date  | code    | value  | low limit
        ------------+-------+---------+--------+----------
        Observation | -30 d | albumin | {it}   |
        Observation | -10 d | ALP     | 30 U/L | 35 U/L
        """,
        below=("29 g/L", named),
        on=("30 g/L", silent),
        above=("31 g/L", silent),
    )


def test_low_prealbumin(vignette: Vignette) -> None:
    """So does low prealbumin."""
    sign = "Laboratory sign of malnutrition or malabsorption"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "prealbumin_low",
        """
        resource    | date  | code       | value  | low limit
        ------------+-------+------------+--------+----------
        Observation | -30 d | prealbumin | {it}   |
        Observation | -10 d | ALP        | 30 U/L | 35 U/L
        """,
        below=("0.14 g/L", named),
        on=("0.15 g/L", silent),
        above=("0.16 g/L", silent),
    )


def test_low_body_mass_index(vignette: Vignette) -> None:
    """And so does a very low weight for height."""
    sign = "Laboratory sign of malnutrition or malabsorption"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "bmi_low",
        """
        resource    | date  | code            | value  | low limit
        ------------+-------+-----------------+--------+----------
        Observation | -30 d | body mass index | {it}   |
        Observation | -10 d | ALP             | 30 U/L | 35 U/L
        """,
        below=("16 kg/m2", named),
        on=("17 kg/m2", silent),
        above=("18 kg/m2", silent),
    )


def test_low_zinc(vignette: Vignette) -> None:
    """Zinc is part of the enzyme."""
    sign = "Laboratory sign of zinc deficiency"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "zinc_low",
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -30 d | zinc | {it}   |
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        """,
        below=("10.6 umol/L", named),
        on=("10.7 umol/L", silent),
        above=("10.8 umol/L", silent),
    )


def test_low_magnesium(vignette: Vignette) -> None:
    """So is magnesium."""
    sign = "Laboratory sign of magnesium deficiency"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "magnesium_low",
        """
        resource    | date  | code      | value  | low limit
        ------------+-------+-----------+--------+----------
        Observation | -30 d | magnesium | {it}   |
        Observation | -10 d | ALP       | 30 U/L | 35 U/L
        """,
        below=("0.69 mmol/L", named),
        on=("0.70 mmol/L", silent),
        above=("0.71 mmol/L", silent),
    )


def test_low_vitamin_b12(vignette: Vignette) -> None:
    """Low vitamin B12 slows bone-forming cells."""
    sign = "Laboratory sign of vitamin B12 deficiency"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "b12_low",
        """
        resource    | date  | code        | value  | low limit
        ------------+-------+-------------+--------+----------
        Observation | -30 d | vitamin B12 | {it}   |
        Observation | -10 d | ALP         | 30 U/L | 35 U/L
        """,
        below=("147 pmol/L", named),
        on=("148 pmol/L", silent),
        above=("149 pmol/L", silent),
    )


def test_low_folate(vignette: Vignette) -> None:
    """Folate is read like vitamin B12."""
    sign = "Laboratory sign of folate deficiency"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "folate_low",
        """
        resource    | date  | code   | value  | low limit
        ------------+-------+--------+--------+----------
        Observation | -30 d | folate | {it}   |
        Observation | -10 d | ALP    | 30 U/L | 35 U/L
        """,
        below=("6 nmol/L", named),
        on=("7 nmol/L", silent),
        above=("8 nmol/L", silent),
    )


def test_low_haemoglobin(vignette: Vignette) -> None:
    """Severe anaemia is among the causes."""
    sign = "Laboratory sign of severe anaemia"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "haemoglobin_low",
        """
        resource    | date  | code        | value  | low limit
        ------------+-------+-------------+--------+----------
        Observation | -30 d | haemoglobin | {it}   |
        Observation | -10 d | ALP         | 30 U/L | 35 U/L
        """,
        below=("79 g/L", named),
        on=("80 g/L", silent),
        above=("81 g/L", silent),
    )


def test_high_vitamin_d(vignette: Vignette) -> None:
    """Too much vitamin D lowers ALP; HPP itself may raise calcium."""
    sign = "Laboratory sign of vitamin D excess"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "vitamin_d_high",
        """
        resource    | date  | code            | value  | low limit
        ------------+-------+-----------------+--------+----------
        Observation | -30 d | 25-OH vitamin D | {it}   |
        Observation | -10 d | ALP             | 30 U/L | 35 U/L
        """,
        below=("249 nmol/L", silent),
        on=("250 nmol/L", silent),
        above=("251 nmol/L", named),
    )


def test_low_ceruloplasmin(vignette: Vignette) -> None:
    """Low ceruloplasmin points at Wilson disease."""
    sign = "Laboratory sign of Wilson disease"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "ceruloplasmin_low",
        """
        resource    | date  | code          | value  | low limit
        ------------+-------+---------------+--------+----------
        Observation | -30 d | ceruloplasmin | {it}   |
        Observation | -10 d | ALP           | 30 U/L | 35 U/L
        """,
        below=("0.19 g/L", named),
        on=("0.20 g/L", silent),
        above=("0.21 g/L", silent),
    )


def test_low_filtration_of_the_kidneys(vignette: Vignette) -> None:
    """Low filtration is named, but only a diagnosis of stage 4 or 5 explains."""
    sign = "Laboratory sign of advanced kidney disease"
    named, silent = LOW_ONCE.naming(sign), LOW_ONCE.silent_on(sign)
    vignette.around(
        "egfr_low",
        """
        resource    | date  | code | value  | low limit
        ------------+-------+------+--------+----------
        Observation | -30 d | eGFR | {it}   |
        Observation | -10 d | ALP  | 30 U/L | 35 U/L
        """,
        below=("29 mL/min/1.73m2", named),
        on=("30 mL/min/1.73m2", silent),
        above=("31 mL/min/1.73m2", silent),
    )


def test_the_newest_value_of_a_test_speaks(vignette: Vignette) -> None:
    """A deficiency that was corrected is not named any more."""
    vignette(
        """
        resource    | date   | code | value       | low limit
        ------------+--------+------+-------------+----------
        Observation | -300 d | zinc | 8.0 umol/L  |
        Observation | -30 d  | zinc | 13.0 umol/L |
        Observation | -10 d  | ALP  | 30 U/L      | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        unnamed=("zinc deficiency",),
    )


def test_the_newest_value_of_a_test_decides(vignette: Vignette) -> None:
    """Wherever it stands in the record."""
    sign = "Laboratory sign of malnutrition or malabsorption"
    vignette.each(
        """
        resource    | date   | code    | value  | low limit
        ------------+--------+---------+--------+----------
        Observation | {it}   | albumin | 29 g/L |
        Observation | -100 d | albumin | 40 g/L |
        Observation | -10 d  | ALP     | 30 U/L | 35 U/L
        """,
        ("-30 d", LOW_ONCE.naming(sign)),
        ("-200 d", LOW_ONCE.silent_on(sign)),
    )
