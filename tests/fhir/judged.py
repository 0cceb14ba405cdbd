"""What the only ALP result of a chart was taken for, and why."""

from __future__ import annotations

from typing import Any

from service.evaluation.answer import Answer
from service.hpp.assessment import JudgedResult
from service.hpp.model import Result
from tests.fhir.ask import answer
from tests.fhir.build import bundle, request

ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
MASKED: dict[str, Any] = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "masked",
        }
    ]
}


def read_alp(*results: dict[str, Any]) -> list[Result]:
    """The results of a chart with these ALPs, as read."""
    chart = answer(request(alp=bundle(*results))).chart

    assert chart is not None
    return list(chart.results)


def only_judged(given: Answer) -> JudgedResult:
    assert given.assessment is not None
    (judged,) = given.assessment.alp
    return judged


def reason_of(given: Answer) -> tuple[str, ...]:
    """The class of the only result and why it has it."""
    judged = only_judged(given)
    return judged.kind.value, *judged.reasons
