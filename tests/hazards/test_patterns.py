"""Hazard C9: no regular expression of the service takes more than linear time."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from marshmallow.validate import Regexp

import cards
import fhir_fixtures
import service
from service.evaluation.engine import Engine
from tests.hazards.log import ROOT

# Patterns that are made later than their module: module -> each as it is made.
MADE_LATER: dict[str, tuple[Callable[[Engine], re.Pattern[str]], ...]] = {
    "service.hpp.knowledge.unit_words": (
        lambda engine: engine.knowledge.units._words._token,
        lambda engine: engine.knowledge.units._words._per,
        lambda engine: engine.knowledge.units._words._remark,
        lambda engine: engine.knowledge.units._words._last_remark,
    ),
}
# Pieces to repeat: of every kind of character, and of what the patterns look for.
PIECES = (
    "a", "A", "1", " ", ".", "-", "/", "*", "\n", "\\", "é", "Aa/", "1.", "a ", "a.", "http://a/",
    "/a", "**a**\n", "\n \n", "1 ml ", "1 mg/ml ", "1.1", "<=", "-1", "12:", "2024-01-01T",
    "U/L ", "text-align:", "alendronate ", "0 ml 0 mg/m ", "(37 C) ", "ifcc37", " per", "( / )",
)  # fmt: skip
ENDS = ("", "!")
# What `replay` and its engines stand on; their patterns are tried where these are installed.
OF_EXTRAS = ("duckdb", "pyarrow", "pyspark")
SHORT = (8, 20)  # where growth by a factor for each character would show
LONG = (500, 4000)  # where n^2 would show: 64 times as long, against 8
MOST = 20.0
ROUND_S = 5e-5


@dataclass(frozen=True)
class Use:
    """A pattern and how the code applies it.  whole: only to the text from its start."""

    where: str
    pattern: re.Pattern[str]
    whole: bool

    def __str__(self) -> str:
        return f"{self.where} {self.pattern.pattern[:30]!r}"


def modules() -> Iterator[ModuleType]:
    for package in (service, cards, fhir_fixtures):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(("__main__", "migrations.env")):  # both run when imported
                yield from imported(found.name)


def imported(name: str) -> Iterator[ModuleType]:
    """The module, where the extra it is written for is installed."""
    try:
        # gunicorn's settings say to whoever imports them where its workers count
        with mock.patch.dict(os.environ):
            yield importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name not in OF_EXTRAS:
            raise


def calls_of_re(module: ModuleType) -> list[ast.Call]:
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "re"
        and node.func.attr != "escape"
    ]


def assigned(module: ModuleType) -> dict[str, re.Pattern[str]]:
    """Patterns under a name of a module, also inside marshmallow's validators."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    names = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    values = {name: getattr(module, name) for name in names}
    found = {n: v.regex if isinstance(v, Regexp) else v for n, v in values.items()}
    return {name: value for name, value in found.items() if isinstance(value, re.Pattern)}


def inline(module: ModuleType) -> list[re.Pattern[str]]:
    """Patterns written where they are used."""
    return [
        re.compile(ast.literal_eval(call.args[0]))
        for call in calls_of_re(module)
        if call.func.attr != "compile" and isinstance(call.args[0], ast.Constant)  # type: ignore[attr-defined]
    ]


SOURCE = "\n".join(
    path.read_text("utf-8")
    for folder in ("service", "cards")
    for path in ROOT.glob(f"{folder}/**/*.py")
)


def is_whole(name: str, module: ModuleType) -> bool:
    """No use of this name looks for the pattern inside a text."""
    source = Path(str(module.__file__)).read_text("utf-8") if name.startswith("_") else SOURCE
    return re.search(rf"\b{name}\.(?:search|findall|finditer|sub|split)\b", source) is None


def uses(engine: Engine) -> list[Use]:
    found = []
    for module in modules():
        name = module.__name__
        found += [Use(name, p, whole=is_whole(n, module)) for n, p in assigned(module).items()]
        found += [Use(name, pattern, whole=False) for pattern in inline(module)]
        made = MADE_LATER.get(name, ())
        found += [Use(name, make(engine), whole=False) for make in made]
    return found


def seconds(use: Use, text: str) -> float:
    """The least of a few runs, of this thread's own time."""
    if isinstance(use.pattern.pattern, bytes):
        text = text.encode()
    run = use.pattern.fullmatch if use.whole else use.pattern.findall
    started = time.thread_time()
    run(text)
    once = time.thread_time() - started
    times = max(1, min(2000, int(ROUND_S / max(once, 1e-7))))
    best = once
    for _ in range(3):
        started = time.thread_time()
        for _ in range(times):
            run(text)
        best = min(best, (time.thread_time() - started) / times)
    return max(best, 1e-7)


def growth(use: Use, piece: str, end: str, lengths: tuple[int, int]) -> float:
    short, long = (piece * (length // len(piece) + 1) + end for length in lengths)
    return seconds(use, long) / seconds(use, short)


def explodes(use: Use, piece: str, end: str) -> bool:
    """Seen three times, so that no other work of the machine is taken for it."""
    return any(
        all(growth(use, piece, end, lengths) > MOST for _ in range(3)) for lengths in (SHORT, LONG)
    )


def exploding(use: Use) -> list[str]:
    return [piece + end for piece in PIECES for end in ENDS if explodes(use, piece, end)]


@pytest.mark.hazard("C9")
def test_every_pattern_of_the_service_is_among_those_that_are_tried() -> None:
    """A call of `re` that is neither under a name nor inline nor listed would go untried."""
    untried = {}
    for module in modules():
        known = len(assigned(module)) + len(inline(module))
        known += len(MADE_LATER.get(module.__name__, ()))
        if known < len(calls_of_re(module)):
            untried[module.__name__] = len(calls_of_re(module)) - known

    assert untried == {}


@pytest.mark.hazard("C9")
def test_no_pattern_takes_more_than_linear_time(engine: Engine) -> None:
    """By how much longer a text of eight times the length takes."""
    tried = uses(engine)
    bad = {str(use): found for use in tried if (found := exploding(use))}

    assert len(tried) > 20
    assert bad == {}


@pytest.mark.parametrize("extra", OF_EXTRAS)
def test_the_patterns_of_an_extra_are_among_those_that_are_tried(extra: str) -> None:
    pytest.importorskip(extra, reason=f"without {extra} the patterns that need it are not tried")

    sources = (Path(str(module.__file__)).read_text("utf-8") for module in modules())
    assert any(re.search(rf"^(?:import|from) {extra}\b", source, re.M) for source in sources)


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [(r"(a+)+$", "a"), (r"(a|aa)+b", "a"), (r"a+b", "a"), (r"\ba.*?b\b.*?c", "a ")],
)
def test_a_pattern_that_is_not_linear_would_be_seen(pattern: str, piece: str) -> None:
    use = Use("", re.compile(pattern), whole=False)

    assert explodes(use, piece, "!")


@pytest.mark.hazard("C9")
@pytest.mark.parametrize("suffix", [".toml", ".csv", ".md"])
def test_no_file_that_people_edit_holds_a_pattern(suffix: str) -> None:
    """Words and codes are compared as they are: what looks like a pattern means itself."""
    folders: list[Any] = [ROOT / "service" / "hpp" / "knowledge", ROOT / "cards" / "texts"]
    files = [path for folder in folders for path in folder.rglob(f"*{suffix}")]
    signs = re.compile(r"\(\?|\.\*|\[\^|\\[bdsw]")

    assert [path.name for path in files if signs.search(path.read_text("utf-8"))] == []
