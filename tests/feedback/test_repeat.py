"""No loop, no nagging: what was offered does not fire, what was overridden is not said at once
again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from rich.console import Console

from service.app import create_app
from service.commands.offline import answer
from service.commands.terminal import draw_explanation
from service.content.faults import Faulty
from service.evaluation.answer import EXTENSION
from service.evaluation.decision import MOST_EVIDENCE, evidence_of
from service.evaluation.engine import Engine
from service.evaluation.repeat import DAY_MS, repeat_of
from service.hpp.assessment import AlpClass, Assessment, Evidence, Indicator, JudgedResult, Row
from service.hpp.model import Chart, Result
from service.settings import Settings
from service.settings.keeping import Keeping
from service.store.model import LastReport
from service.store.tables import DECISIONS
from tests.feedback.conftest import SIGN, STORY, Json, Remembering, remembering, serving
from tests.fhir import build
from tests.store.test_memory import SHOWN
from tests.trust.callers import BASE, EHR, client_of, site

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


@pytest.fixture(scope="module")
def keeping(settings: Settings) -> Settings:
    return replace(settings, keeping=REPEAT)


@pytest.fixture(scope="module")
def holding_back(keeping: Settings) -> Iterator[Flask]:
    yield from serving(keeping)


@pytest.fixture
def patient(holding_back: Flask) -> Iterator[Remembering]:
    yield from remembering(holding_back)


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


DAY = str(STORY.today.replace(day=1))


def diagnosis(code: str, text: str) -> Json:
    kind = build.concept(code, build.ICD10CM, text=text)
    return build.condition(kind, DAY, id="ZZPHI-later", subject=HERS)


HERS = {"reference": f"Patient/{STORY.request['context']['patientId']}"}
FRACTURE = diagnosis("S52.501A", "Fracture of radius")
HEALED = diagnosis("S52.501D", "Fracture of radius, later visit")
ASTHMA = diagnosis("J45.909", "Asthma")
PLP = build.lab(build.PLP, 40, "nmol/L", DAY, subject=HERS)
ORDER = build.drug({"text": "alendronate 70 mg"}, DAY, id="ZZPHI-signed", subject=HERS)


def later(key: str, resource: Json) -> Json:
    """The request again, when the record has one thing more."""
    body = deepcopy(STORY.request)
    bundle = body["prefetch"].setdefault(key, {"resourceType": "Bundle", "entry": []})
    bundle.setdefault("entry", []).append({"resource": resource})
    return body


@pytest.mark.parametrize(
    ("key", "resource"), [("conditions", FRACTURE), ("conditions", HEALED), ("labs", PLP)]
)
def test_a_new_fracture_or_substrate_is_news(
    patient: Remembering, key: str, resource: Json
) -> None:
    override(patient)

    assert said(patient, later(key, resource))["cards"] == 1


@pytest.mark.parametrize(("key", "resource"), [("medications", ORDER), ("conditions", ASTHMA)])
def test_the_order_that_was_signed_and_other_diagnoses_are_none(
    patient: Remembering, key: str, resource: Json
) -> None:
    override(patient)

    assert said(patient, later(key, resource))["notShown"] == "repeat"


def test_the_row_says_what_held_a_card_back_and_what_let_it_through(patient: Remembering) -> None:
    override(patient)
    said(patient)
    said(patient, later("conditions", FRACTURE))
    patient.memory.close()
    first, *rows = sorted(patient.rows(DECISIONS), key=lambda row: row.id)
    held, shown = sorted((json.loads(row.repeat) for row in rows), key=lambda found: found["shown"])

    assert json.loads(first.repeat) == {}
    assert (held["reason"], held["shown"], held["new"]) == (REASON, "", [])
    assert (shown["reason"], shown["shown"]) == (REASON, "new")
    assert any(what.startswith("cond_fracture ") for what in shown["new"])


def test_explain_and_evaluate_say_what_http_says(patient: Remembering, keeping: Settings) -> None:
    override(patient)
    again, news = (
        answer(json.dumps(body).encode(), "", keeping, STORY.today)
        for body in (STORY.request, later("conditions", FRACTURE))
    )

    assert again.body["cards"] == []
    assert again.body["extension"][EXTENSION]["notShown"] == "repeat"
    assert again.explanation is not None
    assert news.explanation is not None
    assert again.explanation["repeat"]["shown"] == ""
    assert len(news.body["cards"]) == 1
    assert news.explanation["repeat"]["shown"] == "new"
    drawn = drawing(again.explanation) + drawing(news.explanation)
    assert f"reason {REASON}, which holds the card back until" in drawn
    assert "Not shown (notShown: repeat)" in drawn
    assert "Shown again: something is new" in drawn


@pytest.mark.parametrize("has_settings", [True, False])
def test_offline_a_tenant_is_who_its_token_says_over_http(has_settings: bool) -> None:
    """Whether the site lists its tenants with settings of their own or by their ids alone."""
    ehr = client_of(tenants=("north", "south"))
    own = tuple(replace(ehr, name=f"this-ehr/{t}", tenants=(t,)) for t in ehr.tenants)
    settings = site(replace(ehr, by_tenant=own if has_settings else ()), keeping=REPEAT)
    client = create_app(settings, today=lambda: STORY.today).test_client()

    def post(path: str, body: Json) -> Json:
        token = EHR.token(BASE + path, tenant="south")
        answer = client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        found: Json = answer.get_json()
        return found

    def offline(**named: str) -> bool:
        found = answer(json.dumps(STORY.request).encode(), "", settings, STORY.today, **named)
        return bool(found.body["cards"])

    card = post(SIGN, STORY.request)["cards"][0]["uuid"]
    post(f"{SIGN}/feedback", {"card": card, "outcome": "overridden", **OVERRIDE})

    assert not post(SIGN, STORY.request)["cards"]
    assert not offline(tenant="south")
    assert offline(tenant="north")
    assert offline()
    if has_settings:
        assert not offline(client="this-ehr/south")


def drawing(explanation: Json) -> str:
    console = Console(file=io.StringIO(), width=200)
    draw_explanation(explanation, console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_explain_makes_no_store(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "none", keeping=REPEAT)
    found = answer(json.dumps(STORY.request).encode(), "", settings, STORY.today)

    assert found.explanation is not None
    assert found.explanation["repeat"] is None
    assert not (tmp_path / "none").exists()


LAST = LastReport("overridden", REASON, 0, "warning", frozenset({"a"}), frozenset({"low 1"}))
NOW = replace(SHOWN, indicator="warning", drugs=("a",), evidence=("low 1",))


@pytest.mark.parametrize(
    ("decision", "last", "days_later", "shown"),
    [
        (NOW, LAST, 0, ""),
        (NOW, LAST, 89.9, ""),
        (NOW, LAST, 90, "over"),
        (NOW, None, 1, None),
        (NOW, LAST._replace(outcome="accepted"), 1, None),
        (NOW, LAST._replace(reason=""), 1, None),
        (NOW, LAST._replace(indicator="info"), 1, "more-urgent"),
        (NOW, LAST._replace(indicator="critical"), 1, ""),
        (replace(NOW, drugs=("b",)), LAST, 1, "other-drug"),
        (replace(NOW, evidence=("low 1", "fracture 2")), LAST, 1, "new"),
        (replace(NOW, evidence=()), LAST, 1, ""),
        (replace(NOW, verdict="hppConfirmed"), LAST, 1, "always-shown"),
    ],
)
def test_when_a_card_is_a_repeat(
    decision: Any, last: LastReport | None, days_later: float, shown: str | None
) -> None:
    found = repeat_of(decision, last, {REASON: 90}, int(days_later * DAY_MS))

    assert (found.shown if found else None) == shown


def test_the_same_again_on_one_day_is_news_and_so_is_any_change_beyond_the_most(
    engine: Engine,
) -> None:
    kind = AlpClass.LOW_ACUTE
    low = JudgedResult(Result("r", "alp", None, Decimal(20)), None, kind, Evidence("r", kind))
    row = Row("r", "v", Indicator.INFO, {}, "s")

    def evidence(*lows: JudgedResult) -> frozenset[str]:
        return frozenset(
            evidence_of(Chart(), Assessment(row, Indicator.INFO, {}, alp=lows), engine.knowledge)
        )

    dated = [low._replace(day=date(2000, 1, 1) + timedelta(days=n)) for n in range(300)]
    assert evidence(low) < evidence(low, low)
    assert len(evidence(*dated)) <= MOST_EVIDENCE + 1
    assert not evidence(*dated) <= evidence(*dated[:-1])


def test_a_reason_that_no_card_offers_is_a_fault(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, keeping=Keeping(repeat={"specialist-directd": 9}))
    with pytest.raises(Faulty) as caught:
        create_app(settings)

    assert str(caught.value.faults[0]).endswith("did you mean specialist-directed?")
