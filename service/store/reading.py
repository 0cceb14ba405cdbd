"""What people read from the store: rows of a time, in steps; and that they read it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, select

from service.hpp.decide import NOT_ON_FILE
from service.store.database import Store
from service.store.tables import DECISIONS, FEEDBACK, READINGS, UNMAPPED

STEP, HOUR_MS = 5000, 3_600_000
# Without a recent ALP, or with results that were not recognised: the gap's kind, as it is written.
_UNREAD = (DECISIONS.c.verdict == NOT_ON_FILE) | DECISIONS.c.gaps.contains('["unrecognised",')
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """since_ms: the first millisecond.  client: with its tenants; empty for all."""

    since_ms: int
    client: str = ""

    def of(self, table: Table) -> list[Any]:
        time = (
            table.c.last_s >= self.since_ms // 1000
            if table is UNMAPPED
            else (table.c.at_ms >= self.since_ms)
        )
        if not self.client:
            return [time]
        name, tenants = table.c.client, f"{self.client}/"
        return [time, (name == self.client) | name.startswith(tenants, autoescape=True)]


def count(store: Store, span: Span) -> int:
    """How many decisions there are.  Raises StoreDown."""
    asked = select(func.count()).select_from(DECISIONS).where(*span.of(DECISIONS))
    with store.begin() as connection:
        return int(connection.execute(asked).scalar_one())


def decisions(store: Store, span: Span) -> Iterator[Row]:
    """In the order they were written, some at a time: nobody waits for a reader.

    Raises StoreDown.
    """
    last = 0
    while True:
        asked = select(DECISIONS).where(DECISIONS.c.id > last, *span.of(DECISIONS))
        with store.begin() as connection:
            rows = connection.execute(asked.order_by(DECISIONS.c.id).limit(STEP)).mappings().all()
        yield from map(_plain, rows)
        if len(rows) < STEP:
            return
        last = rows[-1]["id"]


def feedback(store: Store, span: Span) -> list[Row]:
    """Raises StoreDown."""
    with store.begin() as connection:
        asked = select(FEEDBACK).where(*span.of(FEEDBACK)).order_by(FEEDBACK.c.at_ms)
        return [_plain(row) for row in connection.execute(asked).mappings()]


def unmapped(store: Store, span: Span) -> list[Row]:
    """The most frequent first.  Raises StoreDown."""
    with store.begin() as connection:
        asked = select(UNMAPPED).where(*span.of(UNMAPPED))
        ordered = asked.order_by(UNMAPPED.c.count.desc(), UNMAPPED.c.code)
        return [_plain(row) for row in connection.execute(ordered).mappings()]


def _plain(row: Mapping[Any, Any]) -> Row:
    """Names of columns are a kind of text of their own, which JSON is not written from."""
    return {str(name): value for name, value in row.items()}


def note_reading(store: Store, command: str, now_s: float) -> None:
    """Who read, when, by which command.  Raises StoreDown: what is not noted is not read."""
    row = {"at_s": int(now_s), "who": _who()[:64], "command": command[:32]}
    with store.begin() as connection:
        connection.execute(READINGS.insert().values(row))


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a uid without a name, as in a container
        return "unknown"


def everything(store: Store, span: Span) -> Iterator[tuple[str, Row]]:
    """(table, row) of decisions, feedback and readings, for an archive.  Raises StoreDown.

    Comments stay where they are.
    """
    for row in decisions(store, span):
        yield DECISIONS.name, row
    for row in feedback(store, span):
        yield FEEDBACK.name, {name: value for name, value in row.items() if name != "comment"}
    with store.begin() as connection:
        asked = select(READINGS).where(READINGS.c.at_s >= span.since_ms // 1000)
        rows = connection.execute(asked.order_by(READINGS.c.id)).mappings().all()
    yield from ((READINGS.name, _plain(row)) for row in rows)


def hours(store: Store, since_ms: int) -> list[Row]:
    """What each client did by the hour, counted by the database.  Raises StoreDown."""
    asked = (
        select(
            DECISIONS.c.client,
            (DECISIONS.c.at_ms // HOUR_MS).label("hour"),
            func.count().label("calls"),
            _times(DECISIONS.c.status != "not-applicable").label("judged"),
            _times(DECISIONS.c.card != "").label("cards"),
            _times(DECISIONS.c.status == "unavailable").label("unavailable"),
            _times(_UNREAD).label("unread"),
        )
        .where(DECISIONS.c.at_ms >= since_ms)
        .group_by(DECISIONS.c.client, "hour")
    )
    reported = (
        select(
            FEEDBACK.c.client,
            (FEEDBACK.c.at_ms // HOUR_MS).label("hour"),
            func.count().label("reports"),
        )
        .where(FEEDBACK.c.at_ms >= since_ms, FEEDBACK.c.matched)
        .group_by(FEEDBACK.c.client, "hour")
    )
    with store.begin() as connection:
        return [
            _plain(row) for part in (asked, reported) for row in connection.execute(part).mappings()
        ]


def last_heard(store: Store) -> tuple[dict[str, float], dict[str, float]]:
    """client -> seconds since the epoch of its last call, and of its last feedback.

    Raises StoreDown.
    """
    with store.begin() as connection:
        calls, reports = (
            connection.execute(
                select(table.c.client, func.max(table.c.at_ms)).group_by(table.c.client)
            ).all()
            for table in (DECISIONS, FEEDBACK)
        )
    return {c: at / 1000 for c, at in calls}, {c: at / 1000 for c, at in reports}


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
