"""A circuit breaker: stop asking a server that does not answer, and look again after a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

FAILURES, OPEN_S = 5, 5.0


class Breaker:
    """Opens after `failures` in a row; after `open_s` seconds one call may look again.

    A ticket names the turn a call began in.  What a call of an earlier turn has to say comes
    too late to count: 50 calls that hung together open the breaker once, not ten times.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        open_s: float = OPEN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures, self._open_s, self._clock = failures, open_s, clock
        self._lock = Lock()
        self._row = 0
        self._turn = 0
        self._opened: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether a call would be turned away now."""
        with self._lock:
            return self._shut()

    def enter(self) -> int | None:
        """A ticket to be settled once the call is over, or None: do not call."""
        with self._lock:
            if self._shut():
                return None
            if self._opened is not None:
                self._probing, self._turn = True, self._turn + 1
            return self._turn

    def settle(self, ticket: int, failed: bool | None) -> None:
        """Say how the call went; None where it says nothing about the server."""
        with self._lock:
            if ticket != self._turn:
                return
            if failed:
                self._fail()
            elif failed is False:
                self._row, self._opened = 0, None
            self._probing = False

    def _shut(self) -> bool:
        if self._opened is None:
            return False
        return self._probing or self._clock() - self._opened < self._open_s

    def _fail(self) -> None:
        self._row += 1
        if self._probing or self._row >= self._failures:
            self._opened, self._turn = self._clock(), self._turn + 1
