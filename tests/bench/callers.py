"""Who puts a served application under load: wrk where it is installed, else threads of ours.

Both are closed loops: each connection sends its next request when the last was answered.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection

from tests.bench.arms import NOOP
from tests.bench.bodies import Body

HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Figures:
    """What one run of so many seconds came to.  failed: no answer, or not the one wanted."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


# port, path, bodies, connections, seconds
Caller = Callable[[int, str, Sequence[Body], int, float], Figures]


def wrong_answers(port: int, path: str, bodies: Sequence[Body]) -> int:
    """Send each body once; how many answers lack the status or the verdict of their body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    wrong = sum(not _is_answered(connection, path, body) for body in bodies)
    connection.close()
    return wrong


def _is_answered(connection: HTTPConnection, path: str, body: Body) -> bool:
    connection.request("POST", path, body.raw, HEADERS)
    answer = connection.getresponse()
    wanted = b"{}" if path == NOOP else f'"verdict":"{body.verdict}"'.encode()
    return wanted in answer.read() and answer.status == 200


@dataclass
class Seen:
    """The milliseconds of every call of one run, and how many went wrong."""

    costs: list[float] = field(default_factory=list)
    failed: int = 0


def with_threads(
    port: int, path: str, bodies: Sequence[Body], connections: int, seconds: float
) -> Figures:
    """A Python thread for each connection.  Every answer is checked."""
    seen, until = Seen(), time.monotonic() + seconds
    callers = [
        threading.Thread(
            target=call_in_turn, args=(port, path, [*bodies[start:], *bodies[:start]], until, seen)
        )
        for start in range(connections)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    cuts = statistics.quantiles(seen.costs, n=100)
    return Figures(len(seen.costs) / seconds, cuts[49], cuts[98], seen.failed)


def call_in_turn(port: int, path: str, bodies: Sequence[Body], until: float, seen: Seen) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    number = 0
    while time.monotonic() < until:
        started = time.perf_counter()
        good = _is_answered(connection, path, bodies[number % len(bodies)])
        seen.costs.append((time.perf_counter() - started) * 1000)
        seen.failed += not good
        number += 1
    connection.close()
