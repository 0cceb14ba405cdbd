"""Each order is judged on its own day, and by nothing that was known later."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fhir_fixtures import stories
from service.app import build_engine
from service.evaluation import gathering
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID
from service.fhir.budget import OF_A_DRAFT
from service.hooks.calls import evaluate_body
from service.replay import history
from service.replay.history import (
    Judges,
    PastDecision,
    department_of,
    judge_last_day,
    placed_orders,
)
from service.replay.synthetic import person
from service.settings import Settings
from tests.fhir import build
from tests.fhir.build import Json

ROOT = Path(__file__).parents[2]
DAY = date(2025, 3, 1)
ASSUMED: Json = {
    "people": {"women": 0.5, "age_years": [30, 85], "years_on_record": 8},
    "orders": {
        "antiresorptive": 1.0, "renewals": [1, 3], "other_orders": [0, 2], "others": ["Aspirin"],
        "antiresorptives": [["Alendronate 70 MG Oral Tablet", "904431", 1.0]],
    },
    "results": {
        "alp_panels": [2, 6], "no_alp": 0.1, "mean_u_per_l": 60.0, "spread_u_per_l": 20.0,
        "limit_u_per_l": [35.0], "on_treatment": 0.6, "others_a_panel": 2,
    },
    "course": {"persistently_low": 0.4, "acquired": 0.2, "once_low": 0.2},
    "diagnoses": {"Hypothyroidism": ["E03.9", 0.3], "Hypophosphatasia": ["E83.39", 0.1]},
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Engine:
    return build_engine(Settings())


def judge_orders(patient: str, resources: list[Json], judges: Judges) -> list[PastDecision]:
    """All orders of a record."""
    placed = placed_orders(resources, judges)
    return list(history.judge_orders(patient, resources, placed, judges))


def alp(number: int, day: str, value: float, **more: Any) -> Json:
    return build.alp(value, day, **{"id": f"alp-{number}", "subject": HERS, **more})


def order(number: int, day: str, **more: Any) -> Json:
    own = {"id": f"order-{number}", "status": "completed", "subject": HERS}
    return build.drug({"text": "alendronate 70 mg"}, day, **{**own, **more})


HERS = {"reference": "Patient/p"}
PATIENT = build.patient(id="p", birthDate="1960-01-01")


def told(engine: Engine, *resources: Json) -> list[tuple[str, str]]:
    return [
        (d.order, d.said["verdict"])
        for d in judge_orders("p", [PATIENT, *resources], Judges(engine))
    ]


def test_each_order_is_judged_with_what_was_known_then(engine: Engine) -> None:
    history = [
        alp(1, "2018-01-05", 22), order(1, "2018-06-01"),
        alp(2, "2019-01-05", 21), order(2, "2019-06-01"),
    ]  # fmt: skip

    assert told(engine, *history) == [
        ("order-1", "lowAlpOnceMarked"),
        ("order-2", "lowAlpCauseNotReassuring"),
    ]


def test_a_result_that_was_issued_later_was_not_known(engine: Engine) -> None:
    late = alp(2, "2018-03-05", 21, issued="2018-07-01T08:00:00Z")

    assert told(engine, alp(1, "2018-01-05", 22), late, order(1, "2018-06-01")) == [
        ("order-1", "lowAlpOnceMarked")
    ]


@pytest.mark.parametrize(
    "more",
    [{"status": "cancelled"}, {"status": "draft"}, {"intent": "proposal"}, {"authoredOn": None}],
    ids=str,
)
def test_what_nobody_ordered_on_a_day_is_not_judged(engine: Engine, more: Json) -> None:
    assert told(engine, alp(1, "2018-01-05", 22), order(1, "2018-06-01", **more)) == []


def test_an_undated_order_of_interest_is_counted(engine: Engine) -> None:
    undated = {key: value for key, value in order(1, "x").items() if key != "authoredOn"}
    aspirin = {**undated, "medicationCodeableConcept": {"text": "aspirin 100 mg"}}
    resources = [undated, aspirin, order(2, "2020-01-01"), order(3, "5/18/2016")]

    placed = placed_orders(resources, Judges(engine))
    found = [item.order["id"] for item in placed if item.day is None]

    assert found == ["order-1", "order-3"]


def test_a_record_without_its_patient_is_a_decision_that_nobody_could_look(engine: Engine) -> None:
    history = [alp(1, "2018-01-05", 22), order(1, "2018-06-01")]
    (signed,) = judge_orders("p", history, Judges(engine))
    (viewed,) = judge_last_day("p", history, Judges(engine))

    for decision in (signed, viewed):
        assert (decision.said["status"], decision.said["verdict"]) == (
            "unavailable",
            "notEvaluated",
        )
    assert viewed.card is None


def test_a_record_of_more_names_than_a_request_may_hold_ends_no_replay(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP it is 413."""
    monkeypatch.setattr(gathering, "MOST_NEW_CHARACTERS", OF_A_DRAFT + 40)
    named = build.condition({"text": "an illness of a name that nobody ever read before"})
    named["subject"] = {"reference": "Patient/p"}
    history = [PATIENT, alp(1, "2018-01-05", 22), named, order(1, "2018-06-01")]
    (decision,) = judge_orders("p", history, Judges(engine))

    assert decision.said["status"] == "unavailable"
    assert decision.said["gaps"] == [{"kind": "too-large", "key": "conditions"}]


def test_orders_of_more_names_than_a_request_may_hold_end_no_replay(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST_NEW_CHARACTERS", OF_A_DRAFT + 40)
    long = {"medicationCodeableConcept": {"text": f"alendronate {'x' * 5000}"}}
    placed = [order(n, f"2018-06-0{n}", **long) for n in (1, 2)]
    decisions = judge_orders("p", [PATIENT, alp(3, "2018-01-05", 22), *placed], Judges(engine))

    assert [decision.said["gaps"] for decision in decisions] == [
        [{"kind": "too-large", "key": "draftOrders"}]
    ] * 2


@pytest.mark.hazard("C14")
def test_an_order_of_the_first_or_the_last_day_of_the_calendar_is_judged(engine: Engine) -> None:
    """Databases write them for `nobody knows` and for `never`."""
    placed = [order(1, "0001-01-01"), order(2, "9999-12-31")]
    history = [PATIENT, alp(3, "2018-01-05", 22), *placed]

    assert told(engine, *history) == [("order-1", "notEvaluated"), ("order-2", "alpNotOnFile")]


def test_what_the_source_has_nothing_of_was_not_looked_at(engine: Engine) -> None:
    history = [PATIENT, alp(1, "2018-01-05", 22), alp(2, "2019-01-05", 21), order(1, "2019-06-01")]
    (seen,) = judge_orders("p", history, Judges(engine))
    (unseen,) = judge_orders("p", history, Judges(engine, missing=frozenset({"conditions"})))

    assert seen.said["status"] == "complete"
    assert unseen.said["status"] == "partial"
    assert [gap["key"] for gap in unseen.said["gaps"]] == ["conditions"]


def test_what_an_evaluation_does_not_read_is_no_gap(engine: Engine) -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": {"reference": "Patient/p"},
    }
    history = [PATIENT, alp(1, "2018-01-05", 22), allergy, order(1, "2018-06-01")]
    (decision,) = judge_orders("p", history, Judges(engine))

    assert decision.said["gaps"] == []


CLINIC = [{"location": {"display": "Bone clinic"}}]
STAY = build.encounter("AMB", "2018-06-01", id="e1", subject=HERS, location=CLINIC)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"encounter": {"reference": "Encounter/e1"}}, "Bone clinic"),
        ({"context": {"reference": "https://ehr.example.org/fhir/Encounter/e1"}}, "Bone clinic"),
        ({"encounter": {"reference": "Encounter/e2"}}, ""),
        ({}, ""),
    ],
    ids=str,
)
def test_the_department_is_that_of_the_encounter(more: Json, found: str) -> None:
    assert department_of(order(1, "2018-06-01", **more), [STAY]) == found


def test_other_drugs_are_not_judged(engine: Engine) -> None:
    aspirin = order(1, "2018-06-01", medicationCodeableConcept={"text": "aspirin 100 mg"})

    assert told(engine, alp(1, "2018-01-05", 22), aspirin) == []


def test_a_last_day_is_a_chart_that_is_opened(engine: Engine) -> None:
    history = [PATIENT, alp(1, "2018-01-05", 22), alp(2, "2019-01-05", 21)]
    (decision,) = judge_last_day("p", history, Judges(engine))

    assert decision.day == date(2019, 1, 5)
    assert decision.said["verdict"] == "hppSuspected"


@pytest.mark.parametrize("number", range(40))
def test_what_is_dated_later_changes_nothing(engine: Engine, number: int) -> None:
    """Whatever is added after an order's day leaves that order's decision as it was."""
    resources = list(person(number, ASSUMED))
    patient = resources[0]["id"]
    before = judge_orders(patient, resources, Judges(engine))
    for decision in before:
        later = [_moved(r, decision.day, Random(number)) for r in resources[1:]]
        again = {d.order: d for d in judge_orders(patient, [*resources, *later], Judges(engine))}

        assert again[decision.order].said == decision.said
        assert [c["summary"] for c in again[decision.order].answer.body["cards"]] == [
            c["summary"] for c in decision.answer.body["cards"]
        ]


def _moved(resource: Json, day: date, chance: Random) -> Json:
    """The same fact again, on a later day and with another id."""
    then = (day + timedelta(days=chance.randint(1, 2000))).isoformat()
    dated = [
        name for name in ("effectiveDateTime", "authoredOn", "recordedDate") if name in resource
    ]
    return {**resource, "id": f"{resource['id']}-later", **dict.fromkeys(dated, then)}


def _kinds(story_request: Json) -> list[Json]:
    found = [story_request["prefetch"]["patient"]]
    for key, value in story_request["prefetch"].items():
        if key != "patient" and value:
            found += [entry["resource"] for entry in value.get("entry", [])]
    return found


WHOLE = [
    story
    for story in stories().values()
    if story.service == "hpp-order-sign"
    and set(story.request["prefetch"])
    >= {"patient", "alp", "labs", "medications", "conditions", "procedures"}
    and all(v is None or v["resourceType"] in ("Patient", "Bundle")
            for v in story.request["prefetch"].values())
    and len(story.request["context"]["draftOrders"]["entry"]) == 1
    and story.response["extension"][EXTENSION]["status"] == "complete"
]  # fmt: skip


@pytest.mark.parametrize("story", WHOLE, ids=lambda story: story.id)
def test_a_story_is_judged_as_over_http(engine: Engine, story: Any) -> None:
    (draft,) = [e["resource"] for e in story.request["context"]["draftOrders"]["entry"]]
    if draft["resourceType"] != "MedicationRequest":
        pytest.skip("the story's draft is no MedicationRequest")
    placed = {**draft, "status": "active", "authoredOn": story.today.isoformat()}
    resources = [*_kinds(story.request), placed]
    patient = story.request["context"]["patientId"]
    found = {d.order: d.said for d in judge_orders(patient, resources, Judges(engine))}
    over_http = evaluate_body(story.request, BY_ID[story.service], engine, story.today)
    said = over_http.body["extension"][EXTENSION]
    mine = found.get(placed["id"], {"verdict": "notApplicable", "row": "none"})

    assert (mine["verdict"], mine["row"]) == (said["verdict"], said["row"])


def test_judging_a_record_loads_no_web_server() -> None:
    """An engine, a record and a day are enough; in a process of its own, where nothing is yet."""
    loads = (
        "import sys; import service.replay.history, service.evaluation.building;"
        "print({'flask', 'requests', 'sqlalchemy'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", loads], capture_output=True, check=True, cwd=ROOT)

    assert found.stdout.decode().strip() == "set()"
