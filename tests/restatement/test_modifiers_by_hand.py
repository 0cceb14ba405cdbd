"""Urgent oncology, other bone disease, and partly seen records, read off the table by hand."""

import pytest

from tests.restatement.by_hand import (
    CHILD,
    CLEAR,
    LOWS,
    MALIGNANT,
    alp,
    alpl,
    ask,
    condition,
    drug,
    given,
    lab,
    plp,
    procedure,
    said,
)
from tests.restatement.unseen import Answer

URGENT = [lab("calcium_corrected", 7, 3, "mmol/L")]
CARD, NO_CARD = True, False


# Modifiers


def test_urgent_calcium_spares_only_the_upper_tiers() -> None:
    assert said(labs=URGENT, conditions=[condition("hpp")]) == ("T1", "1", "critical")
    assert said(alp=LOWS, labs=URGENT) == ("T3", "5", "warning")
    assert said(alp=[CLEAR, *LOWS], labs=URGENT) == ("T3b", "5a", "none")
    assert said(alp=[alp(10, 20)], labs=URGENT) == ("T5b", "9", "none")
    corrected = [lab("calcium_corrected", 3, 2.5, "mmol/L"), lab("calcium", 3, 3.2, "mmol/L")]
    assert said(alp=[alp(10, 20)], labs=corrected) == ("T5b", "9", "warning")


def test_probable_is_a_warning_in_urgent_oncology() -> None:
    sick = [condition("myeloma", 90), condition("hypercalcaemia_plain", 5)]
    maybe = condition("hpp", verification="provisional")
    assert said(order=MALIGNANT, conditions=[*sick, maybe]) == ("T2", "2", "warning")
    assert said(conditions=[*sick, maybe]) == ("T2", "2", "critical")


def test_other_bone_disease_drops_only_the_small_tiers() -> None:
    paget = [condition("paget", 900)]
    assert said(conditions=paget) == ("T8", "15", "none")
    assert said(alp=[alp(10, 30)], conditions=paget) == ("T5a", "10", "none")
    assert said(alp=[alp(10, 20)], conditions=paget) == ("T5b", "9", "warning")
    assert said(alp=LOWS, conditions=paget) == ("T3", "5", "warning")
    over = [condition("paget", 900, clinical="resolved")]
    assert said(alp=[alp(10, 30)], conditions=over) == ("T5a", "10", "info")


@pytest.mark.parametrize(
    ("group", "dose", "indicator"),
    [
        ("ar_denosumab", 120, "none"),
        ("ar_denosumab", 60, "info"),
        ("bp_zoledronate", 4, "none"),
        ("bp_pamidronate", 90, "info"),
    ],
)
def test_a_cancer_dose_is_silent_where_every_low_is_on_it(
    group: str, dose: int, indicator: str
) -> None:
    order = {"group": group, "dose_mg": dose, "reason": None}
    spread = [condition("bone_metastasis", 400)]
    on_drug = [drug("ar_denosumab", 100)]
    low = [alp(30, 30)]
    assert said(alp=low, drugs=on_drug, conditions=spread, order=order)[2] == indicator
    zinc = [*spread, condition("sec_zinc", 100)]
    assert said(alp=low, conditions=zinc, order=order) == ("T4b", "8b", "info")


# Partly seen


@pytest.mark.parametrize("key", ["conditions", "medications"])
@pytest.mark.parametrize("how", ["not-sent", "failed"])
def test_a_settled_alp_is_silent_though_partly_seen(key: str, how: str) -> None:
    found = ask(alp=[alp(30, 60)], missing={key: how})
    assert (found.verdict, found.answer) == ("alpNotLow", Answer("partial", NO_CARD))


@pytest.mark.parametrize("key", ["conditions", "medications"])
def test_an_alp_that_is_not_settled_makes_a_card(key: str) -> None:
    for results in ([alp(30, 45)], [alp(731, 80)], [alp(800, 30), alp(30, 60)], []):
        assert ask(alp=results, missing={key: "not-sent"}).answer == Answer("partial", CARD)
    newer = [alp(400, 60), alp(30, 40, "mg/dL")]
    assert ask(alp=newer, missing={key: "failed"}).answer == Answer("partial", CARD)


def test_missing_results_open_a_row_only_with_a_low() -> None:
    missing = {"labs": "not-sent"}
    assert ask(alp=[alp(30, 60)], missing=missing).answer == Answer("complete", NO_CARD)
    assert ask(alp=[alp(30, 45)], missing=missing).answer == Answer("complete", NO_CARD)
    assert ask(missing=missing).answer == Answer("complete", CARD)
    recovered = [alp(800, 30), alp(30, 60)]
    assert ask(alp=recovered, missing=missing).answer == Answer("partial", CARD)
    assert ask(alp=recovered).answer == Answer("complete", NO_CARD)


def test_nothing_is_more_urgent_than_what_is_confirmed() -> None:
    hpp = [condition("hpp")]
    found = ask(conditions=hpp, missing={"medications": "failed", "labs": "failed"})
    assert found.answer == Answer("complete", CARD)
    found = ask(alp=LOWS, conditions=[condition("aff", 900)], missing={"labs": "failed"})
    assert (found.row, found.answer) == ("4c-major-feature", Answer("complete", CARD))


def test_what_is_not_seen_is_not_used() -> None:
    gene = [alpl(), plp()]
    assert ask(alp=[alp(30, 30)], labs=gene, missing={"labs": "failed"}).tier == "T5a"
    hpp = [condition("hpp")]
    assert ask(alp=[alp(30, 60)], conditions=hpp, missing={"conditions": "failed"}).tier == "T7"


@pytest.mark.parametrize("key", ["procedures", "encounters", "administrations"])
def test_what_only_excuses_a_low_opens_no_row(key: str) -> None:
    parts = {
        "procedures": [procedure("sec_transfusion", 35)],
        "administrations": [given("bp_zoledronate", 100)],
    }
    assert ask(alp=[alp(30, 30)], missing={key: "failed"}).answer == Answer("complete", CARD)
    seen = ask(alp=[alp(30, 30)], missing={key: "failed"}, **parts)
    assert seen.tier == ("T4c" if key != "procedures" else "T4b")
    assert ask(alp=[alp(30, 60)], missing={key: "failed"}).answer == Answer("complete", NO_CARD)


def test_a_gamma_gt_that_was_not_seen_may_mask_a_normal() -> None:
    """Then doubtful HPP is critical; and a child with an unread newer result has nothing else."""
    doubtful = [condition("hpp", 10, verification="provisional")]
    missing = {"labs": "failed"}
    found = ask(alp=[alp(10, 60)], conditions=doubtful, missing=missing)
    assert (found.indicator, found.answer) == ("warning", Answer("partial", CARD))
    child = ask(CHILD, alp=[alp(400, 150), alp(10, 130, "mg/dL")], missing=missing)
    assert (child.tier, child.answer) == ("T8", Answer("partial", CARD))
    fresh = ask(CHILD, alp=[alp(100, 220), alp(10, 130, "mg/dL")], missing=missing)
    assert (fresh.tier, fresh.answer) == ("T7", Answer("complete", NO_CARD))


def test_a_contaminated_result_may_hide_a_low_of_its_day() -> None:
    pair = [alp(10, 60), alp(10, 30)]
    assert ask(alp=pair, missing={"labs": "failed"}).answer == Answer("partial", NO_CARD)
    assert ask(alp=pair).answer == Answer("complete", NO_CARD)
    excluded = [condition("hpp", 10, verification="refuted")]
    found = ask(alp=pair, conditions=excluded, missing={"labs": "failed"})
    assert found.answer == Answer("complete", NO_CARD)


def test_without_the_alp_only_hpp_on_record_is_judged() -> None:
    missing = {"alp": "failed"}
    found = ask(alp=LOWS, missing=missing)
    assert (found.verdict, found.answer) == ("notEvaluated", Answer("unavailable", CARD))
    hpp = condition("hpp")
    known = ask(conditions=[hpp], missing=missing)
    assert (known.verdict, known.answer) == ("hppConfirmed", Answer("complete", CARD))
    doubtful = {**hpp, "verification": "provisional"}
    assert ask(alp=[alp(9, 60)], conditions=[doubtful], missing=missing).indicator == "critical"


def test_a_result_of_an_unrecognised_name_may_be_a_low_one() -> None:
    unknown = alp(5, 20, name="unrecognised")
    found = ask(alp=[alp(30, 50), unknown])
    assert (found.tier, found.answer) == ("T6", Answer("partial", CARD))
    after_a_clear_one = ask(alp=[alp(30, 60), unknown])
    assert (after_a_clear_one.tier, after_a_clear_one.answer) == ("T7", Answer("complete", NO_CARD))
    assert after_a_clear_one.answer.settled
    beside = ask(alp=[alp(5, 50), unknown])
    assert (beside.tier, beside.answer) == ("T7", Answer("complete", NO_CARD))
