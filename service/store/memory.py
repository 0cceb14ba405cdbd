"""What the service remembers of its calls: decisions, what became of cards, unknown codes.

A decision with a card is committed before the answer is sent, so that feedback can always be
joined; one without a card is written soon after, or dropped and counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from service.content.faults import Fault, Faulty
from service.settings import Settings
from service.store import StoreDown, feedback, overrides, unmapped
from service.store.chores import Chores
from service.store.database import Store, folder_of
from service.store.model import (
    Decision,
    FeedbackItem,
    Json,
    Kept,
    LastReport,
    Sender,
    Unmapped,
    row_of,
)
from service.store.pseudonyms import FILE, Pseudonyms, read_or_make
from service.store.tables import DECISIONS
from service.store.unmapped import UnmappedCode
from service.store.writer import BatchedWriter

GIVEN_UP_S = 1.0  # an answer does not wait for a store that let another wait in vain a moment ago
Lost = Callable[[str, int], None]


class Memory:
    """The store as the way of a request sees it.  lost: told (why, how many rows) were dropped."""

    def __init__(
        self, store: Store, pseudonyms: Pseudonyms, comments: bool = False, lost: Lost | None = None
    ) -> None:
        self.store, self.pseudonyms = store, pseudonyms
        self._comments, self._tell = comments, lost or (lambda _, __: None)
        self._add = store.adder(DECISIONS)
        self._soon = BatchedWriter[Json](self._add, lambda count: self._drop("queue", count))
        self._codes = BatchedWriter[UnmappedCode](
            self._count, lambda count: self._drop("codes", count)
        )
        self._down_until_s = 0.0
        self.lost = 0
        self.chores: Chores | None = None

    def keep(self, decision: Decision, patient_id: str) -> bool:
        """Whether it is remembered.  Never raises, and never waits for long."""
        patient = self.pseudonyms.of(decision.client, decision.tenant, patient_id)
        row = row_of(decision, patient, int(time.time() * 1000))
        return self._keep_now(row) if decision.card else self._soon.put(row)

    def last_report(self, decision: Decision, patient_id: str) -> LastReport | None:
        """What became last of such a card; None also where the store cannot be asked: then it is
        shown."""
        patient = self.pseudonyms.of(decision.client, decision.tenant, patient_id)
        try:
            return overrides.last_report(self.store, decision, patient)
        except StoreDown:
            return None

    def count(self, client: str, found: Sequence[Unmapped]) -> None:
        """What was not recognised, as soon as there is time."""
        for item in found:
            self._codes.put(UnmappedCode(client, item))

    def take_feedback(self, reports: Sequence[FeedbackItem], sender: Sender) -> list[Kept]:
        """Committed when this returns.  Raises StoreDown."""
        now_ms = int(time.time() * 1000)
        return feedback.keep(self.store, reports, sender, now_ms, self._comments)

    def start(self) -> None:
        """In a process that serves: what is to be done now and then is done from here on."""
        if self.chores:
            self.chores.start()

    @property
    def waiting(self) -> int:
        """Rows that are still to be written."""
        return self._soon.waiting + self._codes.waiting

    def close(self) -> None:
        """Write what waits, and begin nothing more."""
        if self.chores:
            self.chores.close()
        self._soon.close()
        self._codes.close()

    def _keep_now(self, row: Json) -> bool:
        if time.monotonic() < self._down_until_s:
            return self._not_kept()
        try:
            self._add([row])
        except StoreDown:
            self._down_until_s = time.monotonic() + GIVEN_UP_S
            return self._not_kept()
        return True

    def _not_kept(self) -> bool:
        self._drop("store-down", 1)
        return False

    def _count(self, seen: Sequence[UnmappedCode]) -> None:
        unmapped.count(self.store, seen, int(time.time()))

    def _drop(self, why: str, count: int) -> None:
        self.lost += count
        self._tell(why, count)


def open_memory(settings: Settings, store: Store, lost: Lost | None = None) -> Memory:
    """Raises Faulty where the key of the pseudonyms cannot be read."""
    path = settings.keeping.pseudonym_key or folder_of(settings) / FILE
    return Memory(store, pseudonyms_under(path, settings), settings.keeping.comments, lost)


def pseudonyms_under(key: Path, settings: Settings) -> Pseudonyms:
    """Makes the key where there is none yet; raises Faulty where it cannot be read."""
    try:
        return read_or_make(key)
    except (OSError, ValueError):
        message = "cannot be read, or is no key of 32 bytes in hexadecimal digits"
        raise Faulty([Fault(settings.file_name, "store.pseudonym_key", message)]) from None
