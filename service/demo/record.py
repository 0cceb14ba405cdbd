"""A patient story as the record of an EHR: moved in time, under ids of its own.

All days move together, so that each story is as fresh as on the day it was written for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from fhir_fixtures import Story, stories
from service.demo.translate import in_release
from service.fhir.gather import TYPES
from service.fhir.releases import Release

Json = dict[str, Any]

MARK = "ZZPHI"
IDENTITIES = ("id", "reference", "resourceId", "patientId", "encounterId", "userId", "selections")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T.*)?")
_MARKED = re.compile(rf"{MARK}-([A-Za-z0-9.-]+)")
_WRITTEN_AT = "https://ehr.example.org/fhir/"


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """What a FHIR server holds of one patient, by resource type.

    refused: prefetch keys whose queries are not answered, as in the story: with the
    OperationOutcome that stands there, or None where nothing was sent.  cut_off: keys of which
    there is a further page that cannot be had.
    """

    resources: Mapping[str, tuple[Json, ...]]
    refused: Mapping[str, Json | None]
    cut_off: frozenset[str]


@cache
def patients() -> Mapping[str, Story]:
    """Every story by its name, and by the name of its patient as the story's request has it."""
    found = dict(stories())
    for story in stories().values():
        found.setdefault(_unmarked(story.request["context"]["patientId"]), story)
    return found


@lru_cache(maxsize=1024)
def record_of(name: str, release: Release, today: date) -> DemoRecord:
    """The record of the patient of that id.  Raises KeyError where there is none."""
    story = patients()[name]
    prefetch = in_release(_moved_here(story, name, today), release).get("prefetch") or {}
    held: dict[str, list[Json]] = {}
    for resource in _resources(prefetch):
        held.setdefault(resource["resourceType"], []).append(resource)
    refused = {key: prefetch.get(key) for key in TYPES if _is_refused(prefetch.get(key, None))}
    cut = frozenset(key for key, sent in prefetch.items() if _has_more(sent))
    return DemoRecord({kind: tuple(found) for kind, found in held.items()}, refused, cut)


def request_of(story: Story, fhir_base: str, today: date) -> Json:
    """The story's request of today, its record left to be read from the FHIR server."""
    moved = _moved_here(story, story.id, today)
    return {
        "hook": moved["hook"],
        "hookInstance": moved["hookInstance"],
        "fhirServer": fhir_base,
        "context": moved["context"],
    }


def moved(value: Any, days: timedelta) -> Any:
    """A copy in which every full date, with or without a time of day, lies that much later."""
    if isinstance(value, dict):
        return {name: moved(item, days) for name, item in value.items()}
    if isinstance(value, list):
        return [moved(item, days) for item in value]
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    return f"{date.fromisoformat(found[1]) + days}{found[2] or ''}"


def _moved_here(story: Story, name: str, today: date) -> Json:
    patient = _unmarked(story.request["context"]["patientId"])
    here: Json = _renamed(moved(story.request, today - story.today), "", patient, name)
    return here


def _renamed(value: Any, member: str, patient: str, name: str) -> Any:
    """Ids begin with that of the patient, since one server holds them all; no mark is left."""
    if isinstance(value, dict):
        return {key: _renamed(item, key, patient, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, member, patient, name) for item in value]
    if not isinstance(value, str):
        return value
    value = value.removeprefix(_WRITTEN_AT)
    if member not in IDENTITIES:
        return _unmarked(value)
    return _MARKED.sub(lambda m: name if m[1] == patient else f"{name}.{m[1]}", value)


def _unmarked(words: str) -> str:
    return words.replace(f"{MARK}-", "").replace(f"{MARK} ", "")


def _resources(prefetch: Mapping[str, Any]) -> Iterator[Json]:
    for sent in prefetch.values():
        kind = (sent or {}).get("resourceType")
        if kind == "Bundle":
            found = (entry["resource"] for entry in sent.get("entry", ()))
            yield from (item for item in found if item["resourceType"] != "OperationOutcome")
        elif kind and kind != "OperationOutcome":
            yield sent


def _is_refused(sent: Json | None) -> bool:
    return sent is None or sent.get("resourceType") == "OperationOutcome"


def _has_more(sent: Json | None) -> bool:
    return any(link["relation"] == "next" for link in (sent or {}).get("link", ()))
