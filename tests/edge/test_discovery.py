"""Discovery and health: open to all, and kept by nobody."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.edge.calls import breaches
from tests.trust.callers import client_of, signing, site

# Discovery


def test_discovery_keeps_the_protocol_s_schema(client: FlaskClient) -> None:
    answer = client.get("/cds-services")

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert breaches(answer.get_json(), "discoveryResponse") == []


def test_discovery_lists_one_service_a_hook(client: FlaskClient) -> None:
    listed = client.get("/cds-services").get_json()["services"]
    expected = {
        "hpp-order-sign": "order-sign",
        "hpp-order-select": "order-select",
        "hpp-patient-view": "patient-view",
    }

    assert expected == {service["id"]: service["hook"] for service in listed}


def test_discovery_answers_with_a_trailing_slash_too(client: FlaskClient) -> None:
    plain, slashed = client.get("/cds-services"), client.get("/cds-services/")

    assert slashed.status_code == 200
    assert plain.data == slashed.data


def test_discovery_is_the_same_in_production_and_needs_no_token(
    client: FlaskClient, production: FlaskClient
) -> None:
    assert client.get("/cds-services").data == production.get("/cds-services").data


@pytest.mark.hazard("E12")
def test_the_templates_use_only_tokens_that_every_hook_has(client: FlaskClient) -> None:
    listed = client.get("/cds-services").get_json()["services"]
    templates = [t for service in listed for t in service["prefetch"].values()]

    assert all(t.count("{{") == 1 and "{{context.patientId}}" in t for t in templates)
    assert not [t for t in templates if " " in t or t.startswith("/") or "status=" in t]


# Health


def test_the_process_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


@pytest.mark.hazard("W13")
def test_readiness_names_configuration_and_knowledge(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    body = answer.get_json()

    assert answer.status_code == 200
    assert body["status"] == "ready"
    assert {"configuration", "knowledge"} < {check["name"] for check in body["checks"]}
    assert all(check["ok"] for check in body["checks"])


def test_readiness_names_the_gaps_a_site_accepted() -> None:
    client = signing(site(client_of(accepted_gaps=("procedures", "labs"))))
    checks = client.get("/readyz").get_json()["checks"]

    assert {"name": "accepted_gaps", "ok": True, "detail": "labs, procedures"} in checks


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_open_in_production(production: FlaskClient, path: str) -> None:
    answer = production.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
