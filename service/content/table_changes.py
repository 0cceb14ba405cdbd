"""A site's decision_table.toml: changes of our rows by id, or, said aloud, a table of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.content.decision_table import FILE
from service.content.faults import hint
from service.content.layers import Json, Layers, laid_over
from service.content.shape import misfits

# Nobody may be left unwarned of these.  Here, not in content: no site may take them away.
NEVER_SILENT = ("hppConfirmed", "hppProbable")
INDICATORS = ("critical", "warning", "info")
SHAPE = {
    "review?": str, "review_date?": object, "source?": str, "replace?": bool,
    "change?": [
        {"id": str, "indicator?": str, "off?": bool, "reason?": str, "source?": str},
    ],
}  # fmt: skip


@dataclass
class Table:
    """The table in force.  recorded: ids of rows that give their verdict and draw no card.

    switched_off: what differs from ours, each in a sentence.
    """

    data: Json
    recorded: set[str] = field(default_factory=set)
    switched_off: list[str] = field(default_factory=list)


def changed_table(layers: Layers) -> Table:
    """Our table with the site's changes.  Every fault by the row's id."""
    ours = layers.table(FILE, shipped=True)
    if not layers.has(FILE):
        return Table(ours)
    theirs = layers.table(FILE)
    if "row" in theirs:
        return _own_table(ours, theirs, layers)
    problems = list(misfits(theirs, SHAPE))
    for key, message in problems:
        layers.notes.fault(FILE, key, message)
    found = Table(dict(ours))
    rows = {entry["id"]: dict(entry) for entry in ours["row"]}
    seen: set[str] = set()
    for change in () if problems else theirs.get("change", ()):
        problem = next(_problems(change, rows), "")
        if not problem and change["id"] in seen:
            problem = "is changed twice: write one [[change]] for it"
        seen.add(change["id"])
        if problem:
            layers.notes.fault(FILE, change["id"], problem)
        else:
            _apply(change, rows[change["id"]], found)
    found.data["row"] = list(rows.values())
    return found


def _own_table(ours: Json, theirs: Json, layers: Layers) -> Table:
    """A whole table, which replaces our rows only where it says so."""
    if theirs.get("replace") is not True:
        message = (
            "a table with rows replaces ours whole, which is said by replace = true at its top; "
            "to change rows of ours, write [[change]] with the id of each"
        )
        layers.notes.fault(FILE, "row", message)
    own = {key: value for key, value in theirs.items() if key not in ("replace", "change")}
    for name in sorted(set(theirs.get("finding", ())) - set(ours["finding"])):
        layers.notes.fault(
            FILE, f"finding.{name}", "is not a finding" + hint(name, ours["finding"])
        )
    if "change" in theirs:
        layers.notes.fault(FILE, "change", "goes without rows of your own: change those instead")
    data = laid_over(ours, own)
    data["row"] = [_said(row, data, ours) for row in data["row"]] if _is_rows(data) else data["row"]
    return Table(data, set(), [f"{FILE}: a table of this site replaces ours whole"])


def _is_rows(data: Json) -> bool:
    return isinstance(data["row"], list) and all(isinstance(row, dict) for row in data["row"])


def _said(row: Json, data: Json, ours: Json) -> Json:
    """A row says what ours of its id says, else what its verdict says, unless it says it itself."""
    same: Json = next((known for known in ours["row"] if known["id"] == row.get("id")), {})
    verdict = data["verdict"].get(row.get("verdict"), {})
    return {"says": same.get("says") or verdict.get("says", ""), **row}


def _problems(change: Mapping[str, Any], rows: Mapping[str, Json]) -> Iterator[str]:
    row = rows.get(change["id"])
    if row is None:
        yield "is not a row of ours" + hint(change["id"], rows)
        return
    indicator, off = change.get("indicator"), change.get("off", False)
    if indicator is None and "off" not in change:
        yield "changes nothing: write an indicator, or off = true with a reason"
    if row["indicator"] == "none":
        yield "draws no card in our table, so there is nothing to change"
    if indicator == "none":
        yield "write off = true with a reason for a row that is to draw no card"
    elif indicator is not None and indicator not in INDICATORS:
        yield f"indicator must be {', '.join(INDICATORS)}{hint(indicator, INDICATORS)}"
    if off and not change.get("reason", "").strip():
        yield "is switched off without a reason: write reason"
    if off and row["verdict"] in NEVER_SILENT:
        yield f"gives {row['verdict']}, which can never be switched off"


def _apply(change: Mapping[str, Any], row: Json, found: Table) -> None:
    if change.get("off"):
        row["indicator"] = "none"
        found.recorded.add(row["id"])
        said = f"{FILE}: row {row['id']} ({row['verdict']}) is only recorded: {change['reason']}"
        found.switched_off.append(said)
    elif change["indicator"] != row["indicator"]:
        said = f"{FILE}: row {row['id']} ({row['verdict']}) is shown as {change['indicator']}"
        found.switched_off.append(f"{said} (ours: {row['indicator']})")
        row["indicator"] = change["indicator"]
