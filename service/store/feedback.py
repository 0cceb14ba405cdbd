"""What became of a card, as an EHR reports it (CDS Hooks, "Feedback"), joined to what it meant."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from service.store.database import Store
from service.store.model import FeedbackItem, Kept, Sender
from service.store.tables import DECISIONS, FEEDBACK


def keep(
    store: Store, reports: Sequence[FeedbackItem], sender: Sender, at_ms: int, comments: bool
) -> list[Kept]:
    """All reports in one transaction: when this returns they are committed.  Raises StoreDown.

    comments: whether a site keeps free text; else only that there was one.
    """
    with store.begin() as connection:
        return [_keep_one(connection, store, r, sender, at_ms, comments) for r in reports]


def _keep_one(
    connection: Connection,
    store: Store,
    report: FeedbackItem,
    sender: Sender,
    at_ms: int,
    comments: bool,
) -> Kept:
    meant = _meaning(connection, report.card, sender)
    accepted = tuple((meant or {}).get(one, "unknown") for one in report.suggestions)
    row = {
        "digest": _digest(report, sender),
        "at_ms": at_ms,
        "client": sender.client,
        "tenant": sender.tenant,
        "service": sender.service,
        "card": report.card,
        "matched": meant is not None,
        "outcome": report.outcome,
        "accepted": orjson.dumps(accepted).decode(),
        "reason": report.reason,
        "outcome_ms": report.outcome_ms,
        "has_comment": bool(report.comment),
        "comment": report.comment if comments else "",
    }
    insert = store.insert(FEEDBACK).values(row).on_conflict_do_nothing()
    new = connection.execute(insert.returning(FEEDBACK.c.digest)).first() is not None
    return Kept(report, new, meant is not None, accepted)


def _meaning(connection: Connection, card: str, sender: Sender) -> Mapping[str, str] | None:
    """uuid -> meaning of the suggestions of a card; None where this sender was shown no such."""
    asked = select(DECISIONS.c.suggestions).where(
        DECISIONS.c.card == card,
        DECISIONS.c.client == sender.client,
        DECISIONS.c.tenant == sender.tenant,
    )
    found = connection.execute(asked).scalar() if card else None
    meaning: Mapping[str, str] | None = None if found is None else orjson.loads(found)
    return meaning


def _digest(report: FeedbackItem, sender: Sender) -> bytes:
    """Of all that makes it another fact: later reports of the same card are."""
    parts: list[Any] = [
        sender.client, sender.tenant, sender.service, report.card, report.outcome,
        report.outcome_ms, sorted(report.suggestions), report.reason,
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(parts)).digest()
