"""`python -m tests.bench further`: what each further result of a chart costs, from 50 to 1,000.

Around a typical chart: results of which a quarter are ALP, and ALP alone; as EHRs send them, and
lean, with no member that is not read.  CPU time in one process, beside the endpoint that only
parses the same bodies, in the order ABBA.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.bench.bodies import SIZES, Body, body
from tests.bench.measure import Arm, Ratio, cpu_seconds, summary

FEW, MANY = 50, 1000
BODIES, ROUNDS = 4, 12
TYPICAL = SIZES["typical"]


def main(judged: Arm, parsed: Arm, row: Callable[..., None], shown: Callable[[Ratio], str]) -> int:
    row("each further result", "judged, µs", "parsed, µs", "over parsing only")
    for kind, only_alp in (("quarter ALP", False), ("ALP", True)):
        for shape in ("typical", "lean"):
            few, many = (charts(n, only_alp, lean=shape == "lean") for n in (FEW, MANY))
            costs = [_round(judged, parsed, few, many) for _ in range(ROUNDS)]
            ratios = summary([ours / theirs for ours, theirs in costs])
            each = (f"{statistics.median(column):.1f}" for column in zip(*costs, strict=True))
            row(f"{kind}, {shape}", *each, shown(ratios))
    return 0


def charts(results: int, only_alp: bool, *, lean: bool) -> list[Body]:
    size = replace(TYPICAL, results=results, alps=results if only_alp else None)
    return [body(number, size, lean=lean) for number in range(BODIES)]


def _round(
    judged: Arm, parsed: Arm, few: Sequence[Body], many: Sequence[Body]
) -> tuple[float, float]:
    """Microseconds of each further result: judged, and only parsed."""
    first = _each(parsed, few, many, judged=False)
    ours = [_each(judged, few, many, judged=True) for _ in range(2)]
    theirs = [first, _each(parsed, few, many, judged=False)]
    return statistics.mean(ours), statistics.mean(theirs)


def _each(arm: Arm, few: Sequence[Body], many: Sequence[Body], *, judged: bool) -> float:
    more = cpu_seconds(arm, many, judged=judged) - cpu_seconds(arm, few, judged=judged)
    return more / BODIES / (MANY - FEW) * 1e6
