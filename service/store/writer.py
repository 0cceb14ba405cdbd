"""Rows that nobody waits for: a bounded queue, written in batches by one thread a process."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import Generic, TypeVar

from service.store import StoreDown

Row = TypeVar("Row")
MOST_WAITING = 10_000  # some 10 MB of rows; at 100 calls a second, over a minute and a half
BATCH = 500
EVERY_S = 0.5  # rows come together before they are written
AGAIN_S = 1.0  # after a store that was down
FLUSH_S = 3.0


class BatchedWriter(Generic[Row]):
    """Takes rows without waiting, and counts those it has to drop.

    write: one transaction for all rows it is given.  lost: told how many rows were dropped.
    The thread starts with the first row of a process, so a fork needs no care.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], None],
        lost: Callable[[int], None],
        most: int = MOST_WAITING,
    ) -> None:
        self._write, self._lost, self._most = write, lost, most
        self._rows: deque[Row] = deque()
        self._changed = Condition()
        self._pid, self._closing, self._failing = 0, False, False

    def put(self, row: Row) -> bool:
        """Whether the row waits to be written by a store that answers."""
        with self._changed:
            self._start()
            if len(self._rows) >= self._most:
                self._lost(1)
                return False
            self._rows.append(row)
            self._changed.notify()
            return not self._failing

    def close(self, seconds: float = FLUSH_S) -> None:
        """Write what waits, for so long; what is left then is lost, and counted."""
        until = time.monotonic() + seconds
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            while self._rows and self._pid == os.getpid() and time.monotonic() < until:
                self._changed.wait(0.05)
            if self._rows:
                self._lost(len(self._rows))
                self._rows.clear()

    @property
    def waiting(self) -> int:
        return len(self._rows)

    def _start(self) -> None:
        """A thread does not survive a fork; what waited in the parent is the parent's to write."""
        if self._pid != os.getpid():
            self._rows.clear()
        elif not self._closing:
            return
        self._pid, self._closing, self._failing = os.getpid(), False, False
        Thread(target=self._run, name="decisions", daemon=True).start()

    def _run(self) -> None:
        while not (self._closing and not self._rows):
            with self._changed:
                self._changed.wait_for(lambda: self._rows or self._closing, EVERY_S)
            if not self._closing:
                time.sleep(EVERY_S if len(self._rows) < BATCH else 0)
            self._write_batch()

    def _write_batch(self) -> None:
        """Rows leave the queue once they are written."""
        batch = [self._rows[n] for n in range(min(BATCH, len(self._rows)))]
        if not batch:
            return
        try:
            self._write(batch)
        except StoreDown:
            self._failing = True
            time.sleep(AGAIN_S)
            return
        with self._changed:
            self._failing = False
            for _ in batch:
                self._rows.popleft()
            self._changed.notify_all()
