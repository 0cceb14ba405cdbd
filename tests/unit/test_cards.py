"""Cards: orders that validate, one card for two drugs, words that inform."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cards.model import TOPIC_SYSTEM
from fhir_fixtures import Story, stories
from service.evaluation.engine import Engine
from tests.stories.golden import answer_of

WITH_CARDS = [story for story in stories().values() if story.response["cards"]]
DIRECTIVE = re.compile(
    r"\b(must|contraindicated|do not(?! delay)|detected|stop denosumab|has HPP)\b", re.IGNORECASE
)
DOSES = re.compile(r"\b(calcitriol|alfacalcidol|\d+ ?(?:mg|µg|ug|IU)\b)", re.IGNORECASE)


def card_of(story: Story, engine: Engine) -> dict[str, Any]:
    card: dict[str, Any] = answer_of(story, engine)["cards"][0]
    return card


def created(card: dict[str, Any]) -> list[dict[str, Any]]:
    actions = [action for s in card.get("suggestions", []) for action in s["actions"]]
    return [action["resource"] for action in actions if action["type"] == "create"]


@pytest.mark.parametrize("story", WITH_CARDS, ids=lambda story: story.id)
def test_every_order_is_a_valid_service_request_for_the_patient(
    story: Story, engine: Engine
) -> None:
    orders = created(card_of(story, engine))
    subject = {"reference": f"Patient/{story.request['context']['patientId']}"}

    assert all(ServiceRequest.model_validate(order) for order in orders)
    assert all(order["subject"] == subject for order in orders)
    assert all(order["status"] == "draft" for order in orders)


@pytest.mark.hazard("O3")
@pytest.mark.parametrize("story", WITH_CARDS, ids=lambda story: story.id)
def test_a_summary_is_one_short_line_and_the_topic_is_the_verdict(
    story: Story, engine: Engine
) -> None:
    card = card_of(story, engine)

    assert len(card["summary"]) < 140
    assert "\n" not in card["summary"]
    assert (TOPIC_SYSTEM, story.verdict) == (
        card["source"]["topic"]["system"],
        card["source"]["topic"]["code"],
    )


@pytest.mark.hazard("H22", "W14")
@pytest.mark.parametrize("story", WITH_CARDS, ids=lambda story: story.id)
def test_a_card_informs_and_never_directs_nor_doses(story: Story, engine: Engine) -> None:
    card = card_of(story, engine)
    words = f"{card['summary']} {card['detail']}"

    assert DIRECTIVE.search(words) is None
    measured = re.sub(r"(?:mg|ug|µg)\\?/d?L", "", words)
    assert DOSES.search(measured) is None
    assert "No clinician has signed this content." in words


@pytest.mark.hazard("O4")
@pytest.mark.parametrize("story", WITH_CARDS, ids=lambda story: story.id)
def test_one_action_for_each_suggestion_and_only_drafts_are_removed(
    story: Story, engine: Engine
) -> None:
    suggestions = card_of(story, engine).get("suggestions", [])
    drafts = {
        f"{e['resource']['resourceType']}/{e['resource'].get('id')}"
        for e in story.request["context"].get("draftOrders", {}).get("entry", [])
    }
    removed = {a["resourceId"] for s in suggestions for a in s["actions"] if a["type"] == "delete"}

    assert all(len(s["actions"]) == 1 for s in suggestions)
    assert removed <= drafts


def test_two_bisphosphonates_make_one_card_with_two_removals(engine: Engine) -> None:
    answer = answer_of(stories()["two-bisphosphonates-one-card"], engine)
    actions = [s["actions"][0]["type"] for s in answer["cards"][0]["suggestions"]]

    assert len(answer["cards"]) == 1
    assert actions.count("delete") == 2


def test_no_heading_stands_without_content(engine: Engine) -> None:
    empty = [
        story.id
        for story in WITH_CARDS
        if re.search(r"\*\*[^*\n]+\*\*\n+(?=(\*\*|\Z|[A-Z]))", card_of(story, engine)["detail"])
    ]

    assert empty == []
