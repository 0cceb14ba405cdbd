"""What was prefetched counts as asked: it is never asked again, only continued."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers.asking import (
    KEYS,
    PATIENTS,
    Patient,
    doubts,
    engine,
    gap_kinds,
    judged,
    post,
    registered,
    request_of,
    said,
    visitor,
)
from tests.answers.faults import LOST, OUTCOME, SLOW
from tests.answers.ward import Bed, Json, Ward
from tests.faults.server import FaultServer
from tests.fhir import build
from tests.stories.golden import normalised

LOW = "persistently-low-adult"
EMPTY = build.bundle(entry=build.MISSING)
NOTHING: dict[str, Any] = {
    "null": None,
    "empty bundle": EMPTY,
    "empty bundle with entries": {**EMPTY, "entry": []},
    "bundle with a warning": {
        **EMPTY,
        "entry": [
            {
                "search": {"mode": "outcome"},
                "resource": {**OUTCOME, "issue": [{"severity": "warning", "code": "not-found"}]},
            }
        ],
    },
    "outcome": OUTCOME,
}
each_key = pytest.mark.parametrize("key", KEYS)


def with_value(story: Patient, base: str, key: str, value: Any) -> Json:
    body = request_of(story, base)
    body["prefetch"][key] = value
    return body


@pytest.mark.hazard("H12")
@each_key
@pytest.mark.parametrize("value", NOTHING)
def test_an_answer_of_nothing_is_not_asked_again(value: str, key: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.lay(LOW, Bed(story.prefetch))
    body = with_value(story, base, key, NOTHING[value])
    answer = post(visitor(), body, story)

    assert ward.asked(LOW) == []
    assert answer.status_code in (200, 412)
    if key != "alp":  # no ALP on file is another patient's story
        assert doubts(answer, story, key) == []


@pytest.mark.hazard("B12", "H12")
@each_key
def test_nothing_by_prefetch_is_judged_as_nothing_by_fetch(key: str, ward: Ward) -> None:
    """null for what a search would have found empty."""
    if key == "patient":
        return
    story = PATIENTS[LOW]
    base = ward.lay(LOW, Bed({**story.prefetch, key: EMPTY}))
    sent = post(visitor(), with_value(story, base, key, None), story)
    fetched = post(visitor(), request_of(story, base, key), story)

    assert said(sent) == said(fetched)
    assert said(sent)["status"] == "complete"
    assert gap_kinds(sent, key) == set()


@pytest.mark.hazard("E12")
def test_keys_that_were_never_offered_are_neither_read_nor_asked(ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.lay(LOW, Bed(story.prefetch))
    body = with_value(story, base, "-alp", {"resourceType": "Bundle", "entry": [{}]})

    assert normalised(post(visitor(), body, story).get_json(), engine()) == story.response
    assert ward.asked(LOW) == []


# More pages than were sent


def first_page(story: Patient, base: str, following: str) -> tuple[Json, Json]:
    """A request with one ALP and a link to the others; and those others."""
    whole = story.prefetch["alp"]
    link = [{"relation": "self", "url": f"{base}/Observation"}]
    page = {**whole, "entry": whole["entry"][:1]}
    page["link"] = [*link, {"relation": "next", "url": following}]
    rest = {**whole, "entry": whole["entry"][1:], "link": link}
    return with_value(story, base, "alp", page), rest


@pytest.mark.hazard("H10")
@pytest.mark.parametrize("written", ["{base}/pages/2", "pages/2"])
def test_a_next_link_under_the_base_is_followed(written: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.base(LOW)
    body, rest = first_page(story, base, written.format(base=base))
    ward.lay(LOW, Bed({"pages/2": rest}))
    answer = post(registered(base), body, story)

    assert normalised(answer.get_json(), engine()) == story.response
    assert ward.asked(LOW) == ["pages/2"]


def test_a_next_link_may_lead_to_a_page_with_a_next_link(ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.base(LOW)
    body, rest = first_page(story, base, f"{base}/pages/2")
    second = {**rest, "entry": rest["entry"][:1]}
    second["link"] = [{"relation": "next", "url": f"{base}/pages/3"}]
    third = {**rest, "entry": rest["entry"][1:]}
    ward.lay(LOW, Bed({"pages/2": second, "pages/3": third}))
    answer = post(registered(base), body, story)

    assert normalised(answer.get_json(), engine()) == story.response
    assert ward.asked(LOW) == ["pages/2", "pages/3"]


@pytest.mark.hazard("B10")
def test_a_next_link_to_another_server_is_not_followed(ward: Ward, stranger: FaultServer) -> None:
    story = PATIENTS[LOW]
    base = ward.base(LOW)
    body, _ = first_page(story, base, f"{stranger.origin}/{LOW}/pages/2")
    ward.lay(LOW, Bed(story.prefetch))
    answer = post(registered(base), body, story)

    assert stranger.connections == 0
    assert ward.asked(LOW) == []
    assert gap_kinds(answer, "alp") == {"truncated"}
    assert doubts(answer, story, "alp") == []
    assert said(answer)["status"] == "partial"


@pytest.mark.hazard("B10")
@pytest.mark.parametrize("aside", ["{base}2/pages/2", "{base}/../other/pages/2", "/elsewhere"])
def test_a_next_link_beside_the_base_is_not_followed(aside: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.base(LOW)
    body, _ = first_page(story, base, aside.format(base=base))
    ward.lay(LOW, Bed(story.prefetch))
    before = ward.server.connections
    answer = post(registered(base), body, story)

    assert ward.server.connections == before
    assert gap_kinds(answer, "alp") == {"truncated"}
    assert doubts(answer, story, "alp") == []


@pytest.mark.hazard("H10")
@pytest.mark.parametrize("fault", ["500", "404", "login page", "outcome", "cut short", "hangs"])
def test_a_next_page_that_cannot_be_had_is_named(fault: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.base(LOW)
    body, _ = first_page(story, base, f"{base}/pages/2")
    ward.lay(LOW, Bed({}, {"pages/2": {**LOST, **SLOW}[fault]}))
    answer = post(registered(base, deadline_ms=400), body, story)

    assert said(answer)["status"] == "partial"
    assert gap_kinds(answer, "alp") & {"truncated", "failed"}
    assert doubts(answer, story, "alp") == []
    assert set(ward.asked(LOW)) == {"pages/2"}


def test_a_next_link_is_not_followed_where_the_server_may_not_be_asked(
    ward: Ward, stranger: FaultServer
) -> None:
    story = PATIENTS[LOW]
    base = f"{stranger.origin}/{LOW}"
    body, _ = first_page(story, base, f"{base}/pages/2")
    answer = post(registered(ward.base(LOW)), body, story)

    assert stranger.connections == 0
    assert gap_kinds(answer, "alp") == {"truncated"}
    assert doubts(answer, story, "alp") == []


@pytest.mark.hazard("B12", "H10")
def test_a_total_above_what_was_sent_is_the_same_by_prefetch_and_by_fetch(ward: Ward) -> None:
    story = PATIENTS["alpl-variant-and-one-low"]
    whole = story.prefetch["labs"]
    half = {**whole, "total": len(whole["entry"]) + 1, "entry": []}
    base = ward.lay(story.id, Bed({**story.prefetch, "labs": half}))
    sent = post(visitor(), with_value(story, base, "labs", half), story)
    fetched = post(visitor(), request_of(story, base, "labs"), story)

    assert said(sent)["status"] == "partial"
    assert judged(fetched) == judged(sent)


@pytest.mark.hazard("H10")
@pytest.mark.parametrize("first", ["normal", "low"])
def test_what_a_page_holds_counts_on_whichever_page_it_is(first: str, ward: Ward) -> None:
    """One low result and one normal, on two pages, in either order."""
    story = PATIENTS["fluctuating-two-lows"]
    base = ward.base(story.id)
    body, rest = first_page(story, base, f"{base}/pages/2")
    if first == "low":
        body["prefetch"]["alp"]["entry"], rest["entry"] = (
            rest["entry"],
            body["prefetch"]["alp"]["entry"],
        )
    ward.lay(story.id, Bed({"pages/2": rest}))
    answer = post(registered(base), body, story)

    assert said(answer) == said(story.response)
    assert ward.asked(story.id) == ["pages/2"]


# The four states of a needed key, with and without a FHIR server

FOUND, NONE = "200 complete hppSuspected", "200 complete alpNotOnFile"
STATES: dict[str, tuple[Any, str, str]] = {
    # what is sent as alp, the answer with a server that has it, the answer without any
    "not sent": (..., FOUND, "412"),
    "no prefetch at all": (..., FOUND, "412"),
    "null": (None, NONE, NONE),
    "empty": (EMPTY, NONE, NONE),
    "failed": (OUTCOME, "200 unavailable notEvaluated", "200 unavailable notEvaluated"),
}


@pytest.mark.hazard("H12")
@pytest.mark.parametrize("served", [True, False], ids=["with a server", "without"])
@pytest.mark.parametrize("state", STATES)
def test_the_states_of_a_needed_key_are_told_apart(state: str, served: bool, ward: Ward) -> None:
    story = PATIENTS[LOW]
    base = ward.lay(LOW, Bed(story.prefetch))
    value, with_server, without = STATES[state]
    body = request_of(story, base, *(KEYS if state == "no prefetch at all" else ("alp",)))
    if value is not ...:
        body["prefetch"]["alp"] = value
    if not served:
        del body["fhirServer"]
    answer = post(registered(base), body, story)
    short = str(answer.status_code)
    if answer.status_code == 200:
        short += f" {said(answer)['status']} {said(answer)['verdict']}"

    assert short == (with_server if served else without)
    assert bool(ward.asked(LOW)) == (served and value is ...)
