"""Prefetch -> Record: the resources of each key, and what was not seen.

Every state a key can have (cds-hooks.org, "prefetch"): absent, null, a resource, a Bundle,
an empty Bundle, an OperationOutcome, outcomes inside a Bundle, more pages than were sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from service.fhir.budget import Budget
from service.fhir.bundles import (
    OUTCOME,
    Entry,
    Read,
    has_failed,
    is_short,
    read_bundles,
)
from service.fhir.references import LONGEST_ID, Index
from service.fhir.releases import DRUGS
from service.fhir.tolerant import Json, obj, text
from service.hpp.model import Gap

RESULTS = frozenset({"Observation", "DiagnosticReport"})
# What each key holds.
TYPES: Mapping[str, frozenset[str]] = {
    "patient": frozenset({"Patient"}),
    "alp": RESULTS,
    "labs": RESULTS,
    "medications": DRUGS,
    "conditions": frozenset({"Condition", "FamilyMemberHistory"}),
    "procedures": frozenset({"Procedure"}),
    "encounters": frozenset({"Encounter"}),
    "administrations": DRUGS,
}
KEYS = tuple(TYPES)
# Where a resource belongs that was sent under another key than its own.
HOME = {
    kind: key
    for key in ("encounters", "procedures", "conditions", "medications", "labs")
    for kind in TYPES[key]
}
# What resources of these keys refer to (FHIR, "Reference types"): sent along, never asked for.
REFERRED_TO = frozenset({
    "Appointment", "BodySite", "BodyStructure", "CarePlan", "CareTeam", "Coverage", "Device",
    "DiagnosticOrder", "EpisodeOfCare", "Group", "HealthcareService", "Location",
    "Medication",
    "MedicationKnowledge", "Organization", "Patient", "Person", "Practitioner",
    "PractitionerRole", "ProcedureRequest", "Provenance", "RelatedPerson", "ServiceRequest",
    "Specimen", "Substance",
})  # fmt: skip


@dataclass
class Record:
    """What an EHR let us see.

    resources: key -> (reference, resource).  index: of everything that was sent, for resolving
    references.  gaps: what was asked for and not seen.  next_pages: key -> links to pages that
    were left out.  moved: resources that are read under another key, by identity.
    drafts: the entries of the draft orders.  budget: of all that is read of it.
    """

    resources: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    gaps: list[Gap] = field(default_factory=list)
    taken: dict[str, tuple[str, Json]] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    next_pages: dict[str, list[str]] = field(default_factory=dict)
    drafts: list[Entry] = field(default_factory=list)
    unreadable_drafts: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)

    def gap(self, kind: str, key: str, *where: str) -> None:
        self.gaps.append(Gap(kind, key, len(where), where))


def gather(prefetch: Mapping[str, Any] | None, draft_orders: object) -> Record:
    """Take what was sent; keys that were never asked for are ignored."""
    record = Record()
    for read in read_bundles(draft_orders, "draftOrders"):
        record.drafts += read.entries
        record.unreadable_drafts += read.unreadable
    for entry in record.drafts:
        index_resource(record, entry.resource, entry.full_url)
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
    sent = obj(value)
    kind = sent.get("resourceType")
    if kind == OUTCOME:
        record.gap("failed", key)
    elif kind == "Bundle":
        reads = list(read_bundles(sent, key))
        for read in reads:
            _take_bundle(record, key, read, more_follows)
        if _answers_another(key, chain.from_iterable(read.entries for read in reads)):
            record.gap("unreadable", key)
    elif isinstance(kind, str) and kind in TYPES[key]:
        _add(record, key, Entry(key, None, kind, sent, "", ""))
    else:
        record.gap("unreadable", key)


def _answers_another(key: str, entries: Iterable[Entry]) -> bool:
    """Nothing but resources of other keys, or what a resource refers to: an answer to another
    question.  (Any other kind is said by itself; a Medication may be the one of the draft.)"""
    kinds = {entry.kind for entry in entries if entry.mode != "include"}
    if TYPES[key] is DRUGS:
        kinds.discard("Medication")
    return bool(kinds) and not kinds & TYPES[key] and kinds <= REFERRED_TO | HOME.keys()


def _take_bundle(record: Record, key: str, read: Read, more_follows: bool) -> None:
    for where in read.unreadable:
        record.gap("unreadable", key, where)
    for _ in read.failed:
        record.gap("failed", key)
    for entry in read.entries:
        _take_entry(record, key, entry)
    if not more_follows:
        _note_truncation(record, key, read)


def _take_entry(record: Record, key: str, entry: Entry) -> None:
    """Put a resource where it belongs, or say that nobody asked for it."""
    kind, is_included = entry.kind, entry.mode == "include"
    # A report that was sent along holds further results, which nobody asked for.
    home = key if kind in TYPES[key] else "" if is_included else HOME.get(kind, "")
    if kind == OUTCOME:
        if has_failed(entry.resource):
            record.gap("failed", key)
    elif home and not (is_included and kind == "DiagnosticReport"):
        _add(record, home, entry)
    else:
        index_resource(record, entry.resource, entry.full_url)
        if not is_included and kind not in REFERRED_TO:
            record.gap("unreadable", key, entry.where)


def _note_truncation(record: Record, key: str, read: Read) -> None:
    """More results exist than were sent: a next page, or a total above what is here."""
    links, total = read.next_links, read.bundle.get("total")
    if links or is_short(total, (entry.kind for entry in read.entries), TYPES[key]):
        record.gap("truncated", key)
    if links and links[0]:
        record.next_pages.setdefault(key, []).append(links[0])


def _add(record: Record, key: str, entry: Entry) -> None:
    """Keep a resource once, however often and under whichever key it was sent; under `alp`
    where it was sent there too, for what nobody recognises is looked at there alone.

    Two of one id that differ are both kept: nothing says which of them is right.
    """
    resource = entry.resource
    name, is_named = index_resource(record, resource, entry.full_url)
    earlier_key, earlier = record.taken.get(name, ("", None))
    if earlier == resource:
        if key != "alp" or earlier_key == "alp":
            return
        record.moved.add(id(earlier))
    record.taken[name] = key, resource
    record.resources.setdefault(key, []).append((name if is_named else entry.where, resource))


def index_resource(record: Record, resource: Json, full_url: str = "") -> tuple[str, bool]:
    """Make a resource findable by `Type/id` and fullUrl; without id by its whole content.

    The name by which it can be found, and whether that can stand for it in what is said: each
    part of a resource is named by it, so it has an id, and not one of megabytes.
    """
    identity = text(resource.get("id"))
    name = f"{resource['resourceType']}/{identity}" if identity else _content(resource)
    record.index.setdefault(name, resource)
    if full_url:
        record.index.setdefault(full_url, resource)
    return name, 0 < len(identity) <= LONGEST_ID


def _content(resource: Json) -> str:
    """The whole content as a name; nested beyond reason, it is only itself."""
    try:
        return json.dumps(resource, sort_keys=True, default=str)
    except RecursionError:
        return f"#{id(resource)}"
