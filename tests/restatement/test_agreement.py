"""The engine and the restatement judge the same random patients alike."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from tests.restatement.as_fhir import as_request
from tests.restatement.limits import Patient
from tests.restatement.patients import random_patient
from tests.restatement.table import judge

PATIENTS = 20_000
SEED = 20_260_301
SERVICE = BY_ID["hpp-order-sign"]

# status, verdict, the part of the row's id before the dash, the card's indicator
Said = tuple[str, str, str, str]


def restated(patient: Patient) -> list[Said]:
    """What the table says; of two, either will do.

    A gap may put a card where the table has none; what it says is not the table's, so its
    indicator is "gap".  A result of an unrecognised name is a gap of the ALP: the restatement
    asks what it would be on its own day, the engine may call the answer partial without asking.
    """
    found = judge(patient)
    said = [(found.answer.status, found.answer.card)]
    if found.answer.status == "complete" and any(r["name"] != "alp" for r in patient["alp"]):
        said.append(("partial", found.answer.card or not found.answer.settled))
    row, shown = found.row.split("-")[0], found.indicator
    return [
        (status, found.verdict, row, "gap" if card and shown in ("", "none") else shown)
        for status, card in said
    ]


def answered(patient: Patient, engine: Engine) -> Said:
    """What the engine answers, through FHIR and the whole reader."""
    body = evaluate_body(as_request(patient), SERVICE, engine, patient["today"]).body
    said: dict[str, Any] = body["extension"][EXTENSION]
    row = said["row"].split("-")[0] if said["verdict"] != "notEvaluated" else ""
    cards = body["cards"]
    return said["status"], said["verdict"], row, cards[0]["indicator"] if cards else "none"


def agrees(expected: Said, actual: Said) -> bool:
    """Alike; a card for a gap may have any indicator."""
    if expected[-1] == "gap":
        return expected[:-1] == actual[:-1] and actual[-1] != "none"
    return expected == actual


def disagreements(
    engine: Engine, number: int, seed: int
) -> Iterator[tuple[int, Patient, list[Said], Said]]:
    """The random patients that are judged differently: number, patient, restated, answered."""
    rng = Random(seed)
    for count in range(number):
        patient = random_patient(rng)
        expected, actual = restated(patient), answered(patient, engine)
        if not any(agrees(said, actual) for said in expected):
            yield count, patient, expected, actual


def test_twenty_thousand_random_patients_are_judged_alike(engine: Engine) -> None:
    """Verdict, row, indicator, status, and whether there is a card; some are partly seen."""
    found = [
        (count, expected, actual)
        for count, _, expected, actual in disagreements(engine, PATIENTS, SEED)
    ]
    assert found[:5] == []
