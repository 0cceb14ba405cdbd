"""A card as CDS Hooks JSON, with its orders as FHIR of the client's release.

Nothing empty is ever written: no null, "", [] or {}.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cards.model import (
    TOPIC_SYSTEM,
    Card,
    ClientCapabilities,
    CreateOrder,
    DeleteDraft,
    Link,
    Suggestion,
)

Json = dict[str, Any]
WriteOrder = Callable[[str], Json]  # key of an order -> the FHIR resource that orders it


def to_json(card: Card, capabilities: ClientCapabilities, write_order: WriteOrder) -> Json:
    """The card as the `cards` member of a response holds it."""
    return _without_empty(
        {
            "uuid": card.uuid,
            "summary": card.summary,
            "indicator": str(card.indicator),
            "detail": card.detail,
            "source": _source(card),
            "suggestions": [_suggestion(item, write_order) for item in card.suggestions],
            "selectionBehavior": capabilities.selection_behavior if card.suggestions else "",
            "overrideReasons": [
                {"code": reason.code, "system": reason.system, "display": reason.display}
                for reason in card.override_reasons
            ],
            "links": [_link(link, capabilities.autolaunchable) for link in card.links],
        }
    )


def _source(card: Card) -> Json:
    topic = {"system": TOPIC_SYSTEM, "code": card.verdict, "display": card.topic_display}
    return _without_empty({"label": card.source.label, "url": card.source.url, "topic": topic})


def _suggestion(suggestion: Suggestion, write_order: WriteOrder) -> Json:
    """`isRecommended` is always said; some clients take a missing one for true."""
    return {
        "label": suggestion.label,
        "uuid": suggestion.uuid,
        "isRecommended": suggestion.recommended,
        "actions": [_action(action, write_order) for action in suggestion.actions],
    }


def _action(action: CreateOrder | DeleteDraft, write_order: WriteOrder) -> Json:
    if isinstance(action, DeleteDraft):
        return {
            "type": "delete",
            "description": action.description,
            "resourceId": action.reference,
        }
    resource = write_order(action.order)
    return {"type": "create", "description": action.description, "resource": resource}


def _link(link: Link, says_autolaunchable: bool) -> Json:
    """Never true: then a user might see the source and not the card."""
    written: Json = {"label": link.label, "url": link.url, "type": "absolute"}
    return {**written, "autolaunchable": False} if says_autolaunchable else written


def _without_empty(members: Json) -> Json:
    return {name: value for name, value in members.items() if value}
