"""Members of a call that conformant clients write differently, and that change nothing clinical."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fhir_fixtures import stories
from service.app import create_app
from service.evaluation.answer import EXTENSION
from tests.fhir.build import MISSING

Json = dict[str, Any]
SIGN = "/cds-services/hpp-order-sign"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    story = stories()["persistently-low-adult"]
    return create_app(today=lambda: story.today).test_client()


def orders_from(answer: TestResponse) -> list[Json]:
    """The resources that the suggestions of an answer create."""
    cards = answer.get_json()["cards"]
    actions = [a for card in cards for s in card.get("suggestions", ()) for a in s["actions"]]
    return [action["resource"] for action in actions if action["type"] == "create"]


@pytest.mark.parametrize(
    ("user", "requester"),
    [
        ("Practitioner/p_1", {"reference": "Practitioner/p_1"}),
        ("https://ehr.example.org/fhir/Practitioner/1", {"reference": "Practitioner/1"}),
        ("prac-1", None),
        ("Practitioner/1?x=y", None),
    ],
)
def test_an_order_is_offered_in_the_name_of_a_practitioner_who_is_named(
    client: FlaskClient, user: str, requester: Json | None
) -> None:
    body = stories()["persistently-low-adult"].request
    orders = orders_from(
        client.post(SIGN, json={**body, "context": {**body["context"], "userId": user}})
    )

    assert orders
    assert all(order.get("requester") == requester for order in orders)


@pytest.mark.parametrize("written", ["ZZPHI_1", "Patient/ZZPHI_1"])
def test_a_patient_may_be_named_with_an_underscore_or_its_type(
    client: FlaskClient, written: str
) -> None:
    story = json.dumps(stories()["persistently-low-adult"].request)
    known = stories()["persistently-low-adult"].request["context"]["patientId"]
    body = json.loads(story.replace(known, "ZZPHI_1"))
    body["context"]["patientId"] = written
    answer = client.post(SIGN, json=body).get_json()

    assert answer["extension"][EXTENSION]["verdict"] == "hppSuspected"


@pytest.mark.parametrize("selections", [None, MISSING])
def test_without_selections_all_drafts_are_judged_and_it_is_said(
    client: FlaskClient, selections: Any
) -> None:
    body = json.loads(json.dumps(stories()["persistently-low-adult"].request))
    body["hook"] = "order-select"
    body["context"] |= {} if selections is MISSING else {"selections": selections}
    said = client.post("/cds-services/hpp-order-select", json=body).get_json()
    evaluation = said["extension"][EXTENSION]

    assert evaluation["verdict"] == "hppSuspected"
    assert {"kind": "all-judged", "key": "selections", "count": 0} in [
        {"count": 0, **gap} for gap in evaluation["gaps"]
    ]


@pytest.mark.parametrize("authorization", [None, 7, "x", [], {}, {"access_token": 7}])
def test_an_authorization_of_no_use_hides_nothing_that_was_sent(
    client: FlaskClient, authorization: Any
) -> None:
    body = stories()["persistently-low-adult"].request
    more = {"fhirServer": "http://127.0.0.1:1/fhir", "fhirAuthorization": authorization}
    answer = client.post(SIGN, json=body | more)

    assert answer.get_json()["extension"][EXTENSION]["verdict"] == "hppSuspected"
