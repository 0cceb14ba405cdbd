"""Which tests reach a line of the rooms: the others cannot see a change of it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from coverage import Coverage

from service.app import build_engine
from service.fhir import folding
from service.fhir.terminology import Terminology
from service.hpp import findings, limits
from service.settings import Settings

BUILDING = "building"


class Lines(NamedTuple):
    """`file:line` -> the tests that run it.  by_all: lines that stand behind every test."""

    by_all: list[str]
    by_test: dict[str, list[int]]

    def tests_of(self, file: Path, line: int) -> set[int] | None:
        """Those that reach the statement that a line belongs to; None: all."""
        lines = [f"{file}:{number}" for number in statement(file.read_text(), line)]
        if not set(lines).isdisjoint(self.by_all):
            return None
        return {test for line in lines for test in self.by_test.get(line, ())}


class Reached:
    """Notes the lines that run, test by test."""

    def __init__(self, files: Sequence[Path], terminologies: Iterable[Terminology]) -> None:
        self._files = [str(file) for file in files]
        self.coverage = Coverage(data_file=None, include=self._files, config_file=False)
        self.terminologies = list(terminologies)

    def begin(self, name: str) -> None:
        """What was kept from earlier tests would hide that this one needs it."""
        forget(self.terminologies)
        self.coverage.switch_context(name)

    def lines(self) -> Lines:
        self.coverage.stop()
        found, seen = Lines([], defaultdict(list)), self.coverage.get_data()
        for file in self._files:
            for line, names in seen.contexts_by_lineno(file).items():
                found.by_test[f"{file}:{line}"] += [int(name) for name in names if name.isdigit()]
                if BUILDING in names:
                    found.by_all.append(f"{file}:{line}")
        return found


def forget(terminologies: Iterable[Terminology]) -> None:
    """What the service keeps from one request to the next."""
    limits._adult_limit.cache_clear()
    findings._absent.cache_clear()
    folding._LETTERS.clear()
    for terminology in terminologies:
        units = terminology.knowledge.units
        for kept in (*terminology.kept, units._kept, units._unread):
            kept.clear()  # type: ignore[attr-defined]


@contextmanager
def tracing(files: Sequence[Path], known: Sequence[Terminology]) -> Iterator[Reached]:
    """Engines are built once for many tests: what that runs stands behind all of them.

    known: the terminologies of those that were built before.
    """
    reached, made = Reached(files, known), Terminology.__init__

    def remembered(terminology: Terminology, *arguments: Any) -> None:
        made(terminology, *arguments)
        reached.terminologies.append(terminology)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Terminology, "__init__", remembered)
        reached.coverage.start()
        reached.begin(BUILDING)
        build_engine(Settings())
        yield reached


def statement(source: str, line: int) -> range:
    """The lines of the smallest statement around a line; of a compound one its head."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse(source)):  # outer ones come first
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if node.lineno <= line <= max(last, node.lineno):
                found = range(node.lineno, max(last, node.lineno) + 1)
    return found
