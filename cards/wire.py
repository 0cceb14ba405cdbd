"""Card -> CDS Hooks JSON.  Nothing empty is ever written: no null, "", [] or {}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cards.model import TOPIC_SYSTEM, Action, Card, Link, Manners, OverrideReason, Suggestion


def to_json(card: Card, manners: Manners) -> dict[str, Any]:
    """The card as the `cards` member of a response holds it."""
    return _without_empty(
        {
            "uuid": card.uuid,
            "summary": card.summary,
            "indicator": card.indicator,
            "detail": card.detail,
            "source": _source(card),
            "suggestions": [_suggestion(item) for item in card.suggestions],
            "selectionBehavior": manners.selection_behavior if card.suggestions else "",
            "overrideReasons": [_reason(item) for item in card.override_reasons],
            "links": [_link(item) for item in card.links],
        }
    )


def _source(card: Card) -> dict[str, Any]:
    topic = {"system": TOPIC_SYSTEM, "code": card.topic, "display": card.topic_display}
    return _without_empty({"label": card.source_label, "url": card.source_url, "topic": topic})


def _suggestion(item: Suggestion) -> dict[str, Any]:
    wire: dict[str, Any] = {"label": item.label, "uuid": item.uuid}
    if item.recommended:
        wire["isRecommended"] = True
    return {**wire, "actions": [_action(action) for action in item.actions]}


def _action(action: Action) -> dict[str, Any]:
    wire: dict[str, Any] = {"type": action.kind}
    if action.description:
        wire["description"] = action.description
    if action.resource:
        wire["resource"] = dict(action.resource)
    if action.resource_id:
        wire["resourceId"] = action.resource_id
    return wire


def _reason(item: OverrideReason) -> dict[str, Any]:
    return {"code": item.code, "system": item.system, "display": item.display}


def _link(item: Link) -> dict[str, Any]:
    return {"label": item.label, "url": item.url, "type": "absolute"}


def _without_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
