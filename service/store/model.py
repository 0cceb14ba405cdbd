"""What is remembered, before it is a row: decisions, reports of what became of cards, codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

Json = dict[str, Any]
ACCEPTED, OVERRIDDEN = "accepted", "overridden"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is kept of one judgement.  Nothing here is an id or a text of a record.

    status, verdict, row, indicator: as the answer said.  not_shown: why a card was held back, or
    empty.  gaps: kind and prefetch key.  decided: code, date and value of what the row rests on.
    evidence: all that could call for another card (see evaluation/repeat.py).  drugs: groups.
    card: its uuid, or empty.  suggestions: uuid -> meaning.  repeat: what an earlier override meant
    for it (see Repeat), or nothing.
    """

    client: str
    tenant: str
    service: str
    hook: str
    hook_instance: str
    request_id: str
    http_status: int
    status: str
    verdict: str
    row: str
    indicator: str
    knowledge: str
    configuration: str
    version: str
    not_shown: str = ""
    open_rows: tuple[str, ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()
    decided: tuple[Json, ...] = ()
    evidence: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    card: str = ""
    suggestions: Mapping[str, str] = field(default_factory=dict)
    repeat: Mapping[str, Any] = field(default_factory=dict)
    milliseconds: float = 0.0


COLUMNS = tuple(Decision.__dataclass_fields__)
AS_JSON = frozenset({"open_rows", "gaps", "decided", "evidence", "drugs", "suggestions", "repeat"})


def row_of(decision: Decision, patient: str, at_ms: int) -> Json:
    """A row of the table.  patient: the pseudonym."""
    row: Json = {"patient": patient, "at_ms": at_ms}
    for name in COLUMNS:
        value = getattr(decision, name)
        row[name] = orjson.dumps(value).decode() if name in AS_JSON else value
    return row


class Unmapped(NamedTuple):
    """kind: `drug`, `result`, `unit` or `system`.  unit: as it was written, where one was."""

    kind: str
    system: str
    code: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """One item of a feedback call.

    card: its uuid, or a digest where it is none.  suggestions: uuids that were accepted.
    outcome_ms: when, in milliseconds since the epoch; None where that was not said.
    """

    card: str
    outcome: str
    suggestions: tuple[str, ...] = ()
    reason: str = ""
    outcome_ms: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reports: a report is joined to a card of the same client and tenant only."""

    client: str
    tenant: str
    service: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made of one report.  accepted: meanings of suggestions.  is_new: not a repeat."""

    report: FeedbackItem
    is_new: bool
    matched: bool
    accepted: tuple[str, ...]


class LastReport(NamedTuple):
    """The last report of any such card, and what that card rested on."""

    outcome: str
    reason: str
    at_ms: int
    indicator: str
    drugs: frozenset[str]
    evidence: frozenset[str]


class Repeat(NamedTuple):
    """What an override with a reason that the site lists means for the same card now.

    until_ms: up to when it is held back.  shown: why it is shown all the same, or empty where it is
    not: `always-shown` (the verdict), `over` (the time), `more-urgent`, `other-drug`, or `new`.
    new: what the overridden card did not rest on, `what day`.
    """

    reason: str
    until_ms: int
    shown: str = ""
    new: tuple[str, ...] = ()
