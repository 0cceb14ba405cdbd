"""Feedback as the protocol, Epic and the public sandbox write it."""

from __future__ import annotations

import json
import uuid
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from service.app import create_app
from service.store.model import FeedbackItem, Sender
from service.store.tables import DECISIONS
from service.store.writer import BatchedWriter
from tests.edge.test_captures import capture
from tests.feedback.conftest import SIGN, STORY, Json, Remembering
from tests.trust.callers import SigningClient, client_of, site

AT = "2026-03-01T12:00:00Z"


def accepted(card: Json, *labels: int) -> Json:
    chosen = [{"id": card["suggestions"][n]["uuid"]} for n in labels or (0,)]
    return {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": chosen,
        "outcomeTimestamp": AT,
    }


def overridden(card: Json, **more: Any) -> Json:
    return {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": AT, **more}


# Joined


@pytest.mark.hazard("H23")
def test_a_card_is_remembered_before_it_is_sent_and_feedback_is_joined_to_it(
    service: Remembering,
) -> None:
    card = service.card()
    (decision,) = service.rows(DECISIONS)
    body = service.report(accepted(card, 0, 1))
    (row,) = service.rows()
    meanings = json.loads(decision.suggestions)

    assert body == {}
    assert decision.card == card["uuid"]
    assert decision.verdict == STORY.verdict
    assert meanings.keys() == {item["uuid"] for item in card["suggestions"]}
    assert row.matched
    assert json.loads(row.accepted) == [meanings[card["suggestions"][n]["uuid"]] for n in (0, 1)]
    assert (row.outcome, row.client, row.service) == ("accepted", "anyone", "hpp-order-sign")


def test_an_unknown_card_is_kept_and_answered_the_same(service: Remembering) -> None:
    known = service.report(accepted(service.card()))
    unknown = service.report({"card": str(uuid.uuid4()), "outcome": "overridden"})

    assert known == unknown == {}
    assert sorted(row.matched for row in service.rows()) == [False, True]


@pytest.mark.hazard("E9")
def test_repeats_are_one_row_and_later_facts_are_others(service: Remembering) -> None:
    card = service.card()
    for _ in range(5):
        service.report(accepted(card))
    service.report(overridden(card))
    service.report({**accepted(card), "outcomeTimestamp": "2026-03-01T12:00:01Z"})
    service.report({**accepted(card), "outcomeTimestamp": "2026-03-01T13:00:00+01:00"})

    assert sorted(row.outcome for row in service.rows()) == ["accepted", "accepted", "overridden"]


@pytest.mark.hazard("E10")
def test_a_batch_is_kept_whole_or_not_at_all(service: Remembering) -> None:
    card = service.card()
    bad = {"card": card["uuid"], "outcome": "ignored"}
    refused = service.report(accepted(card), bad, overridden(card), status=400)

    assert refused["issue"][0]["expression"] == ["feedback.1.outcome"]
    assert service.rows() == []
    service.report(accepted(card), overridden(card))
    assert len(service.rows()) == 2


@pytest.mark.hazard("C7")
def test_a_batch_is_joined_and_kept_in_few_statements(service: Remembering) -> None:
    card, times, said = service.card()["uuid"], [0, 1, 0, *range(2, 1000)], list[str]()
    reports = [FeedbackItem(card, "overridden", outcome_ms=at_ms) for at_ms in times]
    engine = service.memory.store._engine
    count = partial(_note, said)
    event.listen(engine, "before_cursor_execute", count)
    kept = service.memory.take_feedback(reports, Sender("anyone", "", "hpp-order-sign"))
    event.remove(engine, "before_cursor_execute", count)

    assert [one.is_new for one in kept[:4]] == [True, True, False, True]
    assert all(one.matched for one in kept)
    assert [one.report for one in kept] == reports
    assert len(service.rows()) == 1000
    assert 2 <= len(said) < 100


def _note(
    said: list[str], _connection: object, _cursor: object, statement: str, *_: object
) -> None:
    said.append(statement)


@pytest.mark.parametrize(
    "body",
    [{}, {"feedback": {}}, {"feedback": [7]}, {"feedback": [{"card": "", "outcome": "accepted"}]},
     {"feedback": [{"card": 7, "outcome": "accepted"}]}, {"feedback": [{"outcome": "accepted"}]},
     {"feedback": [{"card": "a", "outcome": "accepted", "acceptedSuggestions": 7}]},
     {"feedback": [{"card": "a", "outcome": "accepted"}] * 1001}],
)  # fmt: skip
def test_what_is_no_feedback_is_400(service: Remembering, body: Json) -> None:
    answer = service.client.post(f"{SIGN}/feedback", json=body)

    assert answer.status_code == 400
    assert service.rows() == []


def test_feedback_is_posted_only(service: Remembering) -> None:
    answer = service.client.get(f"{SIGN}/feedback")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


# How it is written


REASON = {"code": "specialist-directed", "system": "urn:hpp-cds:override-reason"}
TITLE = "Metabolic bone or paediatric specialist directs therapy"
EPIC = {"com.epic.cdshooks.feedback.overrideReason.reasonTitle": TITLE}


@pytest.mark.parametrize(
    "more",
    [
        {"overrideReason": {"reason": REASON}},
        {"overrideReason": {"reason": REASON, "userComment": "x"}},
        {"overrideReason": REASON},
        {"overrideReasons": {"reason": REASON}},
        {"overrideReasons": [{"reason": REASON}]},
        {"overrideReason": {"reason": {"code": "7", "display": TITLE}}},
        {"overrideReason": {"extension": EPIC}},
        {"overrideReason": {"reason": {"extension": EPIC}}},
        {"overrideReason": {}, "extension": EPIC},
    ],
)
def test_a_reason_is_read_in_each_spelling(service: Remembering, more: Json) -> None:
    service.report(overridden(service.card(), **more))

    assert [row.reason for row in service.rows()] == ["specialist-directed"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, ""),
        ({"overrideReason": None}, ""),
        ({"overrideReason": {"userComment": "x"}}, ""),
        ({"overrideReason": {"reason": {"code": "ZZPHI", "system": "ZZPHI"}}}, "unlisted"),
        ({"overrideReason": {"reason": {"display": "ZZPHI"}}}, "unlisted"),
    ],
)
def test_a_reason_that_no_card_offers_is_not_repeated(
    service: Remembering, more: Json, reason: str
) -> None:
    service.report(overridden(service.card(), **more))

    assert [row.reason for row in service.rows()] == [reason]
    assert "ZZPHI" not in str(service.rows())


def test_a_lone_item_and_bare_suggestions_are_read_too(service: Remembering) -> None:
    card = service.card()
    item = {**accepted(card), "acceptedSuggestions": [card["suggestions"][0]["uuid"].upper()]}
    answer = service.client.post(f"{SIGN}/feedback", json=item)
    (row,) = service.rows()

    assert answer.status_code == 200
    assert json.loads(row.accepted) != ["unknown"]


@pytest.mark.parametrize("written", [None, 7, "yesterday", "", "9999-99-99"])
def test_a_time_that_cannot_be_read_is_none(service: Remembering, written: Any) -> None:
    service.report({**accepted(service.card()), "outcomeTimestamp": written})

    assert [row.outcome_ms for row in service.rows()] == [None]


def test_a_card_that_is_no_uuid_is_known_by_its_digest_alone(service: Remembering) -> None:
    for _ in range(2):
        service.report({"card": "ZZPHI of a patient", "outcome": "overridden"})
    (row,) = service.rows()

    assert row.card.startswith("sha256:")
    assert not row.matched


@pytest.mark.hazard("E11")
def test_comments_are_counted_and_not_kept_unless_the_site_says_so(
    service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = {"overrideReason": {"reason": REASON, "userComment": "ZZPHI " * 1000}}
    service.report(overridden(service.card(), **comment))
    monkeypatch.setattr(service.memory, "_comments", True)
    service.report(overridden(service.card(), **comment))
    rows = {row.comment[:5]: row for row in service.rows()}

    assert rows.keys() == {"", "ZZPHI"}
    assert all(row.has_comment for row in rows.values())
    assert len(rows["ZZPHI"].comment) == 4000


def test_the_sandbox_s_own_feedback_is_joined_to_its_card(service: Remembering) -> None:
    """The capture's order-sign, then its feedback for the card that came back."""
    asked, told = capture("order-sign"), capture("feedback")
    path = asked["path"].replace("/stub-", "/hpp-")
    card = service.client.post(path, json=asked["body"]).get_json()["cards"][0]
    (item,) = told["body"]["feedback"]
    item |= {"card": card["uuid"]}
    item["acceptedSuggestions"] = [{"id": card["suggestions"][0]["uuid"]}]
    answer = service.client.post(f"{path}/feedback", json=told["body"], headers=told["headers"])
    (row,) = service.rows()

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8080"
    assert row.matched
    assert json.loads(row.accepted) != ["unknown"]


# Without a card, and without a store


def test_an_answer_without_a_card_is_remembered_soon_after(service: Remembering) -> None:
    body = {**STORY.request, "context": {**STORY.request["context"], "draftOrders": {}}}
    service.client.post(SIGN, json=body)
    service.memory.close()
    (row,) = service.rows(DECISIONS)

    assert (row.http_status, row.status, row.card) == (200, "not-applicable", "")


def test_what_is_refused_with_412_is_remembered_too() -> None:
    app = create_app(site(client_of(on_unavailable="412")), today=lambda: STORY.today)
    app.test_client_class = SigningClient
    memory = app.extensions["hpp-cds.memory"]
    answer = app.test_client().post(SIGN, json={**STORY.request, "prefetch": {}})
    memory.close()
    (row,) = Remembering(app.test_client(), memory).rows(DECISIONS)
    memory.store.close()

    assert answer.status_code == row.http_status == 412
    assert row.status == "unavailable"
    assert ["not-sent", "alp"] in json.loads(row.gaps)


def test_rows_beyond_the_queue_are_dropped_and_counted() -> None:
    written: list[int] = []
    lost: list[int] = []
    writer = BatchedWriter[int](written.extend, lost.append, most=3)
    taken = [writer.put(n) for n in range(5)]
    writer.close()

    assert taken == [True, True, True, False, False]
    assert (written, sum(lost)) == ([0, 1, 2], 2)


@pytest.mark.hazard("C5")
def test_nul_in_a_comment_is_kept_as_a_blank(
    service: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL refuses it, and the report would never be kept."""
    monkeypatch.setattr(service.memory, "_comments", True)
    comment = {"overrideReason": {"reason": REASON, "userComment": "a\u0000b\u0000"}}
    service.report(overridden(service.card(), **comment))

    assert [row.comment for row in service.rows() if row.comment] == ["a b "]
