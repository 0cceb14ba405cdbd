"""A circuit breaker: stop asking a server that does not answer, and look again after a while.

It judges orders, not queries: one chart that is slow to read fails all its queries at once, and
must cost nobody but itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import IntEnum
from threading import Lock

from service.outbound.calls import Failure

OPEN_S = 5.0
ENOUGH = 3  # weight of the failures that open it, where they are also half of what was seen
RECENT, RECENT_S = 20, 30.0  # what was seen: the last orders, no older than this
_NOT_REACHED = frozenset({"dns", "connect", "tls"})


class Outcome(IntEnum):
    """How a server did in all queries of an order together; the weight of its failure.

    One that could not be reached at all is given up at once; one that was slow or failed may
    have met a difficult chart.
    """

    GOOD = 0
    SLOW = 1
    UNREACHABLE = 3


def outcome_of(faults: Sequence[Failure | None], in_time: bool) -> Outcome | None:
    """Judge a server by how the queries of one order ended; None where that says nothing of it.

    in_time: they were begun with enough of the deadline left, so that a time-out is the server's.
    Whoever answers anything at all, also 401 or 404, is there.
    """
    told = [fault for fault in faults if not _says_nothing(fault, in_time)]
    if not told:
        return None
    if not all(fault is not None and _is_failure(fault) for fault in told):
        return Outcome.GOOD
    reached = any(fault is not None and _was_reached(fault) for fault in told)
    return Outcome.SLOW if reached else Outcome.UNREACHABLE


def _says_nothing(fault: Failure | None, in_time: bool) -> bool:
    if fault is None:
        return False
    late = fault.problem == "timeout" and (not in_time or fault.detail == "queue")
    return late or fault.problem == "blocked" or fault.detail == "internal"


def _is_failure(fault: Failure) -> bool:
    refused = fault.problem == "refused" and fault.detail != "redirect"
    return refused or fault.problem in ("timeout", "http-5xx")


def _was_reached(fault: Failure) -> bool:
    return fault.problem != "refused" and fault.detail not in _NOT_REACHED


class Breaker:
    """Opens where failures are half of the recent orders; after `open_s` one order may look.

    A ticket names the turn an order began in.  What an order of an earlier turn has to say comes
    too late to count: 50 that hung together open the breaker once, not ten times.
    """

    def __init__(self, open_s: float = OPEN_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._open_s, self._clock = open_s, clock
        self._lock = Lock()
        self._seen: deque[tuple[float, Outcome]] = deque(maxlen=RECENT)
        self._turn = 0
        self._opened: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether an order would be turned away now."""
        with self._lock:
            return self._shut()

    def enter(self) -> int | None:
        """A ticket to be settled once the order is over, or None: do not ask."""
        with self._lock:
            if self._shut():
                return None
            if self._opened is not None:
                self._probing, self._turn = True, self._turn + 1
            return self._turn

    def settle(self, ticket: int, outcome: Outcome | None) -> None:
        """Say how the server did; None where nothing can be said."""
        with self._lock:
            if ticket != self._turn:
                return
            if outcome is not None:
                self._count(outcome)
            self._probing = False

    def _shut(self) -> bool:
        if self._opened is None:
            return False
        return self._probing or self._clock() - self._opened < self._open_s

    def _count(self, outcome: Outcome) -> None:
        self._seen.append((self._clock(), outcome))
        if self._probing and not outcome:
            self._opened = None
            self._seen.clear()
        elif self._probing or self._has_failed():
            self._opened, self._turn = self._clock(), self._turn + 1
            self._seen.clear()

    def _has_failed(self) -> bool:
        recent = [o for at_s, o in self._seen if self._clock() - at_s <= RECENT_S]
        failed = [outcome for outcome in recent if outcome]
        return sum(failed) >= ENOUGH and 2 * len(failed) >= len(recent)
