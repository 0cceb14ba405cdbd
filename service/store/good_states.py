"""The last good state of something that is looked at again and again, shared by all processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson
from sqlalchemy import select

from service.store.database import Store
from service.store.tables import GOOD_STATES


class Good(NamedTuple):
    """versions: of all that the state follows from."""

    versions: str
    state: dict[str, str]


def read(store: Store, about: str) -> Good | None:
    """Raises StoreDown."""
    asked = select(GOOD_STATES.c.versions, GOOD_STATES.c.state).where(GOOD_STATES.c.about == about)
    with store.begin() as connection:
        found = connection.execute(asked).first()
    return Good(found.versions, orjson.loads(found.state)) if found else None


def write(store: Store, about: str, versions: str, state: Mapping[str, str], now_s: float) -> None:
    """Raises StoreDown."""
    row = {"versions": versions, "state": orjson.dumps(state).decode(), "at_s": int(now_s)}
    insert = store.insert(GOOD_STATES).values({"about": about, **row})
    with store.begin() as connection:
        connection.execute(insert.on_conflict_do_update(index_elements=["about"], set_=row))
