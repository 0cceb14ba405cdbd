"""The first page of the specification: the table in words, the findings, how to read a vignette."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from service.evaluation.engine import Engine
from service.hpp.assessment import Presence, Row
from service.hpp.knowledge.model import Knowledge
from tests.spec.contents import Chapter
from tests.spec.markdown import cell

TITLE = """\
# What the service says, and when

When a bisphosphonate or denosumab is about to be signed, the service looks at the alkaline
phosphatase (ALP) on file and says whether hypophosphatasia (HPP) is likely.
This page holds the whole decision in words; behind it stands one file for each chapter, with
patients and the answers they get.
Whenever the tests run, every example is put to the service as a CDS Hooks request, and the answer
must be the one that stands below it.
"""
TABLE = """\
## The decision table

The first row that holds gives the answer.
A row that only missing data kept from holding is called open, if it would warn; then a card says
what was not seen, unless the ALP is settled: recent, normal, above its ceiling, never low, and no
newer result unread.
"""
FINDINGS = """\
## What each finding means

A finding is present, absent, or unknown where data that was not seen could turn it.
"Low" is a result below its limit that counts, one of acute illness or one that cannot be read does
not.
"""
READING = """\
## How to read a vignette

Each table is one patient's record, one line for each fact.
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
table.
"""


def first_page(engine: Engine, chapters: Sequence[Chapter]) -> str:
    knowledge = engine.knowledge
    label = engine.cards.words.phrase
    parts = [
        TITLE,
        f"{engine.cards.words.review}\n",
        _contents(chapters),
        TABLE,
        *_rows(knowledge, lambda code: label("verdict", code)),
        "",
        FINDINGS,
        *_findings(knowledge, lambda code: label("finding", code)),
        "",
        *_features(knowledge),
        READING,
    ]
    return "\n".join(parts)


def _contents(chapters: Sequence[Chapter]) -> str:
    lines = ["## Contents", ""]
    for number, chapter in enumerate(chapters, 1):
        lines.append(f"{number}. [{chapter.title}]({chapter.folder}/README.md)")
        lines += [f"   {n}. {section.title}" for n, section in enumerate(chapter.sections, 1)]
    return "\n".join([*lines, f"{len(chapters) + 1}. [The numbers](NUMBERS.md)", ""])


def _rows(knowledge: Knowledge, label: Callable[[str], str]) -> Iterator[str]:
    yield "| row | what holds | what is said | card | source |"
    yield "| --- | --- | --- | --- | --- |"
    for row in knowledge.table:
        said = (f"`{row.id}`", row.says, label(row.verdict), str(row.indicator), row.source)
        yield f"| {' | '.join(map(cell, said))} |"


def _findings(knowledge: Knowledge, label: Callable[[str], str]) -> Iterator[str]:
    yield "| finding | what it means | asked for by |"
    yield "| --- | --- | --- |"
    for code, says in knowledge.findings.items():
        rows = ", ".join(_asks(row, code) for row in knowledge.table if code in row.when)
        yield f"| {' | '.join(map(cell, (label(code), says, rows)))} |"


def _asks(row: Row, code: str) -> str:
    return f"`{row.id}`" if row.when[code] is Presence.PRESENT else f"`{row.id}` (absent)"


def _features(knowledge: Knowledge) -> Iterator[str]:
    """The features of HPP, by age and weight, with how far their list was read."""
    pattern = knowledge.pattern
    yield f"Features of HPP ({cell(pattern.source)}; {pattern.list}).  {cell(pattern.says)}"
    yield ""
    for who, counts in (("adult", "adults"), ("child", "children")):
        for major in (True, False):
            names = [
                known.name
                for known in knowledge.features.values()
                if known.major is major and getattr(known, counts)
            ]
            yield f"- {who}, {'major' if major else 'minor'}: {'; '.join(names)}."
    yield ""
