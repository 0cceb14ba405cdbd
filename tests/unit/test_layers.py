"""The one-way flow between the rooms, read from the imports."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Each room may import those before it; what a room knows beyond that is an arrow back.
ORDER = (
    "service.hpp",
    "service.content.faults",
    "service.content.files",
    "service.content.shape",
    "service.content.toml_files",
    "service.settings",
    "service.fhir",
    "cards",
    "service.content",
    "service.charts",
    "service.watch",
    "service.store",
    "service.reports",
    "service.outbound",
    "service.trust",
    "service.evaluation",
    "service.hooks",
    "service.demo",
    "service.upkeep",
    "service.pages",
    "service.app",
    "service.server",
    "service.replay",
    "service.commands",
)
SHARED = {"service", "service.strict_json", "fhir_fixtures"}
OUTSIDE = {"flask", "requests", "logging", "socket", "waitress", "os", "time", "uuid", "random"}
PURE = ("service/fhir", "service/hpp", "cards")


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def room_of(module: str) -> str:
    """The longest name of ORDER that a module lies in; empty for what is no room of ours."""
    inside = (room for room in ORDER if module == room or module.startswith(f"{room}."))
    return max(inside, key=len, default="")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


OURS = [path for folder in ("service", "cards") for path in modules(folder)]


def test_every_module_lies_in_a_room() -> None:
    outside = {name_of(path) for path in OURS if not room_of(name_of(path))}

    assert outside == {"service", "service.__main__", "service.strict_json"}


@pytest.mark.parametrize("room", ORDER)
def test_a_room_imports_only_rooms_before_it(room: str) -> None:
    place = ORDER.index(room)
    back = {
        (name_of(path), name)
        for path in OURS
        if room_of(name_of(path)) == room
        for name in imports_of(path)
        if name not in SHARED and room_of(name) and ORDER.index(room_of(name)) > place
    }

    assert back == set()


def test_the_clinical_core_imports_the_standard_library_and_itself_only() -> None:
    foreign = {
        (path.name, name)
        for path in modules("service/hpp")
        for name in imports_of(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("service.hpp")
    }

    assert foreign == set()


def test_no_class_name_means_two_things() -> None:
    """A reader who met a name in one room may take it for the same thing in every other."""
    defined: dict[str, list[str]] = defaultdict(list)
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined[node.name].append(name_of(path))

    assert {name: places for name, places in defined.items() if len(places) > 1} == {}


def test_from_reading_to_cards_nothing_reaches_outside() -> None:
    found = {
        (path.name, name)
        for folder in PURE
        for path in modules(folder)
        for name in imports_of(path)
        if name.split(".")[0] in OUTSIDE
    }

    assert found == set()


@pytest.mark.hazard("H20")
def test_no_clock_is_read_and_no_file_opened_between_reading_and_saying() -> None:
    found = {
        (path.name, word)
        for folder in PURE
        for path in modules(folder)
        for word in ("today()", ".now(", "open(", "read_text(", "read_bytes(")
        if word in path.read_text("utf-8")
    }

    assert found == set()
