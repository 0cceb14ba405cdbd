"""Bodies in each state a prefetch key can have."""

from __future__ import annotations

from typing import Any

from service.evaluation.answer import Answer
from tests.fhir.ask import answer, result_of, site
from tests.fhir.build import (
    ALENDRONATE,
    CARDIAC_SURGERY,
    FRACTURE,
    MISSING,
    PLP,
    ZOLEDRONATE,
    administration,
    alp,
    bundle,
    condition,
    drug,
    encounter,
    entry,
    lab,
    outcome,
    patient,
    procedure,
    request,
)

Json = dict[str, Any]
NORMAL = "200 complete alpNotLow"
# Nothing found: asked and none, so neither fetched nor refused.
NOTHING: dict[str, Any] = {
    "null": None,
    "empty Bundle": bundle(),
    "Bundle without entry": {"resourceType": "Bundle", "type": "searchset"},
    "total 0": {"resourceType": "Bundle", "type": "searchset", "total": 0},
    "remark that nothing was found": bundle(
        entry=[entry(outcome("warning"), search={"mode": "outcome"})], total=0
    ),
    "remark for information": bundle(
        entry=[entry(outcome("information"), search={"mode": "outcome"})], total=0
    ),
}
# The client tried and could not say.
FAILED: dict[str, Any] = {
    "OperationOutcome, error": outcome("error"),
    "OperationOutcome, fatal": outcome("fatal"),
    "OperationOutcome, warning": outcome("warning"),
    "OperationOutcome without issues": {"resourceType": "OperationOutcome"},
    "error inside a Bundle": bundle(
        entry=[entry(outcome("error"), search={"mode": "outcome"})], total=MISSING
    ),
}
UNREADABLE: dict[str, Any] = {
    "a string": "ZZPHI",
    "a number": 1,
    "a list": [],
    "true": True,
    "an object without type": {},
    "a type that is null": {"resourceType": None},
    "a type that is a list": {"resourceType": ["Bundle"]},
    "a resource as a JSON string": '{"resourceType": "Bundle"}',
}
NORMAL_ALP = bundle(alp(60))


def ask(key: str, value: Any, hook: str = "order-sign", **members: Any) -> Answer:
    """A record in which this key is the only unusual one."""
    return answer(request(hook=hook, members=members, **{"alp": NORMAL_ALP, key: value}))


def outcome_of(key: str, value: Any, **client: Any) -> str:
    sent: Json = {"alp": NORMAL_ALP, key: value}
    body = request(**sent)
    return result_of(body, site(**client)) if client else result_of(body)


ONE: dict[str, Json] = {
    "patient": patient(),
    "alp": alp(28),
    "labs": lab(PLP, 200, "nmol/L"),
    "medications": drug(ALENDRONATE),
    "conditions": condition(FRACTURE, "2025-05-01"),
    "procedures": procedure(CARDIAC_SURGERY, "2025-05-20"),
    "encounters": encounter("IMP", "2025-05-31", "2025-06-02"),
    "administrations": administration(ZOLEDRONATE, "2025-05-20"),
}
