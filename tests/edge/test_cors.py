"""What a browser may ask in development, and that production lets none in."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.edge.calls import ORIGIN, SIGN, Json, is_outcome
from tests.fhir.build import MISSING, request

PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST"}
ROUTES = ("/cds-services", SIGN, f"{SIGN}/feedback")


@pytest.mark.parametrize("path", ROUTES)
def test_a_browser_may_ask_before_it_asks(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers=PREFLIGHT)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://sandbox.cds-hooks.org"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/cds-services", None, 200),
        ("POST", SIGN, request(), 200),
        ("POST", SIGN, request(members={"prefetch": MISSING}), 200),
        ("POST", SIGN, {}, 400),
        ("POST", f"{SIGN}/feedback", {}, 400),
        ("POST", "/cds-services/none", {}, 404),
        ("GET", "/nowhere", None, 404),
        ("DELETE", SIGN, None, 405),
    ],
)
def test_success_and_errors_may_be_read_by_a_browser(
    client: FlaskClient, method: str, path: str, body: Json | None, status: int
) -> None:
    answer = client.open(path, method=method, json=body, headers=ORIGIN)

    assert status == answer.status_code
    assert answer.headers["Access-Control-Allow-Origin"] == "https://sandbox.cds-hooks.org"
    assert "Origin" in answer.headers["Vary"]


def test_without_an_origin_there_is_no_cors(client: FlaskClient) -> None:
    answer = client.post(SIGN, json=request())

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ROUTES)
def test_production_lets_no_browser_in(production: FlaskClient, path: str) -> None:
    preflight = production.options(path, headers=PREFLIGHT)
    answer = production.post(path, json=request(), headers=ORIGIN)
    names = {*preflight.headers.keys(), *answer.headers.keys()}

    assert not [name for name in names if name.lower().startswith("access-control-")]


@pytest.mark.hazard("W2")
@pytest.mark.parametrize("path", ["/", "/page/index.html", "/page/api/info", "/page/api/stories"])
def test_production_has_no_page(production: FlaskClient, path: str) -> None:
    answer = production.get(path)

    assert answer.status_code == 404
    assert is_outcome(answer)


def test_production_answers_a_request_all_the_same(production: FlaskClient) -> None:
    assert production.post(SIGN, json=request()).status_code == 200
