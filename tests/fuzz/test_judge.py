"""The judge sees what it is there for: the service is made worse, and it says so."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cards import blocks
from service.evaluation import evaluate
from service.evaluation.errors import Issue
from service.hooks import routes
from service.hooks.errors import InvalidHookRequest
from tests.fuzz.judge import Fault
from tests.fuzz.minimise import minimise
from tests.fuzz.play import Tally, play
from tests.fuzz.report import Run, table, write_findings

SEED, MOST_TURNS, AT_ONCE = 20250615, 3_000, 100
Json = dict[str, Any]


def played() -> Tally:
    """As many turns as it takes until something is found."""
    for first in range(0, MOST_TURNS, AT_ONCE):
        tally = play(SEED, range(first, first + AT_ONCE))
        if tally.findings:
            break
    return tally


def kinds(tally: Tally) -> set[str]:
    return set(tally.kinds)


def changed(change: Callable[[Json], Json]) -> Callable[..., Any]:
    """`json_response`, with the body of an answer changed."""

    def respond(body: Json, status: int = 200) -> Any:
        return answer(change(body) if "cards" in body else body, status)

    answer = routes.json_response
    return respond


def test_as_it_is_the_service_has_no_fault() -> None:
    assert play(SEED, range(500)).findings == []


def test_a_crash_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("ZZPHI")

    monkeypatch.setattr("service.evaluation.judge.assess", fail)
    found = [finding.fault for finding in played().findings]

    assert {fault.kind for fault in found} == {"5xx"}
    assert "ValueError" in found[0].why


def test_an_answer_that_breaks_the_schema_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(body: Json) -> Json:
        return {**body, "cards": [{**card, "summary": "x" * 140} for card in body["cards"]]}

    monkeypatch.setattr(routes, "json_response", changed(too_long))

    assert kinds(played()) == {"schema"}


def test_silence_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cards, although something was not seen."""
    monkeypatch.setattr(routes, "json_response", changed(lambda body: {**body, "cards": []}))
    found = {finding.fault.why for finding in played().findings}

    assert {"no cards, and partial", "no cards, and unavailable"} == found


def test_a_refusal_that_is_no_outcome_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "status_outcome", lambda *_: {"error": "no"})

    assert Fault("schema", "no OperationOutcome") in {f.fault for f in played().findings}


def test_a_refusal_that_quotes_what_was_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    read = routes.read_request

    def quote(body: Json, hook: str) -> Any:
        if body.get("hook") != hook:
            raise InvalidHookRequest(Issue("/hook", f"must not be {body.get('hook')}"))
        return read(body, hook)

    monkeypatch.setattr("service.hooks.routes.read_request", quote)

    assert kinds(played()) == {"canary"}


def test_a_log_that_quotes_a_record_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    read = routes.parse_body

    def talk(raw: bytes) -> Any:
        logging.getLogger("elsewhere").debug("read %s", raw[:4000])
        return read(raw)

    monkeypatch.setattr(routes, "parse_body", talk)

    assert kinds(played()) == {"canary"}


def test_a_print_that_quotes_a_record_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    read = routes.parse_body
    monkeypatch.setattr(routes, "parse_body", lambda raw: print(raw) or read(raw))

    assert kinds(played()) == {"canary"}


def test_a_card_that_quotes_a_name_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assess = evaluate.answer_with

    def named(card: Any, status: str, case: Any, engine: Any) -> Any:
        answer = assess(card, status, case, engine)
        for sent in answer.body["cards"]:
            sent["detail"] += " ZZPHI-canary"
        return answer

    monkeypatch.setattr("service.evaluation.evaluate.answer_with", named)

    assert {f.fault for f in played().findings} == {Fault("canary", "in an answer")}


def test_text_that_is_not_escaped_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "escape", lambda text: text)

    assert kinds(played()) == {"canary"}


def test_what_failed_is_made_small_and_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("ZZPHI")

    monkeypatch.setattr("service.evaluation.judge.assess", fail)
    tally = played()
    run = Run(tally, SEED, 1.0)
    (line, *_) = write_findings(run)
    body = Path(line.rpartition("< ")[2]).read_bytes()

    assert len(body) < len(tally.findings[0].call.raw) / 4
    assert set(json.loads(body)) >= {"hook", "hookInstance", "context"}
    assert minimise(tally.findings[0], SEED).raw == body
    assert "answers of 5xx" in "\n".join(table(run))
