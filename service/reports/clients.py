"""What each client does otherwise than it used to, as the store has it."""

from __future__ import annotations

from service.reports.behaviour import HISTORY_H, HOUR_S, Hour, alarms
from service.store import reading
from service.store.database import Store


def alarms_of(store: Store, now_s: float) -> dict[str, list[str]]:
    """client -> alarms.  Raises StoreDown."""
    rows = reading.hours(store, int((now_s - (HISTORY_H + 1) * HOUR_S) * 1000))
    return alarms((Hour(**row) for row in rows), now_s)
