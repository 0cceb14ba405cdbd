"""One patient's record -> the decisions that each order of the past would have got.

Pure, and the same whatever engine brings the resources: nothing is read here by any rule but
the service's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import Engine
from service.evaluation.evaluate import evaluate
from service.evaluation.request import HookRequest
from service.evaluation.services import BY_ID
from service.fhir.dates import read_days
from service.fhir.gather import TYPES
from service.fhir.releases import AUTHORED, ORDERS, first_of
from service.fhir.tolerant import Json, objs, text
from service.hpp.model import ALP

# What an order is made of is judged as a draft; these never were one that somebody placed.
NEVER_PLACED = frozenset({"draft", "entered-in-error", "cancelled"})
NOT_AN_ORDER = frozenset({"proposal", "plan", "option"})
SIGN, VIEW = BY_ID["hpp-order-sign"], BY_ID["hpp-patient-view"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One order of the past (or one patient's last day), and what would have been said.

    patient, order: ids of the record.  answer: as over HTTP on that day.
    """

    patient: str
    order: str
    day: date
    answer: Answer

    @property
    def said(self) -> dict[str, Any]:
        """The evaluation extension of the answer."""
        found: dict[str, Any] = self.answer.body["extension"][EXTENSION]
        return found

    @property
    def card(self) -> dict[str, Any] | None:
        return next(iter(self.answer.body["cards"]), None)


def judge_orders(patient: str, resources: Sequence[Json], engine: Engine) -> Iterator[Decision]:
    """Each order of a drug of interest, judged on its own day with what was known then.

    resources: everything on record of this patient, of any type, in any order.
    """
    by_key = _by_key(resources, engine)
    for order, day in _orders(resources, engine):
        request = _request(patient, by_key, order)
        answer = evaluate(request, SIGN, engine, day)
        if answer.status != "not-applicable":
            yield Decision(patient, text(order.get("id")), day, answer)


def judge_last_day(patient: str, resources: Sequence[Json], engine: Engine) -> Iterator[Decision]:
    """The patient's last day on record, as if the chart were opened then."""
    by_key = _by_key(resources, engine)
    days = [day for resource in resources if (day := _last_day(resource, engine))]
    if days:
        answer = evaluate(_request(patient, by_key, None), VIEW, engine, max(days))
        yield Decision(patient, "", max(days), answer)


def _orders(resources: Sequence[Json], engine: Engine) -> list[tuple[Json, date]]:
    """Dated orders that were placed, by day and id."""
    found = [
        (order, days.last)
        for order in resources
        if order.get("resourceType") in ORDERS
        and text(order.get("status")) not in NEVER_PLACED
        and text(order.get("intent")) not in NOT_AN_ORDER
        and (days := read_days(first_of(order, AUTHORED), engine.zone))
    ]
    return sorted(found, key=lambda item: (item[1], text(item[0].get("id"))))


def undated_orders(resources: Sequence[Json], engine: Engine) -> int:
    """Orders that cannot be placed in time, so are not judged."""
    return sum(
        resource.get("resourceType") in ORDERS
        and read_days(first_of(resource, AUTHORED), engine.zone) is None
        for resource in resources
    )


def _request(patient: str, by_key: Mapping[str, Sequence[Json]], order: Json | None) -> HookRequest:
    """What an EHR would have sent: the whole record, and the order as the draft it once was."""
    prefetch: dict[str, Any] = {
        key: _bundle([r for r in resources if r is not order]) for key, resources in by_key.items()
    }
    prefetch["patient"] = next(iter(by_key["patient"]), None)
    draft = {**order, "status": "draft", "intent": "order"} if order else None
    return HookRequest(
        hook=SIGN.hook if draft else VIEW.hook,
        hook_instance="replay",
        patient_id=patient,
        user_reference="",
        prefetch=prefetch,
        draft_orders=_bundle([draft]) if draft else None,
    )


def _by_key(resources: Sequence[Json], engine: Engine) -> dict[str, list[Json]]:
    """Resources under the prefetch key that would have held them."""
    found: dict[str, list[Json]] = {key: [] for key in TYPES}
    for resource in resources:
        found[_key_of(resource, engine)].append(resource)
    return found


def _key_of(resource: Json, engine: Engine) -> str:
    """ALP results are asked for apart from the other results; what belongs nowhere rides along."""
    kind = resource.get("resourceType")
    if kind == "Observation":
        return "alp" if _is_alp(resource, engine) else "labs"
    return next((key for key, kinds in TYPES.items() if kind in kinds), "medications")


def _is_alp(resource: Json, engine: Engine) -> bool:
    lab = engine.terminology.lab
    concepts = [resource.get("code"), *(p.get("code") for p in objs(resource.get("component")))]
    return any(lab(concept).test == ALP for concept in concepts)


def _bundle(resources: Sequence[Json]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]}


_DATED = ("effectiveDateTime", "issued", "authoredOn", "recordedDate", "performedDateTime",
          "dateWritten", "assertedDate", "dateRecorded", "occurrenceDateTime")  # fmt: skip


def _last_day(resource: Json, engine: Engine) -> date | None:
    days = [read_days(resource.get(name), engine.zone) for name in _DATED]
    return max((day.last for day in days if day), default=None)
