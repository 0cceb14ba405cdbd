"""`python -m tests.bench crowd`: whether everybody waits with one who sends large charts.

Seven callers send typical bodies, alone and then beside an eighth who sends 4,000 results each
time.  What counts is the p99 of the seven.  All share this machine's cores with the server.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from tests.bench.arms import SIGN
from tests.bench.bodies import SIZES, Body, body
from tests.bench.callers import Seen, call_in_turn
from tests.bench.load import SERVERS, free_port, serving

SMALL_CALLERS, RESULTS, SECONDS = 7, 4000, 8.0
MOST_RATIO = 2.0


def main(seconds: float = SECONDS, results: int = RESULTS, servers: Sequence[str] = ("",)) -> int:
    """Print the table; 1 where a call failed or the seven wait more than twice as long."""
    small = [body(number, SIZES["typical"]) for number in range(20)]
    size = replace(SIZES["typical"], results=results)
    large = [body(number, size, lean=True) for number in range(4)]
    print(f"{SMALL_CALLERS} callers of {len(small[0].raw):,} bytes, one of {len(large[0].raw):,}\n")
    print("| server | p99 ms alone | p99 ms beside it | ratio | large a minute | failed |")
    print("| --- | --- | --- | --- | --- | --- |")
    chosen = SERVERS if not any(servers) else servers
    return int(sum(_show(server, small, large, seconds) for server in chosen) > 0)


def _show(server: str, small: Sequence[Body], large: Sequence[Body], seconds: float) -> bool:
    port = free_port()
    where = f"127.0.0.1:{port}" if server == "gunicorn" else str(port)
    with serving((*SERVERS[server], where), port):
        _run(port, small, (), 1.0)  # what is imported late, and what becomes known
        alone, _ = _run(port, small, (), seconds)
        beside, others = _run(port, small, large, seconds)
    ratio = p99(beside.costs) / p99(alone.costs)
    failed = alone.failed + beside.failed + others.failed
    print(f"| {server} | {p99(alone.costs):.0f} | {p99(beside.costs):.0f} | {ratio:.2f} "
          f"| {len(others.costs) * 60 / seconds:.0f} | {failed} |", flush=True)  # fmt: skip
    return failed > 0 or ratio > MOST_RATIO


def _run(
    port: int, small: Sequence[Body], large: Sequence[Body], seconds: float
) -> tuple[Seen, Seen]:
    """What the seven saw, and what the eighth did."""
    until, seven, eighth = time.monotonic() + seconds, Seen(), Seen()
    bodies = [([*small[start:], *small[:start]], seven) for start in range(SMALL_CALLERS)]
    bodies += [(list(large), eighth)] if large else []
    callers = [
        threading.Thread(target=call_in_turn, args=(port, SIGN, sent, until, seen))
        for sent, seen in bodies
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return seven, eighth


def p99(costs: Sequence[float]) -> float:
    return statistics.quantiles(costs, n=100)[98]


if __name__ == "__main__":
    sys.exit(main())
