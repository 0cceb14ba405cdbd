"""What a card is before it is JSON (cds-hooks.org, "Card Attributes")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOPIC_SYSTEM = "urn:hpp-cds:verdict"


@dataclass(frozen=True, slots=True)
class Action:
    """One FHIR resource to create, or one draft to delete (then only its `Type/id`)."""

    kind: str
    description: str
    resource: Mapping[str, Any] | None = None
    resource_id: str = ""


@dataclass(frozen=True, slots=True)
class Manners:
    """What an EHR can take: its `selectionBehavior`, and whether a suggestion has one action.

    Real EHRs accept one value of the former only, and some apply the first action alone.
    """

    selection_behavior: str = "any"
    one_action: bool = True


DEFAULT_MANNERS = Manners()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """actions: all of them apply together."""

    uuid: str
    label: str
    actions: tuple[Action, ...]
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class OverrideReason:
    code: str
    system: str
    display: str


@dataclass(frozen=True, slots=True)
class Card:
    """summary: under 140 characters, plain.  detail: GitHub Markdown.  topic: the verdict."""

    uuid: str
    summary: str
    indicator: str
    detail: str
    source_label: str
    topic: str
    topic_display: str
    source_url: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    override_reasons: tuple[OverrideReason, ...] = ()
    links: tuple[Link, ...] = ()
