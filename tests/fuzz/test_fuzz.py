"""The gate: 5,000 requests, no answer of 5xx, none that breaks the schema, nothing repeated."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings

from service.demo.translate import RELEASES
from tests.fuzz import caller
from tests.fuzz.bases import Base, drawn
from tests.fuzz.conftest import PLAYED
from tests.fuzz.play import CHAPTER, Tally, ask, bases_of, called, chapters, play
from tests.fuzz.report import Run, table, write_findings
from tests.fuzz.seeds import SEED, VARIABLE, asked_seed
from tests.fuzz.strategies import Drawn, requests
from tests.fuzz.wire import Call, line_to

COUNT = 5_000  # `python -m tests.fuzz` sends as many as one likes
REACHED = {200, 400, 404, 405, 412, 413, 415}


@pytest.fixture(scope="module")
def run() -> Run:
    seed, started, tally = asked_seed(SEED), time.monotonic(), Tally()
    for turns in chapters(COUNT):
        tally.add(play(seed, turns))
    run = Run(tally, seed, time.monotonic() - started)
    PLAYED.extend([*table(run), f"again: {VARIABLE}={seed}"])
    return run


def test_5000_requests_are_answered_or_refused_and_nothing_is_repeated(run: Run) -> None:
    assert list(write_findings(run)) == []
    assert run.tally.count == COUNT


def test_the_damage_reaches_every_kind_of_answer(run: Run) -> None:
    """A game in which everything is refused would show nothing."""
    tally = run.tally
    words = {"complete", "partial", "unavailable", "not-applicable"}

    assert set(tally.statuses) >= REACHED
    assert {verdict.split()[0] for verdict in tally.verdicts} == words
    assert len(tally.verdicts) >= 15
    assert tally.statuses[200] > tally.count / 2


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(requests())
def test_any_request_is_answered_or_refused(drawn_request: Drawn) -> None:
    """As the game plays it, and Hypothesis makes a failure small (and draws alike under CI)."""
    base = Base.of(drawn_request)
    caller.set_day(base.day)
    with line_to(caller.application(), caller.headers) as line:
        _, found = ask(line, Call(base.path, base.raw))

    assert found == []


def test_the_strategies_reach_every_hook_and_release_and_several_verdicts() -> None:
    tally, hooks, releases = Tally(), set(), set()
    with line_to(caller.application(), caller.headers) as line:
        for base in drawn(250, seed=1):
            caller.set_day(base.day)
            reply, _ = ask(line, Call(base.path, base.raw))
            tally.heed(reply)
            hooks.add(base.hook)
            releases.add(base.release)

    assert hooks == {"order-sign", "order-select", "patient-view"}
    assert releases == set(RELEASES)
    assert {200, 400, 412} <= set(tally.statuses)
    assert len({verdict.split()[1] for verdict in tally.verdicts}) >= 9


def test_a_turn_can_be_had_again() -> None:
    """From the seed and its number, whoever played it and whatever was played before."""
    turns = (CHAPTER, CHAPTER + 17, CHAPTER + 123)
    once = [called(bases_of(5, 1), 5, turn) for turn in turns]
    again = [called(bases_of(5, 1), 5, turn) for turn in reversed(turns)]

    assert once == list(reversed(again))
    assert len({call.raw for _, call in once}) == len(turns)


def test_anybody_can_run_it() -> None:
    """Nothing is shown on the way where nobody looks."""
    command = [sys.executable, "-m", "tests.fuzz", "--count", "200", "--seed", "7"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "200 requests in " in ran.stdout
    assert "seed 7" in ran.stdout
