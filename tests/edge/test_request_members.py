"""Each member of a request is checked, and named by its place without its value."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.edge.calls import REQUIRED, SIGN, WRONG, changed, diagnostics, is_outcome
from tests.fhir.build import MISSING, TODAY, request
from tests.trust.callers import client_of, signing, site


@pytest.mark.hazard("C6")
@pytest.mark.parametrize("pointer", REQUIRED)
def test_a_missing_member_is_400_and_named_by_its_place(client: FlaskClient, pointer: str) -> None:
    answer = client.post("/cds-services/hpp-order-select", json=changed(pointer, MISSING))

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert [f"{pointer}: is missing"] == diagnostics(answer)


@pytest.mark.hazard("B7", "C6")
@pytest.mark.parametrize(
    ("pointer", "value"), [(pointer, value) for pointer, bad in WRONG.items() for value in bad]
)
def test_a_wrong_member_is_400_and_named_without_its_value(
    client: FlaskClient, pointer: str, value: object
) -> None:
    answer = client.post("/cds-services/hpp-order-select", json=changed(pointer, value))

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert [pointer] == [line.split(": ")[0] for line in diagnostics(answer)]
    assert b"ZZPHI" not in answer.data


@pytest.mark.hazard("C6")
def test_all_wrong_members_are_named_at_once(client: FlaskClient) -> None:
    body = {"hook": "order-sign", "hookInstance": 7, "prefetch": [], "fhirServer": 7}
    answer = client.post(SIGN, json=body)
    named = {line.split(": ")[0] for line in diagnostics(answer)}

    assert {"/hookInstance", "/prefetch", "/fhirServer", "/context"} == named


@pytest.mark.hazard("C6")
def test_members_we_do_not_know_are_ignored_at_every_level(client: FlaskClient) -> None:
    body = request(
        members={"ZZPHI": 1, "extension": {"com.epic.x": {"y": [None]}}},
        context={"ZZPHI": [], "encounterId": 7},
    )

    assert client.post(SIGN, json=body).status_code == 200


@pytest.mark.parametrize(
    "user",
    [
        "Practitioner/1",
        "PractitionerRole/1",
        "Patient/1",
        "RelatedPerson/a.b-c",
        "prac-1",
        "https://ehr.example.org/fhir/Practitioner/p_1",
        None,
        7,
        "",
        "Practitioner/a b",
    ],
)
def test_every_kind_of_user_may_ask(client: FlaskClient, user: str) -> None:
    assert client.post(SIGN, json=request(context={"userId": user})).status_code == 200


@pytest.mark.hazard("H4")
@pytest.mark.parametrize("named", ["ZZPHI-2", "Patient/ZZPHI-2"])
def test_a_token_for_another_patient_is_400(client: FlaskClient, named: str) -> None:
    """Hazard H4."""
    body = request(members={"fhirAuthorization": {"patient": named, "access_token": "ZZPHI-t"}})
    answer = client.post(SIGN, json=body)

    assert answer.status_code == 400
    assert [d.split(": ")[0] for d in diagnostics(answer)] == ["/fhirAuthorization/patient"]
    assert b"ZZPHI" not in answer.data


def test_needed_data_that_was_not_sent_is_412_and_named() -> None:
    client = signing(site(client_of()), today=lambda: TODAY)
    answer = client.post(SIGN, json=request(members={"prefetch": MISSING}))

    assert answer.status_code == 412
    assert is_outcome(answer)
    named = {line.partition(". ")[0] for line in diagnostics(answer)}
    assert {"/prefetch/patient: not-sent", "/prefetch/alp: not-sent"} <= named
