"""What a card means, before it is JSON (cds-hooks.org, "Card Attributes").

A suggestion, a reason and a piece of evidence keep a code that means the same in every language,
so that feedback can be counted and another language can say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.hpp.assessment import Evidence, Indicator

TOPIC_SYSTEM = "urn:hpp-cds:verdict"
MARKDOWN, PLAIN = "markdown", "plain"


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """What an EHR can take: its `selectionBehavior`, and whether a suggestion has one action.

    Real EHRs accept one value of the former only, and some apply the first action alone.
    card_style: `markdown`, or `plain` where tables are drawn as pipes.  autolaunchable: links carry
    that member of CDS Hooks 2.0.1; it is always false, as a source does not say what the card says.
    """

    selection_behavior: str = "any"
    one_action: bool = True
    card_style: str = MARKDOWN
    autolaunchable: bool = False


DEFAULT_CAPABILITIES = ClientCapabilities()


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Create one draft order.  order: its key in suggestions.toml."""

    order: str
    description: str


@dataclass(frozen=True, slots=True)
class DeleteDraft:
    """Delete one draft of the request.  reference: `Type/id`.  drug: its value-set group."""

    reference: str
    description: str
    drug: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """code: what it means: `hold`, `remove`, `blood-set`, or the key of an order such as `plp`.

    actions: all of them apply together.
    """

    uuid: str
    code: str
    label: str
    actions: tuple[CreateOrder | DeleteDraft, ...]
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """Why a prescriber goes on."""

    code: str
    system: str
    display: str


@dataclass(frozen=True, slots=True)
class Link:
    """A source that a reader may open."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """verdict: the topic's code; row: the rule that decided; evidence: what it rests on.

    summary: under 140 characters, plain.  detail: GitHub Markdown.  source: who says so; its
    url may be empty.
    """

    uuid: str
    verdict: str
    row: str
    indicator: Indicator
    summary: str
    detail: str
    topic_display: str
    source: Link
    suggestions: tuple[Suggestion, ...] = ()
    override_reasons: tuple[OverrideReason, ...] = ()
    links: tuple[Link, ...] = ()
    evidence: tuple[Evidence, ...] = ()
