"""Figures as files: CSV, JSON and one page.  Small counts only if asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from service.charts.counts import FEWEST, suppressed
from service.reports.figures import Figures
from service.reports.page import page_of

# A spreadsheet runs what begins like this (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Table = tuple[Sequence[str], list[Sequence[Any]]]


def write_all(figures: Figures, folder: Path, title: str, small_numbers: bool) -> list[Path]:
    """report.json, report.html and a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    fewest = 1 if small_numbers else FEWEST
    said = suppressed(figures.as_json(), fewest)
    written = {"report.json": orjson.dumps(said, option=orjson.OPT_INDENT_2)}
    written["report.html"] = page_of(figures, title, fewest).encode()
    for name, table in tables(figures, fewest).items():
        written[f"{name}.csv"] = as_csv(table)
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in written]


def tables(figures: Figures, fewest: int) -> dict[str, Table]:
    """Each table with its head, small counts left out."""
    verdicts = sorted({v for week in figures.cards_by_week.values() for v in week})
    weeks = [
        (
            week,
            figures.orders_by_week[week],
            figures.held_by_week[week],
            *(figures.cards_by_week[week][verdict] for verdict in verdicts),
        )
        for week in figures.weeks
    ]
    keys = ("kind", "system", "code", "unit", "client", "count", "line")
    codes = [tuple(row[key] for key in keys) for row in figures.unmapped]
    whole: dict[str, Table] = {
        "weeks": (("week", "orders judged", "held back", *verdicts), list(weeks)),
        "verdicts": _two("verdict", figures.verdicts),
        "cards": _two("what became of it", figures.answers()),
        "reasons": _two("reason of an override", figures.reasons),
        "suggestions": _two("accepted suggestion", figures.suggestions),
        "could_not_look": _two("cause", figures.could_not_look),
        "unmapped": (keys, list(codes)),
    }
    return {
        name: (head, [suppressed(list(row), fewest) for row in rows])
        for name, (head, rows) in whole.items()
    }


def _two(what: str, counts: Mapping[str, int]) -> Table:
    return (what, "count"), sorted(counts.items(), key=lambda item: -item[1])


def as_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to read it as such."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    head, rows = table
    writer.writerow(head)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def inert(cell: Any) -> Any:
    """Text that a spreadsheet would run is text behind an apostrophe."""
    runs = isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA)
    return f"'{cell}" if runs else cell
