"""Prefetch -> Record: the resources of each key, and what was not seen.

Every state a key can have (cds-hooks.org, "prefetch"): absent, null, a resource, a Bundle,
an empty Bundle, an OperationOutcome, outcomes inside a Bundle, more pages than were sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
FAILED_SEVERITIES = frozenset({"error", "fatal"})


@dataclass
class Record:
    """What an EHR let us see.

    resources: key -> (where, resource).  index: reference or fullUrl -> resource, of everything
    that was sent, for resolving references.  gaps: what was asked for and not seen.
    """

    resources: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    index: dict[str, Json] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def gap(self, kind: str, key: str, *where: str) -> None:
        self.gaps.append(Gap(kind, key, len(where), where))


def gather(prefetch: Mapping[str, Any] | None, draft_orders: object) -> Record:
    """Take what was sent; keys that were never asked for are ignored."""
    record = Record()
    for _, resource, full_url in entries(draft_orders, "draftOrders"):
        _index(record, _name(resource), resource, full_url)
    for key in KEYS:
        if prefetch is None or key not in prefetch:
            record.gap("not-sent", key)
        else:
            _take(record, key, prefetch[key])
    return record


def _take(record: Record, key: str, value: object) -> None:
    if value is None:
        if key == "patient":
            record.gap("not-found", key)
        return
    if not isinstance(value, dict):
        record.gap("unreadable", key)
        return
    kind = value.get("resourceType")
    if kind == "OperationOutcome":
        record.gap("failed", key)
    elif kind == "Bundle":
        _take_bundle(record, key, value)
    elif isinstance(kind, str) and kind:
        _add(record, key, key, value, "")
    else:
        record.gap("unreadable", key)


def _take_bundle(record: Record, key: str, bundle: Json) -> None:
    matches = 0
    for where, resource, full_url in entries(bundle, key):
        if resource.get("resourceType") == "OperationOutcome":
            if _has_failed(resource):
                record.gap("failed", key)
            continue
        if not resource.get("resourceType"):
            record.gap("unreadable", key, where)
            continue
        matches += resource["resourceType"] in TYPES[key]
        _add(record, key, where, resource, full_url)
    if _is_truncated(bundle, matches):
        record.gap("truncated", key)


def entries(bundle: object, key: str) -> Iterator[tuple[str, Json, str]]:
    """(where, resource, fullUrl) of every entry that holds a resource."""
    for position, entry in enumerate(objs(obj(bundle).get("entry"))):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            yield f"{key}[{position}]", resource, text(entry.get("fullUrl"))


def _has_failed(outcome: Json) -> bool:
    return any(
        text(issue.get("severity")) in FAILED_SEVERITIES for issue in objs(outcome.get("issue"))
    )


def _is_truncated(bundle: Json, matches: int) -> bool:
    """More results exist than were sent: a next page, or a total above what is here."""
    if any(text(link.get("relation")) == "next" for link in objs(bundle.get("link"))):
        return True
    total = bundle.get("total")
    return isinstance(total, int) and not isinstance(total, bool) and total > matches


def _add(record: Record, key: str, where: str, resource: Json, full_url: str) -> None:
    """Keep a resource once, however often and under whichever key it was sent."""
    name = _name(resource)
    _index(record, name, resource, full_url)
    if name not in record.taken:
        record.taken.add(name)
        record.resources.setdefault(key, []).append((where, resource))


def _name(resource: Json) -> str:
    """`Type/id`, or the whole content of a resource without id."""
    identity = text(resource.get("id"))
    if identity:
        return f"{resource.get('resourceType')}/{identity}"
    return json.dumps(resource, sort_keys=True, default=str)


def _index(record: Record, name: str, resource: Json, full_url: str) -> None:
    record.index.setdefault(name, resource)
    if full_url:
        record.index.setdefault(full_url, resource)
