"""What is kept no longer than a site says, table by table."""

from __future__ import annotations

from sqlalchemy import Column, Table, delete, select

from service.settings.keeping import Keeping
from service.store.database import Store
from service.store.tables import CHORES, DECISIONS, FEEDBACK, READINGS, UNMAPPED

DAY_S = 86_400
AT_ONCE = 2000  # a purge of a year's rows lets others write in between


def purge(store: Store, keeping: Keeping, now_s: float) -> dict[str, int]:
    """How many rows went, by table.  Raises StoreDown."""
    return {
        table.name: _purge_table(store, table, column, before)
        for table, column, before in _limits(keeping, int(now_s))
    }


def _limits(keeping: Keeping, now_s: int) -> list[tuple[Table, Column[int], int]]:
    """(table, column, what is older goes), the column in its own unit."""
    decisions, feedback = (
        (now_s - days * DAY_S) * 1000 for days in (keeping.decisions_days, keeping.feedback_days)
    )
    return [
        (DECISIONS, DECISIONS.c.at_ms, decisions),
        (FEEDBACK, FEEDBACK.c.at_ms, feedback),
        (READINGS, READINGS.c.at_s, now_s - keeping.decisions_days * DAY_S),
        (UNMAPPED, UNMAPPED.c.last_s, now_s - keeping.unmapped_days * DAY_S),
    ]


def _purge_table(store: Store, table: Table, column: Column[int], before: int) -> int:
    gone = 0
    key = next(iter(table.primary_key)) if len(table.primary_key) == 1 else None
    while True:
        with store.begin() as connection:
            if key is None:
                step = delete(table).where(column < before)
            else:
                old = select(key).where(column < before).limit(AT_ONCE)
                step = delete(table).where(key.in_(old))
            count = connection.execute(step).rowcount
            if count:
                store.shrink(connection)
        gone += count
        if key is None or count < AT_ONCE:
            return gone


def claim(store: Store, chore: str, every_s: int, now_s: float) -> bool:
    """Whether this process is the one to do a chore now.  Raises StoreDown."""
    now, due = int(now_s), int(now_s) - every_s
    taken = CHORES.update().where(CHORES.c.name == chore, CHORES.c.at_s <= due).values(at_s=now)
    with store.begin() as connection:
        if connection.execute(taken).rowcount:
            return True
        first = store.insert(CHORES).values(name=chore, at_s=now).on_conflict_do_nothing()
        return connection.execute(first.returning(CHORES.c.name)).first() is not None
