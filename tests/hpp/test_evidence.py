"""On which results each finding rests, and which results count at all."""

from typing import Any

import pytest

from service.hpp.decide import assess, match
from service.hpp.facts import gather_facts
from service.hpp.findings import find
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import ALP, Patient, Result
from tests.hpp.charts import (
    CHILD_DAYS,
    TODAY,
    Fact,
    aged,
    ago,
    alp,
    chart,
    diagnosis,
    lab,
    unread,
    use,
)


def rests_on(knowledge: Knowledge, *on_record: Fact, **more: Any) -> dict[str, list[int]]:
    """Finding about ALP -> the days ago of its evidence, where it was seen."""
    found = find(gather_facts(chart(*on_record, **more), TODAY, knowledge))
    return {
        code: [(TODAY - item.day).days for item in one.evidence if item.day]
        for code, one in found.items()
        if one.seen and one.evidence
    }


def test_a_normal_history_that_turned_low(knowledge: Knowledge) -> None:
    values = {900: "90", 700: "40", 400: "30", 300: "24", 100: "33"}
    lows = [400, 300, 100]

    assert rests_on(knowledge, *(alp(value, days) for days, value in values.items())) == {
        "alp-judged": [900, 700, *lows],
        "alp-low": lows,
        "alp-unexplained-low": lows,
        "alp-lows-spaced": lows,
        "alp-persistently-low": lows,
        "alp-persistently-low-unexplained": lows,
        "low-perhaps-explained": lows,
        "alp-very-low": [300],
        "very-low-of-late": [300],
        "last-alp-low": [100],
        "alp-not-recovered": [100],
        "fresh-normal-alp": [700],
        "normal-before-first-low": [900],
        "clear-normal-before-first-low": [900],
        "clear-adult-normal-before-first-low": [900],
    }


def test_a_history_of_normals(knowledge: Knowledge) -> None:
    values = {900: "90", 800: "95", 200: "60", 100: "46", 10: "38.5"}

    assert rests_on(knowledge, *(alp(value, days) for days, value in values.items())) == {
        "alp-judged": [900, 800, 200, 100, 10],
        "fresh-normal-alp": [200, 100, 10],
        "fresh-normal-or-masked": [900, 800, 200, 100, 10],
        "alp-clearly-normal": [200, 100],
        "last-normal-not-recovered": [10],
        "last-normal-near-limit": [10],
        "old-clear-normal": [200],
    }


def test_explained_and_suppressed_lows_before_a_recovery(knowledge: Knowledge) -> None:
    drug = use("bp_alendronate", "oral-bisphosphonate", 500, 450)
    deficiency = diagnosis("sec_zinc", 1300, abatement=ago(1100))
    values = {1200: "30", 400: "31", 10: "46"}
    results = [alp(value, days) for days, value in values.items()]

    assert rests_on(knowledge, *results, drug, deficiency) == {
        "alp-judged": [1200, 400, 10],
        "alp-low": [1200, 400],
        "alp-lows-spaced": [1200, 400],
        "alp-low-over-a-year": [1200, 400],
        "fresh-normal-alp": [10],
        "alp-recovered": [10],
    }


def test_masked_acute_and_unread_results(knowledge: Knowledge) -> None:
    fracture, infection = diagnosis("cond_fracture", 60), diagnosis("sec_pancreatitis", 305)
    results = [alp("30", 300), alp("40", 50), alp("41", 40), unread(20), unread(30)]

    assert rests_on(knowledge, *results, fracture, infection) == {
        "alp-acute-low": [300],
        "alp-masked": [50, 40],
        "latest-alp-masked": [40],
        "latest-masked-fresh": [40],
        "low-normal-masked": [40],
        "fresh-normal-or-masked": [50, 40],
        "alp-unusable": [30, 20],
        "newer-alp-unread": [20],
    }


@pytest.mark.parametrize(("value", "near"), [("38.4", True), ("38.5", True), ("38.6", False)])
def test_a_normal_is_near_its_limit_up_to_a_tenth_above_it(
    value: str, near: bool, knowledge: Knowledge
) -> None:
    assert ("last-normal-near-limit" in rests_on(knowledge, alp(value, 10))) is near


@pytest.mark.parametrize(("days", "fresh"), [(729, True), (730, True), (731, False)])
def test_a_normal_is_fresh_for_two_years(days: int, fresh: bool, knowledge: Knowledge) -> None:
    found = rests_on(knowledge, alp("60", days))

    assert ("fresh-normal-alp" in found, "alp-recovered" in found) == (fresh, fresh)


@pytest.mark.parametrize(("normal", "masks"), [(231, True), (49, False)])
def test_a_later_normal_settles_a_masked_one(
    normal: int, masks: bool, knowledge: Knowledge
) -> None:
    """The fracture masks from 230 to 50 days ago."""
    on_record = [alp("40", 50), alp("37", normal), diagnosis("cond_fracture", 230)]

    assert ("low-normal-masked" in rests_on(knowledge, *on_record)) is masks


# --- Which results count


def excluded(knowledge: Knowledge, *on_record: Fact, **more: Any) -> list[tuple[str, str]]:
    found = assess(chart(*on_record, **more), TODAY, knowledge).excluded
    return [(one.reference.removeprefix("Observation/"), one.reason) for one in found]


@pytest.mark.parametrize(("days", "counts"), [(3651, True), (3652, True), (3653, False)])
def test_an_adult_s_low_counts_for_ten_years(days: int, counts: bool, knowledge: Knowledge) -> None:
    """A normal one for ever; of a child any."""
    assert ("alp-low" in rests_on(knowledge, alp("30", days))) is counts
    assert excluded(knowledge, alp("30", days)) == (
        [] if counts else [(f"alp_total-{days}", "too-old")]
    )
    assert "alp-judged" in rests_on(knowledge, alp("60", days))
    child = aged(6570)
    assert "alp-low" in rests_on(knowledge, alp("30", days), patient=child)


@pytest.mark.parametrize(("days", "reason"), [(2900, []), (2901, [("x", "before-birth")])])
def test_a_result_before_birth_is_none_of_this_patient(
    days: int, reason: list[tuple[str, str]], knowledge: Knowledge
) -> None:
    assert excluded(knowledge, alp("100", days, "x"), patient=aged(CHILD_DAYS)) == reason


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error"])
def test_a_status_that_does_not_count_is_named(status: str, knowledge: Knowledge) -> None:
    assert excluded(knowledge, alp("30", 10, "x", status=status)) == [("x", f"status-{status}")]


def same_day(*written: tuple[str, str, str]) -> list[Result]:
    """Results of one day: (reference, value, comparator)."""
    return [alp(value, 10, name, comparator=sign) for name, value, sign in written]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ((("a", "30", ""), ("b", "31", ""), ("c", "29", "")), "b"),
        ((("a", "31", ""), ("b", "31", "")), "b"),
        ((("a", "31", ""), ("b", "31", "<")), "a"),
        ((("b", "31", ""), ("a", "31", "<=")), "b"),
        ((("a", "31", ">="), ("b", "31", "<")), "b"),
    ],
)
def test_of_one_day_the_highest_value_stays(
    written: tuple[tuple[str, str, str], ...], kept: str, knowledge: Knowledge
) -> None:
    """Of equal ones that which is not below something, then the last reference; `>=31` says
    nothing of a limit of 35."""
    judged = gather_facts(chart(*same_day(*written)), TODAY, knowledge).history

    assert [item.result.reference for item in judged.judged] == [kept]
    assert {item.result.reference for item in judged.shadowed} == {w[0] for w in written} - {kept}


def test_of_one_day_what_can_be_read_stays_then_what_someone_else_might_read(
    knowledge: Knowledge,
) -> None:
    negative = Result("Observation/n", ALP, ago(10), problem="negative")
    for sent, kept in (
        ([unread(10), negative], "Observation/unread-10"),
        ([unread(10), negative, alp("30", 10, "Observation/a")], "Observation/a"),
    ):
        judged = gather_facts(chart(*sent), TODAY, knowledge).history.judged
        assert [item.result.reference for item in judged] == [kept]


def test_undated_results_all_stay_and_come_first(knowledge: Knowledge) -> None:
    undated = [alp("30", 10, name)._replace(day=None) for name in ("c", "a", "b")]
    judged = gather_facts(chart(alp("30", 10, "d"), *undated), TODAY, knowledge).history.judged

    assert [item.result.reference for item in judged] == ["a", "b", "c", "d"]
    assert [item.reasons for item in judged[:3]] == [("undated",)] * 3


def test_what_a_birth_year_leaves_open_is_decided_by_no_one(knowledge: Knowledge) -> None:
    """A girl of sixteen or seventeen has a limit of 50 or 45 U/L: 47 is low or not."""
    between = Patient(ago(6400), ago(6100))
    for value, kind in (("44", "low-unexplained"), ("47", "invalid"), ("60", "normal")):
        judged = gather_facts(chart(alp(value, 0), patient=between), TODAY, knowledge).history
        assert [item.kind.value for item in judged.judged] == [kind]
        assert judged.undecided is (kind == "invalid")


def test_the_lowest_of_several_limits_is_shown(knowledge: Knowledge) -> None:
    between = Patient(ago(6400), ago(6100))
    (item,) = gather_facts(chart(alp("30", 0), patient=between), TODAY, knowledge).history.judged

    assert item.limit is not None
    assert item.limit.low == 45


# --- Calcium that makes an antiresorptive urgent


@pytest.mark.parametrize(
    ("calcium", "urgent"),
    [
        ([("lab_calcium", "3.0", 7)], True),
        ([("lab_calcium", "2.99", 7)], False),
        ([("lab_calcium", "3.0", 8)], False),
        ([("lab_calcium_corrected", "2.5", 3), ("lab_calcium", "3.2", 3)], False),
        ([("lab_calcium_corrected", "3.2", 8), ("lab_calcium", "3.0", 3)], True),
        ([("lab_calcium_corrected", "3.0", 3)], True),
        ([], False),
    ],
)
def test_calcium_of_the_last_week_makes_an_order_urgent(
    calcium: list[tuple[str, str, int]], urgent: bool, knowledge: Knowledge
) -> None:
    """Corrected as reported, else total."""
    values = [lab(test, value, days) for test, value, days in calcium]
    found = assess(chart(alp("30", 10), alp("30", 100), *values), TODAY, knowledge)

    assert ("urgent-oncology" in found.modifiers) is urgent


def test_a_table_that_does_not_end_with_a_row_that_always_holds_is_no_table(
    knowledge: Knowledge,
) -> None:
    findings = find(gather_facts(chart(alp("60", 10)), TODAY, knowledge))
    low = next(row for row in knowledge.table if row.id == "5-persistent")

    with pytest.raises(AssertionError, match="no last row"):
        match(findings, [low])


# --- What a card says beside


def test_the_last_denosumab_is_named_and_no_other_drug(knowledge: Knowledge) -> None:
    doses = [use("ar_denosumab", "denosumab", days, days) for days in (900, 300, 600)]
    other = use("bp_alendronate", "oral-bisphosphonate", 100)
    given = assess(chart(*doses, other), TODAY, knowledge)

    assert given.denosumab_before is not None
    assert given.denosumab_before.day == ago(300)
    assert assess(chart(other), TODAY, knowledge).denosumab_before is None


@pytest.mark.parametrize(
    ("values", "is_low"),
    [
        ((("29", 10),), True),
        ((("30", 10),), False),
        ((("29", 100), ("50", 10)), False),
        ((), False),
    ],
)
def test_the_newest_egfr_is_named_where_it_is_low(
    values: tuple[tuple[str, int], ...], is_low: bool, knowledge: Knowledge
) -> None:
    measured = [lab("lab_egfr", value, days) for value, days in values]
    zinc = lab("lab_zinc", "5", 5)
    found = assess(chart(alp("60", 10), zinc, *measured), TODAY, knowledge).egfr_low

    assert (found.reference if found else None) == ("Observation/lab_egfr-10" if is_low else None)


def test_an_order_is_a_new_start_without_an_antiresorptive_of_the_year(
    knowledge: Knowledge,
) -> None:
    old = use("bp_alendronate", "oral-bisphosphonate", 900, 400)
    new = use("bp_alendronate", "oral-bisphosphonate", 900, 300)

    assert assess(chart(old), TODAY, knowledge).new_start
    assert not assess(chart(old, new), TODAY, knowledge).new_start


def test_causes_are_those_beside_the_last_low_and_masks_those_beside_the_last_result(
    knowledge: Knowledge,
) -> None:
    ended = diagnosis("sec_zinc", 600, abatement=ago(250))
    lows = [alp("30", 500), alp("31", 300), alp("32", 200)]

    assert assess(chart(*lows, ended), TODAY, knowledge).causes == ()
    found = assess(chart(*lows[:2], ended), TODAY, knowledge).causes
    assert [cause.what for cause in found] == ["sec_zinc"]
    liver = diagnosis("mask_liver", 100, clinical_status="resolved")
    normal = alp("60", 150)
    assert assess(chart(normal, liver), TODAY, knowledge).doubted == ()
    later = assess(chart(normal, alp("60", 50), liver), TODAY, knowledge).doubted
    assert [one.cause for one in later] == ["mask_liver"]
