"""What became known after the day of judgement does not exist, and that is said once.

Tried on every patient story: facts of every kind that could change a verdict, known only later,
are added to the chart, in several numbers and orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from fhir_fixtures import Story, stories
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.hpp.as_of import as_of
from service.hpp.assessment import Assessment
from service.hpp.decide import assess
from service.hpp.model import ALP, Chart, Condition, DrugUse, Excluded, Result, Variant
from tests.spec.render import engine

TODAY = date(2025, 6, 15)
BEFORE, LATER = TODAY - timedelta(days=40), TODAY + timedelta(days=1)
DAYS_LATER = range(1, 4000)


def later_facts(rng: Random, today: date) -> Iterator[Result | Condition | DrugUse | Variant]:
    """Facts that would each change many a verdict, all known on later days only."""

    def day() -> date:
        return today + timedelta(days=rng.choice(DAYS_LATER))

    value, long_ago = Decimal(rng.choice([5, 18, 30, 60, 400])), today - timedelta(days=700)
    yield Result("later-1", ALP, day(), value)
    yield Result("later-2", ALP, long_ago, value, issued=day())
    yield Result("later-3", "lab_plp", day(), Decimal(900))
    yield Condition("later-4", frozenset({"cond_hpp"}), recorded=day())
    yield Condition("later-5", frozenset({"cond_aff", "cond_rickets"}), onset=day())
    yield Condition("later-6", frozenset({"sec_zinc"}), onset=long_ago, recorded=day())
    yield Condition("later-7", frozenset({"cond_hpp"}), recorded=day(), family_history=True)
    yield Condition("later-8", frozenset({"cond_hpp"}), "refuted", recorded=day())
    yield DrugUse("later-9", "ert_asfotase", "enzyme-replacement", authored=day())
    yield DrugUse(
        "later-10", "bp_alendronate", "oral-bisphosphonate", start=long_ago, authored=day()
    )
    given = day()
    yield DrugUse(
        "later-11", "ar_denosumab", "denosumab", start=given, end=given, administered=True
    )
    yield Variant("later-12", pathogenic=True, day=day())
    yield Variant("later-13", pathogenic=True, day=long_ago, issued=day())


def with_facts(chart: Chart, facts: Sequence[Result | Condition | DrugUse | Variant]) -> Chart:
    def and_those(kind: type, known: tuple[object, ...]) -> tuple[object, ...]:
        return (*(fact for fact in facts if isinstance(fact, kind)), *known)

    return replace(
        chart,
        results=and_those(Result, chart.results),
        conditions=and_those(Condition, chart.conditions),
        drugs=and_those(DrugUse, chart.drugs),
        variants=and_those(Variant, chart.variants),
    )


def unsaid(assessment: Assessment) -> Assessment:
    """Without the one line about what was known only later."""
    kept = tuple(item for item in assessment.excluded if item.reason != "future")
    return replace(assessment, excluded=kept)


@pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
def test_nothing_that_was_known_later_changes_anything(story: Story) -> None:
    answer = evaluate_body(story.request, BY_ID[story.service], engine(), story.today)
    if answer.chart is None:
        return  # no drug of interest was ordered, and nothing was read
    rng, knowledge = Random(story.id), engine().knowledge
    known = unsaid(assess(answer.chart, story.today, knowledge))

    for count in (1, 3, 13):
        facts = rng.sample(list(later_facts(rng, story.today)), count)
        more = assess(with_facts(answer.chart, facts), story.today, knowledge)
        said = [item for item in more.excluded if item.reason == "future"]
        assert unsaid(more) == known
        assert len(said) == 1
        assert said[0].count >= count


@pytest.mark.parametrize(
    ("fact", "is_known"),
    [
        (Result("r", ALP, TODAY), True),
        (Result("r", ALP, BEFORE, issued=TODAY), True),
        (Result("r", ALP, BEFORE, issued=LATER), False),
        (Result("r", ALP, LATER, issued=BEFORE), False),
        (Result("r", ALP, None), True),
        (Condition("c", frozenset(), onset=BEFORE), True),
        (Condition("c", frozenset(), onset=LATER), False),
        (Condition("c", frozenset(), onset=BEFORE, recorded=LATER), False),
        (Condition("c", frozenset(), recorded=TODAY, abatement=LATER), True),
        (Condition("c", frozenset()), True),
        (DrugUse("d", "", "", start=BEFORE, authored=LATER), False),
        (DrugUse("d", "", "", start=LATER, authored=TODAY), True),
        (DrugUse("d", "", "", start=LATER), False),
        (DrugUse("d", "", "", start=LATER, end=LATER, administered=True), False),
        (DrugUse("d", "", ""), True),
        (Variant("v", pathogenic=True, day=BEFORE, issued=LATER), False),
        (Variant("v", pathogenic=True), True),
    ],
)
def test_what_tells_when_a_fact_was_known(
    fact: Result | Condition | DrugUse | Variant, is_known: bool
) -> None:
    known = as_of(with_facts(Chart(), [fact]), TODAY)

    kept = (*known.results, *known.conditions, *known.drugs, *known.variants)
    assert (kept == (fact,)) is is_known


def test_what_was_known_later_is_said_once_with_its_number_and_first_day() -> None:
    facts = [
        Result("b", ALP, LATER + timedelta(days=9)),
        Condition("a", frozenset(), onset=LATER),
        Variant("v", pathogenic=True, day=LATER),
    ]

    assert as_of(with_facts(Chart(), facts), TODAY).excluded == (
        Excluded("a", "future", LATER, count=3),
    )
