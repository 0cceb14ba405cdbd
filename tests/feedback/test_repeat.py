"""No loop, no nagging: what was offered does not fire, what was overridden is not said at once
again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.content.faults import Faulty
from service.evaluation.answer import EXTENSION
from service.evaluation.repeat import DAY_MS, is_repeat
from service.settings import Settings
from service.settings.keeping import Keeping
from service.store.model import LastReport
from service.store.tables import DECISIONS
from tests.feedback.conftest import SIGN, STORY, Json, Remembering, remembering
from tests.store.test_memory import SHOWN

REASON = "specialist-directed"
REPEAT = Keeping(repeat={REASON: 90})
OVERRIDE = {"overrideReason": {"reason": {"code": REASON}}}


# No loop


@pytest.mark.parametrize("path", ["", "/r3", "/r4", "/r5"])
@pytest.mark.parametrize("hook", ["order-sign", "order-select"])
def test_an_order_that_we_offered_does_not_fire(service: Remembering, path: str, hook: str) -> None:
    """Each, by itself, as the only draft; the drug's own order is signed already."""
    answer = service.client.post(f"{path}{SIGN}", json=STORY.request).get_json()
    offered = [
        action["resource"]
        for suggestion in answer["cards"][0]["suggestions"]
        for action in suggestion["actions"]
        if action["type"] == "create"
    ]
    again = []
    for number, order in enumerate(offered):
        draft = {**order, "id": f"offered-{number}", "status": "draft"}
        body = deepcopy(STORY.request) | {"hook": hook}
        entry = [{"resource": draft}]
        body["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": entry}
        body["context"]["selections"] = [f"{draft['resourceType']}/{draft['id']}"]
        again.append(service.client.post(f"{path}/cds-services/hpp-{hook}", json=body).get_json())

    assert len(offered) > 1
    assert {said["extension"][EXTENSION]["status"] for said in again} == {"not-applicable"}
    assert [said["cards"] for said in again] == [[]] * len(offered)


# No nagging


@pytest.fixture
def patient(settings: Settings) -> Iterator[Remembering]:
    yield from remembering(replace(settings, keeping=REPEAT))


def override(patient: Remembering, **more: Any) -> None:
    card = patient.card()["uuid"]
    patient.report({"card": card, "outcome": "overridden", **OVERRIDE, **more})


def said(patient: Remembering, body: Json = STORY.request) -> Json:
    answer = patient.client.post(SIGN, json=body).get_json()
    found: Json = {"cards": len(answer["cards"]), **answer["extension"][EXTENSION]}
    return found


def test_what_was_overridden_with_a_listed_reason_is_judged_and_not_shown(
    patient: Remembering,
) -> None:
    override(patient)
    again = said(patient)
    patient.memory.close()
    rows = patient.rows(DECISIONS)

    assert (again["cards"], again["status"], again["notShown"]) == (0, "shadow", "repeat")
    assert again["verdict"] == STORY.verdict
    assert sorted(row.not_shown for row in rows) == ["", "repeat"]


def test_by_default_it_comes_back(service: Remembering) -> None:
    override(service)

    assert said(service)["cards"] == 1


@pytest.mark.parametrize(
    "more",
    [
        {"overrideReason": {"reason": {"code": "other"}}},
        {"overrideReason": {}},
        {"outcome": "accepted"},
    ],
)
def test_without_a_listed_reason_it_comes_back(patient: Remembering, more: Json) -> None:
    override(patient, **more)

    assert said(patient)["cards"] == 1


def test_another_patient_is_another_matter(patient: Remembering) -> None:
    override(patient)
    known = STORY.request["context"]["patientId"]
    other = json.loads(json.dumps(STORY.request).replace(known, "ZZPHI-other"))

    assert said(patient, other)["cards"] == 1


def test_a_new_low_alp_is_news(patient: Remembering) -> None:
    override(patient)
    body = deepcopy(STORY.request)
    entries = body["prefetch"]["alp"]["entry"]
    newest = deepcopy(entries[0])
    resource = newest["resource"]
    resource["id"] = "ZZPHI-new"
    resource["valueQuantity"]["value"] = 17
    day = str(STORY.today.replace(day=max(1, STORY.today.day - 1)))
    resource["effectiveDateTime"] = day
    entries.append(newest)

    assert said(patient, body)["cards"] == 1


LAST = LastReport("overridden", REASON, 0, "warning", frozenset({"a"}), frozenset({"low 1"}))
NOW = replace(SHOWN, indicator="warning", drugs=("a",), evidence=("low 1",))


@pytest.mark.parametrize(
    ("decision", "last", "days_later", "repeat"),
    [
        (NOW, LAST, 0, True),
        (NOW, LAST, 89.9, True),
        (NOW, LAST, 90, False),
        (NOW, None, 1, False),
        (NOW, LAST._replace(outcome="accepted"), 1, False),
        (NOW, LAST._replace(reason=""), 1, False),
        (NOW, LAST._replace(indicator="info"), 1, False),
        (NOW, LAST._replace(indicator="critical"), 1, True),
        (replace(NOW, drugs=("b",)), LAST, 1, False),
        (replace(NOW, evidence=("low 1", "fracture 2")), LAST, 1, False),
        (replace(NOW, evidence=()), LAST, 1, True),
        (replace(NOW, verdict="hppConfirmed"), LAST, 1, False),
    ],
)
def test_when_a_card_is_a_repeat(
    decision: Any, last: LastReport | None, days_later: float, repeat: bool
) -> None:
    assert is_repeat(decision, last, {REASON: 90}, int(days_later * DAY_MS)) == repeat


def test_a_reason_that_no_card_offers_is_a_fault(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, keeping=Keeping(repeat={"specialist-directd": 9}))
    with pytest.raises(Faulty) as caught:
        create_app(settings)

    assert str(caught.value.faults[0]).endswith("did you mean specialist-directed?")
