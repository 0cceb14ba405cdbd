"""A person who tries the service is told what could not be had, why, and what helps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from fhir_fixtures import stories
from service.app import create_app
from service.demo.links import BASES, MAIN_STORY
from service.demo.translate import in_release
from service.evaluation.answer import EXTENSION
from service.fhir.releases import Release
from service.hooks.calls import outcome_of
from service.settings import Settings, load_settings
from tests.conftest import TODAY
from tests.edge.calls import breaches
from tests.faults.server import closed_port
from tests.releases.places import TEST_ORDERS, created
from tests.trust.callers import EHR, client_of, signing, site

Json = dict[str, Any]
SERVICES = {
    "hpp-order-sign": MAIN_STORY,
    "hpp-order-select": "order-select-denosumab",
    "hpp-patient-view": "patient-view-suspected",
}
each_service = pytest.mark.parametrize("service", SERVICES)


def request_of(origin: str, service: str, **members: Any) -> Json:
    found: Json = requests.get(f"{origin}/demo/requests/{SERVICES[service]}", timeout=30).json()
    return {name: value for name, value in {**found, **members}.items() if value is not None}


def ask(origin: str, service: str, body: Json, path: str = "") -> Json:
    answer = requests.post(f"{origin}{path}/cds-services/{service}", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert breaches(found, "serviceResponse") == []
    return found


def only_card(body: Json) -> Json:
    (card,) = body["cards"]
    assert body["extension"][EXTENSION]["status"] == "unavailable"
    assert body["extension"][EXTENSION]["verdict"] == "notEvaluated"
    assert card["summary"].startswith("Low-ALP check could not be made: ")
    assert "could not look" in card["detail"]
    assert card["indicator"] == "info"
    found: Json = card
    return found


@each_service
def test_nothing_sent_and_no_server_named_is_a_card_with_the_remedy(
    origin: str, service: str
) -> None:
    card = only_card(ask(origin, service, request_of(origin, service, fhirServer=None)))

    assert "names no FHIR server" in card["detail"]
    assert "GET /cds-services" in card["detail"]
    assert "/demo/fhir" in card["detail"]


@each_service
def test_a_server_that_may_not_be_asked_is_named(origin: str, service: str) -> None:
    body = request_of(origin, service, fhirServer="https://fhir.example.org/r4")
    card = only_card(ask(origin, service, body))

    assert r"fhir\.example\.org\/r4" in card["detail"]
    assert "only servers on this machine" in card["detail"]


@each_service
def test_a_patient_that_the_server_does_not_have(origin: str, service: str) -> None:
    body = request_of(origin, service)
    text = json.dumps(body).replace(SERVICES[service], "nobody")

    assert "there is no such patient" in only_card(ask(origin, service, json.loads(text)))["detail"]


@pytest.mark.parametrize("release", [Release.DSTU2, Release.STU3], ids=str)
def test_a_server_of_another_release_is_asked_in_its_own(origin: str, release: Release) -> None:
    """An R4 draft, the plain path, and a record whose orders have another name."""
    base = f"{origin}{BASES[release]}"
    body = ask(origin, "hpp-order-sign", request_of(origin, "hpp-order-sign", fhirServer=base))
    said = body["extension"][EXTENSION]

    assert (said["verdict"], said["status"], said["gaps"]) == ("hppSuspected", "complete", [])
    asked = Release.DSTU2 if release is Release.DSTU2 else Release.R4  # STU3 refuses nothing of R4
    assert {order["resourceType"] for order in created(body)} <= TEST_ORDERS[asked]


@pytest.mark.parametrize("release", ["DSTU2", "STU3"])
def test_where_the_path_insists_the_other_release_is_named(strict: str, release: str) -> None:
    """A server of that release alone, which refuses what it does not know."""
    origin, base = strict.split(" ")[0], f"{strict.split(' ')[1]}/{release}"
    body = request_of(origin, "hpp-order-sign", fhirServer=base)
    card = only_card(ask(origin, "hpp-order-sign", body, "/r5"))
    path = {"DSTU2": "/r2", "STU3": "/r3"}[release]

    assert f"This server speaks {release}: use {path}/cds-services." in card["detail"]


def test_on_patient_view_what_is_written_down_needs_no_alp(origin: str) -> None:
    body = in_release(stories()["patient-view-hpp-on-record"].request, "R4")
    del body["prefetch"]["alp"]

    assert ask(origin, "hpp-patient-view", body)["cards"] == []


def test_no_drug_of_interest_is_still_silent(origin: str) -> None:
    body = {**stories()["aspirin-order"].request, "prefetch": {}}

    assert ask(origin, "hpp-order-sign", body)["cards"] == []


def test_the_sandbox_profile_is_told_too_and_another_client_is_refused() -> None:
    body = {k: v for k, v in stories()[MAIN_STORY].request.items() if k != "prefetch"}
    answers = {}
    for profile in ("sandbox", "generic"):
        client = signing(site(client_of(profile=profile)), today=lambda: TODAY)
        answers[profile] = client.post("/cds-services/hpp-order-sign", json=body)

    assert "/demo/fhir" not in only_card(answers["sandbox"].get_json())["detail"]  # not there now
    assert answers["generic"].status_code == 412


@each_service
@pytest.mark.parametrize("on_unavailable", ["card", "412"])
@pytest.mark.parametrize(("mode", "status"), [("development", 200), ("production", 412)])
def test_in_development_mode_every_client_is_told(
    tmp_path: Path, service: str, on_unavailable: str, mode: str, status: int
) -> None:
    """As its settings file says; whether nothing was sent, or the patient alone."""
    client = client_of()
    (tmp_path / "hpp-cds.toml").write_text(
        f"""
[site]
mode = "{mode}"
public_base_url = "https://cds.example.org"
data_dir = "{tmp_path}"

[[clients]]
name = "main-ehr"
issuer = "{client.issuer}"
jwks = "{client.jwks}"
on_unavailable = "{on_unavailable}"
"""
    )
    app = signing(load_settings(tmp_path / "hpp-cds.toml"), today=lambda: TODAY)
    request = stories()[SERVICES[service]].request
    for sent in ({}, {"patient": request["prefetch"]["patient"]}):
        body = {**request, "prefetch": sent}
        url = f"https://cds.example.org/cds-services/{service}"
        token = {"Authorization": f"Bearer {EHR.token(url)}"}
        answer = app.post(f"/cds-services/{service}", json=body, headers=token)

        assert answer.status_code == status
        if status == 200:
            assert "names no FHIR server" in only_card(answer.get_json())["detail"]


# Where the answer is 412


def test_the_outcome_says_what_was_missing_why_and_what_helps() -> None:
    body = {k: v for k, v in stories()[MAIN_STORY].request.items() if k != "prefetch"}
    answer = signing(site(client_of()), today=lambda: TODAY).post(
        "/cds-services/hpp-order-sign", json=body
    )
    said = {i["expression"][0]: i["diagnostics"] for i in answer.get_json()["issue"]}

    assert answer.status_code == 412
    assert said["prefetch.alp"].startswith(
        "/prefetch/alp: not-sent. The ALP results could not be had: not sent. It was not in the "
        "prefetch, and the request names no FHIR server to read it from. Send this prefetch key"
    )
    assert "ZZPHI" not in answer.get_data(as_text=True)


def test_what_the_page_and_the_command_say_is_what_http_says() -> None:
    """One card for all three: production mode without clients alone refuses."""
    raw = json.dumps({**stories()[MAIN_STORY].request, "prefetch": {}}).encode()
    page = (
        create_app(Settings())
        .test_client()
        .post(
            "/page/api/explain",
            json={"service": "hpp-order-sign", "request": json.loads(raw), "today": "2025-05-14"},
        )
    )
    from service.app import build_engine

    assert page.get_json()["status"] == 200
    assert outcome_of(raw, "hpp-order-sign", build_engine(Settings()), TODAY).status == 412


def test_a_second_try_at_a_server_that_is_gone_says_to_wait(origin: str) -> None:
    """It is left alone for a while after the first, and that is no fault of where it lies."""
    gone = f"http://127.0.0.1:{closed_port()}/fhir"
    body = request_of(origin, "hpp-order-sign", fhirServer=gone, prefetch=None)
    first, second = (only_card(ask(origin, "hpp-order-sign", body)) for _ in range(2))

    assert "No connection to the FHIR server could be made" in first["detail"]
    assert "left alone for a few seconds: ask again then" in second["detail"]
