"""`python -m tests.bench growth`: what a request costs by how much it holds of one thing.

For each kind n, 2n, 4n and 8n, where 8n is as much as the limits on a body let in.  Each request
is answered in a process of its own that answered nothing like it before.  CPU time is the least of
three; memory is the most that the process ever held, the application with it.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Any

import orjson
from flask import Flask

from service.app import create_app
from service.hooks.messages import MAX_BODY_BYTES
from service.server.serve import settle_interpreter
from service.strict_json import MOST_MEMBERS
from tests.bench.arms import SIGN, log_to_nowhere
from tests.bench.bodies import SIZES, TODAY, body
from tests.bench.kinds import KINDS, request
from tests.bench.process import peak_megabytes

STEPS = (1, 2, 4, 8)
TIMES, AT_ONCE, REFUSED = 3, 8, 413
MOST_EXPONENT, MOST_CPU_S, MOST_MB, MOST_MB_AT_ONCE = 1.2, 1.0, 150.0, 512.0
Ask = Callable[[bytes], int]


@dataclass(frozen=True)
class Cost:
    """What one request took."""

    status: int
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True)
class Growth:
    """costs: at n, 2n, 4n and 8n of a kind.  at_once_mb: eight of the largest in one process."""

    kind: str
    most: int
    costs: tuple[Cost, ...]
    at_once_mb: float

    @property
    def exponent(self) -> float:
        """Of what was judged; a refusal costs less than the answer would have.  NaN where only one
        was."""
        judged = [pair for pair in zip(STEPS, self.costs, strict=True) if pair[1].status == 200]
        if len(judged) < 2:
            return math.nan
        return exponent([step for step, _ in judged], [cost.cpu_s for _, cost in judged])

    @property
    def refused(self) -> str:
        """From which size on the budget of new names ends it (service/fhir/budget.py)."""
        sizes = [s for s, cost in zip(STEPS, self.costs, strict=True) if cost.status == REFUSED]
        return f"413 from {sizes[0]}n on" if sizes else ""

    @property
    def faults(self) -> list[str]:
        """What exceeds its limit, in words."""
        statuses = {cost.status for cost in self.costs} - {200, REFUSED}
        found = {
            "exponent": self.exponent > MOST_EXPONENT,
            "CPU": max(cost.cpu_s for cost in self.costs) > MOST_CPU_S,
            "memory": max(cost.memory_mb for cost in self.costs) > MOST_MB,
            "memory at once": self.at_once_mb > MOST_MB_AT_ONCE,
            f"status {max(statuses, default=200)}": bool(statuses),
        }
        return [name for name, exceeds in found.items() if exceeds]


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """k of the best fit of cost = c * size^k: 1 for what is linear, 2 for what is quadratic."""
    fit = statistics.linear_regression(*(list(map(math.log, row)) for row in (sizes, costs)))
    return fit.slope


def most_of(kind: str) -> int:
    """So many of a kind as the limits on bytes and members let in."""
    few, many = (measure(orjson.loads(request(kind, n))) for n in (1000, 2000))
    each = [(b - a) / 1000 for a, b in zip(few, many, strict=True)]
    left = (MAX_BODY_BYTES - few[0], MOST_MEMBERS - few[1])
    room = [have / one for have, one in zip(left, each, strict=True) if one > 0]
    return 1000 + int(min(room) * 0.99)


def measure(value: Any) -> tuple[int, int]:
    """Bytes and members."""
    return len(orjson.dumps(value)), _members(value)


def _members(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inner, list):
        return 0
    return len(inner) + sum(map(_members, inner))


def grown(kind: str, most: int, ask: Ask) -> Growth:
    bodies = [request(kind, max(most * step // STEPS[-1], 1)) for step in STEPS]
    costs = tuple(_cheapest([_alone(ask, raw) for _ in range(TIMES)]) for raw in bodies)
    return Growth(kind, most, costs, forked(lambda: _at_once(ask, bodies[-1]))[0])


def _cheapest(costs: Sequence[Cost]) -> Cost:
    return min(costs, key=lambda cost: cost.cpu_s)


def _alone(ask: Ask, raw: bytes) -> Cost:
    status, cpu_s, memory_mb = forked(lambda: _timed(ask, raw))
    return Cost(int(status), cpu_s, memory_mb)


def _timed(ask: Ask, raw: bytes) -> list[float]:
    started = time.process_time()
    status = ask(raw)
    return [status, time.process_time() - started, peak_megabytes()]


def _at_once(ask: Ask, raw: bytes) -> list[float]:
    threads = [Thread(target=ask, args=(raw,)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [peak_megabytes()]


def forked(run: Callable[[], list[float]]) -> list[float]:
    """What a function returns in a child process that dies afterwards."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(run()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    found: list[float] = json.loads(said)
    return found


def asking(app: Flask) -> Ask:
    client = app.test_client()

    def ask(raw: bytes) -> int:
        answer = client.post(SIGN, data=raw, content_type="application/json")
        return answer.status_code

    return ask


def main(kinds: Sequence[str] = tuple(KINDS), most: int = 0) -> int:
    """Print the table; 1 where a kind exceeds a limit.  most: instead of what the limits let in."""
    log_to_nowhere()
    ask = asking(create_app(today=lambda: TODAY))
    ask(body(0, SIZES["small"]).raw)  # what is imported late
    settle_interpreter()
    print(
        f"| kind | most | {' | '.join(f'{step}n ms' for step in STEPS)} | exponent | MB | ", end=""
    )
    print(f"MB, {AT_ONCE} at once | |\n|{' --- |' * 9}")
    return int(sum([_shown(grown(kind, most or most_of(kind), ask)) for kind in kinds]) > 0)


def _shown(growth: Growth) -> int:
    """Print one row; how many limits it exceeds."""
    print("| " + " | ".join(_cells(growth)) + " |", flush=True)
    return len(growth.faults)


def _cells(growth: Growth) -> Iterator[str]:
    yield from (growth.kind, f"{growth.most:,}")
    yield from (f"{cost.cpu_s * 1000:.0f}" for cost in growth.costs)
    yield f"{growth.exponent:.2f}"
    yield f"{max(cost.memory_mb for cost in growth.costs):.0f}"
    yield f"{growth.at_once_mb:.0f}"
    yield ", ".join(filter(None, (growth.refused, *growth.faults)))
