"""What a card is before it is JSON (cds-hooks.org, "Card Attributes")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TOPIC_SYSTEM = "urn:hpp-cds:verdict"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """What an EHR can take: its `selectionBehavior`, and whether a suggestion has one action.

    Real EHRs accept one value of the former only, and some apply the first action alone.
    """

    selection_behavior: str = "any"
    one_action: bool = True


DEFAULT_CAPABILITIES = ClientCapabilities()


@dataclass(frozen=True, slots=True)
class Card:
    """summary: under 140 characters, plain.  detail: GitHub Markdown.  topic: the verdict.

    Suggestions, reasons and links are parts as wire.py makes them.
    """

    uuid: str
    summary: str
    indicator: str
    detail: str
    source_label: str
    topic: str
    topic_display: str
    source_url: str = ""
    suggestions: Sequence[Json] = ()
    override_reasons: Sequence[Json] = ()
    links: Sequence[Json] = ()
