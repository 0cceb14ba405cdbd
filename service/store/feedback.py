"""What became of a card, as an EHR reports it (CDS Hooks, "Feedback"), joined to what it meant."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, select

from service.store.database import Store
from service.store.model import FeedbackItem, Kept, Sender
from service.store.tables import DECISIONS, FEEDBACK

ROWS_AT_ONCE = {"insertmanyvalues_page_size": 25}  # what one statement costs grows by its square


def keep(
    store: Store, reports: Sequence[FeedbackItem], sender: Sender, at_ms: int, comments: bool
) -> list[Kept]:
    """All reports in one transaction: when this returns they are committed.  Raises StoreDown.

    comments: whether a site keeps free text; else only that there was one.
    """
    with store.begin() as connection:
        meanings = _meanings(connection, reports, sender)
        kept = [_kept(report, meanings.get(report.card)) for report in reports]
        rows = [_row(one, sender, at_ms, comments) for one in kept]
        new = _inserted(connection, store, rows)
    return [
        replace(one, is_new=new.pop(row["digest"], False))
        for one, row in zip(kept, rows, strict=True)
    ]


def _kept(report: FeedbackItem, meant: Mapping[str, str] | None) -> Kept:
    accepted = tuple((meant or {}).get(one, "unknown") for one in report.suggestions)
    return Kept(report, is_new=False, matched=meant is not None, accepted=accepted)


def _row(kept: Kept, sender: Sender, at_ms: int, comments: bool) -> dict[str, Any]:
    report = kept.report
    return {
        "digest": _digest(report, sender),
        "at_ms": at_ms,
        "client": sender.client,
        "tenant": sender.tenant,
        "service": sender.service,
        "card": report.card,
        "matched": kept.matched,
        "outcome": report.outcome,
        "accepted": orjson.dumps(kept.accepted).decode(),
        "reason": report.reason,
        "outcome_ms": report.outcome_ms,
        "has_comment": bool(report.comment),
        "comment": report.comment if comments else "",
    }


def _inserted(
    connection: Connection, store: Store, rows: Sequence[Mapping[str, Any]]
) -> dict[bytes, bool]:
    """The digests of the rows that were not there yet; of rows alike the first is kept."""
    first = {row["digest"]: row for row in reversed(rows)}
    ordered = [first[digest] for digest in sorted(first)]  # one order for all: no deadlock
    if not ordered:
        return {}
    insert = store.insert(FEEDBACK).on_conflict_do_nothing().returning(FEEDBACK.c.digest)
    found = connection.execute(insert, ordered, execution_options=ROWS_AT_ONCE).scalars()
    return dict.fromkeys(found, True)


def _meanings(
    connection: Connection, reports: Sequence[FeedbackItem], sender: Sender
) -> Mapping[str, Mapping[str, str]]:
    """Card -> uuid -> meaning of its suggestions, of the cards that this sender was shown."""
    asked = select(DECISIONS.c.card, DECISIONS.c.suggestions).where(
        DECISIONS.c.card.in_({report.card for report in reports if report.card}),
        DECISIONS.c.client == sender.client,
        DECISIONS.c.tenant == sender.tenant,
    )
    return {card: orjson.loads(said) for card, said in connection.execute(asked)}


def _digest(report: FeedbackItem, sender: Sender) -> bytes:
    """Of all that makes it another fact: later reports of the same card are."""
    parts: list[Any] = [
        sender.client, sender.tenant, sender.service, report.card, report.outcome,
        report.outcome_ms, sorted(report.suggestions), report.reason,
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(parts)).digest()
