"""What the service says of itself: one line a call, from an allow-list, nothing of a patient."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_fixtures import stories
from service.app import create_app
from service.watch.logs import FIELDS, LOGGER, JsonLines
from tests.fhir.build import MISSING, TODAY, draft, outcome, patient, request

Json = dict[str, Any]

SIGN = "/cds-services/hpp-order-sign"
OF_THE_LINE = {*FIELDS, "level", "time"}
FAILING: list[tuple[str, Any]] = [
    (SIGN, request(members={"prefetch": MISSING})),
    (SIGN, request(alp=outcome())),
    (SIGN, request(patient=patient(id="ZZPHI-2"))),
    (SIGN, request(draft(subject={"reference": "Patient/ZZPHI-2"}))),
    (SIGN, request(context={"patientId": "ZZPHI not an id"})),
    (SIGN, request(hook="patient-view")),
    (SIGN, request(members={"fhirAuthorization": {"access_token": "ZZPHI", "patient": "ZZPHI"}})),
    ("/cds-services/ZZPHI", request()),
    (f"{SIGN}/feedback", {"feedback": [{"card": "ZZPHI"}]}),
    ("/ZZPHI", request()),
    (SIGN, ["ZZPHI"]),
]


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every record of every logger, also of those that do not pass theirs on."""
    caplog.set_level(logging.DEBUG)
    before = LOGGER.propagate, LOGGER.level
    LOGGER.addHandler(caplog.handler)
    LOGGER.propagate = False
    LOGGER.setLevel(logging.DEBUG)
    yield caplog
    LOGGER.removeHandler(caplog.handler)
    LOGGER.propagate, level = before
    LOGGER.setLevel(level)


def application(day: list[Any]) -> FlaskClient:
    return create_app(today=lambda: day[0]).test_client()


def play_all() -> list[int]:
    """Every story, then every failure; the statuses."""
    day: list[Any] = [TODAY]
    client = application(day)
    statuses = []
    for story in stories().values():
        day[0] = story.today
        statuses.append(client.post(f"/cds-services/{story.service}", json=story.request))
    day[0] = TODAY
    statuses += [client.post(path, json=body) for path, body in FAILING]
    statuses.append(client.post(SIGN, data=b"{ZZPHI", content_type="application/json"))
    statuses.append(client.post(SIGN, data=b"ZZPHI"))
    statuses.append(client.post(f"{SIGN}?access_token=ZZPHI", data=b"ZZPHI"))
    return [answer.status_code for answer in statuses]


def whole(record: logging.LogRecord) -> str:
    """All of a record: its message, its arguments, every attribute, as any handler may show."""
    return f"{record.getMessage()} {record.__dict__!r} {JsonLines().format(record)}"


@pytest.mark.hazard("E1")
def test_nothing_of_a_patient_reaches_a_log_or_a_stream(
    everything: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """All stories and all failures, at the most talkative level."""
    statuses = play_all()
    written = capfd.readouterr()

    assert {200, 400, 404, 415} == set(statuses)  # whoever tries is not refused with 412
    assert [r.name for r in everything.records if "ZZPHI" in whole(r)] == []
    assert "ZZPHI" not in written.out + written.err


@pytest.mark.hazard("E3")
def test_a_call_is_one_line_of_allowed_fields(everything: pytest.LogCaptureFixture) -> None:
    statuses = play_all()
    lines = [json.loads(JsonLines().format(r)) for r in everything.records if r.name == LOGGER.name]

    assert statuses == [line["http_status"] for line in lines]
    assert set() == {name for line in lines for name in line} - OF_THE_LINE


def test_nobody_else_logs_anything(everything: pytest.LogCaptureFixture) -> None:
    """A library that begins to talk may talk of patients."""
    play_all()

    assert sorted({r.name for r in everything.records} - {LOGGER.name, "asyncio"}) == []


@pytest.mark.hazard("E4")
def test_the_line_of_an_evaluation_says_what_was_answered(
    everything: pytest.LogCaptureFixture,
) -> None:
    instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    body = request(labs=MISSING, members={"hookInstance": instance.upper()})
    answer = application([TODAY]).post(SIGN, json=body).get_json()
    (record,) = everything.records
    line = json.loads(JsonLines().format(record))
    said = answer["extension"]["org.hpp-cds.evaluation"]
    expected = {
        "time": line["time"],
        "level": "info",
        "event": "evaluated",
        "request_id": line["request_id"],
        "service": "hpp-order-sign",
        "hook": "order-sign",
        "hook_instance": instance,
        "client": "anyone",
        "http_status": 200,
        "status": said["status"],
        "remembered": True,
        "verdict": said["verdict"],
        "row": said["row"],
        "open_rows": said["openRows"],
        "gap_kinds": ["not-sent"],
        "cards": [card["uuid"] for card in answer["cards"]],
        "knowledge": said["knowledge"],
        "configuration": said["configuration"],
        "milliseconds": line["milliseconds"],
        "steps": line["steps"],
    }

    assert expected == line
    assert 0 < line["milliseconds"] < 10_000
    assert list(line["steps"]) == [
        "receive",
        "trust",
        "parse",
        "gather",
        "fetch",
        "judge",
        "say",
        "keep",
    ]
    assert sum(line["steps"].values()) == pytest.approx(line["milliseconds"], abs=5)
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)


@pytest.mark.hazard("O8")
def test_the_line_of_a_fault_names_its_class_and_place_and_not_its_words(
    everything: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("ZZPHI of the patient")

    monkeypatch.setattr("service.evaluation.judge.assess", fail)
    application([TODAY]).post(SIGN, json=request())
    (record,) = everything.records
    line = json.loads(JsonLines().format(record))

    assert (line["event"], line["http_status"], line["error"]) == ("failed", 500, "ValueError")
    assert line["where"].startswith("test_logs.py:")
    assert "ZZPHI" not in whole(record)


def test_a_field_that_is_not_on_the_list_never_reaches_the_line() -> None:
    record = logging.LogRecord("hpp-cds", logging.INFO, "", 0, "ZZPHI %s", ("ZZPHI",), None)
    record.fields = {"patient": "ZZPHI", "status": "complete"}

    assert json.loads(JsonLines().format(record)).keys() == {"time", "level", "event", "status"}


def test_the_answer_to_a_story_quotes_only_ids_that_its_request_gave() -> None:
    """Draft ids to delete and who an order is for: nothing else of the record's identifiers."""
    day: list[Any] = [TODAY]
    client = application(day)
    leaks = []
    for story in stories().values():
        day[0] = story.today
        body = client.post(f"/cds-services/{story.service}", json=story.request).get_json()
        for card in body["cards"]:
            for suggestion in card.get("suggestions", []):
                suggestion.pop("actions", None)
        leaks += [story.id] if "ZZPHI" in json.dumps(body) else []

    assert leaks == []


# The identity of a call

OWN_ID = "0123456789abcdef-OWN_id"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({"X-Request-ID": OWN_ID}, OWN_ID),
        ({"traceparent": TRACE}, TRACE_ID),
        ({"X-Request-ID": OWN_ID, "traceparent": TRACE}, OWN_ID),
        ({"X-Request-ID": "ZZPHI of the patient", "traceparent": TRACE}, TRACE_ID),
        ({"X-Request-ID": "12345678"}, ""),
        ({"X-Request-ID": "a" * 65}, ""),
        ({"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"}, ""),
        ({"traceparent": f"00-{TRACE_ID}-{'0' * 16}-01"}, ""),
        ({"traceparent": f"ff-{TRACE_ID}-00f067aa0ba902b7-01"}, ""),
        ({"traceparent": TRACE.upper()}, ""),
        ({}, ""),
    ],
)
def test_a_call_keeps_the_id_it_came_with_where_that_has_the_form_of_one(
    everything: pytest.LogCaptureFixture, headers: dict[str, str], known: str
) -> None:
    answer = application([TODAY]).post(SIGN, json=request(), headers=headers)
    line = json.loads(JsonLines().format(everything.records[0]))

    assert answer.headers["X-Request-ID"] == line["request_id"]
    assert len(line["request_id"]) >= 16
    assert (line["request_id"] == known) == bool(known)
    assert "ZZPHI" not in str(line)


def test_two_calls_have_two_ids_and_errors_have_one_too() -> None:
    client = application([TODAY])
    answers = [client.post(SIGN, json={}), client.get("/ZZPHI"), client.get("/healthz")]
    ids = {answer.headers["X-Request-ID"] for answer in answers}

    assert len(ids) == 3


def test_a_hook_instance_that_is_no_uuid_is_not_written_down(
    everything: pytest.LogCaptureFixture,
) -> None:
    application([TODAY]).post(SIGN, json=request(members={"hookInstance": "ZZPHI"}))

    assert json.loads(JsonLines().format(everything.records[0]))["hook_instance"] == ""


@pytest.mark.parametrize(
    ("path", "level"),
    [(SIGN, "info"), ("/cds-services/x", "info"), (f"{SIGN}?access_token=1", "info")],
)
def test_what_a_caller_did_wrong_is_no_warning(
    everything: pytest.LogCaptureFixture, path: str, level: str
) -> None:
    application([TODAY]).post(path, json={})

    assert json.loads(JsonLines().format(everything.records[0]))["level"] == level
