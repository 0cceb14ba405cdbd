"""What was not recognised: a code and its system, or a unit, and how often.  Never a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from service.store.database import Store
from service.store.tables import UNMAPPED

MOST_ROWS = 20_000  # codes of one's own making would fill any store


@dataclass(frozen=True, slots=True)
class Unmapped:
    """kind: `drug`, `result`, `unit` or `system`.  unit: as it was written, where one was."""

    kind: str
    system: str
    code: str
    unit: str = ""


def count(store: Store, client: str, found: Sequence[Unmapped], now_s: int) -> None:
    """Add one to each.  Raises StoreDown."""
    with store.begin() as connection:
        full = _rows(connection) >= MOST_ROWS
        for item in dict.fromkeys(found):
            key = {"client": client, "kind": item.kind, "system": item.system}
            key |= {"code": item.code, "unit": item.unit}
            seen = {"count": UNMAPPED.c.count + 1, "last_s": now_s}
            same = [UNMAPPED.c[name] == value for name, value in key.items()]
            if connection.execute(UNMAPPED.update().where(*same).values(seen)).rowcount or full:
                continue
            new = {**key, "count": 1, "first_s": now_s, "last_s": now_s}
            insert = store.insert(UNMAPPED).values(new)
            names = [column.name for column in UNMAPPED.primary_key]
            connection.execute(insert.on_conflict_do_update(index_elements=names, set_=seen))


def _rows(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(UNMAPPED)).scalar_one())
