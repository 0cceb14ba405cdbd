"""Which findings data that was not seen leaves open, by the history that was seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from service.hpp import features
from service.hpp.assessment import Presence
from service.hpp.background import Background
from service.hpp.facts import gather_facts
from service.hpp.findings import find
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Condition, Gap
from service.hpp.unseen import Unseen
from tests.hpp.charts import TODAY, Fact, ago, alp, chart, diagnosis, facts, unread, use

LOW, UNEXPLAINED, ON_DRUG = "alp-low", "alp-unexplained-low", "alp-low-only-on-antiresorptive"
YEAR, ACUTE, MASKED = "alp-low-over-a-year", "alp-acute-low", "latest-alp-masked"
LASTS, LASTS_UNEXPLAINED = "alp-persistently-low", "alp-persistently-low-unexplained"
LAST, VERY, BEFORE = "last-alp-low", "very-low-of-late", "normal-before-first-low"
WATCHED = {
    *(LOW, UNEXPLAINED, ON_DRUG, YEAR, ACUTE, MASKED),
    *(LASTS, LASTS_UNEXPLAINED, LAST, VERY, BEFORE),
}

TREATED = use("bp_alendronate", "oral-bisphosphonate", 200)
CLEAN, SPACED = [alp("30", 10)], [alp("30", 10), alp("30", 100)]
EXPLAINED = [alp("30", 10), diagnosis("sec_zinc", 300)]
OF_YEARS = [alp("30", 10), alp("30", 800), diagnosis("sec_zinc", 900)]
BOTH = [alp("40", 200), alp("30", 10)]
FRACTURED = [alp("40", 10), diagnosis("cond_fracture", 30)]


def opened(knowledge: Knowledge, on_record: Sequence[Fact], *keys: str) -> set[str]:
    """The watched findings that are unknown where some keys were not sent."""
    gaps = tuple(Gap("not-sent", key) for key in keys)
    facts = gather_facts(replace(chart(*on_record), gaps=gaps), TODAY, knowledge)
    found = find(facts).values()
    return {one.code for one in found if one.presence is Presence.UNKNOWN} & WATCHED


OPENED: dict[str, tuple[Sequence[Fact], set[str], set[str], set[str]]] = {
    "nothing": ([], set(), set(), set()),
    "a low": (CLEAN, {LOW, UNEXPLAINED, ACUTE, LAST}, {UNEXPLAINED, ON_DRUG}, {UNEXPLAINED}),
    "lows far apart": (
        SPACED,
        {LOW, UNEXPLAINED, ACUTE, LAST, LASTS, LASTS_UNEXPLAINED},
        {UNEXPLAINED, ON_DRUG, LASTS_UNEXPLAINED},
        {UNEXPLAINED, LASTS_UNEXPLAINED},
    ),
    "a low on a drug": ([*CLEAN, TREATED], {LOW, ON_DRUG, ACUTE, LAST}, set(), set()),
    "an explained low": (EXPLAINED, {LOW, ACUTE, LAST}, {ON_DRUG}, {UNEXPLAINED}),
    "explained lows of years": (
        OF_YEARS,
        {LOW, ACUTE, LAST, LASTS, YEAR},
        {ON_DRUG, YEAR},
        {UNEXPLAINED, YEAR, LASTS_UNEXPLAINED},
    ),
    "a low in acute illness": ([alp("30", 10), diagnosis("sec_pancreatitis", 12)], *[set()] * 3),
    "a normal": ([alp("40", 10)], {MASKED}, {MASKED}, {MASKED}),
    "a normal and a low": (
        BOTH,
        {LOW, UNEXPLAINED, ACUTE, LAST, VERY, BEFORE, MASKED},
        {UNEXPLAINED, ON_DRUG, VERY, MASKED},
        {UNEXPLAINED, VERY, MASKED},
    ),
    "a masked normal": (FRACTURED, {MASKED}, set(), set()),
    "a result that could not be read": ([unread(10)], set(), set(), set()),
}  # fmt: skip


@pytest.mark.parametrize("history", OPENED)
def test_what_was_not_seen_opens_what_it_could_turn(history: str, knowledge: Knowledge) -> None:
    """Diagnoses may make a low acute or explained, or a normal masked; drugs may explain; a
    laboratory value may prove or disprove a cause."""
    on_record, by_conditions, by_drugs, by_values = OPENED[history]

    assert opened(knowledge, on_record, "conditions") == by_conditions
    assert opened(knowledge, on_record, "medications") == by_drugs
    assert opened(knowledge, on_record, "labs") == by_values


@pytest.mark.parametrize("key", ["procedures", "encounters", "administrations"])
def test_what_could_only_excuse_a_low_opens_nothing(key: str, knowledge: Knowledge) -> None:
    for on_record, *_ in OPENED.values():
        assert opened(knowledge, on_record, key) == set()


@pytest.mark.parametrize(("first", "may_last"), [(39, False), (40, True), (41, True)])
def test_lows_around_a_normal_may_last_where_they_are_spaced(
    first: int, may_last: bool, knowledge: Knowledge
) -> None:
    """Were the normals masked, thirty days would do."""
    on_record = [alp("30", first), alp("50", 20), alp("30", 10)]
    found = opened(knowledge, on_record, "medications")

    assert (LASTS in found, LASTS_UNEXPLAINED in found) == (may_last, may_last)


@pytest.mark.parametrize(("first", "may_outlast"), [(374, False), (375, True), (376, True)])
def test_explained_lows_of_a_year_may_lose_their_cause(
    first: int, may_outlast: bool, knowledge: Knowledge
) -> None:
    """Renal bone disease never explains a year; Wilson disease does."""
    wilson = diagnosis("sec_wilson", 2000)
    found = opened(knowledge, [alp("30", first), alp("30", 10), wilson], "labs")

    assert (YEAR in found) is may_outlast


def test_a_low_that_a_higher_value_of_the_day_hides_may_count(knowledge: Knowledge) -> None:
    """Where the higher one came from a contaminated tube, unless HPP was excluded for it."""
    same_day = [alp("30", 10, "Observation/a"), alp("40", 10, "Observation/b")]
    refuted = diagnosis("cond_hpp", 20, verification="refuted")

    assert LOW not in opened(knowledge, [alp("40", 10)], "labs")
    assert LOW in opened(knowledge, same_day, "labs")
    assert LOW not in opened(knowledge, [*same_day, refuted], "labs")
    assert LOW not in opened(knowledge, [alp("36", 10, "Observation/a"), same_day[1]], "labs")


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        (("conditions",), set()), (("alp",), {"alp"}), (("patient", "labs"), {"patient"}),
        (("alp", "patient"), {"alp", "patient"}),
    ],
)  # fmt: skip
def test_only_the_patient_and_the_alp_are_needed(
    keys: tuple[str, ...], missing: set[str], knowledge: Knowledge
) -> None:
    """Of what is needed that which was not seen is named."""
    gaps = tuple(Gap("not-sent", key) for key in keys)
    facts = gather_facts(replace(chart(*CLEAN), gaps=gaps), TODAY, knowledge)
    found = find(facts)["alp-looked-up"]

    assert (set(found.missing), found.seen) == (missing, not missing)
    assert (found.presence is Presence.UNKNOWN) is bool(missing)


@pytest.mark.hazard("C7")
def test_of_hidden_lows_the_latest_alone_tells_whether_hpp_was_excluded_for_them(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What binds a low binds each earlier one."""
    lows = [alp(value, day, f"{value} {day}") for day in (10, 50, 90) for value in ("30", "28")]
    asked: list[date] = []
    real = features.exclusions

    def counting(background: Background, low: date) -> list[Condition]:
        asked.append(low)
        return real(background, low)

    monkeypatch.setattr(features, "exclusions", counting)
    for verification, keys in (("refuted", {"alp"}), ("confirmed", {"alp", "labs"})):
        hpp = diagnosis("cond_hpp", 20, verification=verification, recorded=ago(20))
        assert Unseen(facts(knowledge, *lows, hpp))._alp == keys
    assert asked == [ago(10)] * 2
