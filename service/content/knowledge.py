"""Read the content files; report every fault at once, by file and key or line.

A site's folder ([content] dir) lies over the shipped files: it says only what differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from service.content.code_forms import unseen_in
from service.content.codes import VALUE_SET_FILES, read_codes
from service.content.concepts import read_concepts
from service.content.cross_checks import cross_check, known_groups
from service.content.decision_table import read_table
from service.content.faults import Fault, Faulty, Notes, hint
from service.content.folder import check_folder
from service.content.intervals import FILE as INTERVALS
from service.content.intervals import read_intervals
from service.content.layers import Layers
from service.content.numbers import decimal, shown
from service.content.table_changes import changed_table
from service.content.thresholds import read_thresholds
from service.hpp.knowledge import model
from service.hpp.knowledge.unit_words import KINDS, UnitWord
from service.hpp.knowledge.units import Units

CONCEPTS, SYSTEMS = "concepts.toml", "systems.csv"
TOML_FILES = ("thresholds.toml", "decision_table.toml", CONCEPTS)
CSV_FILES = ("units.csv", "unit_words.csv", SYSTEMS, INTERVALS, *VALUE_SET_FILES)
_OID = re.compile(r"[0-2](?:\.\d+)+")
CONTENT_FILES = (*TOML_FILES, *CSV_FILES)
REVIEWS = "reviews.toml"
# Whose limit a card names -> the threshold it is; and those that are read off the age table.
LIMITS = {
    "default": "adult_low_default", "laboratory-raised": "adult_low_min",
    "laboratory-lowered": "adult_low_max",
}  # fmt: skip
BY_AGE = ("age-sex-table", "age-sex-table-adult-range")


class ContentFault(Faulty):
    """Content that cannot be used."""


def load_knowledge(
    overlay: Path | None = None, intervals: str = "", warnings: list[Fault] | None = None
) -> model.Knowledge:
    """Load the shipped content under a site's folder.

    intervals: the set of reference intervals in use, ours by default.  warnings: what is odd and
    stops no start is added to it.

    Raises ContentFault with every fault found: unknown files and keys, values out of bounds,
    missing sources, rows of the decision table that can never be reached, groups without codes.
    """
    layers = Layers(overlay, Notes())
    check_folder(layers, CONTENT_FILES)
    knowledge = _read(layers, intervals)
    if warnings is not None:
        warnings += layers.notes.warnings
    if layers.notes.faults:
        raise ContentFault(layers.notes.faults)
    return replace(knowledge, version=layers.digest.hexdigest()[:12])


def _read(layers: Layers, intervals: str) -> model.Knowledge:
    units = Units(_units(layers), _unit_words(layers))
    systems = _systems(layers)
    data = layers.laid_over(CONCEPTS)
    concepts = read_concepts(data, layers.notes.fault)
    codes = read_codes(layers, systems, known_groups(concepts))
    table = changed_table(layers)
    thresholds = read_thresholds(layers, units)
    limits = read_intervals(layers, intervals, units)
    knowledge = model.Knowledge(
        thresholds=thresholds,
        codes=codes.rows,
        systems=systems,
        units=units,
        intervals=limits,
        **read_table(table.data, layers.notes.fault),
        **concepts,
        version="",
        recorded=frozenset(table.recorded),
        switched_off=(*table.switched_off, *codes.removed, *_lost_words(layers)),
        own_limits=frozenset(_own_limits(thresholds, limits, layers, intervals, units)),
    )
    cross_check(knowledge, codes, layers)
    return knowledge


def _own_limits(
    thresholds: Mapping[str, model.Threshold],
    limits: Sequence[model.Interval],
    layers: Layers,
    intervals: str,
    units: Units,
) -> Iterator[str]:
    """Whose limits are a site's own, so that no card calls them by our source.

    intervals: the set that the site chose; empty for ours.
    """
    ours = layers.table(TOML_FILES[0], shipped=True)
    for whose, name in LIMITS.items():
        if thresholds[name].value != Decimal(ours[name]["value"]):
            yield whose
    may_differ = intervals or layers.has(INTERVALS)
    if may_differ and limits != read_intervals(Layers(), "", units):
        yield from BY_AGE


def _systems(layers: Layers) -> dict[str, str]:
    """Address -> short name.  A site may add systems, and none of ours means another for it."""
    ours = {
        row["uri"]: row["name"]
        for row in layers.rows(SYSTEMS, ("name", "uri", "source"), shipped=True)
    }
    found = dict(ours)
    for row in layers.rows(SYSTEMS, ("name", "uri", "source"), shipped=False):
        if problem := next(_system_problems(row["name"], row["uri"], found), ""):
            layers.notes.fault(SYSTEMS, row["line"], problem)
            continue
        found[row["uri"]] = row["name"]
        if ":" not in row["uri"]:
            oid = f"; did you mean urn:oid:{row['uri']}?" if _OID.fullmatch(row["uri"]) else ""
            message = f"{row['uri']} is no address such as http://lab.example.org/codes{oid}"
            layers.notes.warn(SYSTEMS, row["line"], message)
    return found


def _system_problems(name: str, uri: str, known: Mapping[str, str]) -> Iterator[str]:
    if not name.strip() or not uri.strip():
        yield "needs a name and a uri"
    if wrong := unseen_in(name) or unseen_in(uri):
        yield f"a cell {wrong}"
    if name == "name":
        yield "'name' stands for names; call the system something else"
    if "://" in name and "://" not in uri:
        yield f"the name {name} is an address: name and uri are the wrong way round"
    if known.get(uri, name) != name:
        yield f"{uri} is {known[uri]} and cannot be {name}"


def _units(layers: Layers) -> dict[tuple[str, str], Decimal]:
    """Spellings as listed: (measure, spelling) -> factor."""
    name, columns = "units.csv", ("measure", "spelling", "factor", "source")
    ours = {
        (row["measure"], row["spelling"]): decimal(row["factor"])
        for row in layers.rows(name, columns, shipped=True)
    }
    found = {}
    for row in layers.merged_rows(name, columns, ("measure", "spelling")):
        factor, key = decimal(row["factor"]), (row["measure"], row["spelling"])
        known, measures = ours.get(key), {measure for measure, _ in ours}
        if row["measure"] not in measures:
            close = hint(row["measure"], measures) or f" (known: {', '.join(sorted(measures))})"
            message = f"{row['measure']!r} is no measure{close}"
            layers.notes.fault(name, row["line"], message)
        elif factor is None or factor <= 0 or not row["source"]:
            layers.notes.fault(name, row["line"], "needs a factor above 0 and a source")
        elif known is not None and known != factor:
            message = f"{row['spelling']} is {shown(known)} here and cannot be {row['factor']}"
            layers.notes.fault(name, row["line"], message + _upside_down(known, factor))
        else:
            found[key] = factor
    return found


def _upside_down(known: Decimal, factor: Decimal) -> str:
    near = Decimal("0.98") < known * factor < Decimal("1.02")
    return ": the factor is the wrong way round" if near else ""


def _unit_words(layers: Layers) -> list[UnitWord]:
    name, found = "unit_words.csv", []
    columns = ("kind", "word", "prefixes", "factor", "source")
    rows = layers.merged_rows(name, columns, ("kind", "word"))
    prefixes = {row["word"] for row in rows if row["kind"] == "prefix"}
    for row in rows:
        factor, used = decimal(row["factor"]), tuple(row["prefixes"].split())
        unknown = sorted(set(used) - prefixes)
        if factor is None or factor <= 0 or not row["word"] or not row["source"]:
            layers.notes.fault(name, row["line"], "needs a word, a factor above 0 and a source")
        elif row["kind"] not in KINDS:
            message = f"{row['kind']!r} is not a kind{hint(row['kind'], KINDS)}"
            layers.notes.fault(name, row["line"], message)
        elif unknown:
            layers.notes.fault(name, row["line"], f"{unknown[0]!r} is not a prefix")
        else:
            found.append(UnitWord(row["kind"], row["word"], used, factor))
    return found


def _lost_words(layers: Layers) -> Iterator[str]:
    """Lists of concepts.toml that a site's leave without some of our words."""
    if layers.has(CONCEPTS):
        ours, theirs = layers.table(CONCEPTS, shipped=True), layers.laid_over(CONCEPTS)
        for key, lost in _shorter(ours, theirs, ""):
            yield f"{CONCEPTS}: {key} is without {', '.join(lost)}"


def _shorter(ours: Any, theirs: Any, at: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            yield from _shorter(value, theirs.get(key), f"{at}.{key}" if at else key)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if lost := [str(item) for item in ours if item not in theirs]:
            yield at, lost
