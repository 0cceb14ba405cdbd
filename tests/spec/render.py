"""The chapters as Markdown, one file each, behind a first page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from service.app import build_engine
from service.evaluation.engine import Engine
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings
from tests.spec.contents import Chapter, Paragraph, Section, chapters
from tests.spec.first_page import first_page
from tests.spec.markdown import cell
from tests.spec.table import Table
from tests.spec.vignette import ORDER_SIGN, TODAY, Case, Example, Expected

HERE = Path(__file__).parent
COMMAND = "python -m tests.spec"
CARDS = {
    "none": "no card",
    "info": "an information card",
    "warning": "a warning card",
    "critical": "a critical card",
}
SERVICES = {
    ORDER_SIGN: "",
    "hpp-order-select": "while the order is being selected",
    "hpp-patient-view": "when the chart is opened",
}


@cache
def engine() -> Engine:
    """The service with what is shipped and nothing else."""
    return build_engine(Settings())


def documents() -> Mapping[Path, str]:
    """Every file of the specification: the first page, one for each chapter, the numbers."""
    pages = {HERE / "SPEC.md": first_page(engine(), chapters())}
    for number, chapter in enumerate(chapters(), 1):
        pages[HERE / chapter.folder / "README.md"] = _chapter(number, chapter)
    pages[HERE / "NUMBERS.md"] = _numbers(engine().knowledge)
    return {path: text.rstrip() + "\n" for path, text in pages.items()}


def _chapter(number: int, chapter: Chapter) -> str:
    sections = [_section(f"{number}.{n}", s) for n, s in enumerate(chapter.sections, 1)]
    heading = [f"# {number} {chapter.title}", "", chapter.text, "", BACK, ""]
    return "\n".join([*heading, *sections])


BACK = (
    f"[The first page](../SPEC.md) says how to read this.  Written by `{COMMAND}`; do not edit it."
)


def _section(number: str, section: Section) -> str:
    paragraphs = [_paragraph(paragraph) for paragraph in section.paragraphs]
    return "\n".join([f"## {number} {section.title}", "", section.text, "", *paragraphs])


def _paragraph(paragraph: Paragraph) -> str:
    examples = [_example(example) for example in paragraph.examples]
    return "\n".join([f"### {paragraph.title}", "", paragraph.text, "", *examples])


def _example(example: Example) -> str:
    return "\n".join([*_as_markdown(example.table), *_answers(example), ""])


def _as_markdown(table: Table) -> list[str]:
    if not table.lines:
        return ["*(nothing on record)*", ""]
    rows = [table.columns, ("---",) * len(table.columns), *table.cells]
    return [f"| {' | '.join(map(cell, row))} |" for row in rows] + [""]


def _answers(example: Example) -> Iterator[str]:
    if not example.values:
        yield _expected_line(example.cases[0])
        return
    threshold = example.cases[0].boundary
    if threshold:
        known = engine().knowledge.thresholds[threshold.threshold]
        unit = "" if known.unit == "1" else f" {known.unit}"
        of = f" of {threshold.of}" if threshold.of else ""
        since = f", counted from {threshold.since}" if threshold.since else ""
        yield f"The number: `{known.name}` = {known.value}{unit}{of}{since}."
        yield ""
    for it, case in zip(example.values, example.cases, strict=True):
        yield f"- {cell(it) or '(nothing)'}: {_said(case.expected)}"


def _expected_line(case: Case) -> str:
    circumstances = [SERVICES[case.service]]
    if case.today != TODAY:
        circumstances.append(f"on {case.today.isoformat()}")
    if case.accepted_gaps:
        circumstances.append(f"at a site that accepts not to get {', '.join(case.accepted_gaps)}")
    said = ", ".join(filter(None, circumstances))
    return f"Expected{f' {said}' if said else ''}: {_said(case.expected)}"


def _said(expected: Expected) -> str:
    """The answer in words; a full sentence for whatever is not usual."""
    if expected.http != 200:
        return f"**no answer** (HTTP {expected.http}: the data that is needed was not sent)."
    label = engine().cards.words.phrase("verdict", expected.verdict)
    parts = [f"**{label}**, {CARDS[expected.indicator]} (`{expected.row}`)."]
    if expected.row == "none":
        parts = [f"**{label}**, no card."]
    if expected.status in ("partial", "unavailable"):
        parts.append(f"The check is {expected.status}.")
    elif expected.status == "not-applicable" and expected.row != "none":
        parts.append("No drug is in hand, so nothing is claimed.")
    for lead, open_rows in (("", expected.open_rows), (", among others", expected.opens)):
        if open_rows:
            rows = ", ".join(f"`{row}`" for row in open_rows)
            parts.append(f"Not ruled out{lead}: {rows}.")
    lists = (
        ("The card says", expected.named),
        ("The card does not say", expected.unnamed),
        ("It offers", expected.offers),
        ("It does not offer", expected.spares),
    )
    parts += [f"{lead}: {'; '.join(words)}." for lead, words in lists if words]
    return " ".join(parts)


def _numbers(knowledge: Knowledge) -> str:
    """Every threshold in words, its source, and the paragraphs that stand on both sides of it."""
    shown = _shown_by_threshold()
    lines = [
        "# The numbers",
        "",
        "Every number the decision rests on: its meaning, its source, the paragraph that shows it.",
        "",
        "| number | value | what it means | source | shown in |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, known in knowledge.thresholds.items():
        unit = "" if known.unit == "1" else f" {known.unit}"
        places = "; ".join(dict.fromkeys(shown.get(name, ["-"])))
        cells = (f"`{name}`", f"{known.value}{unit}", known.says, known.source, places)
        lines.append(f"| {' | '.join(map(cell, cells))} |")
    return "\n".join([*lines, ""])


def _shown_by_threshold() -> dict[str, list[str]]:
    shown: dict[str, list[str]] = {}
    for number, chapter in enumerate(chapters(), 1):
        for n, section in enumerate(chapter.sections, 1):
            for paragraph in section.paragraphs:
                for case in paragraph.cases:
                    if case.boundary:
                        place = f"{number}.{n} {paragraph.title}"
                        shown.setdefault(case.boundary.threshold, []).append(place)
    return shown
