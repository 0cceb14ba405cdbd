"""Chapters, sections and paragraphs, found in the folders and in the order they are read."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.spec.vignette import Case, Example, Recorder

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One test function: its name as a sentence, its docstring, what it shows."""

    title: str
    text: str
    examples: tuple[Example, ...]

    @property
    def cases(self) -> Iterator[Case]:
        return (case for example in self.examples for case in example.cases)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """folder: beside this file."""

    title: str
    text: str
    folder: str
    sections: tuple[Section, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Run every paragraph with a recorder."""
    return tuple(_chapter(folder) for folder in sorted(HERE.glob("c[0-9]*_*")))


def paragraphs() -> Iterator[Paragraph]:
    for chapter in chapters():
        for section in chapter.sections:
            yield from section.paragraphs


def cases() -> Iterator[Case]:
    for paragraph in paragraphs():
        yield from paragraph.cases


def _chapter(folder: Path) -> Chapter:
    package = import_module(f"tests.spec.{folder.name}")
    sections = [import_module(f"{package.__name__}.{path.stem}") for path in _sections(folder)]
    ordered = sorted(sections, key=lambda module: module.order)
    sections = tuple(map(_section, ordered))
    return Chapter(package.title, _text(package), folder.name, sections)


def _sections(folder: Path) -> list[Path]:
    return sorted(folder.glob("test_*.py"))


def _section(module: ModuleType) -> Section:
    tests = [f for name, f in vars(module).items() if name.startswith("test_")]
    return Section(module.title, _text(module), tuple(_paragraph(test) for test in tests))


def _paragraph(test: object) -> Paragraph:
    recorder = Recorder()
    test(recorder)  # type: ignore[operator]
    return Paragraph(_title(test), _text(test), tuple(recorder.examples))


def _text(thing: object) -> str:
    return inspect.getdoc(thing) or ""


# Words of function names that are written otherwise in a sentence.
WRITTEN = {
    "alp": "ALP", "alpl": "ALPL", "hpp": "HPP", "plp": "PLP", "pea": "PEA", "edta": "EDTA",
    "b6": "B6", "b12": "B12", "d": "D", "xlh": "XLH", "tsh": "TSH", "ggt": "gamma-GT",
    "paget": "Paget",
}  # fmt: skip


def _title(test: object) -> str:
    """test_a_single_low_alp -> A single low ALP."""
    name: str = getattr(test, "__name__", "")
    words = name.removeprefix("test_").split("_")
    sentence = " ".join(WRITTEN.get(word, word) for word in words)
    return sentence[:1].upper() + sentence[1:]
