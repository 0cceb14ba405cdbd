"""Panels and reports -> the Observations in them, complete with what they leave to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.fhir.codings import Recognition
from service.fhir.context import Context
from service.fhir.observations import status_of
from service.fhir.references import LONGEST_ID, Index
from service.fhir.releases import SUBJECT, first_of
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.model import ALP

INHERITED = ("encounter", "context", "issued", "subject", "patient")
WHEN = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming")
HOLDING = frozenset({"contained", "result", "hasMember", "related"})
WITHDRAWN = frozenset({"cancelled", "entered-in-error"})


def is_whole(resource: Json) -> bool:
    """Whether it may hold other results; most hold none."""
    return not HOLDING.isdisjoint(resource)


def contained_in(whole: Json, name: str) -> Iterator[tuple[str, Json]]:
    """The Observations that a panel or report contains, withdrawn where it is."""
    status = status_of(whole)
    for position, item in enumerate(objs(whole.get("contained"))):
        if item.get("resourceType") == "Observation":
            member = complete(item, whole)
            if status in WITHDRAWN or not text(item.get("status")):
                member = {**member, "status": status}
            yield f"{name}#{_name_inside(item, position)}", member


def _name_inside(item: Json, position: int) -> str:
    """Its id, which each part of it is named by; its place for one of megabytes."""
    identity = text(item.get("id"))
    return identity if len(identity) <= LONGEST_ID else f"contained[{position}]"


def complete(member: Json, whole: Json) -> Json:
    """A member with the date, the subject and the encounter of the whole, where it has none."""
    names = [name for name in INHERITED if name not in member]
    if not any(name in member for name in WHEN):
        names += WHEN
    if _is_inside(first_of(member, SUBJECT)):
        member = {name: item for name, item in member.items() if name not in SUBJECT}
        names += SUBJECT
    elif first_of(member, SUBJECT):
        names = [name for name in names if name not in SUBJECT]
    return {**{name: whole[name] for name in names if name in whole}, **member}


def _is_inside(subject: object) -> bool:
    """A subject that the whole contains, as it contains the member."""
    return text(obj(subject).get("reference")).startswith("#")


def wholes(resources: Iterable[Json], index: Index) -> dict[int, Json]:
    """The panel or report of each member that was sent beside it, by identity."""
    found: dict[int, Json] = {}
    for whole in filter(is_whole, resources):
        for pointer in members(whole):
            member = index.resolve(pointer.get("reference"), whole)
            if member:
                found.setdefault(id(member), whole)
                index.used.add((id(member), id(whole)))
    return found


def count_members(whole: Json, context: Context) -> tuple[int, int]:
    """How many members were not sent, unless the reference names another test; how many were."""
    lost = sent = 0
    for pointer in members(whole):
        if context.index.resolve(pointer.get("reference"), whole):
            sent += 1
        elif not _names_another(pointer, context):
            lost += 1
    return lost, sent


def _names_another(pointer: Json, context: Context) -> bool:
    named = context.lab({"text": text(pointer.get("display"))})
    return named.outcome is Recognition.ANOTHER or named.test not in (None, ALP)


def members(whole: Json) -> Iterator[Json]:
    """References to what a report (`result`) or a panel (`hasMember`, before: `related`) holds."""
    if whole.get("resourceType") == "DiagnosticReport":
        yield from objs(whole.get("result"))
        return
    yield from objs(whole.get("hasMember"))
    for item in objs(whole.get("related")):
        if item.get("type") == "has-member":
            yield obj(item.get("target"))
