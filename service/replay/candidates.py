"""Which orders are of a drug that is judged?  By the service's own reader, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.evaluation.engine import Engine
from service.fhir.drafts import Asked, read_drafts
from service.fhir.gather import gather

Json = Mapping[str, Any]


def of_interest(orders: Sequence[Json], medications: Iterable[Json], engine: Engine) -> list[Json]:
    """Those that would be judged as drafts.  medications: those that they may name.

    Finding tells an order without its route.  That loses none: content is refused in which a
    bisphosphonate triggers in one of its forms alone.
    """
    drafts = [as_draft(order) for order in orders]
    record = gather({}, bundle([*drafts, *medications]))
    read = read_drafts(record, Asked(patient_id=""), engine.terminology)
    judged = {id(draft.resource) for draft in read if draft.matters}
    return [order for order, draft in zip(orders, drafts, strict=True) if id(draft) in judged]


def as_draft(order: Json) -> dict[str, Any]:
    """An order as it was before it was signed."""
    return {**order, "status": "draft", "intent": "order"}


def bundle(resources: Iterable[Json]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]}
