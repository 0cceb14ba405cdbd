"""What a run found, as a table, and every failing body as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.growth import MOST_CPU_S, MOST_MB
from tests.fuzz.judge import KINDS
from tests.fuzz.minimise import minimise
from tests.fuzz.play import Finding, Tally

MOST_FILES = 20
NAMES = {"5xx": "answers of 5xx", "schema": "schema faults", "canary": "canary finds"}


@dataclass(frozen=True, slots=True)
class Run:
    """A run and what it was."""

    tally: Tally
    seed: int
    seconds: float


def table(run: Run) -> Iterator[str]:
    """A line for each status and each kind of fault, and what it took."""
    tally = run.tally
    yield "status      requests    share"
    for status, count in sorted(tally.statuses.items()):
        yield f"{status:<7} {count:>12,} {count / tally.count:>7.2%}"
    yield f"{len(tally.verdicts)} kinds of evaluation (status and verdict) among those of 200"
    for kind in KINDS:
        yield f"{NAMES[kind]:<15} {tally.kinds[kind]:>4,}"
    yield f"{tally.count:,} requests in {run.seconds:,.0f} s, seed {run.seed}"
    rate = tally.count / max(tally.cpu_seconds, 0.001)
    yield f"{rate:,.0f} a second of one core's time"
    yield f"most CPU time {tally.slowest[0] * 1000:,.0f} ms (turn {tally.slowest[1]:,})"
    yield f"most memory of one request {tally.largest[0]:,.0f} MB (turn {tally.largest[1]:,})"


def is_costly(tally: Tally) -> bool:
    """One request took more than any may (tests/bench/growth.py)."""
    return tally.slowest[0] > MOST_CPU_S or tally.largest[0] > MOST_MB


def write_findings(run: Run) -> Iterator[str]:
    """A line for each finding, with the file that holds the body, made small where possible."""
    if not run.tally.findings:
        return
    folder = Path(tempfile.mkdtemp(prefix="hpp-cds-fuzz-"))
    for finding in run.tally.findings[:MOST_FILES]:
        yield _write(finding, run.seed, folder)
    if len(run.tally.findings) > MOST_FILES:
        yield f"and {len(run.tally.findings) - MOST_FILES} more"


def _write(finding: Finding, seed: int, folder: Path) -> str:
    call = minimise(finding, seed)
    file = folder / f"{finding.fault.kind}-{seed}-{finding.turn}.json"
    file.write_bytes(call.raw)
    how = f"{call.method} {call.path!r} {call.content_type!r} {dict(call.headers) or ''}"
    return f"{finding.fault.kind}: {finding.fault.why}; turn {finding.turn}: {how}< {file}"
