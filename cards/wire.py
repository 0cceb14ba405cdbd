"""CDS Hooks JSON: the parts of a card, and the card.

Nothing empty is ever written: no null, "", [] or {}.
"""

from __future__ import annotations

from typing import Any

from cards.model import TOPIC_SYSTEM, Card, ClientCapabilities, Json


def to_json(card: Card, capabilities: ClientCapabilities) -> Json:
    """The card as the `cards` member of a response holds it."""
    return _without_empty(
        {
            "uuid": card.uuid,
            "summary": card.summary,
            "indicator": card.indicator,
            "detail": card.detail,
            "source": _source(card),
            "suggestions": card.suggestions,
            "selectionBehavior": capabilities.selection_behavior if card.suggestions else "",
            "overrideReasons": [*card.override_reasons],
            "links": card.links,
        }
    )


def _source(card: Card) -> Json:
    topic = {"system": TOPIC_SYSTEM, "code": card.topic, "display": card.topic_display}
    return _without_empty({"label": card.source_label, "url": card.source_url, "topic": topic})


def suggestion(uuid: str, label: str, actions: list[Json], recommended: bool = False) -> Json:
    """actions: all of them apply together."""
    if recommended:
        return {"label": label, "uuid": uuid, "isRecommended": True, "actions": actions}
    return {"label": label, "uuid": uuid, "actions": actions}


def action(kind: str, description: str, **what: Any) -> Json:
    """One FHIR `resource` to create, or the `resourceId` of one draft to delete."""
    if description:
        return {"type": kind, "description": description, **what}
    return {"type": kind, **what}


def link(label: str, url: str) -> Json:
    return {"label": label, "url": url, "type": "absolute"}


def override_reason(code: str, system: str, display: str) -> Json:
    return {"code": code, "system": system, "display": display}


def _without_empty(members: Json) -> Json:
    return {name: value for name, value in members.items() if value}
