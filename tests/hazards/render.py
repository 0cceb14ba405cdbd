"""The hazard log as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.hazards.log import ROOT, TABLES, Hazard

DOCUMENT: Path = ROOT / "service" / "HAZARDS.md"
COMMAND = "python -m tests.hazards"
HEAD = f"""\
# Hazard log

What can go wrong with hpp-cds, whom it harms, what stops it, and the test that shows that it does.
The form is that of DCB0129: hazard, cause, effect, control, evidence.

**No Clinical Safety Officer has assessed these hazards.**
DCB0129 asks for severity, likelihood and residual risk of each; they are a judgement that only an
organisation that uses the service can make, so they are not here and nothing is put in their place.
The control is what this software does by itself.

Harm is meant to the patient (a bisphosphonate given in hypophosphatasia, treatment withheld, a
warning lost among others) or to the confidentiality of the record.
A test is named by its file and its name; how to run it is in the README.
The checks of `tests/container.sh` need root and are run before a release, not with the others.
*Open* says what is not built, or lies with the site.

Made by `{COMMAND}` from `tests/hazards/log/` and from the markers of the tests; do not edit.
"""


def document(rows: Sequence[Hazard]) -> str:
    parts = [HEAD, *_summary(rows)]
    for letter, (title, _) in TABLES.items():
        parts += [f"## {letter}. {title}\n"]
        parts += [_row(row) for row in rows if row.id[0] == letter]
    return "\n".join(parts)


def _summary(rows: Sequence[Hazard]) -> Iterator[str]:
    yield "| table | rows | shown by a test | of these partly open | open |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for letter, (title, _) in TABLES.items():
        yield _counts(f"{letter}. {title}", [row for row in rows if row.id[0] == letter])
    yield _counts("all", rows)
    yield ""


def _counts(title: str, rows: Sequence[Hazard]) -> str:
    shown = [row for row in rows if row.shown]
    partly = sum(bool(row.open) for row in shown)
    return f"| {title} | {len(rows)} | {len(shown)} | {partly} | {len(rows) - len(shown)} |"


def _row(row: Hazard) -> str:
    lines = [
        f"### {row.id}. {row.hazard.rstrip('.')}\n",
        f"- **Cause:** {row.cause}",
        f"- **Effect:** {row.effect}",
        f"- **Control:** {row.control}",
    ]
    lines += [f"- **Open:** {row.open}"] if row.open else []
    lines += ["- **Shown by:**", *_evidence(row.shown)] if row.shown else []
    return "\n".join(lines) + "\n"


def _evidence(shown: Iterable[str]) -> Iterator[str]:
    for item in shown:
        file, _, name = item.partition(": ")
        yield f"  - `{file}`: {f'`{name}`' if file.endswith('.py') else name}"


def report(rows: Sequence[Hazard]) -> str:
    shown = [row for row in rows if row.shown]
    unshown = [row for row in rows if not row.shown]
    lost = [row.id for row in unshown if not row.open]
    text = (
        f"{len(rows)} rows: {len(shown)} with a test "
        f"({sum(bool(row.open) for row in shown)} of them partly open), "
        f"{len(unshown) - len(lost)} open with a reason, {len(lost)} with neither"
    )
    return f"{text}: {', '.join(lost)}" if lost else text
