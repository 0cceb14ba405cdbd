"""Every entry of the content in force, with the layer and line it came from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.content.codes import (
    COLUMNS,
    LOCAL_COLUMNS,
    LOCAL_OPTIONAL,
    VALUE_SET_FILES,
    as_shipped,
    local_files,
    retired,
)
from service.content.csv_files import Row
from service.content.intervals import FILE as INTERVALS
from service.content.knowledge import CONTENT_FILES, SYSTEMS, TOML_FILES
from service.content.languages import files_of, languages
from service.content.layers import Json, Layers
from service.content.text_files import FOLDER, TABLES, TEXTS

SITE, OURS = "site", "shipped"
TOMLS = (*TOML_FILES, *(f"{FOLDER}/{name}" for name in TABLES))
WHOLE = tuple(f"{FOLDER}/{name}.md" for name in TEXTS)
CSV_KEYS: Mapping[str, Sequence[str]] = {
    "units.csv": ("measure", "spelling"),
    "unit_words.csv": ("kind", "word"),
    SYSTEMS: ("uri",),
    **dict.fromkeys(VALUE_SET_FILES, COLUMNS[:3]),
}
CSV_COLUMNS: Mapping[str, Sequence[str]] = {
    "units.csv": ("measure", "spelling", "factor", "source"),
    "unit_words.csv": ("kind", "word", "prefixes", "factor", "source"),
    SYSTEMS: ("name", "uri", "source"),
    **dict.fromkeys(VALUE_SET_FILES, COLUMNS),
}
_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*([\w-]+|"[^"]+"|'[^']+')\s*=""")


@dataclass(frozen=True, slots=True)
class ContentEntry:
    """One key, row or text.

    key: a path with dots in TOML, the cells that tell a row apart in CSV, empty for a whole text.
    ours: what a site's entry lies over; empty where it lies over nothing.
    """

    file: str
    key: str
    value: str
    layer: str
    line: int
    ours: str = ""

    @property
    def name(self) -> str:
        return f"{self.file}: {self.key}" if self.key else self.file

    @property
    def beneath(self) -> str:
        """A short hash of what a site's entry lies over."""
        return hashlib.sha256(self.ours.encode()).hexdigest()[:16]


def entries(layers: Layers) -> Iterator[ContentEntry]:
    """All of the content in force, file by file."""
    spoken = [file for language in languages(layers.overlay)[1:] for file in files_of(language)]
    for file in (*TOMLS, *(file for file in spoken if file.endswith(".toml"))):
        yield from _toml_entries(file, layers)
    for file in CSV_KEYS:
        yield from _csv_entries(file, layers)
    for file in local_files(layers):
        yield from _local_entries(file, layers)
    for file in (*WHOLE, *(file for file in spoken if file.endswith(".md")), INTERVALS):
        yield _whole(file, layers)


def _toml_entries(file: str, layers: Layers) -> Iterator[ContentEntry]:
    below = dict(leaves(layers.table(file, shipped=True)))
    above = dict(leaves(layers.table(file))) if layers.has(file) else {}
    our_lines, their_lines = (line_numbers(layers.text(file, shipped=s)) for s in (True, False))
    for key in dict.fromkeys((*below, *above)):
        if key in above and above[key] != below.get(key):
            value, line = above[key], _line(key, their_lines)
            yield ContentEntry(file, key, value, SITE, line, below.get(key) or _row(key, below))
        else:
            yield ContentEntry(
                file, key, below.get(key, above.get(key, "")), OURS, _line(key, our_lines)
            )


def _row(key: str, below: Mapping[str, str]) -> str:
    """What our row of the decision table says that a site changes by its id."""
    if not key.startswith("change."):
        return ""
    row = f"row.{key.split('.')[1]}."
    return "; ".join(value for name, value in below.items() if name.startswith(row))


def leaves(table: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """(path, value) of everything in a table; rows with an id are told apart by it."""
    for key, value in table.items():
        path = f"{at}.{key}" if at else key
        if isinstance(value, dict):
            yield from leaves(value, path)
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            for number, item in enumerate(value):
                yield from leaves(item, f"{path}.{item.get('id', number)}")
        else:
            yield path, json.dumps(value, ensure_ascii=False, default=str).strip('"')


def line_numbers(text: str) -> dict[str, int]:
    """Path -> line of every table and key of a TOML text."""
    found: dict[str, int] = {}
    table, counts = "", dict[str, int]()
    for number, line in enumerate(text.split("\n"), 1):
        if head := _TABLE.match(line):
            table = head[2].replace('"', "")
            if head[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}.{counts[table]}"
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            name = key[1].strip("\"'")
            if name == "id" and (again := re.search(r"=\s*[\"']([^\"']+)", line)):
                table = f"{table.rpartition('.')[0]}.{again[1]}"
                found.setdefault(table, number)
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found


def _line(key: str, lines: Mapping[str, int]) -> int:
    """Of the key, else of the nearest table around it."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key, 1)


def _csv_entries(file: str, layers: Layers) -> Iterator[ContentEntry]:
    columns, names = CSV_COLUMNS[file], CSV_KEYS[file]
    below = {_cells(row, names): row for row in layers.rows(file, columns, shipped=True)}
    above = {_cells(row, names): row for row in _stated(file, columns, layers)}
    for key in dict.fromkeys((*below, *above)):
        ours, theirs = below.get(key), above.get(key)
        if theirs and (ours is None or _cells(theirs, columns) != _cells(ours, columns)):
            said = _cells(ours, columns) if ours else ""
            yield ContentEntry(file, key, _cells(theirs, columns), SITE, _number(theirs), said)
        elif row := ours or theirs:
            yield ContentEntry(file, key, _cells(row, columns), OURS, _number(row))


def _stated(file: str, columns: Sequence[str], layers: Layers) -> list[Row]:
    """A site's rows, without those that stand in its copy of an older file of ours."""
    rows = layers.rows(file, columns, shipped=False)
    if file not in VALUE_SET_FILES or not rows:
        return rows
    gone = retired(layers)
    return [row for row in rows if as_shipped(row) not in gone]


def _local_entries(file: str, layers: Layers) -> Iterator[ContentEntry]:
    ours = {
        (row["group"], row["code"]): _cells(row, COLUMNS)
        for name in VALUE_SET_FILES
        for row in layers.rows(name, COLUMNS, shipped=True)
    }
    for row in layers.rows(file, LOCAL_COLUMNS, LOCAL_OPTIONAL, shipped=False):
        value = _cells(row, (*LOCAL_COLUMNS, *LOCAL_OPTIONAL))
        beneath = ours.get((row["group"], row["code"]), "")
        yield ContentEntry(file, _cells(row, LOCAL_COLUMNS[1:]), value, SITE, _number(row), beneath)


def _whole(file: str, layers: Layers) -> ContentEntry:
    ours, theirs = layers.text(file, shipped=True), layers.text(file)
    if layers.has(file) and theirs != ours:
        return ContentEntry(file, "", theirs, SITE, 1, ours)
    return ContentEntry(file, "", ours, OURS, 1)


def _cells(row: Row, names: Sequence[str]) -> str:
    return " ".join(row[name] for name in names if row.get(name))


def _number(row: Row) -> int:
    return int(row["line"].rpartition(" ")[2])


def matching(wanted: str, found: Sequence[ContentEntry]) -> list[ContentEntry]:
    """The entries of a file, else of a key, a table, a group or a code."""
    of_file = [entry for entry in found if entry.file == wanted]
    return of_file or [
        entry
        for entry in found
        if entry.key == wanted
        or entry.key.startswith(f"{wanted}.")
        or f".{wanted}." in f".{entry.key}."
        or wanted in entry.key.split(" ")
    ]


def all_names(found: Sequence[ContentEntry]) -> list[str]:
    """What `matching` could be asked for, for a hint."""
    words = (word for entry in found for word in (entry.file, entry.key, *entry.key.split(".")))
    return list(dict.fromkeys((*CONTENT_FILES, *words)))


def as_accepted(found: Sequence[ContentEntry]) -> Json:
    """What of ours each entry of the site lies over, by name."""
    return {entry.name: entry.beneath for entry in found if entry.layer == SITE and entry.ours}
