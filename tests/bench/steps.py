"""Where the time of a request goes, by step of its way.

While a profile is taken, the functions that make up each step are timed where the next outer
one calls them; time in an inner step is taken off the outer.  Wall time, so only the shares
are shown.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from service.evaluation import evaluate, gathering, judge
from service.fhir.read import ChartReader
from service.hooks import calls, routes
from service.hooks.callers import Callers
from service.hpp import decide
from tests.bench.bodies import Body
from tests.bench.measure import Arm

REST = "the rest"  # Flask, the log line
# step -> the functions it consists of, as their callers name them.
STEPS: dict[str, Sequence[tuple[object, str]]] = {
    "trust": ((Callers, "identify"),),
    "parse": ((routes, "parse_body"), (calls, "read_request")),
    "gather": ((gathering, "gather"), (gathering, "_release")),
    "read": ((gathering, "_read_drafts"), (ChartReader, "chart")),
    "find": ((decide, "gather_facts"), (decide, "find")),
    "decide": ((judge, "assess"),),
    "say": ((evaluate, "_answer_order"), (routes, "json_response")),
}


class Clock:
    """Time by step; the innermost running step gets it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def running(self, step: str) -> Iterator[None]:
        self._switch()
        self._running.append(step)
        yield
        self._switch()
        self._running.pop()

    def _switch(self) -> None:
        now = time.perf_counter()
        if self._running:
            self.spent[self._running[-1]] += now - self._since
        self._since = now

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            with self.running(step):
                return function(*args, **kwargs)

        return run


def profile(arm: Arm, bodies: Sequence[Body], rounds: int) -> dict[str, float]:
    """Step -> its share of the time of all requests."""
    clock = Clock()
    with ExitStack() as stack:
        for step, functions in STEPS.items():
            for module, name in functions:
                timed = clock.timed(step, getattr(module, name))
                stack.enter_context(patch.object(module, name, timed))
        for _ in range(rounds):
            arm.prepare(len(bodies))
            for raw in [body.retyped() for body in bodies]:
                with clock.running(REST):
                    arm.run(raw)
    whole = sum(clock.spent.values())
    return {step: clock.spent[step] / whole for step in (*STEPS, REST)}
