"""Two layers of content: the shipped files below, a site's folder above.

A site's file says only what differs: tables are laid over ours key by key, lists row by row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from service.content.csv_files import Row, read_rows
from service.content.faults import Notes
from service.content.files import Unreadable, decoded, read_text
from service.content.toml_files import BadToml, parse_toml

Json = dict[str, Any]
TEXTS = "texts/"  # beside the cards; all other content is beside the clinical core


def shipped_bytes(name: str) -> bytes:
    """A shipped content file.  Raises OSError where there is none of this name."""
    package = "cards" if name.startswith(TEXTS) else "service.hpp.knowledge"
    return files(package).joinpath(name).read_bytes()


class Layers:
    """Reads each file of each layer once, so that its faults are said once."""

    def __init__(self, overlay: Path | None = None, notes: Notes | None = None) -> None:
        self.overlay = overlay
        self.notes = notes or Notes()
        self.digest = hashlib.sha256()
        self._texts: dict[tuple[str, bool], str] = {}
        self._tables: dict[tuple[str, bool], Json] = {}
        self._rows: dict[tuple[str, bool], list[Row]] = {}
        self._unread: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the site has a file of this name."""
        try:
            return self.overlay is not None and (self.overlay / name).is_file()
        except OSError:  # a folder that may not be entered, which is said where it is listed
            return False

    def text(self, name: str, *, shipped: bool = False) -> str:
        """The site's file where it has one, else ours; empty where it cannot be read."""
        ours = shipped or not self.has(name)
        if (name, ours) not in self._texts:
            self._texts[name, ours] = self._read(name, ours)
            self.digest.update(f"{name}\0{self._texts[name, ours]}\0".encode())
        return self._texts[name, ours]

    def _read(self, name: str, ours: bool) -> str:
        try:
            if ours or self.overlay is None:
                return decoded(shipped_bytes(name))
            return read_text(self.overlay / name)
        except Unreadable as error:
            self.notes.fault(name, error.key, error.message)
        except OSError:
            self.notes.fault(name, "", "is no file of ours")
        self._unread.add(name)
        return ""

    def table(self, name: str, *, shipped: bool = False) -> Json:
        """One layer of a TOML file: the site's where it has one, else ours.  Numbers are exact."""
        ours = shipped or not self.has(name)
        if (name, ours) not in self._tables:
            self._tables[name, ours] = self._parsed(name, ours)
        return self._tables[name, ours]

    def _parsed(self, name: str, ours: bool) -> Json:
        try:
            return parse_toml(self.text(name, shipped=ours), Decimal)
        except BadToml as error:
            self.notes.fault(name, error.key, error.message)
            return {}

    def laid_over(self, name: str) -> Json:
        """A TOML file with the site's keys over ours."""
        ours = self.table(name, shipped=True)
        return laid_over(ours, self.table(name)) if self.has(name) else ours

    def rows(
        self, name: str, columns: Sequence[str], optional: Sequence[str] = (), *, shipped: bool
    ) -> list[Row]:
        """The rows of one layer; none of the site's where it has no such file."""
        if not shipped and not self.has(name):
            return []
        if (name, shipped) in self._rows:
            return self._rows[name, shipped]

        def say(line: str, message: str) -> None:
            self.notes.fault(name, line, message)

        text = self.text(name, shipped=shipped)
        found = [] if name in self._unread else read_rows(text, columns, say, optional)
        self._rows[name, shipped] = found
        return found

    def merged_rows(self, name: str, columns: Sequence[str], key: Sequence[str]) -> list[Row]:
        """Ours, with the site's rows in place of those with the same key, and behind them.

        A row of the site has `file` set; a key that it has twice is a warning.
        """
        merged = {tuple(row[k] for k in key): row for row in self.rows(name, columns, shipped=True)}
        seen: set[tuple[str, ...]] = set()
        for row in self.rows(name, columns, shipped=False):
            place = tuple(row[k] for k in key)
            if place in seen:
                self.notes.warn(name, row["line"], f"{place[-1]} is there twice; the last counts")
            seen.add(place)
            merged[place] = {**row, "file": name}
        return list(merged.values())


def laid_over(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Json:
    """Tables in tables go on; anything else is replaced whole."""
    merged = dict(ours)
    for key, value in theirs.items():
        both = isinstance(value, dict) and isinstance(ours.get(key), dict)
        merged[key] = laid_over(ours[key], value) if both else value
    return merged
