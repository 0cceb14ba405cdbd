"""`python -m tests.faults [F6 ...]`: how long after its deadline each row was answered.

Callers and the fault servers share one process here, so the figures for many callers include
the servers' own use of the processors.  Rows that need no waiting answer before the deadline.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from tests.faults.rows import ROWS, Row
from tests.faults.world import Outcome, World

ALONE, MANY, ROUNDS_ALONE, ROUNDS_MANY = 1, 50, 10, 2
HEAD = (
    "| row | callers | calls | budget | answered after, median "
    "| beyond the deadline: p50 | p95 | max |"
)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def line(row: Row, callers: int, outcomes: Sequence[Outcome]) -> str:
    beyond = [outcome.beyond_s * 1000 for outcome in outcomes]
    middle = statistics.median(outcome.elapsed_s * 1000 for outcome in outcomes)
    figures = " | ".join(f"{quantile(beyond, share):.1f}" for share in (0.5, 0.95, 1.0))
    return f"| {row} | {callers} | {len(outcomes)} | {row.budget_ms} | {middle:.0f} | {figures} |"


def measure(world: World, row: Row, callers: int) -> list[Outcome]:
    rounds = ROUNDS_ALONE if callers == ALONE else ROUNDS_MANY
    return [outcome for _ in range(rounds) for outcome in world.play(row, callers)]


def main(numbers: Sequence[str]) -> None:
    rows = [row for row in ROWS if not numbers or row.number in numbers]
    everything: list[Outcome] = []
    print(f"Milliseconds.\n\n{HEAD}\n|---|{'---:|' * 7}")
    with World() as world:
        for row in rows:
            for callers in (ALONE, MANY):
                outcomes = measure(world, row, callers)
                everything += outcomes
                print(line(row, callers, outcomes), flush=True)
    worst = max(outcome.beyond_s for outcome in everything) * 1000
    print(f"\n{len(everything)} calls, {worst:.1f} ms beyond the deadline at most.")


if __name__ == "__main__":
    main(sys.argv[1:])
