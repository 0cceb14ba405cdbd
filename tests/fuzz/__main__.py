"""`python -m tests.fuzz [--count N] [--seed S] [--processes 2] [--minutes M]`.

Plays N requests, or as many as there is time for, and prints a count per status.  Exit status
1 where an answer was a 5xx, broke the protocol's schema or repeated what it must not, and where
one took more than 1 s of CPU or 150 MB.  Few bodies are grown up to the limits (grow.py).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from tests.fuzz.play import Tally, chapters, play
from tests.fuzz.report import Run, is_costly, table, write_findings
from tests.fuzz.seeds import seed_of_today

ENDLESS = 10**12


def main() -> int:
    asked = arguments()
    started, tally = time.monotonic(), Tally()
    until = started + asked.minutes * 60 if asked.minutes else float("inf")
    count = asked.count or (ENDLESS if asked.minutes else 20_000)
    for part in tallies(asked.seed, count, asked.processes, until):
        tally.add(part)
        progress(tally, time.monotonic() - started)
    run = Run(tally, asked.seed, time.monotonic() - started)
    print(*table(run), *write_findings(run), sep="\n")
    return int(bool(tally.kinds) or is_costly(tally))


def arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    reader.add_argument("--count", type=int, help="requests (20,000)")
    reader.add_argument("--seed", type=int, default=seed_of_today(), help="(the date)")
    reader.add_argument("--processes", type=int, default=2)
    reader.add_argument("--minutes", type=float, help="stop after so many")
    return reader.parse_args()


def tallies(seed: int, count: int, processes: int, until: float) -> Iterator[Tally]:
    """One for each chapter, as they are played; none is begun after the time is over."""
    waiting = iter(chapters(count))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        playing: set[Future[Tally]] = set()
        while True:
            if time.monotonic() < until:
                more = islice(waiting, processes - len(playing))
                playing |= {pool.submit(play, seed, turns) for turns in more}
            if not playing:
                return
            done, playing = wait(playing, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def progress(tally: Tally, seconds: float) -> None:
    """One line that is written over, and only where somebody looks."""
    if sys.stderr.isatty():
        faults = tally.kinds.total()
        rate = tally.count / seconds
        print(
            f"\r{tally.count:,} requests, {rate:,.0f} a second, {faults} faults",
            end="",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
