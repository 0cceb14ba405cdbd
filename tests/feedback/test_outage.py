"""Disk full and database down, for the served process: answers go on, feedback is 503.

`OUTAGE_S` seconds each; HPP_CDS_OUTAGE_S sets a longer time.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.evaluation.answer import EXTENSION
from tests.feedback.crash import BODY, SIGN, Service
from tests.store.databases import Postgres

OUTAGE_S = float(os.environ.get("HPP_CDS_OUTAGE_S") or 4)


def report(card: str) -> bytes:
    now = {"outcomeTimestamp": f"{time.time_ns()}"}
    return json.dumps({"feedback": [{"card": card, "outcome": "overridden", **now}]}).encode()


def play(service: Service, seconds: float) -> tuple[Counter[tuple[str, int]], set[Any], float]:
    """(what, status) -> how often; what `remembered` was; the longest that anybody waited."""
    statuses, remembered, longest = Counter[tuple[str, int]](), set(), 0.0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        status, answer = service.post(SIGN, BODY)
        statuses["call", status] += 1
        remembered.add(answer["extension"][EXTENSION].get("remembered", True))
        card = answer["cards"][0]["uuid"]
        statuses["feedback", service.post(f"{SIGN}/feedback", report(card))[0]] += 1
        longest = max(longest, time.monotonic() - started)
    return statuses, remembered, longest


def check_outage(service: Service, outage: Callable[[], Any]) -> None:
    before, kept, _ = play(service, 1)
    with outage():
        play(service, 1)  # what was under way, and what the operating system still held back
        during, lost, longest = play(service, OUTAGE_S)
    time.sleep(1.5)
    after, again, _ = play(service, 1)

    assert before.keys() == after.keys() == {("call", 200), ("feedback", 200)}
    assert kept == again == {True}
    assert during.keys() == {("call", 200), ("feedback", 503)}
    assert lost == {False}
    assert longest < 10


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    url = getattr(request, "param", "")
    service = Service(tmp_path, request.getfixturevalue("cluster").url if url else "")
    service.start()
    yield service
    service.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files by prlimit")
def test_a_full_disk_stops_no_answer(served: Service) -> None:
    """No file of the process may grow, as where there is no more room."""

    @contextmanager
    def full() -> Iterator[None]:
        pid = served._process.pid
        unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))
        yield
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

    check_outage(served, full)


@pytest.mark.parametrize("served", ["postgresql"], indirect=True)
def test_a_database_that_is_down_stops_no_answer(served: Service, cluster: Postgres) -> None:
    @contextmanager
    def down() -> Iterator[None]:
        cluster.stop()
        try:
            yield
        finally:
            cluster.start()

    check_outage(served, down)
