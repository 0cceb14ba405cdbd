"""Read decision_table.toml: verdicts, findings and rows; refuse a table that cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from service.content.faults import hint
from service.content.shape import OLD_KEYS, misfits
from service.hpp.assessment import Indicator, Presence, Row
from service.hpp.knowledge.model import Verdict

FILE = "decision_table.toml"
SHAPE = {
    **OLD_KEYS,
    "source": str,
    "verdict": {"*": {"says": str, "urgent": str, "cancer": str, "chart?": bool}},
    "finding": {"*": {"says": str}},
    "row": [
        {
            "id": str,
            "verdict": str,
            "indicator": str,
            "when": {"*": str},
            "says": str,
            "source": str,
        },
    ],
}
URGENT, CANCER = ("keep", "warning", "none"), ("keep", "none", "none-on-treatment")
Say = Callable[[str, str, str], None]


def read_table(data: Mapping[str, Any], fault: Say) -> dict[str, Any]:
    """Verdicts, findings and rows by their names in Knowledge; empty where the file is at fault.

    Faults: unknown keys, verdicts and findings, a finding that no row names, no source, no last
    row that always matches, a row that an earlier one always takes first.
    """
    problems = list(misfits(data, SHAPE))
    for key, message in problems:
        fault(FILE, key, message)
    if problems:
        return {"verdicts": {}, "findings": {}, "table": []}
    rows = [row for entry in data["row"] if (row := _row(entry, data, fault)) is not None]
    _check(rows, fault)
    for name, message in _unused(data):
        fault(FILE, name, message)
    return {
        "verdicts": {name: Verdict(**entry) for name, entry in data["verdict"].items()},
        "findings": {name: entry["says"] for name, entry in data["finding"].items()},
        "table": rows,
    }


def _row(entry: Mapping[str, Any], data: Mapping[str, Any], fault: Say) -> Row | None:
    problems = list(_row_problems(entry, data["verdict"], data["finding"]))
    for problem in problems:
        fault(FILE, entry["id"], problem)
    if problems:
        return None
    return Row(
        id=entry["id"],
        verdict=entry["verdict"],
        indicator=Indicator(entry["indicator"]),
        when={code: Presence(state) for code, state in entry["when"].items()},
        source=entry["source"],
        says=entry["says"],
    )


def _row_problems(
    entry: Mapping[str, Any], verdicts: Mapping[str, Any], findings: Mapping[str, Any]
) -> Iterator[str]:
    if entry["verdict"] not in verdicts:
        yield f"verdict must be one of {', '.join(verdicts)}" + hint(entry["verdict"], verdicts)
    if entry["indicator"] not in list(Indicator):
        yield "indicator must be critical, warning, info or none"
    for code, state in entry["when"].items():
        if code not in findings:
            yield f"{code} is not a finding" + hint(code, findings)
        if state not in (Presence.PRESENT, Presence.ABSENT):
            yield f"{code} must be present or absent"


def _unused(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Choices that are none, and verdicts that no row gives."""
    given = {entry["verdict"] for entry in data["row"]}
    for name, entry in data["verdict"].items():
        if entry["urgent"] not in URGENT:
            yield f"verdict.{name}.urgent", f"must be one of {', '.join(URGENT)}"
        if entry["cancer"] not in CANCER:
            yield f"verdict.{name}.cancer", f"must be one of {', '.join(CANCER)}"
        if name not in given:
            yield f"verdict.{name}", "is the verdict of no row"


def _check(rows: Sequence[Row], fault: Say) -> None:
    if not rows or rows[-1].when:
        fault(FILE, "last row", "must have an empty `when`, so that every patient has a verdict")
    for index, row in enumerate(rows):
        for earlier in rows[:index]:
            if earlier.id == row.id:
                fault(FILE, row.id, "is the id of two rows")
            if earlier.when.items() <= row.when.items():
                fault(FILE, row.id, f"can never be reached: {earlier.id} always matches first")
