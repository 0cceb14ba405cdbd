"""Read the content files; report every fault at once, by file and key or line.

A site's folder ([content] dir) lies over the shipped files: it says only what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from service.content.codes import VALUE_SET_FILES, Codes, read_codes
from service.content.concepts import read_concepts
from service.content.decision_table import read_table
from service.content.faults import Fault, Faulty, Notes, hint
from service.content.floors import missing_floors
from service.content.folder import check_folder
from service.content.intervals import FILE as INTERVALS
from service.content.intervals import read_intervals
from service.content.layers import Layers
from service.content.numbers import decimal, shown
from service.content.table_changes import changed_table
from service.content.thresholds import check_order, read_thresholds
from service.hpp.knowledge import model
from service.hpp.knowledge.unit_words import KINDS, UnitWord
from service.hpp.knowledge.units import Units

CONCEPTS, SYSTEMS = "concepts.toml", "systems.csv"
TOML_FILES = ("thresholds.toml", "decision_table.toml", CONCEPTS)
CSV_FILES = ("units.csv", "unit_words.csv", SYSTEMS, INTERVALS, *VALUE_SET_FILES)
CONTENT_FILES = (*TOML_FILES, *CSV_FILES)


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
    codes = read_codes(layers, systems, _groups(concepts))
    table = changed_table(layers)
    knowledge = model.Knowledge(
        thresholds=read_thresholds(layers, units),
        codes=codes.rows,
        systems=systems,
        units=units,
        intervals=read_intervals(layers, intervals, units),
        table=read_table(table.data, layers.notes.fault),
        **concepts,
        **_reviews(layers),
        version="",
        recorded=frozenset(table.recorded),
        switched_off=(*table.switched_off, *codes.removed, *_lost_words(layers)),
    )
    _cross_check(knowledge, codes, layers)
    return knowledge


def _groups(concepts: Mapping[str, Any]) -> list[str]:
    """Groups that a site may fill though none of our rows is of them."""
    tables = ("drugs", "causes", "masks", "features", "tests")
    return [group for table in tables for group in concepts[table]]


def _systems(layers: Layers) -> dict[str, str]:
    """Address -> short name.  A site may add systems, and none of ours means another for it."""
    ours = {
        row["uri"]: row["name"]
        for row in layers.rows(SYSTEMS, ("name", "uri", "source"), shipped=True)
    }
    found = dict(ours)
    for row in layers.rows(SYSTEMS, ("name", "uri", "source"), shipped=False):
        if not row["name"].strip() or not row["uri"].strip():
            layers.notes.fault(SYSTEMS, row["line"], "needs a name and a uri")
        elif row["name"] == "name":
            message = "'name' stands for names; call the system something else"
            layers.notes.fault(SYSTEMS, row["line"], message)
        elif ours.get(row["uri"], row["name"]) != row["name"]:
            message = f"{row['uri']} is {ours[row['uri']]} and cannot be {row['name']}"
            layers.notes.fault(SYSTEMS, row["line"], message)
        else:
            found[row["uri"]] = row["name"]
    return found


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
        known = ours.get(key)
        if factor is None or factor <= 0 or not row["source"]:
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


def _reviews(layers: Layers) -> dict[str, Any]:
    """Who reviewed each file, as the file says; "none" until a site enters a reviewer."""
    tables = {name: layers.table(name) for name in TOML_FILES}
    dates = {n: t["review_date"] for n, t in tables.items() if type(t.get("review_date")) is date}
    return {
        "reviews": {name: str(table.get("review", "none")) for name, table in tables.items()},
        "review_dates": dates,
    }


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


def _cross_check(knowledge: model.Knowledge, codes: Codes, layers: Layers) -> None:
    """References between files must resolve, limits be in order, and enough be left."""
    number, fault = knowledge.thresholds, layers.notes.fault
    check_order(knowledge.thresholds, layers)
    for name, drug in knowledge.drugs.items():
        for kind in filter(None, (drug.drug_class, drug.injected_class)):
            if kind not in knowledge.classes:
                message = f"{kind!r} is not a class" + hint(kind, knowledge.classes)
                fault(CONCEPTS, f"drug.{name}", message)
    for cause in knowledge.causes.values():
        if cause.window and cause.window not in number:
            fault(CONCEPTS, cause.name, f"{cause.window!r} is not a threshold")
    for washout in filter(None, (known.washout for known in knowledge.classes.values())):
        if washout not in number:
            fault(CONCEPTS, "class", f"{washout!r} is not a threshold")
    for sign in knowledge.signs:
        if sign.threshold not in number or sign.test not in knowledge.tests:
            fault(CONCEPTS, f"sign {sign.test}", "names no known threshold or test")
    _check_units_of_codes(knowledge, codes, layers)
    if layers.overlay is not None and not layers.notes.faults:
        _check_floors(knowledge, layers)


def _check_units_of_codes(knowledge: model.Knowledge, codes: Codes, layers: Layers) -> None:
    """A unit beside a code is one that its test is measured in."""
    for code in (code for code in codes.rows if code.unit):
        test = knowledge.tests.get(code.group)
        file, _, line = codes.origin[code.group, code.system, code.code].partition(" ")
        if test is None or not test.measure:
            layers.notes.fault(file, line, f"{code.group} is measured in no unit: leave it empty")
        elif knowledge.units.factor(test.measure, code.unit) is None:
            message = f"{code.unit!r} is not a unit of {test.name}"
            layers.notes.fault(file, line, f"{message}, which is measured in {test.unit}")


def _check_floors(knowledge: model.Knowledge, layers: Layers) -> None:
    shipped = read_concepts(layers.table(CONCEPTS, shipped=True), layers.notes.fault)
    for key, message in missing_floors(knowledge, shipped["classes"], shipped["drugs"]):
        layers.notes.fault("content", key, message)
