"""Who may be asked, and with which token."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers.asking import (
    KEYS,
    NEEDED,
    OPTIONAL,
    PATIENTS,
    POSITIVE,
    VIEW,
    Patient,
    doubts,
    engine,
    gap_kinds,
    is_outcome,
    outcome_names,
    post,
    registered,
    request_of,
    said,
    token,
    visitor,
)
from tests.answers.ward import Bed, Json, Ward
from tests.faults.server import FaultServer
from tests.stories.golden import normalised

LOW = "persistently-low-adult"
ORDERS = [story for story in POSITIVE if story.service != VIEW]


def without_server(story: Patient, *unsent: str) -> Json:
    body = request_of(story, "", *unsent)
    del body["fhirServer"]
    return body


# A server that nobody registered


@pytest.mark.hazard("B1")
def test_an_unregistered_server_is_never_connected_to(ward: Ward, stranger: FaultServer) -> None:
    client = registered(ward.lay("registered", Bed({})))
    before = ward.server.connections
    for story in POSITIVE:
        for unsent in [(), KEYS, *((key,) for key in KEYS)]:
            body = request_of(story, stranger.origin, *unsent, fhirAuthorization=token())
            post(client, body, story)

    assert stranger.connections == 0
    assert ward.server.connections == before


@pytest.mark.hazard("B1")
@pytest.mark.parametrize(
    "written", ["{base}2", "{base}/deeper", "{origin}", "{origin}/{name}/..", "{user}"]
)
def test_only_the_very_base_that_was_registered_is_asked(written: str, ward: Ward) -> None:
    base, origin = ward.lay(LOW, Bed(PATIENTS[LOW].prefetch)), ward.server.origin
    user = base.replace("http://", "http://somebody@")
    asked = written.format(base=base, origin=origin, name=LOW, user=user)
    before = ward.server.connections
    answer = post(registered(base), request_of(PATIENTS[LOW], asked, "labs"), PATIENTS[LOW])

    assert ward.server.connections == before
    assert answer.status_code in (200, 400)


@pytest.mark.hazard("B1")
@pytest.mark.parametrize("key", OPTIONAL)
def test_without_the_server_the_evaluation_goes_on_with_what_was_sent(
    key: str, ward: Ward, stranger: FaultServer
) -> None:
    client = registered(ward.base("registered"))
    for story in POSITIVE:
        answer = post(client, request_of(story, stranger.origin, key), story)
        alone = post(client, without_server(story, key), story)
        alp_failed = "OperationOutcome" in str(story.prefetch["alp"])

        assert answer.status_code == alone.status_code, story.id
        if answer.status_code == 200:
            assert gap_kinds(answer, key) == {"blocked"}, story.id
            assert gap_kinds(alone, key) == {"not-sent"}, story.id
            assert doubts(answer, story, key) == []
        else:
            assert alp_failed


def test_what_was_sent_whole_is_answered_as_ever(ward: Ward, stranger: FaultServer) -> None:
    client = registered(ward.base("registered"))
    for story in POSITIVE:
        if set(story.prefetch) == set(KEYS):
            answer = post(client, request_of(story, stranger.origin), story)
            assert normalised(answer.get_json(), engine()) == story.response


@pytest.mark.hazard("B1", "H1")
@pytest.mark.parametrize("how", ["blocked", "no server"])
@pytest.mark.parametrize("key", NEEDED)
def test_needed_data_that_cannot_be_had_is_refused(
    key: str, how: str, ward: Ward, stranger: FaultServer
) -> None:
    """412, unless nothing that was missing could matter: what is on record says HPP."""
    client = registered(ward.base("registered"))
    kept = {}
    for story in POSITIVE:
        body = request_of(story, stranger.origin, key)
        answer = post(client, body if how == "blocked" else without_server(story, key), story)
        if answer.status_code == 200:
            kept[story.id] = said(answer)["status"]
            assert doubts(answer, story, key) == []
            continue
        assert answer.status_code == 412
        assert is_outcome(answer)
        assert outcome_names(answer, key)

    assert {name: status for name, status in kept.items() if status != "complete"} == {}
    assert len(kept) < len(POSITIVE) / 3


def test_nothing_sent_and_nobody_to_ask_is_refused_with_both_needed_keys(ward: Ward) -> None:
    client = registered(ward.base("registered"))
    for story in POSITIVE:
        answer = post(client, without_server(story, *KEYS), story)
        assert answer.status_code == 412
        assert all(outcome_names(answer, key) for key in NEEDED)


@pytest.mark.hazard("B1")
def test_without_clients_only_this_machine_may_be_asked() -> None:
    """TEST-NET-1, where nobody is; were it asked, the deadline would pass."""
    story = PATIENTS[LOW]
    answer = post(visitor(), request_of(story, "http://192.0.2.1/fhir", "labs"), story)

    assert gap_kinds(answer, "labs") == {"blocked"}


# Tokens


@pytest.mark.parametrize("life", [1, 300, "300", 3600])
def test_a_token_that_lives_is_sent_with_every_query(life: Any, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.lay(LOW, Bed(story.prefetch))
    body = request_of(story, base, *KEYS, fhirAuthorization=token(expires_in=life))
    answer = post(registered(base), body, story)

    assert said(answer) == said(story.response)
    assert ward.tokens(LOW) == {"Bearer ZZPHI-secret"}


@pytest.mark.hazard("B9", "H4")
def test_a_token_for_another_patient_is_refused_and_nothing_is_asked(ward: Ward) -> None:
    for story in ORDERS:
        base = ward.lay(LOW, Bed(story.prefetch))
        before = ward.server.connections
        body = request_of(story, base, *KEYS, fhirAuthorization=token(patient="ZZPHI-other"))
        answer = post(registered(base) if story.id == LOW else visitor(), body, story)

        assert answer.status_code == 400
        assert is_outcome(answer)
        assert ward.asked(LOW) == []
        assert ward.server.connections == before


def test_a_token_for_this_patient_is_used(ward: Ward) -> None:
    story = PATIENTS[LOW]
    patient_id = story.request["context"]["patientId"]
    base = ward.lay(LOW, Bed(story.prefetch))
    body = request_of(story, base, *KEYS, fhirAuthorization=token(patient=patient_id))

    assert said(post(registered(base), body, story)) == said(story.response)


@pytest.mark.parametrize("secret", ["two words", "line\nbreak", "ZZPHI-é", ""])
def test_a_token_that_is_none_never_goes_out(secret: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.lay(LOW, Bed(story.prefetch))
    body = request_of(story, base, "labs", fhirAuthorization=token(access_token=secret))
    answer = post(registered(base), body, story)

    assert ward.tokens(LOW) <= {""}
    assert doubts(answer, story, "labs") == []


# The trace of a call


def test_a_fhir_server_is_handed_the_trace_of_the_call(ward: Ward) -> None:
    """By it the server's log can be joined with ours; each query has a span as its parent."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    bed = Bed(PATIENTS[LOW].prefetch)
    client = registered(ward.lay(LOW, bed))
    body = request_of(PATIENTS[LOW], ward.base(LOW), *KEYS)
    client.environ_base["HTTP_TRACEPARENT"] = f"00-{trace}-00f067aa0ba902b7-01"
    answer = post(client, body, PATIENTS[LOW])
    told = {seen.headers["traceparent"].split("-", 2)[1] for seen in bed.seen}
    ids = {seen.headers["x-request-id"] for seen in bed.seen}

    assert len(bed.seen) >= len(KEYS)
    assert told == {trace}
    assert ids == {answer.headers["X-Request-ID"]}
    assert all("00f067aa0ba902b7" not in seen.headers["traceparent"] for seen in bed.seen)
