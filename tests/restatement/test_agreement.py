"""The engine and the restatement judge the same random patients alike."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

from service.evaluation.engine import Engine
from service.fhir.gather import gather
from service.fhir.read import Asked, read_chart, read_drafts
from service.hpp.decide import assess
from tests.restatement.as_fhir import as_request
from tests.restatement.patients import random_patient
from tests.restatement.table import judge

PATIENTS = 20_000
SEED = 20_260_301


def test_twenty_thousand_random_patients_are_judged_alike(engine: Engine) -> None:
    """Through FHIR and the whole reader, so that reading is compared as well."""
    rng, differences, judged = Random(SEED), [], 0
    for number in range(PATIENTS):
        patient = random_patient(rng)
        expected = judge(patient)
        request = as_request(patient)
        context = request["context"]
        record = gather(request["prefetch"], context["draftOrders"])
        asked = Asked(context["patientId"])
        drafts = read_drafts(record, asked, engine.terminology)
        chart = read_chart(
            record, asked, drafts, engine.terminology, ZoneInfo("UTC"), patient["today"]
        )
        actual = assess(chart, patient["today"], engine.knowledge)
        judged += 1
        if (expected.verdict, expected.indicator) != (actual.verdict, str(actual.indicator)):
            differences.append((number, expected, actual.row.id, str(actual.indicator)))

    assert judged == PATIENTS
    assert differences[:5] == []
