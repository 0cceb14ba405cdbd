"""Which cause, drug or mask holds on a day, and which of several is named."""

import pytest

from service.hpp import long_lows
from service.hpp.decide import assess
from service.hpp.knowledge.model import Knowledge
from service.hpp.long_lows import outlast_their_causes
from service.hpp.model import PrintedRange, Result
from tests.hpp.charts import (
    CHILD_DAYS,
    TODAY,
    Fact,
    aged,
    ago,
    alp,
    chart,
    diagnosis,
    facts,
    lab,
    use,
)

CKD_4, ZINC, CHELATOR = "sec_ckd_4", "sec_zinc", "drugalp_zinc_chelator"
OESTROGEN = ("drugalp_oestrogen", "oestrogen")


def lasting(*values: str, first: int = 375) -> list[Fact]:
    """Lows from so many days ago to ten days ago."""
    days = (*range(first, first - len(values) + 1, -1), 10)
    return [alp(value, day) for value, day in zip(values, days, strict=True)]


def test_lows_outlast_their_causes_after_a_year(knowledge: Knowledge) -> None:
    deficiency = diagnosis(ZINC, 1000)

    for first, outlasts in ((374, False), (375, True), (376, True)):
        on_record = facts(knowledge, alp("33", first), alp("33", 200), alp("33", 10), deficiency)
        assert outlast_their_causes(on_record) is outlasts


@pytest.mark.parametrize(
    ("egfr_days", "outlasts"), [(10, False), (375, False), (376, True), (600, True)]
)
def test_kidney_disease_explains_lows_of_years_with_a_low_egfr_near_the_last_low(
    egfr_days: int, outlasts: bool, knowledge: Knowledge
) -> None:
    egfr = lab("lab_egfr", "20", egfr_days)
    judged = facts(knowledge, *lasting("33", "33", "33", first=600), diagnosis(CKD_4, 1000), egfr)

    assert outlast_their_causes(judged) is outlasts


def test_one_low_without_a_cause_outlasts_the_causes_of_the_others(knowledge: Knowledge) -> None:
    """Wilson disease explains lows for life; a bisphosphonate while it lasts."""
    wilson = diagnosis("sec_wilson", 450)

    assert not outlast_their_causes(facts(knowledge, *lasting("33", "33"), wilson))
    assert outlast_their_causes(facts(knowledge, *lasting("33", "33", first=460), wilson))
    treated = use("bp_alendronate", "oral-bisphosphonate", 470)
    assert not outlast_their_causes(facts(knowledge, *lasting("33", "33", first=460), treated))


@pytest.mark.parametrize(("lowest", "outlasts"), [("29.9", True), ("30", False), ("31", False)])
def test_a_drug_explains_lows_of_years_that_are_all_at_thirty_or_above(
    lowest: str, outlasts: bool, knowledge: Knowledge
) -> None:
    drug = use(CHELATOR, "alp-lowering", 1000)
    judged = facts(knowledge, *lasting("33", lowest, "34"), drug)

    assert outlast_their_causes(judged) is outlasts


@pytest.mark.parametrize(("lowest", "outlasts"), [("70.9", True), ("71", False)])
def test_of_a_child_a_drug_explains_lows_of_years_that_are_not_very_low(
    lowest: str, outlasts: bool, knowledge: Knowledge
) -> None:
    drug = use(CHELATOR, "alp-lowering", 1000)
    judged = facts(knowledge, *lasting("130", lowest, "130"), drug, patient=aged(CHILD_DAYS))

    assert outlast_their_causes(judged) is outlasts


@pytest.mark.hazard("C7")
def test_however_many_lows_some_drugs_explain_each_is_compared_once(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Result] = []
    drugs = [use(drug, "alp-lowering", 1000) for drug in (CHELATOR, "drugalp_fibrate")]
    judged = facts(knowledge, *lasting(*["33"] * 9), *drugs)
    monkeypatch.setattr(long_lows, "is_under", lambda result, _: compared.append(result))

    assert not outlast_their_causes(judged)
    assert compared == [low.result for low in judged.history.lows]


# --- Which of several is named


def named(knowledge: Knowledge, *on_record: Fact) -> list[tuple[str, str]]:
    """(group, reference) of the causes that a card names beside the last low."""
    return [(c.what, c.reference) for c in assess(chart(*on_record), TODAY, knowledge).causes]


def test_of_several_diagnoses_of_one_cause_the_latest_is_named(knowledge: Knowledge) -> None:
    """On the day of the low it stands already; the day after it does not yet."""
    older, same_day = diagnosis(ZINC, 900), diagnosis(ZINC, 10)
    later, over = diagnosis(ZINC, 9), diagnosis(ZINC, 100, abatement=ago(11))

    assert named(knowledge, alp("30", 10), older) == [(ZINC, "Condition/sec_zinc-900")]
    assert named(knowledge, alp("30", 10), same_day, older) == [(ZINC, "Condition/sec_zinc-10")]
    assert named(knowledge, alp("30", 10), older, later) == [(ZINC, "Condition/sec_zinc-900")]
    assert named(knowledge, alp("30", 10), over, older) == [(ZINC, "Condition/sec_zinc-900")]


def test_of_one_day_the_last_reference_is_named_and_an_undated_one_comes_first(
    knowledge: Knowledge,
) -> None:
    wilson = "sec_wilson"
    undated = diagnosis(wilson)
    a, b = diagnosis(wilson, 50, "Condition/a"), diagnosis(wilson, 50, "Condition/b")

    assert named(knowledge, alp("30", 10), undated) == [(wilson, undated.reference)]
    assert named(knowledge, alp("30", 10), undated, b, a) == [(wilson, "Condition/b")]
    assert named(knowledge, alp("30", 10), a, b, undated) == [(wilson, "Condition/b")]


def test_of_several_courses_of_a_drug_the_latest_that_had_begun_is_named(
    knowledge: Knowledge,
) -> None:
    courses = [use(CHELATOR, "alp-lowering", start, start - 5) for start in (500, 10, 9)]
    other = use("drugalp_fibrate", "alp-lowering", 30, 20)

    said = named(knowledge, alp("30", 10), *courses, other)

    assert said == [
        ("drugalp_fibrate", other.reference),
        (CHELATOR, courses[1].reference),
    ]


def test_an_oestrogen_explains_a_low_value_and_never_a_very_low_one(knowledge: Knowledge) -> None:
    oestrogen = use(*OESTROGEN, 100)

    assert named(knowledge, alp("30", 10), oestrogen) == [(OESTROGEN[0], oestrogen.reference)]
    assert named(knowledge, alp("24", 10), oestrogen) == []


# --- Causes that explain nothing, and why


def doubted(knowledge: Knowledge, *on_record: Fact) -> list[tuple[str, str, str]]:
    """(group, reference, why) of what a card doubts."""
    found = assess(chart(*on_record), TODAY, knowledge).doubted
    return [(one.cause, one.reference, one.why) for one in found]


def test_a_cause_that_is_over_is_named_as_inactive_from_the_day_it_began(
    knowledge: Knowledge,
) -> None:
    """One that began after the low belongs to another time of life."""
    for began, is_named in ((11, True), (10, True), (9, False), (None, True)):
        over = diagnosis(ZINC, began, "Condition/zinc", clinical_status="resolved")
        expected = [(ZINC, "Condition/zinc", "inactive")] if is_named else []
        assert doubted(knowledge, alp("30", 10), over) == expected


def test_a_cause_is_old_unproven_or_contradicted(knowledge: Knowledge) -> None:
    low, zinc = alp("30", 10), diagnosis(ZINC, 3000, "Condition/zinc")
    hypothyroid = diagnosis("sec_hypothyroid", 100, "Condition/thyroid")
    normal = lab("lab_zinc", "11", 20)

    assert doubted(knowledge, low, zinc) == [(ZINC, "Condition/zinc", "old")]
    assert doubted(knowledge, low, zinc, normal) == [(ZINC, "Condition/zinc", "contradicted")]
    assert doubted(knowledge, low, hypothyroid) == [
        ("sec_hypothyroid", "Condition/thyroid", "unproven")
    ]


def test_of_several_diagnoses_the_latest_is_doubted(knowledge: Knowledge) -> None:
    old = [diagnosis(ZINC, days) for days in (3000, 2500, 2800)]

    assert doubted(knowledge, alp("30", 10), *old) == [(ZINC, old[1].reference, "old")]


def test_a_cause_that_ended_before_or_began_after_is_not_doubted(knowledge: Knowledge) -> None:
    before = diagnosis(ZINC, 3000, abatement=ago(2000))
    after = diagnosis(ZINC, 5)

    assert doubted(knowledge, alp("30", 10), before) == []
    assert doubted(knowledge, alp("30", 10), after) == []


def test_old_liver_disease_is_doubted_beside_the_latest_result(knowledge: Knowledge) -> None:
    old = diagnosis("mask_liver", 2500, "Condition/liver")
    over = diagnosis("mask_liver", 10, "Condition/liver", clinical_status="resolved")
    later = diagnosis("mask_liver", 9, "Condition/liver", clinical_status="resolved")
    raised = lab("lab_ggt", "90", 30, printed=PrintedRange(high=lab("", "40", 0).value))

    assert doubted(knowledge, alp("60", 10), old) == [("mask_liver", "Condition/liver", "old")]
    assert doubted(knowledge, alp("60", 10), old, raised) == []
    assert doubted(knowledge, alp("60", 10), over) == [
        ("mask_liver", "Condition/liver", "inactive")
    ]
    assert doubted(knowledge, alp("60", 10), later) == []


# --- Laboratory values that decide


def test_of_several_values_of_a_test_the_newest_points_at_a_cause(knowledge: Knowledge) -> None:
    values = [lab("lab_zinc", "9", 500), lab("lab_zinc", "8", 100), lab("lab_zinc", "12", 300)]
    signs = assess(chart(alp("30", 10), *values), TODAY, knowledge).signs

    assert [sign.reference for sign in signs] == ["Observation/lab_zinc-100"]
    newer = lab("lab_zinc", "12", 90)
    assert assess(chart(alp("30", 10), *values, newer), TODAY, knowledge).signs == ()
    same_day = lab("lab_zinc", "12", 100, "Observation/z")
    assert assess(chart(alp("30", 10), *values, same_day), TODAY, knowledge).signs == ()


@pytest.mark.parametrize(
    ("values", "explained"),
    [
        ((("9", 30), ("12", 31)), True),
        ((("9", 31), ("12", 30)), False),
        ((("9", 30), ("12", 30)), False),
        ((("9", 30), ("12", -10)), False),
        ((("9", 5), ("12", 375)), True),
        ((("9", 376),), False),
        ((("9", 375),), True),
        ((), False),
    ],
)  # the low is of ten days ago
def test_the_nearest_value_within_a_year_decides_on_an_old_cause(
    values: tuple[tuple[str, int], ...], explained: bool, knowledge: Knowledge
) -> None:
    """Of two that are equally near, and of one day, the one that contradicts."""
    measured = [lab("lab_zinc", value, days) for value, days in values if days > 0]
    measured += [lab("lab_zinc", value, 20 + days) for value, days in values if days < 0]
    judged = facts(knowledge, alp("30", 10), diagnosis(ZINC, 3000), *measured)

    assert bool(judged.causes.explaining(ago(10), very_low=False)) is explained
