"""The one-way flow, read from the imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The door to the EHR: the only folder below the edge that opens a socket or reads a clock.
FHIR_DOOR = ROOT / "service/fhir/client"
OUTSIDE = {"flask", "requests", "logging", "socket", "waitress", "os", "time"}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_the_clinical_core_imports_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"service"}
    foreign = {
        (path.name, name)
        for path in modules("service/hpp")
        for name in imports_of(path)
        if name.split(".")[0] not in allowed
    }

    assert set() == foreign


def test_the_core_knows_neither_fhir_nor_http_nor_cards() -> None:
    above = ("service.fhir", "service.hooks", "service.evaluation", "service.app", "cards")
    found = {
        (path.name, name)
        for path in modules("service/hpp")
        for name in imports_of(path)
        if name.startswith(above)
    }

    assert set() == found


def test_from_reading_to_cards_nothing_reaches_outside() -> None:
    found = {
        (path.name, name)
        for folder in ("service/fhir", "service/hpp", "cards")
        for path in modules(folder)
        if FHIR_DOOR not in path.parents
        for name in imports_of(path)
        if name.split(".")[0] in OUTSIDE
    }

    assert set() == found


@pytest.mark.hazard("H20")
def test_no_clock_is_read_between_reading_and_saying() -> None:
    found = {
        path.name
        for folder in ("service/fhir", "service/hpp", "cards")
        for path in modules(folder)
        if "today()" in path.read_text("utf-8") or ".now(" in path.read_text("utf-8")
    }

    assert set() == found
