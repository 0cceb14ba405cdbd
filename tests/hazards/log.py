"""Read the hazard log and, from the test files, which test shows which control.

The words are in log/*.toml.  A test names its rows with `@pytest.mark.hazard("B1", "B10")`;
a check of a shell script is named in the log itself, by its file and title.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOG = Path(__file__).with_name("log")
MARK = "pytest.mark.hazard"
# Letter of a table -> its title and number of rows.
TABLES: Mapping[str, tuple[str, int]] = {
    "A": ("Who calls", 28),
    "B": ("What the service asks of FHIR servers", 13),
    "C": ("What comes in, and how much of it", 16),
    "O": ("What goes out", 10),
    "E": ("Privacy, trace and storage", 13),
    "H": ("Clinical hazards", 26),
    "W": ("Page, platform, supply", 14),
}
EVERY_ID = tuple(f"{letter}{n}" for letter, (_, rows) in TABLES.items() for n in range(1, rows + 1))


@dataclass(frozen=True)
class Hazard:
    """One row.  open: why its control, or a part of it, is not here; scripts: checks in shell."""

    id: str
    hazard: str
    cause: str
    effect: str
    control: str
    open: str = ""
    scripts: tuple[str, ...] = ()
    tests: tuple[str, ...] = field(default=(), compare=False)

    @property
    def shown(self) -> tuple[str, ...]:
        """Everything that shows the control, as `file: name`."""
        return (*self.tests, *self.scripts)


def read_log(folder: Path = LOG) -> list[Hazard]:
    """Every row in the order of the tables, with the tests that name it."""
    entries: dict[str, dict[str, object]] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text("utf-8")).items():
            if name in entries:
                raise ValueError(f"{path.name}: {name} is there twice")
            entries[name] = entry
    marked = tests_by_row()
    return [_hazard(name, entries[name], marked.get(name, ())) for name in ordered(entries)]


def ordered(names: Mapping[str, object]) -> list[str]:
    """As the tables have them; rows that no table has, last."""
    place = {name: number for number, name in enumerate(EVERY_ID)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def _hazard(name: str, entry: dict[str, object], tests: tuple[str, ...]) -> Hazard:
    scripts = entry.pop("scripts", [])
    assert isinstance(scripts, list)
    words = {key: str(value) for key, value in entry.items()}
    return Hazard(id=name, scripts=tuple(map(str, scripts)), tests=tests, **words)


def tests_by_row() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for file, test, rows in marked_functions():
        for row in rows:
            found.setdefault(row, []).append(f"{file}: {test}")
    return {row: tuple(tests) for row, tests in found.items()}


def marked_functions() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(file, function, rows) of every function with the marker, in the order of the files."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "mark.hazard" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                rows = tuple(_rows_of(node))
                if rows:
                    yield str(path.relative_to(ROOT)), node.name, rows


def _rows_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == MARK:
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def checks_of(script: Path) -> set[str]:
    """The titles of a shell script's checks."""
    return set(re.findall(r'^check "([^"]+)"', script.read_text("utf-8"), re.MULTILINE))
