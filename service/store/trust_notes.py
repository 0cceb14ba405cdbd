"""What an operator asks about callers: which refusals, since when, and how old the keys are.

A row for each client and word of a closed set, so the table cannot grow with traffic, and holds
nothing of a token.  The service writes it and `hpp-cds clients` reads it, on any node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from service.store import StoreDown
from service.store.database import Store
from service.store.tables import NOTES

NOBODY = "(unknown)"
REFUSED, KEYS, KEYS_FAILED = "refused", "keys", "keys-failed"


@dataclass(frozen=True, slots=True)
class Note:
    """about: `refused` (word: the reason), `keys` (count: usable keys) or `keys-failed`.

    last_s: seconds since the epoch.
    """

    client: str
    about: str
    word: str
    count: int
    last_s: int


class TrustNotes:
    """Notes are a help, never a condition: a store that is down loses them in silence."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def refused(self, client: str, reason: str, now_s: float) -> None:
        self._write(Note(client or NOBODY, REFUSED, reason, 1, int(now_s)), add=True)

    def keys_read(self, client: str, usable: int, problem: str, now_s: float) -> None:
        about = KEYS_FAILED if problem else KEYS
        self._write(Note(client, about, problem, usable, int(now_s)), add=False)

    def all(self) -> Sequence[Note]:
        """Raises StoreDown."""
        order = (NOTES.c.client, NOTES.c.about, NOTES.c.last_s.desc())
        with self._store.begin() as connection:
            return [Note(*row) for row in connection.execute(select(NOTES).order_by(*order))]

    def _write(self, note: Note, add: bool) -> None:
        row = {column.name: getattr(note, column.name) for column in NOTES.columns}
        count = NOTES.c.count + note.count if add else note.count
        insert = self._store.insert(NOTES).values(row)
        upsert = insert.on_conflict_do_update(
            index_elements=["client", "about", "word"],
            set_={"count": count, "last_s": note.last_s},
        )
        try:
            with self._store.begin() as connection:
                connection.execute(upsert)
        except StoreDown:
            return
