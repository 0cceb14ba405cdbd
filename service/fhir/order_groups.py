"""The orders among the drafts, and those inside others: order sets, care plans, tasks, services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.fhir.bundles import Entry
from service.fhir.references import Index, local_reference
from service.fhir.releases import DRUGS, SERVICES, SUBJECT, first_of
from service.fhir.tolerant import Json, kind_of, obj, objs, text

GROUPS = frozenset({"RequestGroup", "RequestOrchestration", "CarePlan", "Task"})
# An infusion may be drafted as the service, the procedure or the supply.
ORDERED = DRUGS | SERVICES | {"Procedure", "SupplyRequest"}
DEEPEST = 8  # actions in actions of an order set
MOST_INSIDE = 500  # resources that one draft contains; each order may ask for all of them


@dataclass(frozen=True, slots=True)
class Order:
    """An order among the drafts, or inside one.

    where: its place.  holder: the draft that was sent, by which it may be selected.  A resource
    of no members is an order that was referred to and not sent, or one among too many.
    """

    where: str
    resource: Json
    holder: Json


def orders_among(drafts: list[Entry], index: Index) -> Iterator[Order]:
    """Every order to look at, those inside other drafts too."""
    for entry in drafts:
        draft = entry.resource
        if entry.kind in ORDERED:
            yield Order(entry.where, draft, draft)
        if entry.kind in GROUPS | SERVICES:
            yield from _contained(entry)
        if entry.kind in GROUPS:
            yield from _planned(entry)
            yield from _lost(entry, index)


def _contained(entry: Entry) -> Iterator[Order]:
    inside = objs(entry.resource.get("contained"))
    orders = [item for item in inside if kind_of(item) in ORDERED]
    if orders and len(inside) > MOST_INSIDE:
        yield Order(entry.where, {}, entry.resource)
        return
    for item in orders:
        yield _inner(entry, item, f"{entry.where}#{text(item.get('id'))}")


def _planned(entry: Entry) -> Iterator[Order]:
    """What a care plan says of an activity itself."""
    for position, activity in enumerate(objs(entry.resource.get("activity"))):
        detail = obj(activity.get("detail"))
        drug = detail.get("productCodeableConcept") or detail.get("code")
        pointer = detail.get("productReference")
        if drug or pointer:
            order = {
                "resourceType": "ServiceRequest",
                "code": drug,
                "medicationReference": pointer,
                "status": detail.get("status"),
                "doNotPerform": detail.get("doNotPerform") or detail.get("prohibited"),
            }
            sent = {name: value for name, value in order.items() if value is not None}
            yield _inner(entry, sent, f"{entry.where}#activity[{position}]")


def _inner(entry: Entry, order: Json, where: str) -> Order:
    """With the subject of its holder, where it has none, and all that the holder contains."""
    subject = {name: entry.resource[name] for name in SUBJECT if name in entry.resource}
    inside = {"contained": entry.resource.get("contained")}
    own = order if first_of(order, SUBJECT) else {**subject, **order}
    return Order(where, {**own, **inside}, entry.resource)


def _lost(entry: Entry, index: Index) -> Iterator[Order]:
    """Medication orders that a group refers to and that were not sent."""
    for pointer in _pointers(entry.resource):
        written = text(pointer.get("reference"))
        kind = local_reference(written).partition("/")[0]
        is_drug = kind in DRUGS or text(pointer.get("type")) in DRUGS
        if is_drug and not index.resolve(written, entry.resource):
            yield Order(entry.where, {}, entry.resource)


def _pointers(group: Json) -> Iterator[Json]:
    yield obj(group.get("focus"))
    for activity in objs(group.get("activity")):
        yield obj(activity.get("reference") or activity.get("plannedActivityReference"))
    yield from _of_actions(group, 0)


def _of_actions(group: Json, depth: int) -> Iterator[Json]:
    for action in objs(group.get("action")) if depth < DEEPEST else ():
        yield obj(action.get("resource"))
        yield from _of_actions(action, depth + 1)
