"""Value sets: our rows, and what a site adds to them and takes from them.

A site's folder holds codes/*.csv (any names), whose `action` adds or removes one row, or
valuesets/*.csv as ours are, whose rows are laid over ours.  Rows that such a copy does not hold
stay in force: what is removed is said by `remove`, or by `active` no.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import NamedTuple

from service.content.code_checks import NAME, CodeChecks
from service.content.csv_files import Row
from service.content.faults import hint
from service.content.files import edited_in
from service.content.layers import Layers
from service.fhir.folding import fold
from service.hpp.knowledge.model import Code

VALUE_SETS = (
    "bone_drugs",
    "other_drugs",
    "tests",
    "conditions",
    "secondary_causes",
    "masks",
    "uk_dmd",
)
VALUE_SET_FILES = tuple(f"valuesets/{name}.csv" for name in VALUE_SETS)
FOLDER = "codes/"
COLUMNS = ("group", "system", "code", "display", "active", "source", "note")
LOCAL_COLUMNS = ("action", "group", "system", "code")
LOCAL_OPTIONAL = ("display", "unit", "note")
ACTIONS = ("add", "remove")
RETIRED = "retired.csv"  # rows that were shipped once, and stand in copies of older files
Place = tuple[str, str, str]  # group, system, code; a name folded


class SiteRow(NamedTuple):
    """One row of a site: what it says, and where it stands."""

    file: str
    line: str
    code: Code
    removes: bool

    @property
    def place(self) -> Place:
        return place(self.code.group, self.code.system, self.code.code)


def place(group: str, system: str, code: str) -> Place:
    """What makes two rows the same."""
    return group, system, fold(code) if system == NAME else code


@dataclass
class ValueSets:
    """All rows in force.  removed: what a site took away, each in a sentence.

    lost: how many rows of ours it took from each group, one by one.
    """

    rows: list[Code]
    removed: list[str] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    origin: dict[Place, SiteRow] = field(default_factory=dict)


def local_files(layers: Layers) -> list[str]:
    """The site's own codes/*.csv, in the order of their names."""
    if layers.overlay is None or not os.access(layers.overlay / FOLDER, os.R_OK | os.X_OK):
        return []
    listed = edited_in(layers.overlay / FOLDER)
    return [f"{FOLDER}{name}" for name in listed if name.endswith(".csv")]


def read_codes(layers: Layers, systems: Mapping[str, str], groups: Collection[str]) -> ValueSets:
    """Our rows with the site's changes.

    systems: address -> short name.  groups: those that concepts.toml knows beside our rows'.
    """
    ours = list(_shipped(layers))
    known = sorted({*groups, *(code.group for code in ours)})
    changes = [*_laid_over(layers, ours), *_local(layers, systems)]
    if not changes:
        return ValueSets(ours)
    checks = CodeChecks(ours, systems, known, layers.notes)
    return _applied(ours, list(_sound(changes, checks, layers)), layers)


def _shipped(layers: Layers) -> Iterator[Code]:
    for file in VALUE_SET_FILES:
        for row in layers.rows(file, COLUMNS, shipped=True):
            if (code := _read_row(file, row, layers)) is not None:
                yield code


def _laid_over(layers: Layers, ours: Sequence[Code]) -> Iterator[SiteRow]:
    """The rows of a site's valuesets/*.csv that are neither ours nor were ours once, as they
    stand in its copy of an older file."""
    known, active = set(ours), {_place(code) for code in ours if code.active}
    gone = retired(layers)
    for file in VALUE_SET_FILES:
        seen: dict[Place, str] = {}
        if layers.has(file) and layers.text(file).startswith(LOCAL_COLUMNS[0]):
            message = f"rows with an action belong into {FOLDER}{PurePosixPath(file).name}"
            layers.notes.fault(file, "first line", message)
            continue
        for row in layers.rows(file, COLUMNS, shipped=False):
            code = _read_row(file, row, layers)
            if code is None or _is_twice(file, row["line"], code, seen, layers):
                continue
            change = SiteRow(file, row["line"], code, removes=not code.active)
            is_news = code.active or change.place in active
            if code not in known and is_news and (change.place, code.active) not in gone:
                yield change


def retired(layers: Layers) -> set[tuple[Place, bool]]:
    """(row, whether it was active) of what was shipped once and is not so any more."""
    return set(map(as_shipped, layers.rows(RETIRED, (*COLUMNS[:3], "active"), shipped=True)))


def as_shipped(row: Row) -> tuple[Place, bool]:
    """What a row of a value set says, and whether it is active."""
    return place(row["group"], row["system"], row["code"]), row["active"] == "yes"


def _read_row(file: str, row: Row, layers: Layers) -> Code | None:
    problem = ""
    if row["active"] not in ("yes", "no"):
        problem = "active must be yes or no" + hint(row["active"], ("yes", "no"))
    elif row["active"] == "yes" and not (row["code"] and row["source"]):
        problem = "an active row needs a code and a source"
    if problem:
        layers.notes.fault(file, row["line"], problem)
        return None
    return Code(
        group=row["group"],
        system=row["system"],
        code=row["code"],
        display=row["display"],
        active=row["active"] == "yes",
        source=row["source"],
        note=row["note"],
    )


def _place(code: Code) -> Place:
    return place(code.group, code.system, code.code)


def _is_twice(file: str, line: str, code: Code, seen: dict[Place, str], layers: Layers) -> bool:
    """Whether the row stood before; a warning then."""
    first = seen.setdefault(_place(code), f"{file} {line}")
    if not code.code or first == f"{file} {line}":
        return False
    layers.notes.warn(file, line, f"{code.code} of {code.group} is there twice, first in {first}")
    return True


def _local(layers: Layers, systems: Mapping[str, str]) -> Iterator[SiteRow]:
    """The rows of codes/*.csv.  A system may be written by its short name."""
    addresses = {name: uri for uri, name in reversed(list(systems.items()))}
    seen: dict[Place, str] = {}
    for file in local_files(layers):
        for row in layers.rows(file, LOCAL_COLUMNS, LOCAL_OPTIONAL, shipped=False):
            row = {**row, "system": addresses.get(row["system"], row["system"])}
            change = _local_change(file, row)
            if row["action"] not in ACTIONS:
                message = f"action must be add or remove{hint(row['action'], ACTIONS)}"
                layers.notes.fault(file, row["line"], message)
            elif not _is_twice(file, row["line"], change.code, seen, layers):
                yield change


def _local_change(file: str, row: Row) -> SiteRow:
    removes = row["action"] == "remove"
    source = f"{file} of this site"
    code = Code(
        row["group"], row["system"], row["code"], row["display"], not removes, source, row["note"],
        row["unit"],
    )  # fmt: skip
    return SiteRow(file, row["line"], code, removes)


def _sound(changes: Sequence[SiteRow], checks: CodeChecks, layers: Layers) -> Iterator[SiteRow]:
    """The changes that can be made; what is wrong with the others is said."""
    for change in changes:
        if change.removes:
            problem = checks.removal(change.code)
        else:
            problem = checks.addition(change.code, change.file, change.line)
        if problem:
            layers.notes.fault(change.file, change.line, problem)
        else:
            yield change


def _applied(ours: Sequence[Code], changes: Sequence[SiteRow], layers: Layers) -> ValueSets:
    rows = {_place(code): code for code in ours}
    found = ValueSets([])
    for change in changes:
        if change.removes:
            said = list(_taken_away(change, rows))
            found.removed += said
            found.lost[change.code.group] += len(said) if change.code.code else 0
        else:
            rows[change.place] = change.code
            found.origin[change.place] = change
    found.rows = list(rows.values())
    return found


def _taken_away(change: SiteRow, rows: dict[Place, Code]) -> Iterator[str]:
    """Set a row, or a whole group, inactive; say so where it was active."""
    group, wanted = change.code.group, change.code.code
    where = f"{change.file} {change.line}"
    because = f" ({change.code.note})" if change.code.note else ""
    if not wanted:
        yield f"{where}: the group {group} is switched off{because}"
    for at, row in list(rows.items()):
        whole = not wanted and row.group == group
        if row.active and (whole or at == change.place):
            rows[at] = replace(row, active=False)
            if wanted:
                yield f"{where}: {wanted} {row.display} is removed from {group}{because}"
