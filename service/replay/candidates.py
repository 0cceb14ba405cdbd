"""Is this order one of a drug that is judged?  By the service's own reader, and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.evaluation.engine import Engine
from service.fhir.gather import gather
from service.fhir.read import Asked, any_matters, read_drafts

Json = Mapping[str, Any]


def is_of_interest(order: Json, medications: Sequence[Json], engine: Engine) -> bool:
    """Whether the order would be judged as a draft.  medications: those that it may name."""
    draft = {**order, "status": "draft", "intent": "order"}
    sent = [{"resource": item} for item in (draft, *medications)]
    record = gather({}, {"resourceType": "Bundle", "entry": sent})
    return any_matters(read_drafts(record, Asked(patient_id=""), engine.terminology))
