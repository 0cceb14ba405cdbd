"""In cancer an antiresorptive can be urgent, and in cancer or Paget disease it has another aim."""

from dataclasses import replace

from tests.spec.answers import EXPLAINED, LOW_ONCE, NO_ALP
from tests.spec.vignette import Expected, Vignette

title, order = "Cancer and Paget disease", 3

# The same rows without the card that they would have without the indication.
LOW_ONCE_SILENT = replace(LOW_ONCE, indicator="none")
EXPLAINED_SILENT = replace(EXPLAINED, indicator="none")


def test_a_calcium_of_3_makes_the_order_urgent(vignette: Vignette) -> None:
    """An urgent order is not delayed by a single low value."""
    vignette.around(
        "urgent_calcium",
        """
        resource    | date  | code              | value  | low limit
        ------------+-------+-------------------+--------+----------
        Draft order |       | zoledronate       | 4 mg   |
        Observation | -10 d | ALP               | 30 U/L | 35 U/L
        Observation | -1 d  | corrected calcium | {it}   |
        """,
        below=("2.9 mmol/L", LOW_ONCE),
        on=("3.0 mmol/L", LOW_ONCE_SILENT),
        above=("3.1 mmol/L", LOW_ONCE_SILENT),
    )


def test_the_calcium_is_of_the_last_7_days(vignette: Vignette) -> None:
    """An older one has been treated or was transient."""
    vignette.around(
        "urgent_calcium_window",
        """
        resource    | date  | code              | value      | low limit
        ------------+-------+-------------------+------------+----------
        Draft order |       | zoledronate       | 4 mg       |
        Observation | -10 d | ALP               | 30 U/L     | 35 U/L
        Observation | {it}  | corrected calcium | 3.3 mmol/L |
        """,
        below=("-6 d", LOW_ONCE_SILENT),
        on=("-7 d", LOW_ONCE_SILENT),
        above=("-8 d", LOW_ONCE),
        since="today",
    )


def test_corrected_calcium_comes_before_total_calcium(vignette: Vignette) -> None:
    """Corrected as the laboratory reported it; the service corrects nothing itself.  12 mg/dL is
    3.0 mmol/L."""
    vignette.each(
        """
        resource    | date  | code        | value  | low limit
        ------------+-------+-------------+--------+----------
        Draft order |       | zoledronate | 4 mg   |
        Observation | -10 d | ALP         | 30 U/L | 35 U/L
        Observation | -1 d  | calcium     | {it}   |
        """,
        ("12 mg/dL", LOW_ONCE_SILENT),
        ("11.9 mg/dL", LOW_ONCE),
    )
    vignette(
        """
        resource    | date  | code              | value      | low limit
        ------------+-------+-------------------+------------+----------
        Draft order |       | zoledronate       | 4 mg       |
        Observation | -10 d | ALP               | 30 U/L     | 35 U/L
        Observation | -1 d  | corrected calcium | 2.6 mmol/L |
        Observation | -1 d  | calcium           | 3.1 mmol/L |
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
        indicator="info",
    )


def test_hypercalcaemia_of_malignancy_is_urgent_and_hypercalcaemia_alone_is_not(
    vignette: Vignette,
) -> None:
    """As a diagnosis, or as the reason that the order gives."""
    vignette.each(
        """
        resource    | date  | code        | value  | low limit
        ------------+-------+-------------+--------+----------
        Draft order |       | zoledronate | 4 mg   |
        Condition   | -3 d  | {it}        |        |
        Observation | -10 d | ALP         | 30 U/L | 35 U/L
        """,
        ("hypercalcaemia of malignancy", LOW_ONCE_SILENT),
        ("hypercalcaemia", LOW_ONCE),
    )
    vignette.each(
        """
        resource    | date  | code        | value  | low limit | notes
        ------------+-------+-------------+--------+-----------+----------------
        Draft order |       | zoledronate | 4 mg   |           | because of {it}
        Observation | -10 d | ALP         | 30 U/L | 35 U/L    |
        """,
        ("hypercalcaemia of malignancy", LOW_ONCE_SILENT),
        ("hypercalcaemia", LOW_ONCE),
        ("osteoporosis", LOW_ONCE),
    )


def test_a_cancer_dose_with_metastasis_and_high_calcium_is_urgent(vignette: Vignette) -> None:
    """Shown by a low value with a possible cause: urgent orders get no card for it, others do."""
    table = """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Draft order |        | {drug}          | {dose} |
        Condition   | -90 d  | bone metastasis |        |
        Condition   | -3 d   | hypercalcaemia  |        |
        Condition   | -900 d | zinc deficiency |        |
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L
        """
    doses: tuple[tuple[str, str, Expected], ...] = (
        ("zoledronate", "4 mg", EXPLAINED_SILENT),
        ("zoledronate", "5 mg", EXPLAINED),
        ("pamidronate", "90 mg", EXPLAINED_SILENT),
        ("denosumab", "120 mg", EXPLAINED_SILENT),
        ("denosumab", "60 mg", EXPLAINED),
        ("the brand name Xgeva", "", EXPLAINED_SILENT),
        ("alendronate", "70 mg", EXPLAINED),
    )
    for drug, dose, expected in doses:
        written = table.replace("{drug}", drug).replace("{dose}", dose)
        vignette(
            written,
            verdict=expected.verdict,
            row=expected.row,
            indicator=expected.indicator,
        )


def test_without_high_calcium_a_cancer_dose_is_not_urgent(vignette: Vignette) -> None:
    """High is a diagnosis, or a calcium of the last days above its own printed limit."""
    vignette.each(
        """
        resource    | date   | code            | value  | low limit | high limit
        ------------+--------+-----------------+--------+-----------+------------
        Draft order |        | zoledronate     | 4 mg   |           |
        Condition   | -90 d  | bone metastasis |        |           |
        Observation | -1 d   | calcium         | {it}   |           | 2.60 mmol/L
        Condition   | -900 d | zinc deficiency |        |           |
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L    |
        """,
        ("2.61 mmol/L", EXPLAINED_SILENT),
        ("2.60 mmol/L", EXPLAINED),
    )


def test_an_urgent_order_never_silences_likely_hpp(vignette: Vignette) -> None:
    """Confirmed HPP stays critical, probable and suspected HPP warn; removing the order is not
    suggested."""
    remove = ("Remove the draft order: zoledronate", "Hold: remove the draft order of zoledronate")
    vignette(
        """
        resource    | date   | code              | value      | low limit
        ------------+--------+-------------------+------------+----------
        Draft order |        | zoledronate       | 4 mg       |
        Observation | -1 d   | corrected calcium | 3.3 mmol/L |
        Condition   | -900 d | hypophosphatasia  |            |
        """,
        verdict="hppConfirmed",
        row="1-hpp-on-record",
        indicator="critical",
        spares=remove,
    )
    vignette(
        """
        resource    | date   | code                      | value      | low limit
        ------------+--------+---------------------------+------------+----------
        Draft order |        | zoledronate               | 4 mg       |
        Observation | -1 d   | corrected calcium         | 3.3 mmol/L |
        Condition   | -900 d | atypical femoral fracture |            |
        Observation | -100 d | ALP                       | 30 U/L     | 35 U/L
        Observation | -10 d  | ALP                       | 30 U/L     | 35 U/L
        """,
        verdict="hppProbable",
        row="4c-major-feature",
        indicator="warning",
        spares=remove,
    )
    vignette(
        """
        resource    | date   | code              | value      | low limit
        ------------+--------+-------------------+------------+----------
        Draft order |        | zoledronate       | 4 mg       |
        Observation | -1 d   | corrected calcium | 3.3 mmol/L |
        Observation | -100 d | ALP               | 30 U/L     | 35 U/L
        Observation | -10 d  | ALP               | 30 U/L     | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        spares=remove,
    )


def test_an_urgent_first_denosumab_does_not_wait_for_an_answer(vignette: Vignette) -> None:
    """Another first dose is told to settle HPP before it."""
    vignette(
        """
        resource    | date   | code              | value      | low limit
        ------------+--------+-------------------+------------+----------
        Draft order |        | denosumab         | 120 mg     |
        Observation | -1 d   | corrected calcium | 3.3 mmol/L |
        Observation | -100 d | ALP               | 30 U/L     | 35 U/L
        Observation | -10 d  | ALP               | 30 U/L     | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        unnamed=("Settle HPP first",),
    )


def test_an_urgent_order_silences_everything_else(vignette: Vignette) -> None:
    """Also a single very low value, and a missing ALP."""
    vignette(
        """
        resource    | date  | code              | value      | low limit
        ------------+-------+-------------------+------------+----------
        Draft order |       | zoledronate       | 4 mg       |
        Observation | -1 d  | corrected calcium | 3.3 mmol/L |
        Observation | -10 d | ALP               | 20 U/L     | 35 U/L
        """,
        verdict="lowAlpOnceMarked",
        row="9-very-low",
    )
    vignette(
        """
        resource    | date | code              | value      | low limit
        ------------+------+-------------------+------------+----------
        Draft order |      | zoledronate       | 4 mg       |
        Observation | -1 d | corrected calcium | 3.3 mmol/L |
        """,
        verdict="alpNotOnFile",
        row="15-new-start",
    )


def test_cancer_and_paget_drop_the_cards_of_little_weight(vignette: Vignette) -> None:
    """A single low value, an unclear ALP and a missing one are not worth a card then."""
    vignette.each(
        """
        resource    | date   | code | value  | low limit
        ------------+--------+------+--------+----------
        Condition   | -300 d | {it} |        |
        Observation | -10 d  | ALP  | 30 U/L | 35 U/L
        """,
        ("bone metastasis", LOW_ONCE_SILENT),
        ("Paget disease", LOW_ONCE_SILENT),
        ("osteoporosis", LOW_ONCE),
    )
    vignette.each(
        """
        resource  | date   | code
        ----------+--------+-----
        Condition | -300 d | {it}
        """,
        ("Paget disease", replace(NO_ALP, indicator="none")),
        ("osteoporosis", NO_ALP),
    )
    vignette(
        """
        resource    | date   | code          | value  | low limit
        ------------+--------+---------------+--------+----------
        Condition   | -300 d | Paget disease |        |
        Observation | -200 d | ALP           | 30 U/L | 35 U/L
        Observation | -10 d  | ALP           | 40 U/L | 35 U/L
        """,
        verdict="alpUnclear",
        row="13-fluctuating",
    )


def test_cancer_and_paget_keep_the_cards_of_weight(vignette: Vignette) -> None:
    """Suspected HPP, a very low value and a low value with a possible cause keep theirs, with a
    line about the indication."""
    line = "Indication: malignancy or Paget disease on record"
    vignette(
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Condition   | -300 d | bone metastasis |        |
        Observation | -100 d | ALP             | 30 U/L | 35 U/L
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L
        """,
        verdict="hppSuspected",
        row="5-persistent",
        indicator="warning",
        named=(line,),
        offers=("Hold: remove the draft order of alendronate",),
    )
    vignette(
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Condition   | -300 d | bone metastasis |        |
        Observation | -10 d  | ALP             | 20 U/L | 35 U/L
        """,
        verdict="lowAlpOnceMarked",
        row="9-very-low",
        indicator="warning",
        named=(line,),
    )
    vignette(
        """
        resource    | date   | code            | value  | low limit
        ------------+--------+-----------------+--------+----------
        Condition   | -300 d | Paget disease   |        |
        Condition   | -900 d | zinc deficiency |        |
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
        named=(line,),
    )


def test_a_cancer_that_is_over_drops_nothing(vignette: Vignette) -> None:
    """The diagnosis must be active today, or be the reason of the order."""
    vignette.each(
        """
        resource    | date   | code            | value  | low limit | status
        ------------+--------+-----------------+--------+-----------+-------
        Condition   | -900 d | bone metastasis |        |           | {it}
        Observation | -10 d  | ALP             | 30 U/L | 35 U/L    |
        """,
        ("active", LOW_ONCE_SILENT),
        ("resolved", LOW_ONCE),
        ("refuted", LOW_ONCE),
    )
    vignette(
        """
        resource    | date  | code        | value  | low limit | notes
        ------------+-------+-------------+--------+-----------+-------------------------
        Draft order |       | zoledronate | 5 mg   |           | because of Paget disease
        Observation | -10 d | ALP         | 30 U/L | 35 U/L    |
        """,
        verdict="lowAlpOnce",
        row="10-single-low",
    )


def test_the_effect_of_a_cancer_dose_is_not_worth_a_card(vignette: Vignette) -> None:
    """The next monthly dose, and every low value was taken on it.  A dose for osteoporosis, or a
    low value off treatment, keeps its card."""
    table = """
        resource          | date   | code            | value  | low limit
        ------------------+--------+-----------------+--------+----------
        Draft order       |        | denosumab       | {dose} |
        Condition         | -500 d | bone metastasis |        |
        Condition         | -900 d | zinc deficiency |        |
        MedicationRequest | {it}   | denosumab       |        |
        Observation       | -10 d  | ALP             | 30 U/L | 35 U/L
        """
    vignette.each(
        table.replace("{dose}", "120 mg"),
        ("-400 d", EXPLAINED_SILENT),
        ("-5 d", EXPLAINED),
    )
    vignette.each(table.replace("{dose}", "60 mg"), ("-400 d", EXPLAINED))


def test_myeloma_is_a_possible_cause_too(vignette: Vignette) -> None:
    """It explains a low value, and the card says that there is an indication."""
    vignette(
        """
        resource    | date   | code    | value  | low limit
        ------------+--------+---------+--------+----------
        Condition   | -300 d | myeloma |        |
        Observation | -10 d  | ALP     | 30 U/L | 35 U/L
        """,
        verdict="lowAlpPossibleCause",
        row="8b-possible-cause",
        indicator="info",
        named=("Indication: malignancy or Paget disease on record",),
    )
