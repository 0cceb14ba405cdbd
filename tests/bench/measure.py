"""Ratios in CPU time, against a baseline in the same process and the same round.

A round runs baseline, candidate, candidate, baseline (ABBA), so that a machine that slows down
hurts both.  Absolute times of a shared machine mean little; the control, baseline against
itself, says whether even the ratios can be believed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.bodies import Body

QUIET = (0.97, 1.03)
Run = Callable[[bytes], bytes]


def _nothing(_: int) -> None:
    """Most arms need no preparation."""


@dataclass(frozen=True)
class Arm:
    """What is timed, and what must be made for so many calls before the clock starts."""

    run: Run
    prepare: Callable[[int], None] = _nothing


@dataclass(frozen=True)
class Ratio:
    """The median of all rounds, and where 90 % of them lie."""

    median: float
    low: float
    high: float

    @property
    def is_quiet(self) -> bool:
        return QUIET[0] <= self.median <= QUIET[1]


def cpu_seconds(arm: Arm, bodies: Sequence[Body], *, judged: bool) -> float:
    """One pass over the bodies.  judged: every answer must give the verdict of its body."""
    arm.prepare(len(bodies))
    run, raws = arm.run, [body.retyped() for body in bodies]
    started = time.process_time()
    answers = [run(raw) for raw in raws]
    spent = time.process_time() - started
    if judged:
        for body, answer in zip(bodies, answers, strict=True):
            assert f'"verdict":"{body.verdict}"'.encode() in answer, (body.verdict, answer[:200])
    return spent


def ratio(
    candidate: Arm, baseline: Arm, bodies: Sequence[Body], rounds: int, *, answers: bool = True
) -> Ratio:
    """Candidate over baseline.  answers: the candidate gives verdicts, and they are checked."""
    judged = answers and candidate is not baseline
    for arm in (baseline, candidate):
        cpu_seconds(arm, bodies, judged=False)
    found = []
    for _ in range(rounds):
        first = cpu_seconds(baseline, bodies, judged=False)
        middle = cpu_seconds(candidate, bodies, judged=judged)
        middle += cpu_seconds(candidate, bodies, judged=judged)
        found.append(middle / (first + cpu_seconds(baseline, bodies, judged=False)))
    return summary(found)


def summary(found: Sequence[float]) -> Ratio:
    cuts = statistics.quantiles(found, n=20)
    return Ratio(statistics.median(found), cuts[0], cuts[-1])


def milliseconds(arm: Arm, bodies: Sequence[Body], rounds: int, *, judged: bool = False) -> float:
    """CPU time of one body, the median of all rounds."""
    passes = [cpu_seconds(arm, bodies, judged=judged) for _ in range(rounds)]
    return statistics.median(passes) / len(bodies) * 1000
