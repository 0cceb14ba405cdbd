"""From when and for how long an antiresorptive explains a low value: by what was ordered or given,
by its route, and by what is known of its end."""

from tests.spec.answers import EXPLAINED, LOW_ONCE
from tests.spec.vignette import Vignette

title, order = "How long an antiresorptive acts", 2


def test_the_drug_must_have_begun_before_the_specimen(vignette: Vignette) -> None:
    """On the first day of treatment the value is still the patient's own."""
    vignette.each(
        """
        resource          | date      | code        | value  | low limit
        ------------------+-----------+-------------+--------+----------
        MedicationRequest | from {it} | alendronate |        |
        Observation       | -10 d     | ALP         | 30 U/L | 35 U/L
        """,
        ("-9 d", LOW_ONCE),
        ("-10 d", LOW_ONCE),
        ("-11 d", EXPLAINED),
    )


def test_oral_bisphosphonates_act_for_24_months_after_their_end(vignette: Vignette) -> None:
    """730 days: they stay in bone."""
    vignette.around(
        "washout_oral_bisphosphonate",
        """
        resource          | date            | code        | value  | low limit | status
        ------------------+-----------------+-------------+--------+-----------+----------
        MedicationRequest | -2000 d to {it} | alendronate |        |           | completed
        Observation       | -10 d           | ALP         | 30 U/L | 35 U/L    |
        """,
        below=("-739 d", EXPLAINED),
        on=("-740 d", EXPLAINED),
        above=("-741 d", LOW_ONCE),
        since="-10 d",
    )


def test_intravenous_bisphosphonates_act_for_36_months(vignette: Vignette) -> None:
    """1095 days after the infusion."""
    vignette.around(
        "washout_iv_bisphosphonate",
        """
        resource          | date  | code        | value  | low limit | status
        ------------------+-------+-------------+--------+-----------+----------
        MedicationRequest | {it}  | zoledronate |        |           | completed
        Observation       | -10 d | ALP         | 30 U/L | 35 U/L    |
        """,
        below=("-1104 d", EXPLAINED),
        on=("-1105 d", EXPLAINED),
        above=("-1106 d", LOW_ONCE),
        since="-10 d",
    )


def test_ibandronate_acts_longer_when_it_was_injected(vignette: Vignette) -> None:
    """790 days after the order: too long for the tablet, not for the injection."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit | status
        ------------------+--------+------+--------+-----------+----------
        MedicationRequest | -800 d | {it} |        |           | completed
        Observation       | -10 d  | ALP  | 30 U/L | 35 U/L    |
        """,
        ("ibandronate tablet", LOW_ONCE),
        ("ibandronate injection", EXPLAINED),
    )


def test_denosumab_acts_for_nine_months(vignette: Vignette) -> None:
    """270 days: its effect is reversible."""
    vignette.around(
        "washout_denosumab",
        """
        resource          | date  | code      | value  | low limit | status
        ------------------+-------+-----------+--------+-----------+----------
        MedicationRequest | {it}  | denosumab |        |           | completed
        Observation       | -10 d | ALP       | 30 U/L | 35 U/L    |
        """,
        below=("-279 d", EXPLAINED),
        on=("-280 d", EXPLAINED),
        above=("-281 d", LOW_ONCE),
        since="-10 d",
    )


def test_raloxifene_acts_for_three_months(vignette: Vignette) -> None:
    """90 days."""
    vignette.around(
        "washout_serm",
        """
        resource          | date           | code       | value  | low limit | status
        ------------------+----------------+------------+--------+-----------+----------
        MedicationRequest | -500 d to {it} | raloxifene |        |           | completed
        Observation       | -10 d          | ALP        | 30 U/L | 35 U/L    |
        """,
        below=("-99 d", EXPLAINED),
        on=("-100 d", EXPLAINED),
        above=("-101 d", LOW_ONCE),
        since="-10 d",
    )


def test_other_bone_drugs_do_not_lower_alp(vignette: Vignette) -> None:
    """Calcitonin, strontium and the bone-forming drugs explain no low value."""
    vignette.each(
        """
        resource          | date   | code | value  | low limit
        ------------------+--------+------+--------+----------
        MedicationRequest | -300 d | {it} |        |
        Observation       | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("bazedoxifene", EXPLAINED),
        ("calcitonin", LOW_ONCE),
        ("strontium ranelate", LOW_ONCE),
        ("romosozumab", LOW_ONCE),
        ("teriparatide", LOW_ONCE),
        ("abaloparatide", LOW_ONCE),
    )


def test_an_order_that_was_never_carried_out_explains_nothing(vignette: Vignette) -> None:
    """Drafts, cancelled orders and errors are not exposure; a stopped course was one."""
    vignette.each(
        """
        resource          | date   | code        | value  | low limit | status
        ------------------+--------+-------------+--------+-----------+-------
        MedicationRequest | -300 d | alendronate |        |           | {it}
        Observation       | -10 d  | ALP         | 30 U/L | 35 U/L    |
        """,
        ("active", EXPLAINED),
        ("on-hold", EXPLAINED),
        ("completed", EXPLAINED),
        ("stopped", EXPLAINED),
        ("draft", LOW_ONCE),
        ("cancelled", LOW_ONCE),
        ("entered-in-error", LOW_ONCE),
    )


def test_an_order_without_an_end_runs_while_it_is_active(vignette: Vignette) -> None:
    """An active one of eight years ago still runs; a completed one ended when it was written."""
    vignette.each(
        """
        resource          | date    | code        | value  | low limit | status
        ------------------+---------+-------------+--------+-----------+-------
        MedicationRequest | -3000 d | alendronate |        |           | {it}
        Observation       | -10 d   | ALP         | 30 U/L | 35 U/L    |
        """,
        ("active", EXPLAINED),
        ("on-hold", EXPLAINED),
        ("completed", LOW_ONCE),
    )


def test_an_undated_course_explains_nothing(vignette: Vignette) -> None:
    """It cannot be placed before the specimen; the card names it."""
    vignette(
        """
        resource          | date  | code        | value  | low limit
        ------------------+-------+-------------+--------+----------
        MedicationRequest |       | alendronate |        |
        Observation       | -10 d | ALP         | 30 U/L | 35 U/L
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
        named=("Alendronate on record without a start date",),
    )
