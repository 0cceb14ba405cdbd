"""ASCII tables in tests -> the lines of a record.

A table has a header line, a ruler of dashes, and one line for each fact.  Only the columns that
a vignette needs are written; a column or a word that is not known is an error, never ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent

COLUMNS = ("resource", "date", "code", "value", "low limit", "high limit", "status", "notes")
RESOURCES = (
    "Patient",
    "Observation",
    "MedicationRequest",
    "MedicationAdministration",
    "FamilyMemberHistory",
    "Encounter",
    "Condition",
    "Procedure",
    "Draft order",
    "Prefetch",
)


class BadTable(ValueError):
    """A table that is not written as this module says."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a resource, and what the columns say of it (empty: nothing)."""

    resource: str
    date: str = ""
    code: str = ""
    value: str = ""
    low: str = ""
    high: str = ""
    status: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table as written: for the document its cells, for the request its lines."""

    columns: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    lines: tuple[Line, ...] = field(default=())


def read_table(text: str) -> Table:
    """Read an ASCII table.  Raises BadTable for an unknown column or resource."""
    rows = [row for row in dedent(text).strip().splitlines() if row.strip()]
    if not rows:
        return Table()
    columns = _cells(rows[0])
    for column in columns:
        if column not in COLUMNS:
            raise BadTable(f"{column!r} is not a column; columns are {', '.join(COLUMNS)}")
    body = rows[1:]
    if not body or set(body[0]) - set("-+ "):
        raise BadTable("the second line must be a ruler of dashes")
    cells = tuple(_padded(_cells(row), columns) for row in body[1:])
    return Table(columns, cells, tuple(_line(columns, row) for row in cells))


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.split("|"))


def _padded(cells: tuple[str, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(cells) > len(columns):
        raise BadTable(f"{len(cells)} cells under {len(columns)} columns: {' | '.join(cells)}")
    return cells + ("",) * (len(columns) - len(cells))


def _line(columns: tuple[str, ...], cells: tuple[str, ...]) -> Line:
    said = dict(zip(columns, cells, strict=True))
    resource = said.get("resource", "")
    if resource not in RESOURCES:
        raise BadTable(f"{resource!r} is not a resource; they are {', '.join(RESOURCES)}")
    return Line(
        resource=resource,
        date=said.get("date", ""),
        code=said.get("code", ""),
        value=said.get("value", ""),
        low=said.get("low limit", ""),
        high=said.get("high limit", ""),
        status=said.get("status", ""),
        notes=tuple(part.strip() for part in said.get("notes", "").split(";") if part.strip()),
    )
