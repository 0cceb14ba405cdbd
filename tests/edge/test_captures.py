"""What the public CDS Hooks Sandbox really sent (only the id in the path is ours)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.evaluation.answer import EXTENSION
from service.settings import Settings

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE / "cds-hooks.schema.json").read_text())
CAPTURED_ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def sandbox() -> FlaskClient:
    return create_app(Settings(), today=lambda: CAPTURED_ON).test_client()


def capture(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / "captures" / f"{name}.json").read_text())
    return loaded


def send(client: FlaskClient, name: str) -> Any:
    sent = capture(name)
    path = sent["path"].replace("/stub-", "/hpp-")
    return client.open(path, method=sent["method"], headers=sent["headers"], json=sent.get("body"))


def check_schema(body: object, anchor: str) -> None:
    jsonschema.validate(body, {**SCHEMA, "$ref": f"#{anchor}"})


@pytest.mark.parametrize(
    ("name", "status", "cards"),
    [
        ("order-select-no-drug-yet", "not-applicable", 0),
        ("order-select", "partial", 1),
        ("order-sign", "partial", 1),
        ("patient-view", "not-applicable", 0),
    ],
)
def test_each_hook_is_answered_by_the_schema(
    sandbox: FlaskClient, name: str, status: str, cards: int
) -> None:
    """labs and procedures were never asked for by that stub, so they are gaps."""
    response = send(sandbox, name)

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8080"
    check_schema(response.get_json(), "serviceResponse")
    assert (status, cards) == (
        response.get_json()["extension"][EXTENSION]["status"],
        len(response.get_json()["cards"]),
    )


def test_preflight_is_answered_without_a_token(sandbox: FlaskClient) -> None:
    response = send(sandbox, "preflight")

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8080"
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


def test_feedback_is_kept(sandbox: FlaskClient) -> None:
    """Its card was never ours: it is kept as unmatched, and the sandbox is told the same."""
    response = send(sandbox, "feedback")

    assert response.status_code == 200
    assert response.get_json() == {}
