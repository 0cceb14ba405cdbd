"""What was not recognised: a code and its system, or a unit, and how often.  Never a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from service.store.database import Store
from service.store.model import Unmapped
from service.store.tables import UNMAPPED

MOST_ROWS = 20_000  # codes of one's own making would fill any store


class UnmappedCode(NamedTuple):
    """Something that was not recognised in one call of a client."""

    client: str
    what: Unmapped


def count(store: Store, seen: Sequence[UnmappedCode], now_s: int) -> None:
    """Add to each, all in one transaction.  Raises StoreDown."""
    with store.begin() as connection:
        full = _rows(connection) >= MOST_ROWS
        for item, times in sorted(Counter(seen).items()):  # one order for all: no deadlock
            _add(connection, store, item, times, now_s, full)


def _add(
    connection: Connection, store: Store, seen: UnmappedCode, times: int, now_s: int, full: bool
) -> None:
    key = {"client": seen.client, **seen.what._asdict()}
    more = {"count": UNMAPPED.c.count + times, "last_s": now_s}
    same = [UNMAPPED.c[name] == value for name, value in key.items()]
    if connection.execute(UNMAPPED.update().where(*same).values(more)).rowcount or full:
        return
    new = {**key, "count": times, "first_s": now_s, "last_s": now_s}
    insert = store.insert(UNMAPPED).values(new)
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=more))


def _rows(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(UNMAPPED)).scalar_one())
