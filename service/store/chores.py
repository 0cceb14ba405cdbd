"""What is to be done now and then, by one thread of each process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from service.store import StoreDown


@dataclass(slots=True)
class Chore:
    """run: called every so many seconds.  failed: whether the last time did not work."""

    name: str
    every_s: float
    run: Callable[[], None]
    due_s: float = field(default=0.0)


class Chores:
    """Runs each chore at its times, first at the start.

    failed: told the name of a chore and of the class of what went wrong; the others go on.
    """

    def __init__(
        self, chores: Sequence[Chore], failed: Callable[[str, str], None], look_s: float = 5.0
    ) -> None:
        self._chores, self._failed, self._look_s = chores, failed, look_s
        self._closing, self._pid = Event(), 0

    def start(self) -> None:
        """In each process once: a thread does not survive a fork."""
        if self._pid != os.getpid():
            self._pid, self._closing = os.getpid(), Event()
            Thread(target=self._loop, name="chores", daemon=True).start()

    def close(self) -> None:
        self._closing.set()

    def run_due(self, now_s: float) -> None:
        for chore in self._chores:
            if chore.due_s <= now_s and not self._closing.is_set():
                chore.due_s = now_s + chore.every_s
                self._run(chore)

    def _loop(self) -> None:
        closing = self._closing
        while not closing.is_set():
            self.run_due(time.monotonic())
            closing.wait(self._look_s)

    def _run(self, chore: Chore) -> None:
        try:
            chore.run()
        except StoreDown:
            self._failed(chore.name, "StoreDown")
        except Exception as error:  # the outermost handler of its thread
            self._failed(chore.name, type(error).__name__)
