"""One row for each judgement: what was asked by whom, what was answered, and what it rested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is kept of one judgement.  Nothing here is an id or a text of a record.

    status, verdict, row, indicator: as the answer said.  not_shown: why a card was held back, or
    empty.  gaps: kind and prefetch key.  decided: code, date and value of what the row rests on.
    evidence: all that could call for another card (see evaluation/repeat.py).  drugs: groups.
    card: its uuid, or empty.  suggestions: uuid -> meaning.
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
    milliseconds: float = 0.0


COLUMNS = tuple(Decision.__dataclass_fields__)
AS_JSON = frozenset({"open_rows", "gaps", "decided", "evidence", "drugs", "suggestions"})


def row_of(decision: Decision, patient: str, at_ms: int) -> Json:
    """A row of the table.  patient: the pseudonym."""
    row: Json = {"patient": patient, "at_ms": at_ms}
    for name in COLUMNS:
        value = getattr(decision, name)
        row[name] = orjson.dumps(value).decode() if name in AS_JSON else value
    return row
