"""A history in any FHIR release says the same: same days, same verdicts, same department."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.fhir import build
from tests.fhir.build import Json
from tests.replay.conftest import Export
from tests.replay.test_history import HERS, PATIENT
from tests.replay.test_run import run

ALENDRONATE, HPP = {"text": "alendronate 70 mg"}, {"text": "Hypophosphatasia"}
ACTIVE = build.term("condition-clinical", "active")
CONFIRMED = build.term("condition-ver-status", "confirmed")
STAY = {"reference": "Encounter/stay"}
ORDERED, RECORDED = ("2019-06-01", "2021-06-01"), "2020-06-01"


def result(number: int, day: str, **more: Any) -> Json:
    """The same in all releases but for the encounter."""
    return build.alp(21, day, id=f"alp-{number}", issued=f"{day}T09:00:00+01:00", **more)


def dstu2() -> list[Json]:
    ours = {"patient": HERS}
    orders = [
        {"resourceType": "MedicationOrder", "id": f"order-{n}", "status": "completed", **ours,
         "dateWritten": day, "encounter": STAY, "medicationCodeableConcept": ALENDRONATE}
        for n, day in enumerate(ORDERED)
    ]  # fmt: skip
    problem = {"resourceType": "Condition", "id": "hpp", **ours, "dateRecorded": RECORDED,
               "clinicalStatus": "active", "verificationStatus": "confirmed",
               "code": HPP}  # fmt: skip
    stay = {"resourceType": "Encounter", "id": "stay", **ours, "class": "outpatient",
            "period": {"start": "2019-05-01"}, "location": [{"location": CLINIC}]}  # fmt: skip
    return [*orders, problem, stay, result(1, "2018-01-05", subject=HERS)]


def stu3() -> list[Json]:
    ours = {"subject": HERS}
    orders = [
        {"resourceType": "MedicationRequest", "id": f"order-{n}", "status": "completed", **ours,
         "intent": "order", "authoredOn": f"{day}T10:00:00Z", "context": STAY,
         "requester": {"agent": {"reference": "Practitioner/1"}},
         "medicationCodeableConcept": ALENDRONATE,
         "dosageInstruction": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}
        for n, day in enumerate(ORDERED)
    ]  # fmt: skip
    problem = {"resourceType": "Condition", "id": "hpp", **ours, "assertedDate": RECORDED,
               "clinicalStatus": "active", "verificationStatus": "confirmed",
               "code": HPP}  # fmt: skip
    stay = {"resourceType": "Encounter", "id": "stay", **ours, "class": {"code": "AMB"},
            "period": {"start": "2019-05-01"}, "location": [{"location": CLINIC}]}  # fmt: skip
    return [*orders, problem, stay, result(1, "2018-01-05", subject=HERS, context=STAY)]


def r4() -> list[Json]:
    ours = {"subject": HERS}
    orders = [
        {"resourceType": "MedicationRequest", "id": f"order-{n}", "status": "completed", **ours,
         "intent": "order", "authoredOn": day, "encounter": STAY,
         "medicationCodeableConcept": ALENDRONATE}
        for n, day in enumerate(ORDERED)
    ]  # fmt: skip
    problem = {"resourceType": "Condition", "id": "hpp", **ours, "recordedDate": RECORDED,
               "clinicalStatus": ACTIVE, "verificationStatus": CONFIRMED, "code": HPP}  # fmt: skip
    stay = {"resourceType": "Encounter", "id": "stay", **ours, "class": {"code": "AMB"},
            "period": {"start": "2019-05-01"}, "location": [{"location": CLINIC}]}  # fmt: skip
    return [*orders, problem, stay, result(1, "2018-01-05", subject=HERS, encounter=STAY)]


def r5() -> list[Json]:
    found = []
    for resource in r4():
        if resource["resourceType"] == "MedicationRequest":
            resource = {k: v for k, v in resource.items() if k != "medicationCodeableConcept"}
            resource["medication"] = {"concept": ALENDRONATE}
        if resource["resourceType"] == "Encounter":
            resource = {k: v for k, v in resource.items() if k != "period"}
            resource |= {
                "actualPeriod": {"start": "2019-05-01"},
                "class": [{"coding": [{"code": "AMB"}]}],
            }
        found.append(resource)
    return found


CLINIC = {"display": "Bone clinic"}


@pytest.mark.parametrize("release", [dstu2, stu3, r4, r5])
def test_a_history_of_any_release_says_the_same(
    release: Any, export: Export, tmp_path: Path
) -> None:
    """A diagnosis counts from the day on which that release says that it was written down."""
    last = result(2, "2019-01-05", subject=HERS)
    rows = run(export([PATIENT, *release(), last]), tmp_path / "out")

    assert [(row["day"], row["verdict"], row["first_start"]) for row in rows] == [
        (date(2019, 6, 1), "hppSuspected", True), (date(2021, 6, 1), "hppConfirmed", True),
    ]  # fmt: skip
    assert [row["department"] for row in rows] == ["Bone clinic"] * 2
    assert [item["day"] for item in rows[0]["alp"]] == [date(2018, 1, 5), date(2019, 1, 5)]


@pytest.mark.parametrize("release", [stu3, r5])
def test_each_patient_s_last_day_is_found_in_any_release(
    release: Any, export: Export, tmp_path: Path
) -> None:
    (row,) = run(export([PATIENT, *release()]), tmp_path / "out", everyone=True)

    assert (row["day"], row["verdict"]) == (date(2021, 6, 1), "hppConfirmed")
