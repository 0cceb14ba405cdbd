"""Six ways not to have an ALP, six different and truthful answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from tests.fhir.build import MISSING, TODAY, alp, bundle, outcome, request
from tests.trust.callers import client_of, signing, site

Json = dict[str, Any]

SIGN = "/cds-services/hpp-order-sign"
FOREIGN = {"reference": "Patient/ZZPHI-2"}
STATES: dict[str, Any] = {
    "null": None,
    "absent": MISSING,
    "failed": outcome(),
    "another patient's": bundle(alp(28, subject=FOREIGN)),
    "in mg/dL": bundle(alp(28, "2025-06-01", "mg/dL")),
    "entered in error": bundle(alp(28, status="entered-in-error")),
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(today=lambda: TODAY).test_client()


def post(client: FlaskClient, state: Any) -> tuple[int, Json]:
    answer = client.post(SIGN, json=request(alp=state))
    body: Json = answer.get_json()
    return answer.status_code, body


def said(body: Json) -> Json:
    extension: Json = body["extension"]["org.hpp-cds.evaluation"]
    return extension


def card(body: Json) -> Json:
    (only,) = body["cards"]
    found: Json = only
    return found


@pytest.mark.hazard("H12")
def test_null_says_that_none_is_on_file(client: FlaskClient) -> None:
    """The EHR looked and found none: no gap, an offer to order one."""
    status, body = post(client, STATES["null"])
    labels = [suggestion["label"] for suggestion in card(body)["suggestions"]]

    assert (
        status, said(body)["status"], said(body)["verdict"]
    ) == (200, "complete", "alpNotOnFile")  # fmt: skip
    assert said(body)["gaps"] == []
    assert "No recent ALP on file. Check ALP" in card(body)["summary"]
    assert "**Not used**" not in card(body)["detail"]
    assert [label for label in labels if "ALP" in label]


@pytest.mark.hazard("H1", "H12")
def test_absent_is_refused_because_nobody_looked() -> None:
    """Neither sent nor to be had."""
    status, body = post(signing(site(client_of()), today=lambda: TODAY), STATES["absent"])

    assert status == 412
    assert body["resourceType"] == "OperationOutcome"
    ((code, says),) = [(issue["code"], issue["diagnostics"]) for issue in body["issue"]]
    assert code == "incomplete"
    assert says.startswith("/prefetch/alp: not-sent. The ALP results could not be had: not sent.")
    assert "cards" not in body


@pytest.mark.hazard("H1", "H12")
def test_absent_is_a_card_for_a_person_who_tries(client: FlaskClient) -> None:
    status, body = post(client, STATES["absent"])

    assert (
        status, said(body)["status"], said(body)["verdict"]
    ) == (200, "unavailable", "notEvaluated")  # fmt: skip
    assert "could not be made: ALP results (not sent)" in card(body)["summary"]


@pytest.mark.hazard("H1", "H11")
def test_a_failed_query_says_that_the_check_could_not_be_made(client: FlaskClient) -> None:
    """The EHR looked and could not see: never `none on file`."""
    status, body = post(client, STATES["failed"])

    assert (
        status, said(body)["status"], said(body)["verdict"]
    ) == (200, "unavailable", "notEvaluated")  # fmt: skip
    assert said(body)["gaps"] == [{"kind": "failed", "key": "alp"}]
    assert "could not be made: ALP results" in card(body)["summary"]
    assert "query failed" in card(body)["summary"]
    assert "not an all-clear" in card(body)["detail"]
    assert card(body)["indicator"] == "info"


@pytest.mark.hazard("H2")
def test_another_patient_s_is_left_out_and_the_check_could_not_be_made(client: FlaskClient) -> None:
    """What came is not this patient's, so what this patient has is not known."""
    status, body = post(client, STATES["another patient's"])

    assert (
        status, said(body)["status"], said(body)["verdict"]
    ) == (200, "unavailable", "notEvaluated")  # fmt: skip
    assert said(body)["gaps"] == [{"kind": "foreign-patient", "key": "alp", "count": 1}]
    assert "of another patient" in card(body)["summary"]
    assert "28" not in card(body)["detail"].split("Rule ")[0]


@pytest.mark.hazard("H8")
def test_a_value_of_no_enzyme_unit_is_shown_as_unusable(client: FlaskClient) -> None:
    """There is a result, and it cannot be read: unclear, not absent."""
    status, body = post(client, STATES["in mg/dL"])

    assert (
        status, said(body)["status"], said(body)["verdict"]
    ) == (200, "complete", "alpUnclear")  # fmt: skip
    assert said(body)["gaps"] == []
    assert "28 mg/dL" in card(body)["detail"].replace("\\", "")
    assert "a unit that is not an enzyme activity" in card(body)["detail"]


@pytest.mark.hazard("H6")
def test_a_result_entered_in_error_is_shown_and_none_is_on_file(client: FlaskClient) -> None:
    """It never counts, and the reader sees that it was there."""
    status, body = post(client, STATES["entered in error"])

    assert (
        status, said(body)["status"], said(body)["verdict"]
    ) == (200, "complete", "alpNotOnFile")  # fmt: skip
    assert said(body)["gaps"] == []
    assert "No recent ALP on file. Check ALP" in card(body)["summary"]
    assert "28 U/L (2025-06-01): entered in error" in card(body)["detail"]


@pytest.mark.hazard("H12")
def test_the_six_answers_are_six(client: FlaskClient) -> None:
    """What a reader sees differs each time."""
    seen = set()
    for state in STATES.values():
        status, body = post(client, state)
        shown = body["cards"][0]["summary"] + body["cards"][0]["detail"] if status == 200 else ""
        seen.add((status, shown))

    assert len(seen) == 6


@pytest.mark.hazard("H1")
@pytest.mark.parametrize("name", STATES)
def test_none_of_the_six_is_an_empty_answer(client: FlaskClient, name: str) -> None:
    status, body = post(client, STATES[name])

    assert status == 412 or len(body["cards"]) == 1


@pytest.mark.parametrize("name", ["absent", "failed", "another patient's"])
def test_a_client_that_asked_for_412_gets_it_where_the_record_could_not_be_seen(name: str) -> None:
    client = signing(site(client_of(on_unavailable="412")), today=lambda: TODAY)
    status, body = post(client, STATES[name])

    assert status == 412
    assert body["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("name", ["null", "in mg/dL", "entered in error"])
def test_data_that_came_and_says_little_is_never_412(name: str) -> None:
    """A 412 for an incomplete record is forbidden; there is always something to say."""
    client = signing(site(client_of(on_unavailable="412")), today=lambda: date(2025, 6, 15))
    status, _ = post(client, STATES[name])

    assert status == 200
