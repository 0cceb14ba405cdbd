"""Orders that only name a Medication: it is read, or the order is said to be unknown."""

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
from tests.answers.faults import LOST, SLOW
from tests.answers.ward import Bed, Json, Ward
from tests.faults.server import FaultServer
from tests.fhir import build
from tests.stories.golden import normalised

LOW, TREATED = "persistently-low-adult", "low-on-alendronate-throughout"
NAME = "Medication/ZZPHI-med-1"
ASPIRIN = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1191"}
WRITTEN = [NAME, f"{NAME}/_history/3", "{base}/" + NAME]


def medication(order: Json) -> Json:
    return build.medication(id=NAME.split("/")[1], code=order["medicationCodeableConcept"])


def by_reference(order: Json, reference: str = NAME) -> Json:
    rest = {name: v for name, v in order.items() if name != "medicationCodeableConcept"}
    return {**rest, "medicationReference": {"reference": reference}}


def draft_of(story: Patient) -> Json:
    (entry,) = story.request["context"]["draftOrders"]["entry"]
    order: Json = entry["resource"]
    return order


def with_draft(story: Patient, base: str, order: Json, *unsent: str) -> Json:
    body = request_of(story, base, *unsent)
    body["context"]["draftOrders"]["entry"] = [{"resource": order}]
    return body


def record_by_reference(story: Patient, reference: str = NAME) -> tuple[Json, Json]:
    """The medications of a story, their drug by reference; and that drug."""
    found = story.prefetch["medications"]
    (entry,) = found["entry"]
    order = entry["resource"]
    return {**found, "entry": [{"resource": by_reference(order, reference)}]}, medication(order)


# The draft


@pytest.mark.hazard("H14")
@pytest.mark.parametrize("written", WRITTEN)
def test_the_medication_of_a_draft_is_read(written: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    order = draft_of(story)
    base = ward.lay(LOW, Bed({**story.prefetch, NAME: medication(order)}))
    body = with_draft(story, base, by_reference(order, written.format(base=base)))
    answer = post(visitor(), body, story)

    assert normalised(answer.get_json(), engine()) == story.response
    assert ward.asked(LOW) == [NAME]


def test_the_medication_of_a_draft_is_read_before_anything_else(ward: Ward) -> None:
    story = PATIENTS[LOW]
    order = draft_of(story)
    base = ward.lay(LOW, Bed({**story.prefetch, NAME: medication(order)}))
    answer = post(registered(base), with_draft(story, base, by_reference(order), *KEYS), story)

    assert normalised(answer.get_json(), engine()) == story.response
    assert ward.asked(LOW)[0] == NAME
    assert sorted(ward.asked(LOW)[1:]) == sorted(KEYS)


def test_a_draft_that_turns_out_to_be_another_drug_ends_it(ward: Ward) -> None:
    story = PATIENTS[LOW]
    order = draft_of(story)
    aspirin = {**medication(order), "code": {"coding": [ASPIRIN], "text": "aspirin"}}
    base = ward.lay(LOW, Bed({**story.prefetch, NAME: aspirin}))
    answer = post(visitor(), with_draft(story, base, by_reference(order), *KEYS), story)

    assert said(answer)["status"] == "not-applicable"
    assert ward.asked(LOW) == [NAME]


@pytest.mark.hazard("H14")
@pytest.mark.parametrize("fault", [*LOST, *SLOW])
def test_a_draft_whose_medication_cannot_be_read_is_never_silent(fault: str, ward: Ward) -> None:
    story = PATIENTS[LOW]
    bed = Bed(story.prefetch, {NAME: {**LOST, **SLOW}[fault]})
    base = ward.lay(LOW, bed)
    client = registered(base, deadline_ms=300)
    answer = post(client, with_draft(story, base, by_reference(draft_of(story))), story)

    assert said(answer)["status"] in ("partial", "unavailable")
    assert gap_kinds(answer, "draftOrders") == {"unknown-drug"}
    assert answer.get_json()["cards"]


@pytest.mark.hazard("H14")
def test_a_draft_whose_medication_may_not_be_read_is_never_silent(
    ward: Ward, stranger: FaultServer
) -> None:
    story = PATIENTS[LOW]
    body = with_draft(story, stranger.origin, by_reference(draft_of(story)))
    answer = post(registered(ward.base(LOW)), body, story)

    assert stranger.connections == 0
    assert said(answer)["status"] == "partial"
    assert answer.get_json()["cards"]


@pytest.mark.hazard("H14")
@pytest.mark.parametrize("where", ["http://127.0.0.2:9/fhir", "https://ehr.example.org/fhir"])
def test_a_medication_of_another_server_is_not_taken_from_this_one(where: str, ward: Ward) -> None:
    """The same id on another server is another Medication."""
    story = PATIENTS[LOW]
    order = draft_of(story)
    base = ward.lay(LOW, Bed({NAME: medication(order)}))
    body = with_draft(story, base, by_reference(order, f"{where}/{NAME}"))
    answer = post(registered(base), body, story)

    assert ward.asked(LOW) == []
    assert gap_kinds(answer, "draftOrders") == {"unknown-drug"}
    assert answer.get_json()["cards"]


def test_another_medication_than_the_one_asked_for_is_not_taken(ward: Ward) -> None:
    story = PATIENTS[LOW]
    order = draft_of(story)
    other = {**medication(order), "id": "ZZPHI-med-2"}
    base = ward.lay(LOW, Bed({NAME: other}))
    answer = post(visitor(), with_draft(story, base, by_reference(order)), story)

    assert gap_kinds(answer, "draftOrders") == {"unknown-drug"}
    assert answer.get_json()["cards"]


# The record


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("way", ["sent", "fetched"])
def test_medications_on_record_are_read(way: str, written: str, ward: Ward) -> None:
    story = PATIENTS[TREATED]
    base = ward.base(TREATED)
    record, drug = record_by_reference(story, written.format(base=base))
    ward.lay(TREATED, Bed({**story.prefetch, "medications": record, NAME: drug}))
    body = request_of(story, base, *(("medications",) if way == "fetched" else ()))
    if way == "sent":
        body["prefetch"]["medications"] = record
    answer = post(visitor(), body, story)

    assert normalised(answer.get_json(), engine()) == story.response
    assert ward.asked(TREATED) == (["medications", NAME] if way == "fetched" else [NAME])


@pytest.mark.parametrize("fault", [*LOST, *SLOW])
def test_a_medication_on_record_that_cannot_be_read_is_a_gap(fault: str, ward: Ward) -> None:
    story = PATIENTS[TREATED]
    record, _ = record_by_reference(story)
    base = ward.lay(TREATED, Bed(story.prefetch, {NAME: {**LOST, **SLOW}[fault]}))
    body = request_of(story, base)
    body["prefetch"]["medications"] = record
    answer = post(registered(base, deadline_ms=300), body, story)

    assert gap_kinds(answer, "medications") == {"unknown-drug"}
    assert doubts(answer, story, "medications") == []


def test_a_medication_that_several_orders_name_is_read_once(ward: Ward) -> None:
    story = PATIENTS[TREATED]
    record, drug = record_by_reference(story)
    (entry,) = record["entry"]
    again = [{"resource": {**entry["resource"], "id": f"ZZPHI-order-{n}"}} for n in range(5)]
    base = ward.lay(TREATED, Bed({NAME: drug}))
    body = request_of(story, base)
    body["prefetch"]["medications"] = {**record, "total": 5, "entry": again}
    answer = post(visitor(), body, story)

    assert judged(answer) == judged(story.response)
    assert ward.asked(TREATED) == [NAME]


@pytest.mark.parametrize("count", [20, 30])
def test_very_many_medications_are_read_or_named(count: int, ward: Ward) -> None:
    """The one that matters is the last."""
    story = PATIENTS[TREATED]
    record, drug = record_by_reference(story)
    (entry,) = record["entry"]
    names = [f"Medication/ZZPHI-many-{number}" for number in range(count)]
    orders = [
        {"resource": {**by_reference(entry["resource"], name), "id": f"ZZPHI-order-{number}"}}
        for number, name in enumerate(names)
    ]
    held: dict[str, Any] = {
        name: {**drug, "id": name.split("/")[1], "code": {"coding": [ASPIRIN], "text": "aspirin"}}
        for name in names[:-1]
    }
    held[names[-1]] = {**drug, "id": names[-1].split("/")[1]}
    base = ward.lay(TREATED, Bed(held))
    body = request_of(story, base)
    body["prefetch"]["medications"] = {**record, "total": count, "entry": orders}
    answer = post(visitor(), body, story)
    read = "medications" not in {gap["key"] for gap in said(answer)["gaps"]}

    assert doubts(answer, story, "medications") == []
    assert judged(answer) == judged(story.response) if read else len(ward.asked(TREATED)) < count
