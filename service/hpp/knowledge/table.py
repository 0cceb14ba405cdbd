"""Read decision_table.toml into rows, and refuse a table that cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.hpp.model import Indicator, Presence, Row

FILE = "decision_table.toml"
ROW_KEYS = {"id", "verdict", "indicator", "when", "source"}
VERDICTS = (
    "hppExcluded", "hppConfirmed", "hppProbable", "hppSuspected",
    "lowAlpCauseNotReassuring", "lowAlpPossibleCause", "lowAlpAcuteIllness",
    "lowAlpOnce", "lowAlpOnceMarked", "alpUnclear", "alpNotLow", "alpNotOnFile",
    "notEvaluated",
)  # fmt: skip
FINDINGS = (
    "hpp-on-record", "asfotase-alfa", "alpl-pathogenic", "hpp-unconfirmed", "hpp-excluded",
    "iwg-pattern", "major-feature", "any-feature",
    "alp-low", "alp-persistently-low", "alp-persistently-low-unexplained", "alp-lows-spaced",
    "alp-very-low", "alp-unexplained-low", "alp-low-off-antiresorptive", "alp-acute-low",
    "last-alp-low", "normal-before-first-low", "alp-recovered", "last-normal-not-recovered",
    "fresh-normal-alp", "latest-alp-masked", "latest-masked-fresh", "alp-masked",
    "alp-judged", "alp-unusable", "alp-looked-up", "antiresorptive-in-use", "child",
)  # fmt: skip


def read_table(data: Mapping[str, Any], fault: Callable[[str, str, str], None]) -> list[Row]:
    """The rows in order.  Faults: unknown keys, verdicts and findings, no source, no last row
    that always matches, a row that an earlier one always takes first."""
    rows = []
    for entry in data.get("row", []):
        row = _row(entry, fault)
        if row is not None:
            rows.append(row)
    _check(rows, fault)
    return rows


def _row(entry: Mapping[str, Any], fault: Callable[[str, str, str], None]) -> Row | None:
    name = str(entry.get("id", "row without id"))
    problems = [f"{key} is missing" for key in sorted(ROW_KEYS - set(entry))]
    problems += [f"{key} is not a key here" for key in sorted(set(entry) - ROW_KEYS)]
    if entry.get("verdict") not in VERDICTS:
        problems.append(f"verdict must be one of {', '.join(VERDICTS)}")
    if entry.get("indicator") not in list(Indicator):
        problems.append("indicator must be critical, warning, info or none")
    if not str(entry.get("source", "")).strip():
        problems.append("source must say where the rule comes from")
    for code, state in entry.get("when", {}).items():
        if code not in FINDINGS:
            problems.append(f"{code} is not a finding")
        if state not in (Presence.PRESENT, Presence.ABSENT):
            problems.append(f"{code} must be present or absent")
    for problem in problems:
        fault(FILE, name, problem)
    if problems:
        return None
    when = {code: Presence(state) for code, state in entry["when"].items()}
    return Row(name, entry["verdict"], Indicator(entry["indicator"]), when, entry["source"])


def _check(rows: Sequence[Row], fault: Callable[[str, str, str], None]) -> None:
    if not rows or rows[-1].when:
        fault(FILE, "last row", "must have an empty `when`, so that every patient has a verdict")
    for index, row in enumerate(rows):
        for earlier in rows[:index]:
            if earlier.id == row.id:
                fault(FILE, row.id, "is the id of two rows")
            if earlier.when.items() <= row.when.items():
                fault(FILE, row.id, f"can never be reached: {earlier.id} always matches first")
