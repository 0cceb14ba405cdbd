"""Every story is answered the same in all four releases, each in its own words."""

from __future__ import annotations

from functools import cache

import pytest

from fhir_fixtures import Story, stories
from service.demo.translate import RELEASES, in_release
from service.evaluation.engine import Engine
from tests.releases.places import (
    BASES,
    TEST_ORDERS,
    Json,
    actions,
    created,
    faults,
    labels,
    office,
    resources,
    said,
    spoken,
    table,
)
from tests.stories.golden import normalised

ALL = list(stories().values())
WITH_CARDS = [story for story in ALL if story.response["cards"]]
WITH_DRAFTS = [story for story in WITH_CARDS if story.service != "hpp-patient-view"]
each_story = pytest.mark.parametrize("story", ALL, ids=lambda story: story.id)
# Where nobody is configured, a card that could not look also says why and what helps (tests/demo).
TELLING = [s for s in WITH_CARDS if s.status != "unavailable"]
each_card = pytest.mark.parametrize("story", WITH_CARDS, ids=lambda story: story.id)
each_telling_card = pytest.mark.parametrize("story", TELLING, ids=lambda story: story.id)
each_order = pytest.mark.parametrize("story", WITH_DRAFTS, ids=lambda story: story.id)
each_base = pytest.mark.parametrize("base", BASES, ids=lambda base: base or "plain")
each_release = pytest.mark.parametrize("release", RELEASES)


def answer(story: Story, base: str, release: str, configured: str = "") -> Json:
    return _answer(story.id, base, release, configured)


@cache
def _answer(story_id: str, base: str, release: str, configured: str) -> Json:
    story = stories()[story_id]
    request = in_release(story.request, release)
    return office(configured).ask(base, story.service, request, story.today)


@each_release
@each_story
def test_the_translation_is_of_its_release(story: Story, release: str) -> None:
    """Of this test's own input."""
    translated = resources(in_release(story.request, release))

    assert len(translated) == len(resources(story.request))
    assert [fault for item in translated for fault in faults(item, release)] == []


@each_base
@each_story
def test_a_story_has_one_judgement_in_every_release(story: Story, base: str) -> None:
    """Verdict, row, open rows, status and gaps."""
    assert said(answer(story, base, BASES[base])) == said(story.response)


@each_base
@each_telling_card
def test_a_card_says_the_same_in_every_release(story: Story, base: str, engine: Engine) -> None:
    cards = normalised(answer(story, base, BASES[base]), engine)["cards"]
    golden = story.response["cards"]

    assert [card["indicator"] for card in cards] == [card["indicator"] for card in golden]
    assert [table(card) for card in cards] == [table(card) for card in golden]
    assert [spoken(card) for card in cards] == [spoken(card) for card in golden]
    assert [labels(card) for card in cards] == [labels(card) for card in golden]


@each_base
@each_card
def test_suggested_orders_are_of_the_release_of_the_path(story: Story, base: str) -> None:
    release = BASES[base]
    orders = created(answer(story, base, release))

    assert {order["resourceType"] for order in orders} <= TEST_ORDERS[release]
    assert [fault for order in orders for fault in faults(order, release)] == []


@each_base
@each_order
def test_removals_name_the_drafts_of_the_request(story: Story, base: str) -> None:
    release = BASES[base]
    removed = {action["resourceId"] for action in actions(answer(story, base, release), "delete")}
    drafts = in_release(story.request, release)["context"]["draftOrders"]["entry"]
    sent = {f"{item['resource']['resourceType']}/{item['resource']['id']}" for item in drafts}
    golden = {action["resourceId"] for action in actions(story.response, "delete")}

    assert removed <= sent
    assert {name.split("/")[1] for name in removed} == {name.split("/")[1] for name in golden}


@each_release
@each_order
def test_the_plain_path_answers_in_the_release_that_the_resources_have(
    story: Story, release: str
) -> None:
    body = answer(story, "", release)

    assert said(body) == said(story.response)
    assert {order["resourceType"] for order in created(body)} <= TEST_ORDERS[release]
    assert [fault for order in created(body) for fault in faults(order, release)] == []


@each_release
@each_card
def test_the_plain_path_answers_in_the_configured_release(story: Story, release: str) -> None:
    body = answer(story, "", release, configured=release)

    assert said(body) == said(story.response)
    assert {order["resourceType"] for order in created(body)} <= TEST_ORDERS[release]
    assert [fault for order in created(body) for fault in faults(order, release)] == []
