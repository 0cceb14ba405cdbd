"""Read decision_table.toml into rows, and refuse a table that cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from service.content.faults import hint
from service.content.shape import misfits
from service.hpp.model import Indicator, Presence, Row

FILE = "decision_table.toml"
SHAPE = {
    "review": str,
    "review_date?": object,
    "source": str,
    "row": [
        {"id": str, "verdict": str, "indicator": str, "when": {"*": str}, "source": str},
    ],
}
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
    "fresh-normal-alp", "fresh-normal-or-masked", "latest-alp-masked", "latest-masked-fresh",
    "alp-masked",
    "alp-judged", "alp-unusable", "alp-looked-up", "antiresorptive-in-use", "child",
)  # fmt: skip


def read_table(data: Mapping[str, Any], fault: Callable[[str, str, str], None]) -> list[Row]:
    """The rows in order.  Faults: unknown keys, verdicts and findings, no source, no last row
    that always matches, a row that an earlier one always takes first."""
    problems = list(misfits(data, SHAPE))
    for key, message in problems:
        fault(FILE, key, message)
    if problems:
        return []
    rows = [row for entry in data["row"] if (row := _row(entry, fault)) is not None]
    _check(rows, fault)
    return rows


def _row(entry: Mapping[str, Any], fault: Callable[[str, str, str], None]) -> Row | None:
    problems = list(_row_problems(entry))
    for problem in problems:
        fault(FILE, entry["id"], problem)
    if problems:
        return None
    when = {code: Presence(state) for code, state in entry["when"].items()}
    indicator = Indicator(entry["indicator"])
    return Row(entry["id"], entry["verdict"], indicator, when, entry["source"])


def _row_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry["verdict"] not in VERDICTS:
        yield f"verdict must be one of {', '.join(VERDICTS)}" + hint(entry["verdict"], VERDICTS)
    if entry["indicator"] not in list(Indicator):
        yield "indicator must be critical, warning, info or none"
    for code, state in entry["when"].items():
        if code not in FINDINGS:
            yield f"{code} is not a finding" + hint(code, FINDINGS)
        if state not in (Presence.PRESENT, Presence.ABSENT):
            yield f"{code} must be present or absent"


def _check(rows: Sequence[Row], fault: Callable[[str, str, str], None]) -> None:
    if not rows or rows[-1].when:
        fault(FILE, "last row", "must have an empty `when`, so that every patient has a verdict")
    for index, row in enumerate(rows):
        for earlier in rows[:index]:
            if earlier.id == row.id:
                fault(FILE, row.id, "is the id of two rows")
            if earlier.when.items() <= row.when.items():
                fault(FILE, row.id, f"can never be reached: {earlier.id} always matches first")
