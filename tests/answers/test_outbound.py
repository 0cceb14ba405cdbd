"""What leaves for a FHIR server: only what the context's patient needs, and nothing by trick."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from service.watch.logs import LOGGER, JsonLines
from tests.answers.asking import (
    KEYS,
    PATIENTS,
    doubts,
    gap_kinds,
    is_outcome,
    judged,
    post,
    registered,
    request_of,
    said,
    token,
    visitor,
)
from tests.answers.faults import LOST, PARTLY, SLOW
from tests.answers.ward import Bed, Json, Ward
from tests.faults.server import FaultServer

LOW = "persistently-low-adult"
OTHER = "ZZPHI-somebody-else"
STORY = PATIENTS[LOW]
PATIENT_ID = STORY.request["context"]["patientId"]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every record, also of the service's own logger."""
    caplog.set_level(logging.DEBUG)
    LOGGER.addHandler(caplog.handler)
    yield caplog
    LOGGER.removeHandler(caplog.handler)


@pytest.mark.hazard("B7")
@pytest.mark.parametrize(
    "identity",
    ["1&_include=*", "../Patient", "1%2F..", "1?_include=*", "1/$everything", "1#2",
     "1\r\nHost: evil.example", "1 2", "１", "a" * 65],
)  # fmt: skip
def test_a_patient_id_that_is_none_is_400_and_nothing_is_asked(identity: str, ward: Ward) -> None:
    base = ward.lay(LOW, Bed(STORY.prefetch))
    before = ward.server.connections
    body = request_of(STORY, base, *KEYS, fhirAuthorization=token())
    body["context"]["patientId"] = identity
    answer = post(registered(base), body, STORY)

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert ward.server.connections == before


@pytest.mark.hazard("B7")
@pytest.mark.parametrize("identity", [".", ".."])
def test_an_id_that_is_a_step_in_a_path_reads_no_other_place(identity: str, ward: Ward) -> None:
    """FHIR allows it as an id; as a path it would list every patient, or the server itself."""
    base = ward.lay(LOW, Bed(STORY.prefetch))
    body = request_of(STORY, base, "patient", fhirAuthorization=token())
    body["context"]["patientId"] = identity
    answer = post(registered(base), body, STORY)

    assert ward.asked(LOW) == []
    assert gap_kinds(answer, "patient") & {"blocked"}


ASIDE = (
    "Medication/1?_include=*",
    f"Medication/../Patient/{OTHER}",
    f"Medication/../Observation?patient={OTHER}",
    "Medication/1/../../Patient",
    "Medication/..",
    "Medication/1%2F..%2F..%2FPatient",
    "Medication/1#2",
)


@pytest.mark.hazard("B7", "B9")
@pytest.mark.parametrize("written", [*ASIDE, *(f"{{base}}/{name}" for name in ASIDE)])
@pytest.mark.parametrize("where", ["draft", "record"])
def test_a_reference_that_is_more_than_a_medication_is_not_asked(
    where: str, written: str, ward: Ward
) -> None:
    base = ward.lay(LOW, Bed(STORY.prefetch))
    body = deepcopy(request_of(STORY, base, fhirAuthorization=token()))
    (entry,) = body["context"]["draftOrders"]["entry"]
    order = {**entry["resource"], "id": "ZZPHI-order-9"}
    del order["medicationCodeableConcept"]
    order["medicationReference"] = {"reference": written.format(base=base)}
    if where == "draft":
        entry["resource"] = order
    else:
        body["prefetch"]["medications"] = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    answer = post(registered(base), body, STORY)

    assert ward.targets(LOW) == []
    assert said(answer)["status"] == "partial" if where == "draft" else answer.status_code == 200


@pytest.mark.hazard("B1")
def test_a_server_that_is_not_registered_is_an_event_that_does_not_name_it(
    ward: Ward, stranger: FaultServer, logged: pytest.LogCaptureFixture
) -> None:
    client = registered(ward.base("registered"))
    post(client, request_of(STORY, f"{stranger.origin}/ZZPHI-path", "labs"), STORY)
    lines = [json.loads(JsonLines().format(record)) for record in logged.records]

    assert "fhir-server-not-registered" in {line["event"] for line in lines}
    assert not [line for line in lines if "127.0.0.1" in str(line) or "ZZPHI-path" in str(line)]


@pytest.mark.hazard("B8")
@pytest.mark.parametrize("fault", [*LOST, *PARTLY, *SLOW])
def test_the_token_is_in_no_log_and_no_answer_whatever_happens(
    fault: str, ward: Ward, logged: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    faults = dict.fromkeys(KEYS, {**LOST, **PARTLY, **SLOW}[fault])
    base = ward.lay(LOW, Bed(STORY.prefetch, faults))
    body = request_of(STORY, base, *KEYS, fhirAuthorization=token())
    answer = post(registered(base, deadline_ms=2000), body, STORY)
    written = capfd.readouterr()
    records = " ".join(f"{record.getMessage()} {record.__dict__!r}" for record in logged.records)

    assert ward.tokens(LOW) == {"Bearer ZZPHI-secret"}
    assert logged.records
    assert "ZZPHI-secret" not in f"{records} {answer.data!r} {written.out} {written.err}"


@pytest.mark.hazard("B9")
@pytest.mark.parametrize("life", [0, "0", -1, -300, "soon", "", True, "²", "9" * 5000, [], {}])
def test_with_a_token_whose_life_is_over_nothing_is_asked(life: Any, ward: Ward) -> None:
    base = ward.lay(LOW, Bed(STORY.prefetch))
    before = ward.server.connections
    body = request_of(STORY, base, *KEYS, fhirAuthorization=token(expires_in=life))
    answer = post(registered(base), body, STORY)

    assert answer.status_code == 412
    assert is_outcome(answer)
    assert ward.server.connections == before


@pytest.mark.hazard("B9")
def test_only_the_published_queries_are_asked_and_only_for_the_patient(ward: Ward) -> None:
    base = ward.lay(LOW, Bed(STORY.prefetch))
    client = registered(base)
    templates = client.get("/cds-services").get_json()["services"][0]["prefetch"]
    published = [t.replace("{{context.patientId}}", PATIENT_ID) for t in templates.values()]
    post(client, request_of(STORY, base, *KEYS, fhirAuthorization=token()), STORY)

    assert sorted(ward.targets(LOW)) == sorted(f"/{LOW}/{query}" for query in published)


@pytest.mark.hazard("B10", "H2")
def test_a_next_page_of_another_patient_decides_nothing(ward: Ward) -> None:
    """Under the base it is asked for; what is another's is dropped and said."""
    base = ward.base(LOW)
    whole = STORY.prefetch["alp"]
    foreign = deepcopy(whole)
    for entry in foreign["entry"]:
        entry["resource"]["subject"] = {"reference": f"Patient/{OTHER}"}
    following = [{"relation": "next", "url": f"{base}/Observation?patient={OTHER}&page=2"}]
    body = request_of(STORY, base)
    body["prefetch"]["alp"] = {**whole, "entry": [], "link": following}
    ward.lay(LOW, Bed({"labs": foreign}))
    answer = post(registered(base), body, STORY)

    assert said(answer)["status"] == "unavailable"
    assert gap_kinds(answer, "alp") == {"foreign-patient"}
    assert doubts(answer, STORY, "alp") == []


# One bad value of a Bundle's first entry: the member, and what is written there.
BAD: dict[str, tuple[str, Any]] = {
    "a week date": ("effectiveDateTime", "2024-W01-1"),
    "the year 0": ("effectiveDateTime", "0000-01-01"),
    "an odd offset": ("effectiveDateTime", "2024-01-01T10:00:00+99:00"),
    "a year": ("effectiveDateTime", "2024"),
    "the end of time": ("effectiveDateTime", "9999-12-31"),
    "a number for a date": ("effectiveDateTime", 20240101),
    "no status": ("status", None),
    "a status that is a list": ("status", ["final"]),
    "entered in error": ("status", "entered-in-error"),
    "another's": ("subject", {"reference": f"Patient/{OTHER}"}),
    "nobody's": ("subject", None),
    "a subject that is a string": ("subject", f"Patient/{PATIENT_ID}"),
    "digits of another script": ("valueQuantity", {"value": "٣", "unit": "U/L"}),
    "an underscore": ("valueQuantity", {"value": "1_000", "unit": "U/L"}),
    "true": ("valueQuantity", {"value": True, "unit": "U/L"}),
    "a huge number": ("valueQuantity", {"value": 1e308, "unit": "U/L"}),
    "another unit": ("valueQuantity", {"value": 28, "unit": "mg/dL"}),
    "a list of values": ("valueQuantity", [{"value": 28, "unit": "U/L"}]),
    "markup": ("valueQuantity", {"value": 28, "unit": "<script>alert(1)</script>"}),
    "no code": ("code", None),
    "a code that is a string": ("code", "6768-6"),
    "a modifier": ("modifierExtension", [{"url": "urn:x"}]),
    "a type that is none": ("resourceType", 7),
}


@pytest.mark.hazard("B12")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_gets_the_same_answer_fetched_as_prefetched(name: str, ward: Ward) -> None:
    member, value = BAD[name]
    results = deepcopy(STORY.prefetch["alp"])
    results["entry"][0]["resource"][member] = value
    base = ward.lay(LOW, Bed({**STORY.prefetch, "alp": results}))
    prefetched: Json = request_of(STORY, base)
    prefetched["prefetch"]["alp"] = results
    sent = post(visitor(), prefetched, STORY).get_json()
    fetched = post(visitor(), request_of(STORY, base, "alp"), STORY).get_json()

    assert ward.asked(LOW) == ["alp"]
    assert judged(fetched) == judged(sent)
    assert said(fetched)["gaps"] == said(sent)["gaps"]
    assert [c["detail"] for c in fetched["cards"]] == [c["detail"] for c in sent["cards"]]
