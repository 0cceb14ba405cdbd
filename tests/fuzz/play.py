"""Turns: a base, some damage, one call, one judgement.

Turns are played in chapters, each with newly drawn bases.  What a turn sends follows from the
seed and the number of the turn alone, however many processes play.
"""

from __future__ import annotations

import json
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

import orjson

from service.app import MAX_BODY_BYTES
from tests.bench.process import forget_peak, peak_megabytes
from tests.fuzz import caller
from tests.fuzz.bases import Base, drawn, written
from tests.fuzz.canary import leaks_of_memory, mark, plant
from tests.fuzz.grow import SHARE, grow
from tests.fuzz.judge import Fault, faults, said
from tests.fuzz.mutate import mutate
from tests.fuzz.mutate_bytes import mutate_bytes
from tests.fuzz.wire import JSON, Call, Line, Reply, line_to

CHAPTER = 5_000
DRAWN = 50  # bases drawn for a chapter
PATHS = (
    "/cds-services/none", "/cds-services//hpp-order-sign", "/cds-services/hpp-order-sign/feedback",
    "/cds-services/ZZPHI", "/r6/cds-services/hpp-order-sign", "/cds-services/../healthz", "/",
    "/cds-services", "/healthz", "/readyz", "/openapi.json", "/cds-services/\u00ff",
)  # fmt: skip
METHODS = ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "ZZPHI")
TYPES = (
    "", "text/plain", "application/fhir+json", "application/json; charset=ZZPHI", "ZZPHI/\u00ff",
)  # fmt: skip
HEADERS = (
    {"Content-Encoding": "gzip"}, {"Origin": "https://ZZPHI.example"}, {"Accept": "text/html"},
    {"X-Request-Id": "ZZPHI\x1b[2J"}, {"Expect": "100-continue"}, {"If-None-Match": "*"},
)  # fmt: skip
TOO_MUCH = b" " * MAX_BODY_BYTES


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, and the turn that had it."""

    fault: Fault
    turn: int
    call: Call


@dataclass
class Tally:
    """What was answered, and what it took.

    slowest: CPU time of one answer, and its turn.  largest: MB that one request took, and its turn.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    cpu_seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[float, int] = (0.0, 0)

    @property
    def count(self) -> int:
        return self.statuses.total()

    def add(self, other: Tally) -> None:
        self.statuses += other.statuses
        self.verdicts += other.verdicts
        self.kinds += other.kinds
        self.cpu_seconds += other.cpu_seconds
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)
        for finding in other.findings:
            self._keep(finding)

    def heed(self, reply: Reply) -> None:
        self.statuses[reply.status] += 1
        self.verdicts.update(verdict_of(reply))

    def note(self, found: Iterable[Fault], turn: int, call: Call) -> None:
        for fault in found:
            self.kinds[fault.kind] += 1
            self._keep(Finding(fault, turn, call))

    def _keep(self, finding: Finding) -> None:
        """Of faults that read alike only the first: the others are counted."""
        if finding.fault not in {kept.fault for kept in self.findings}:
            self.findings.append(finding)


def play(seed: int, turns: Sequence[int]) -> Tally:
    """Play some turns of one chapter."""
    tally, started = Tally(), time.process_time()
    bases = bases_of(seed, turns[0] // CHAPTER)
    with line_to(caller.application(), caller.headers) as line:
        for turn in turns:
            base, call = called(bases, seed, turn)
            caller.set_day(base.day)
            held_mb, before = forget_peak(), time.process_time()
            reply, found = ask(line, call)
            tally.slowest = max(tally.slowest, (time.process_time() - before, turn))
            tally.largest = max(tally.largest, (peak_megabytes() - held_mb, turn))
            tally.heed(reply)
            tally.note(found, turn, call)
    tally.cpu_seconds = time.process_time() - started
    kept = [Fault("canary", why) for why in leaks_of_memory(caller.application())]
    tally.note(kept, turn, call)
    return tally


@lru_cache(maxsize=2)
def bases_of(seed: int, chapter: int) -> tuple[Base, ...]:
    """What a chapter starts from; drawing takes about a second."""
    return (*written(), *drawn(DRAWN, Random(f"{seed} {chapter}").getrandbits(64)))


def called(bases: Sequence[Base], seed: int, turn: int) -> tuple[Base, Call]:
    """What a turn sends: the base that a seed chooses, damaged and marked."""
    random = Random(f"{seed}/{turn}")
    base, other = random.choice(bases), random.choice(bases)
    body, borrowed = orjson.loads(base.raw), orjson.loads(other.raw)
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 6))):
        mutate(body, random, borrowed)
    growing = Random(f"{seed}/{turn}/grow")
    if growing.random() < SHARE:
        grow(body, growing)
    plant(body, random)
    if random.random() < 0.05:
        body = mark(body, random.choice((0.01, 0.1, 1.0)), random)
    raw = json.dumps(body).encode()
    if random.random() < 0.15:
        for _ in range(random.choice((1, 1, 2, 4))):
            raw = mutate_bytes(raw, random)
    return base, _odd_call(base.path, raw, random)


def _odd_call(path: str, raw: bytes, random: Random) -> Call:
    """One in fifty goes elsewhere, or otherwise."""
    match random.randrange(200):
        case 0:
            return Call(random.choice(PATHS), raw)
        case 1:
            return Call(path, raw, method=random.choice(METHODS))
        case 2:
            return Call(path, raw, content_type=random.choice(TYPES))
        case 3:
            return Call(path, raw, headers=random.choice(HEADERS))
        case 4 if random.random() < 0.3:
            return Call(path, raw + TOO_MUCH)
    return Call(path, raw, content_type=random.choice((JSON, JSON, f"{JSON}; charset=utf-8")))


def ask(line: Line, call: Call) -> tuple[Reply, list[Fault]]:
    """Send a call and judge the answer; an exception that comes out is a fault like a 500."""
    try:
        reply = line.send(call)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        why = f"raised {type(error).__name__} {Path(place.filename).name}:{place.lineno}"
        return Reply(599, "", b"", ""), [Fault("5xx", why)]
    return reply, faults(call, reply)


def verdict_of(reply: Reply) -> Iterator[str]:
    """Status and verdict of an evaluation; nothing for any other answer."""
    if reply.status == 200 and b'"cards"' in reply.raw:
        answered = said(orjson.loads(reply.raw))
        yield f"{answered.get('status')} {answered.get('verdict')}"


def chapters(count: int) -> Iterator[range]:
    """The turns of each chapter."""
    for first in range(0, count, CHAPTER):
        yield range(first, min(first + CHAPTER, count))
