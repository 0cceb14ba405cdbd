"""Prefetch -> Record: the resources of each key, and what was not seen.

Every state a key can have (cds-hooks.org, "prefetch"): absent, null, a resource, a Bundle,
an empty Bundle, an OperationOutcome, outcomes inside a Bundle, more pages than were sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.fhir.releases import ORDERS
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.model import Gap

# What each key holds; other types among its entries are outcomes or included resources.
TYPES: Mapping[str, frozenset[str]] = {
    "patient": frozenset({"Patient"}),
    "alp": frozenset({"Observation"}),
    "labs": frozenset({"Observation"}),
    "medications": ORDERS,
    "conditions": frozenset({"Condition"}),
    "procedures": frozenset({"Procedure"}),
}
KEYS = tuple(TYPES)
Entry = tuple[int, Json, str]  # position, resource, fullUrl
FAILED_SEVERITIES = frozenset({"error", "fatal"})


@dataclass
class Record:
    """What an EHR let us see.

    resources: key -> (reference, resource).  index: reference or fullUrl -> resource, of everything
    that was sent, for resolving references.  gaps: what was asked for and not seen.
    next_pages: key -> link to the page that was left out.  drafts: the entries of the draft orders.
    """

    resources: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    index: dict[str, Json] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    taken: dict[str, Json] = field(default_factory=dict)
    next_pages: dict[str, str] = field(default_factory=dict)
    drafts: list[Entry] = field(default_factory=list)
    unreadable_drafts: list[str] = field(default_factory=list)

    def gap(self, kind: str, key: str, *where: str) -> None:
        self.gaps.append(Gap(kind, key, len(where), where))


def gather(prefetch: Mapping[str, Any] | None, draft_orders: object) -> Record:
    """Take what was sent; keys that were never asked for are ignored."""
    record = Record()
    record.drafts, record.unreadable_drafts = read_entries(draft_orders, "draftOrders")
    for _, resource, full_url in record.drafts:
        index_resource(record, resource, full_url)
    for key in KEYS:
        if prefetch is None or key not in prefetch:
            record.gap("not-sent", key)
        else:
            take(record, key, prefetch[key])
    return record


def take(record: Record, key: str, value: object, *, more_follows: bool = False) -> None:
    """Take one value of a key; more_follows: it is one page of several, so its total and its
    next link say nothing by themselves."""
    if value is None:
        if key == "patient":
            record.gap("not-found", key)
        return
    kind = value.get("resourceType") if isinstance(value, dict) else None
    if kind == "OperationOutcome":
        record.gap("failed", key)
    elif kind == "Bundle":
        _take_bundle(record, key, obj(value), more_follows)
    elif isinstance(kind, str) and kind in TYPES[key]:
        _add(record, key, None, obj(value), "")
    else:
        record.gap("unreadable", key)


def _take_bundle(record: Record, key: str, bundle: Json, more_follows: bool) -> None:
    sent, unreadable = read_entries(bundle, key)
    for where in unreadable:
        record.gap("unreadable", key, where)
    matches, wanted = 0, TYPES[key]
    for position, resource, full_url in sent:
        kind = resource["resourceType"]
        if kind in wanted:
            matches += 1
            _add(record, key, position, resource, full_url)
        elif kind != "OperationOutcome":
            index_resource(record, resource, full_url)
        elif _has_failed(resource):
            record.gap("failed", key)
    if not more_follows:
        _note_truncation(record, key, bundle, matches)


def entries(bundle: object, key: str) -> list[Entry]:
    """Every entry that holds a resource with a type."""
    return read_entries(bundle, key)[0]


def read_entries(bundle: object, key: str) -> tuple[list[Entry], list[str]]:
    """The entries that hold a resource with a type, and where others hold something else.

    An entry may lack a resource altogether; one that is itself a resource holds none.
    """
    found: list[Entry] = []
    unreadable: list[str] = []
    sent = obj(bundle).get("entry")
    if isinstance(sent, dict):
        sent = [sent] if sent else []
    if sent is not None and not isinstance(sent, list):
        return [], [key]
    for position, item in enumerate(sent or ()):
        unread = item.get("resource") if isinstance(item, dict) else item
        if isinstance(unread, dict) and text(unread.get("resourceType")):
            found.append((position, unread, text(item.get("fullUrl"))))
            unread = None
        if unread is not None or not isinstance(item, dict) or "resourceType" in item:
            unreadable.append(place(key, position))
    return found, unreadable


def place(key: str, position: int | None) -> str:
    """Where a resource is that has no id to be named by; position: in a Bundle."""
    return key if position is None else f"{key}[{position}]"


def _has_failed(outcome: Json) -> bool:
    return any(
        text(issue.get("severity")) in FAILED_SEVERITIES for issue in objs(outcome.get("issue"))
    )


def _note_truncation(record: Record, key: str, bundle: Json, matches: int) -> None:
    """More results exist than were sent: a next page, or a total above what is here."""
    links = objs(bundle.get("link"))
    following = [text(n.get("url")) for n in links if text(n.get("relation")) == "next"]
    total = bundle.get("total")
    above = isinstance(total, int) and not isinstance(total, bool) and total > matches
    if following or above:
        record.gap("truncated", key)
    if following and following[0]:
        record.next_pages[key] = following[0]


def _add(record: Record, key: str, position: int | None, resource: Json, full_url: str) -> None:
    """Keep a resource once, however often and under whichever key it was sent.

    Two of one id that differ are both kept: nothing says which of them is right.
    """
    name, is_named = index_resource(record, resource, full_url)
    earlier = record.taken.get(name)
    if earlier is None or earlier != resource:
        record.taken[name] = resource
        reference = name if is_named else place(key, position)
        record.resources.setdefault(key, []).append((reference, resource))


def index_resource(record: Record, resource: Json, full_url: str = "") -> tuple[str, bool]:
    """Make a resource findable by `Type/id` and fullUrl; without id by its whole content.

    The name by which it can be found, and whether it has an id.
    """
    identity = text(resource.get("id"))
    name = f"{resource['resourceType']}/{identity}" if identity else _content(resource)
    record.index.setdefault(name, resource)
    if full_url:
        record.index.setdefault(full_url, resource)
    return name, bool(identity)


def _content(resource: Json) -> str:
    """The whole content as a name; nested beyond reason, it is only itself."""
    try:
        return json.dumps(resource, sort_keys=True, default=str)
    except RecursionError:
        return f"#{id(resource)}"
