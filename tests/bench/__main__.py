"""`python -m tests.bench`: one evaluation as a ratio to parsing the same body with orjson.

Both run in one process, in the order A B B A, in CPU time; an A/A control says whether the
machine was quiet enough.  Absolute times mean nothing on a shared machine and are not shown.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

import orjson

from service.app import build_house
from service.evaluation import EXTENSION, evaluate
from service.hooks.messages import parse_body
from service.hooks.services import BY_ID
from service.settings import Settings
from tests.bench.bodies import TODAY, typical

ROUNDS, BODIES = 40, 20
QUIET = (0.97, 1.03)
Run = Callable[[bytes], object]


def cpu_seconds(run: Run, bodies: Sequence[bytes]) -> float:
    started = time.process_time()
    for body in bodies:
        run(body)
    return time.process_time() - started


def ratios(candidate: Run, baseline: Run, bodies: Sequence[bytes]) -> list[float]:
    """Candidate over baseline for each round, each round in the order A B B A."""
    found = []
    for _ in range(ROUNDS):
        first = cpu_seconds(baseline, bodies)
        middle = cpu_seconds(candidate, bodies) + cpu_seconds(candidate, bodies)
        found.append(middle / (first + cpu_seconds(baseline, bodies)))
    return found


def show(name: str, found: Sequence[float]) -> float:
    cuts = statistics.quantiles(found, n=20)
    middle = statistics.median(found)
    print(f"{name:<34} {middle:6.2f}   ({cuts[0]:.2f} to {cuts[-1]:.2f})")
    return middle


def main() -> None:
    house, service = build_house(Settings()), BY_ID["hpp-order-sign"]
    bodies = [typical(number) for number in range(BODIES)]

    def judged(body: bytes) -> object:
        answer = evaluate(parse_body(body), service, house, TODAY)
        assert answer.body["extension"][EXTENSION]["verdict"] == "hppSuspected"
        return orjson.dumps(answer.body)

    for body in bodies:
        judged(body)
    gc.collect()
    gc.freeze()
    print(
        f"{BODIES} bodies of {len(bodies[0])} bytes, {ROUNDS} rounds, CPU time, median (5 to 95 %)"
    )
    control = show("parsing / parsing (control)", ratios(orjson.loads, orjson.loads, bodies))
    show("evaluation / parsing (orjson)", ratios(judged, orjson.loads, bodies))
    if not QUIET[0] <= control <= QUIET[1]:
        print("inconclusive: the control is outside 0.97 to 1.03; run again on a quieter machine")


main()
