"""The chapters as one Markdown document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from service.app import build_engine
from service.evaluation.engine import Engine
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings
from tests.spec.contents import Chapter, Paragraph, Section, chapters
from tests.spec.table import Table
from tests.spec.vignette import IT, ORDER_SIGN, TODAY, Case, Example, Expected

DOCUMENT = Path(__file__).parent / "SPEC.md"
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
INTRODUCTION = f"""\
# What the service says, and when

This document is written by the tests in this folder (`{COMMAND}`); do not edit it.
Whenever the tests run, every example in it is put to the service as a CDS Hooks request, and the
answer must be the one that stands below it.
No clinician has signed this content.

**How to read it.** Each table is one patient's record, one line for each fact.
`-40 d` is forty days before the order, `-90 d to -10 d` a time from then to then.
Low and high limits are those that the laboratory printed beside the result.
Where a table has no `Patient` line the patient is a woman of 67 years; where it has no
`Draft order` line, alendronate 70 mg is about to be signed, for nothing that the order names.
A result is final, a drug order active, a diagnosis active and confirmed unless the table says
otherwise.
Whatever a table does not hold was asked for and not found, unless a `Prefetch` line says that it
could not be seen.
Where a cell holds `…`, the values that were tried stand below the table.

Below each table stand the verdict, the card it gives, and in brackets the row of the decision
table (`service/hpp/knowledge/decision_table.toml`).
"""


@cache
def engine() -> Engine:
    """The service with what is shipped and nothing else."""
    return build_engine(Settings())


def document() -> str:
    """The whole of SPEC.md."""
    parts = [INTRODUCTION, _table_of_contents(), *_chapters(), _numbers(engine().knowledge)]
    return "\n".join(parts).rstrip() + "\n"


def _table_of_contents() -> str:
    lines = ["## Contents", ""]
    for number, chapter in enumerate(chapters(), 1):
        lines.append(f"{number}. {chapter.title}")
        lines += [f"   {n}. {section.title}" for n, section in enumerate(chapter.sections, 1)]
    return "\n".join([*lines, ""])


def _chapters() -> Iterator[str]:
    for number, chapter in enumerate(chapters(), 1):
        yield _chapter(number, chapter)


def _chapter(number: int, chapter: Chapter) -> str:
    sections = [_section(f"{number}.{n}", s) for n, s in enumerate(chapter.sections, 1)]
    return "\n".join([f"## {number} {chapter.title}", "", chapter.text, "", *sections])


def _section(number: str, section: Section) -> str:
    paragraphs = [_paragraph(paragraph) for paragraph in section.paragraphs]
    return "\n".join([f"### {number} {section.title}", "", section.text, "", *paragraphs])


def _paragraph(paragraph: Paragraph) -> str:
    examples = [_example(example) for example in paragraph.examples]
    return "\n".join([f"#### {paragraph.title}", "", paragraph.text, "", *examples])


def _example(example: Example) -> str:
    return "\n".join([*_as_markdown(example.table), *_answers(example), ""])


def _as_markdown(table: Table) -> list[str]:
    if not table.lines:
        return ["*(nothing on record)*", ""]
    rows = [table.columns, ("---",) * len(table.columns), *table.cells]
    return [f"| {' | '.join(map(_cell, row))} |" for row in rows] + [""]


def _cell(text: str) -> str:
    return text.replace(IT, "…").replace("<", "&lt;").replace("|", "\\|")


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
        yield f"- {_cell(it) or '(nothing)'}: {_said(case.expected)}"


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
    """Every threshold, its source, and the paragraphs that stand on both sides of it."""
    shown = _shown_by_threshold()
    lines = [
        "## The numbers",
        "",
        "Every number the decision rests on, with its source and the paragraph that shows it.",
        "",
        "| number | value | source | shown in |",
        "| --- | --- | --- | --- |",
    ]
    for name, known in knowledge.thresholds.items():
        unit = "" if known.unit == "1" else f" {known.unit}"
        places = "; ".join(dict.fromkeys(shown.get(name, ["-"])))
        lines.append(f"| `{name}` | {known.value}{unit} | {_cell(known.source)} | {places} |")
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
