"""Which path and method is which service; no error is a page, none leaks."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.evaluation.services import SERVICES
from tests.edge.calls import ORIGIN, SIGN, diagnostics, is_outcome
from tests.fhir.build import request

# Routing


@pytest.mark.parametrize("path", [SIGN, "/cds-services//hpp-order-sign"])
def test_a_service_answers_under_the_sandbox_s_double_slash(client: FlaskClient, path: str) -> None:
    assert client.post(path, json=request()).status_code == 200


@pytest.mark.hazard("C12")
@pytest.mark.parametrize("name", ["none", "hpp-order-sign2", "HPP-ORDER-SIGN", "%2e%2e", "ä"])
def test_an_unknown_service_is_404(client: FlaskClient, name: str) -> None:
    answer = client.post(f"/cds-services/{name}", json=request())

    assert answer.status_code == 404
    assert is_outcome(answer)


@pytest.mark.hazard("C12")
@pytest.mark.parametrize(
    "path",
    ["/", "/cds-service", "/cds-services/a/b", "/cds-services/../admin", "//", "/static/x",
     "/cds-services/hpp-order-sign/feedback/x"],
)  # fmt: skip
def test_an_unknown_path_is_404_and_no_page(production: FlaskClient, path: str) -> None:
    answer = production.post(path, json={})

    assert answer.status_code in (404, 405)
    assert is_outcome(answer)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
def test_the_hook_of_another_service_is_400(client: FlaskClient, service: Any) -> None:
    wrong = "order-sign" if service.hook != "order-sign" else "order-select"
    answer = client.post(f"/cds-services/{service.id}", json=request(hook=wrong))

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert diagnostics(answer)[0].startswith("/hook: ")


@pytest.mark.hazard("C12")
@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        (SIGN, "GET", "POST"),
        (SIGN, "PUT", "POST"),
        (SIGN, "DELETE", "POST"),
        (SIGN, "PATCH", "POST"),
        (SIGN, "TRACE", "POST"),
        (f"{SIGN}/feedback", "GET", "POST"),
        ("/cds-services", "POST", "GET"),
        ("/healthz", "POST", "GET"),
    ],
)
def test_a_wrong_method_is_405_and_names_the_right_one(
    client: FlaskClient, path: str, method: str, allowed: str
) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == 405
    assert allowed in answer.headers["Allow"]
    assert is_outcome(answer)


# A fault of ours
WORDS = "ZZPHI, words of the patient"
FLOW = ("gathering.gather", "gathering.ChartReader", "judge.assess", "evaluate.build")


@pytest.mark.hazard("O8", "H19")
@pytest.mark.parametrize("step", FLOW)
@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, AssertionError])
def test_a_fault_in_any_step_is_a_500_that_says_nothing(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    step: str,
    error: type[Exception],
) -> None:
    """Hazard H19: no fault can be had otherwise, so the step is replaced."""

    def fail(*_: object, **__: object) -> None:
        raise error(WORDS)

    monkeypatch.setattr(f"service.evaluation.{step}", fail)
    answer = client.post(SIGN, json=request(), headers=ORIGIN)
    written = capfd.readouterr()

    assert answer.status_code == 500
    assert is_outcome(answer)
    assert diagnostics(answer) == ["The service failed; nothing was evaluated."]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://sandbox.cds-hooks.org"
    assert "ZZPHI" not in f"{answer.data!r}{written.out}{written.err}"


def test_after_a_fault_the_next_call_is_answered(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("service.evaluation.judge.assess", None)
        failed = client.post(SIGN, json=request())
    answer = client.post(SIGN, json=request())

    assert (failed.status_code, answer.status_code) == (500, 200)


# Headers of every answer


@pytest.mark.hazard("O8")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere", 404),
        ("GET", SIGN, 405),
        ("POST", SIGN, 415),
        ("POST", f"{SIGN}/feedback", 415),
    ],
)
def test_an_error_is_an_outcome_that_nobody_may_keep(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)

    assert status == answer.status_code
    assert is_outcome(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
