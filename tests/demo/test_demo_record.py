"""Every story is read from the demo record as it is read from its request."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from fhir_fixtures import Story, stories
from service.app import create_app
from service.demo.links import BASES, MAIN_STORY, curl_line, sandbox_link
from service.demo.record import MARK, moved, patients
from service.demo.translate import in_release
from service.evaluation.answer import EXTENSION
from service.fhir.releases import Release
from service.settings import Settings
from tests.conftest import TODAY
from tests.releases.places import faults
from tests.trust.callers import client_of, site

Json = dict[str, Any]
PREFIXES = {Release.R4: "", Release.DSTU2: "/r2", Release.STU3: "/r3"}
each_story = pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
each_release = pytest.mark.parametrize("release", BASES, ids=str)


def get(url: str) -> Json:
    answer = requests.get(url, timeout=30)
    assert answer.status_code == 200, (url, answer.text)
    found: Json = answer.json()
    return found


def ask(origin: str, story: Story, release: Release) -> Json:
    body = get(f"{origin}/demo/requests/{story.id}")
    body["fhirServer"] = f"{origin}{BASES[release]}"
    url = f"{origin}{PREFIXES[release]}/cds-services/{story.service}"
    answer = requests.post(url, json=in_release(body, release), timeout=30)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def judged(body: Json) -> tuple[str, ...]:
    """What was found, whatever the kind of a gap."""
    said = body["extension"][EXTENSION]
    return said["verdict"], said["row"], said["status"], *said["openRows"]


@each_release
@each_story
def test_a_story_has_one_judgement_from_its_request_and_from_the_record(
    origin: str, story: Story, release: Release
) -> None:
    found = ask(origin, story, release)

    assert judged(found) == judged(story.response)
    assert [card["indicator"] for card in found["cards"]] == [
        card["indicator"] for card in story.response["cards"]
    ]


@each_story
def test_no_mark_of_a_fixture_is_left(origin: str, story: Story) -> None:
    """The mark is for finding leaks; what is given out on purpose has none."""
    for kind in ("Patient", "Observation", "Condition", "Procedure", "MedicationRequest"):
        url = f"{origin}/demo/fhir/{kind}?patient={story.id}&_id="
        assert MARK not in requests.get(url, timeout=30).text


@each_release
def test_every_resource_is_of_its_release_and_can_be_read_by_its_id(
    origin: str, release: Release
) -> None:
    base = f"{origin}{BASES[release]}"
    for kind in ("Patient", "Observation", "Condition", "Procedure"):
        page = get(f"{base}/{kind}?_count=200")
        resources = [entry["resource"] for entry in page["entry"]]

        assert len({resource["id"] for resource in resources}) == len(resources)
        assert [fault for item in resources[:40] for fault in faults(item, release)] == []
        assert get(page["entry"][0]["fullUrl"]) == resources[0]


def test_the_patient_s_own_name_is_an_id_too(origin: str) -> None:
    assert get(f"{origin}/demo/fhir/Patient/karin")["id"] == "karin"
    found = get(f"{origin}/demo/fhir/Observation?patient=Patient/karin")
    assert {item["resource"]["subject"]["reference"] for item in found["entry"]} == {
        "Patient/karin"
    }
    assert patients()["karin"].id == MAIN_STORY  # not that of another story with a Karin
    assert all(patients()[name].id == name for name in stories())


def test_each_story_is_as_fresh_as_on_its_own_day(origin: str) -> None:
    story = stories()[MAIN_STORY]
    sent = story.request["prefetch"]["alp"]["entry"]
    found = get(f"{origin}/demo/fhir/Observation?subject=Patient/{MAIN_STORY}&_sort=-date")

    def ages(resources: list[Json], today: date) -> list[timedelta]:
        days = [date.fromisoformat(item["effectiveDateTime"][:10]) for item in resources]
        return sorted(today - day for day in days)

    assert ages([item["resource"] for item in found["entry"]], TODAY) == ages(
        [item["resource"] for item in sent], story.today
    )


def test_moving_keeps_times_precision_and_what_is_no_date() -> None:
    was = {"a": "2024-02-28", "b": ["2024-02-28T08:15:00+02:00"], "c": "6768-6", "d": 3}

    assert moved(was, timedelta(days=2)) == {
        "a": "2024-03-01",
        "b": ["2024-03-01T08:15:00+02:00"],
        "c": "6768-6",
        "d": 3,
    }


# Search


def test_pages_follow_each_other_newest_first(origin: str) -> None:
    url = f"{origin}/demo/fhir/Observation?patient={MAIN_STORY}&_sort=-date&_count=2"
    first = get(url)
    links = {link["relation"]: link["url"] for link in first["link"]}
    second = get(links["next"])
    both = [*first["entry"], *second["entry"]]
    days = [item["resource"]["effectiveDateTime"] for item in both]

    assert (first["total"], len(first["entry"]), len(second["entry"])) == (3, 2, 1)
    assert days == sorted(days, reverse=True)
    assert all(link["relation"] != "next" for link in second["link"])


def test_a_code_is_asked_with_or_without_its_system(origin: str) -> None:
    base = f"{origin}/demo/fhir/Observation?patient={MAIN_STORY}"
    totals = [
        get(f"{base}&code={code}")["total"]
        for code in ("http://loinc.org%7C6768-6", "6768-6", "http://snomed.info/sct%7C6768-6")
    ]

    assert totals == [3, 3, 0]


def test_a_search_may_be_posted_as_the_sandbox_posts_it(origin: str) -> None:
    url = f"{origin}/demo/fhir/Condition/_search"
    answer = requests.post(url, data={"patient": MAIN_STORY}, timeout=30)

    assert answer.json()["total"] == 1


def test_a_medication_is_included_where_an_order_refers_to_it(origin: str) -> None:
    """No story refers to one outside its order, so nothing is included, and nothing fails."""
    url = f"{origin}/demo/fhir/MedicationRequest?patient={MAIN_STORY}"
    with_include = get(f"{url}&_include=MedicationRequest:medication")

    assert with_include["entry"] == get(url)["entry"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Patient/nobody", 404),
        ("Observation/persistently-low-adult.none", 404),
        ("Appointment?patient=karin", 404),
        ("Observation?patient=alp-query-failed&code=6768-6", 503),
        ("Observation?patient=partial-labs-not-sent&code=http://loinc.org%7C2777-1", 403),
        ("Procedure?patient=persistently-low-procedures-not-sent", 403),
        ("Observation?patient=partial-older-results-cut-off&code=6768-6&_offset=2", 503),
    ],
)
def test_what_cannot_be_had_is_an_operation_outcome(origin: str, path: str, status: int) -> None:
    answer = requests.get(f"{origin}/demo/fhir/{path}", timeout=30)

    assert answer.status_code == status
    if status != 200:
        assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_ever_written(origin: str, method: str) -> None:
    answer = requests.request(method, f"{origin}/demo/fhir/Patient/karin", json={}, timeout=30)

    assert answer.status_code == 405


# What clients look at first


@each_release
def test_the_statement_names_the_release(origin: str, release: Release) -> None:
    found = get(f"{origin}{BASES[release]}/metadata")
    kinds = {item["type"] for item in found["rest"][0]["resource"]}
    order = "MedicationOrder" if release is Release.DSTU2 else "MedicationRequest"

    assert found["fhirVersion"] == {"DSTU2": "1.0.2", "STU3": "3.0.2", "R4": "4.0.1"}[release]
    assert {"Patient", "Observation", "Condition", "Procedure", order} <= kinds


def test_the_record_is_open(origin: str) -> None:
    """SMART discovery names no place to log in, and pages of the sandbox may read."""
    smart = get(f"{origin}/demo/fhir/.well-known/smart-configuration")
    headers = {"Origin": "https://sandbox.cds-hooks.org"}
    answer = requests.get(f"{origin}/demo/fhir/Patient/karin", headers=headers, timeout=30)
    asked = {**headers, "Access-Control-Request-Method": "POST"}
    before = requests.options(f"{origin}/demo/fhir/Patient/_search", headers=asked, timeout=30)

    assert smart == {"capabilities": []}
    assert answer.headers["Access-Control-Allow-Origin"] == headers["Origin"]
    assert before.status_code == 204
    assert "POST" in before.headers["Access-Control-Allow-Methods"]


def test_there_is_none_where_clients_are_configured() -> None:
    settings = site(client_of())
    client = create_app(settings).test_client()

    for base in BASES.values():
        assert client.get(f"{base}/metadata", base_url=settings.base_url).status_code == 404


def test_there_is_none_in_production_mode() -> None:
    client = create_app(Settings(mode="production")).test_client()

    assert client.get("/demo/fhir/metadata").status_code == 404


# The lines that a person follows


@each_story
def test_the_curl_line_asks_what_is_there(origin: str, story: Story) -> None:
    """Without a shell: the two addresses in it."""
    line = curl_line(story, origin)
    first, second = re.findall(r"http://127\.0\.0\.1:\d+/\S+", line)
    answer = requests.post(second, json=get(first), timeout=30)

    assert answer.json()["extension"][EXTENSION]["verdict"] == story.verdict


@each_story
def test_the_sandbox_link_names_record_patient_services_and_screen(story: Story) -> None:
    url = urlsplit(sandbox_link(story, "http://127.0.0.1:5000/"))
    screens = {"order-sign": "rx-sign", "order-select": "rx-view", "patient-view": "patient-view"}

    assert url.netloc == "sandbox.cds-hooks.org"
    assert parse_qs(url.query) == {
        "fhirServiceUrl": ["http://127.0.0.1:5000/demo/fhir"],
        "patientId": [story.id],
        "serviceDiscoveryURL": ["http://127.0.0.1:5000/cds-services"],
        "screen": [screens[story.request["hook"]]],
    }


def test_the_request_of_today_holds_no_record(origin: str) -> None:
    body = get(f"{origin}/demo/requests/{MAIN_STORY}")

    assert MARK not in json.dumps(body)
    assert body["fhirServer"] == f"{origin}/demo/fhir"
    assert body["context"]["patientId"] == MAIN_STORY
    assert "prefetch" not in body
