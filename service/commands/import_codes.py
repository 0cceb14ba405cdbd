"""Rows for codes/*.csv from a ValueSet of VSAC or a terminology server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from service.content.codes import LOCAL_COLUMNS, LOCAL_OPTIONAL
from service.content.faults import Fault, Faulty, hint
from service.content.files import Unreadable, read_text
from service.fhir.codes import Codes
from service.hpp.knowledge.model import Knowledge

HEAD = (*LOCAL_COLUMNS, *LOCAL_OPTIONAL)


class Concept(NamedTuple):
    """A code of a ValueSet."""

    system: str
    code: str
    display: str


@dataclass(frozen=True)
class Sorted:
    """rows: to add.  report: what became of every code, in lines."""

    rows: list[tuple[str, ...]]
    report: list[str]


def read_value_set(path: Path) -> list[Concept]:
    """The codes of a ValueSet, expanded or listed.  Raises Faulty."""
    try:
        data = json.loads(read_text(path))
    except Unreadable as error:
        raise Faulty([Fault(path.name, error.key, error.message)]) from None
    except ValueError:
        raise Faulty([Fault(path.name, "", "is not JSON")]) from None
    if not isinstance(data, dict) or data.get("resourceType") != "ValueSet":
        raise Faulty([Fault(path.name, "", "is not a FHIR ValueSet")])
    found = list(dict.fromkeys((*_expanded(data.get("expansion")), *_listed(data.get("compose")))))
    if not found:
        message = "lists no code; ask the terminology server for its expansion ($expand)"
        raise Faulty([Fault(path.name, "", message)])
    return found


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _expanded(expansion: object) -> Iterator[Concept]:
    """Concepts, those inside others too; inactive and abstract ones are left out."""
    contains = _dicts(expansion.get("contains")) if isinstance(expansion, dict) else []
    for item in contains:
        if item.get("code") and not item.get("inactive") and not item.get("abstract"):
            yield Concept(*(str(item.get(key, "")) for key in ("system", "code", "display")))
        yield from _expanded(item)


def _listed(compose: object) -> Iterator[Concept]:
    for include in _dicts(compose.get("include")) if isinstance(compose, dict) else []:
        for item in _dicts(include.get("concept")):
            yield Concept(
                str(include.get("system", "")),
                str(item.get("code", "")),
                str(item.get("display", "")),
            )


def sorted_out(concepts: list[Concept], group: str, knowledge: Knowledge, source: str) -> Sorted:
    """New codes as rows; known ones, and those of other groups, only in the report."""
    groups = {code.group for code in knowledge.codes}
    if group not in groups:
        raise Faulty([Fault("--group", group, "is not a group" + hint(group, groups))])
    codes, found = Codes(knowledge), Sorted([], [])
    counts = dict.fromkeys(("new", "known", "in conflict", "of an unknown system"), 0)
    for concept in concepts:
        there = codes.groups_of(concept.system, concept.code)
        if codes.system(concept.system) not in knowledge.systems.values():
            counts["of an unknown system"] += 1
            line = f"{concept.system} is not in systems.csv: {concept.code} {concept.display}"
            found.report.append(line)
        elif group in there:
            counts["known"] += 1
        elif there:
            counts["in conflict"] += 1
            line = f"{concept.code} {concept.display} is of {', '.join(sorted(there))} here"
            found.report.append(line)
        else:
            counts["new"] += 1
            found.rows.append(("add", group, *concept, "", f"from {source}"))
    found.report.append(", ".join(f"{count} {what}" for what, count in counts.items()))
    return found
