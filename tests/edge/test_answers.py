"""Every answer to a story keeps the protocol's schema."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from fhir_fixtures import Story, stories
from service.app import create_app
from tests.edge.calls import SIGN, Json, breaches
from tests.fhir.build import MISSING, TODAY, alp, bundle, draft, outcome, patient, request


@pytest.mark.hazard("O3")
@pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
def test_the_answer_to_a_story_keeps_the_protocol_s_schema(story: Story) -> None:
    client = client_on(story.today)
    answer = client.post(f"/cds-services/{story.service}", json=story.request)
    body = answer.get_json()

    assert answer.status_code == 200
    assert breaches(body, "serviceResponse") == []
    assert (story.status, story.verdict) == (
        body["extension"]["org.hpp-cds.evaluation"]["status"],
        body["extension"]["org.hpp-cds.evaluation"]["verdict"],
    )


_DAY = [TODAY]
_APP: list[FlaskClient] = []


def client_on(day: date) -> FlaskClient:
    """One application for all days: the clock is an argument."""
    if not _APP:
        _APP.append(create_app(today=lambda: _DAY[0]).test_client())
    _DAY[0] = day
    return _APP[0]


@pytest.mark.hazard("O4")
@pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
def test_the_ids_of_a_card_are_unique_and_its_deletions_name_drafts(story: Story) -> None:
    """What the schema cannot say."""
    body = client_on(story.today).post(
        f"/cds-services/{story.service}", json=story.request
    ).get_json()  # fmt: skip
    ids = [c["uuid"] for c in body["cards"]]
    ids += [s["uuid"] for c in body["cards"] for s in c.get("suggestions", [])]
    actions = [
        action
        for c in body["cards"]
        for s in c.get("suggestions", [])
        for action in s.get("actions", [])
    ]
    drafts = [
        f"{e['resource']['resourceType']}/{e['resource'].get('id')}"
        for e in story.request["context"].get("draftOrders", {}).get("entry", [])
    ]

    assert len(set(ids)) == len(ids)
    assert not [a for a in actions if a["type"] == "delete" and a["resourceId"] not in drafts]


@pytest.mark.parametrize("hook", ["order-sign", "order-select", "patient-view"])
def test_every_answer_is_json_that_nobody_may_keep(client: FlaskClient, hook: str) -> None:
    answer = client.post(f"/cds-services/hpp-{hook}", json=request(hook=hook))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert breaches(answer.get_json(), "serviceResponse") == []


@pytest.mark.hazard("O3")
@pytest.mark.parametrize(
    "sent",
    [
        request(alp=outcome()),
        request(patient=None),
        request(alp=bundle(alp(60)), conditions=outcome()),
        request(draft(subject={"reference": "Patient/ZZPHI-2"})),
        request(draft(id=MISSING)),
        request(alp=bundle(alp(1e308), alp(1e-300, "2025-05-01"))),
        request(patient=patient(birthDate="2024")),
    ],
)
def test_answers_that_are_not_whole_keep_the_schema_too(client: FlaskClient, sent: Json) -> None:
    answer = client.post(SIGN, json=sent)

    assert answer.status_code == 200
    assert breaches(answer.get_json(), "serviceResponse") == []
