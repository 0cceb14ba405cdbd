"""The value sets, verdicts and override reasons as FHIR R4 ValueSet and CodeSystem resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.valueset import ValueSet

from cards.words import Words
from service.hpp.knowledge.model import Code, Knowledge

Json = dict[str, Any]
VALUE_SET, VERDICTS = "urn:hpp-cds:valueset:", "urn:hpp-cds:verdict"
NAME = "name"  # rows of names are no terminology


def resources(knowledge: Knowledge, words: Words) -> list[Json]:
    """One ValueSet a group; CodeSystem and ValueSet of verdicts and of override reasons.

    Each is validated; a fault is ours, and raises ValueError.
    """
    found = [*_groups(knowledge), *_of_ours(knowledge, words)]
    for resource in found:
        model = ValueSet if resource["resourceType"] == "ValueSet" else CodeSystem
        model.model_validate(resource)
    return found


def _groups(knowledge: Knowledge) -> Iterator[Json]:
    rows: dict[str, list[Code]] = {}
    for row in knowledge.codes:
        if row.active and row.code and row.system != NAME:
            rows.setdefault(row.group, []).append(row)
    for group, listed in sorted(rows.items()):
        title = knowledge.labels.get(group, group)
        yield _value_set(group, title, knowledge.version, _includes(listed))


def _includes(rows: Iterable[Code]) -> list[Json]:
    by_system: dict[str, list[Json]] = {}
    for row in rows:
        concept = {"code": row.code, **({"display": row.display} if row.display.strip() else {})}
        by_system.setdefault(row.system, []).append(concept)
    return [{"system": system, "concept": found} for system, found in by_system.items()]


def _of_ours(knowledge: Knowledge, words: Words) -> Iterator[Json]:
    verdicts = {name: verdict.says for name, verdict in knowledge.verdicts.items()}
    yield from _both("verdicts", VERDICTS, verdicts, knowledge.version)
    reasons = {key: str(reason) for key, reason in words.override_reasons.items()}
    yield from _both("override-reasons", words.override_system, reasons, knowledge.version)


def _both(name: str, system: str, concepts: Mapping[str, str], version: str) -> Iterator[Json]:
    yield {
        "resourceType": "CodeSystem",
        "id": name,
        "url": system,
        "version": version,
        "name": _computer_name(name),
        "status": "active",
        "content": "complete",
        "concept": [{"code": code, "display": says} for code, says in concepts.items()],
    }
    yield _value_set(name, name.replace("-", " "), version, [{"system": system}])


def _value_set(name: str, title: str, version: str, include: list[Json]) -> Json:
    return {
        "resourceType": "ValueSet",
        "id": name.replace("_", "-"),
        "url": f"{VALUE_SET}{name}",
        "version": version,
        "name": _computer_name(name),
        "title": title,
        "status": "active",
        "compose": {"include": include},
    }


def _computer_name(name: str) -> str:
    """A name that a machine can use as an identifier (FHIR: a capital, no blanks)."""
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))
