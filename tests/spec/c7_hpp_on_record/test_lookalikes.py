"""Names and codes that look like HPP and are not."""

from tests.spec.answers import LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "Not hypophosphatasia", 3


def test_an_unspecific_code_is_not_hpp(vignette: Vignette) -> None:
    """ICD-10-CM E83.39 covers other disorders of phosphorus too, and hypophosphat*aemia* is the
    opposite disorder."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Condition   | -900 d | {it} |        |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("E83.39", LOW_ONCE),
        ("X-linked hypophosphataemia (only as text)", LOW_ONCE),
    )


def test_xlh_treated_with_burosumab_is_judged_by_its_alp(vignette: Vignette) -> None:
    """ALP is high in it, and nothing is said."""
    vignette(
        """
        resource          | date   | code                                      | value   | low limit
        ------------------+--------+-------------------------------------------+---------+----------
        Condition         | -900 d | X-linked hypophosphataemia (only as text) |         |
        MedicationRequest | -800 d | burosumab                                 |         |
        Observation       | -10 d  | ALP                                       | 160 U/L | 35 U/L
        """,
        verdict="alpNotLow",
        row="14-normal",
    )
