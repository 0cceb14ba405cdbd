"""Rows of decisions -> what a report says of them, in memory that does not grow with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
MOST_CASES = 50  # behind one bar
INDICATORS = ("critical", "warning", "info")
# What cards are counted by.  Of the first two a rate is of all orders, else of the part's own.
COUNTED_BY: Mapping[str, Callable[[Row], str]] = {
    "verdict": lambda row: str(row["verdict"]),
    "indicator": lambda row: str(row["indicator"]),
    "drug": lambda row: str(row["drug_group"]),
    "year": lambda row: str(row["day"].year),
    "start": lambda row: "first start" if row["first_start"] else "renewal",
    "department": lambda row: str(row["department"]),
}
OF_ALL = ("verdict", "indicator")
Move = tuple[str, ...]  # what MOVED names
MOVED = ("verdict", "row", "indicator", "against_verdict", "against_row", "against_indicator")


@dataclass
class Bar:
    """One part of all orders.  cards: by indicator.  cases: some of those with a card."""

    orders: int = 0
    cards: Counter[str] = field(default_factory=Counter)
    cases: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.orders += 1
        if row["shown"]:
            self.cards[row["indicator"]] += 1
            self.keep(row)

    def keep(self, row: Row) -> None:
        if len(self.cases) < MOST_CASES:
            self.cases.append(row)


@dataclass
class Group:
    """Patients of one age and sex who have an ALP, as they were at their latest decision."""

    measured: int = 0
    low: int = 0
    persistently_low: int = 0


@dataclass
class Cost:
    """What stayed open for want of data of one prefetch key.

    orders: with a row open that waits for it.  alone: of these, with one that waits for nothing
    else.  rows: the same two by the verdict that was given and the row that stayed open.
    """

    orders: int = 0
    alone: int = 0
    rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, verdict: str, waiting: Mapping[str, bool]) -> None:
        """waiting: row -> whether it waits for nothing else."""
        self.orders += 1
        self.alone += any(waiting.values())
        for row, is_alone in waiting.items():
            counts = self.rows.setdefault((verdict, row), [0, 0])
            counts[0] += 1
            counts[1] += is_alone

    def by_orders(self) -> list[tuple[tuple[str, str], list[int]]]:
        return sorted(self.rows.items(), key=lambda item: (-item[1][0], item[0]))


@dataclass
class ReplayFigures:
    """Everything that is counted.  The rows of a patient follow each other, by day."""

    orders: int = 0
    patients: int = 0
    shown: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    bars: dict[str, dict[str, Bar]] = field(
        default_factory=lambda: {name: {} for name in COUNTED_BY}
    )
    groups: dict[tuple[str, str], Group] = field(default_factory=lambda: defaultdict(Group))
    gaps: Counter[str] = field(default_factory=Counter)
    costs: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))
    undated: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    against_verdicts: Counter[str] = field(default_factory=Counter)
    against_shown: int = 0
    moves: dict[Move, Bar] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.orders += 1
        self.shown += row["shown"]
        self.verdicts[row["verdict"]] += 1
        for name, part in COUNTED_BY.items():
            self.bars[name].setdefault(part(row), Bar()).add(row)
        self.gaps.update(row["gaps"])
        self.undated.update(row["undated"])
        self._add_costs(row)
        self.unmapped.update(
            (code["kind"], code["system"], code["code"], code["unit"]) for code in row["unmapped"]
        )
        if row["against_verdict"] is not None:
            self._compare(row)

    def add_patient(self, latest: Row) -> None:
        self.patients += 1
        if latest["alp"]:
            group = self.groups[_band(latest["age_years"]), latest["sex"]]
            group.measured += 1
            group.low += latest["low"]
            group.persistently_low += latest["persistently_low"]

    def _add_costs(self, row: Row) -> None:
        waiting: dict[str, dict[str, bool]] = defaultdict(dict)
        for item in row["waits_for"]:
            for key in item["keys"]:
                waiting[key][item["row"]] = len(item["keys"]) == 1
        for key, rows in waiting.items():
            self.costs[key].add(row["verdict"], rows)

    def _compare(self, row: Row) -> None:
        self.against_verdicts[row["against_verdict"]] += 1
        self.against_shown += row["against_indicator"] != "none"
        move = tuple(row[name] for name in MOVED)
        if move[:3] != move[3:]:
            moved = self.moves.setdefault(move, Bar())
            moved.orders += 1
            moved.keep(row)

    def summary(self) -> dict[str, Any]:
        """Counts of a whole run, for pipelines; as they are, small ones too."""
        found: dict[str, Any] = {
            "patients": self.patients,
            "orders": self.orders,
            "shown": self.shown,
            "verdicts": dict(sorted(self.verdicts.items())),
            "left_open": {key: _cost_as_json(cost) for key, cost in self.by_cost()},
            "undated_facts": dict(sorted(self.undated.items())),
        }
        if self.against_verdicts:
            found["against"] = {
                "shown": self.against_shown,
                "verdicts": dict(sorted(self.against_verdicts.items())),
                "moves": [
                    dict(zip(MOVED, move, strict=True)) | {"orders": bar.orders}
                    for move, bar in self.by_orders()
                ],
            }
        return found

    def by_cost(self) -> list[tuple[str, Cost]]:
        """Prefetch keys, the dearest first."""
        return sorted(self.costs.items(), key=lambda item: (-item[1].orders, item[0]))

    def by_orders(self) -> list[tuple[Move, Bar]]:
        """Who moved, the most first."""
        return sorted(self.moves.items(), key=lambda item: (-item[1].orders, item[0]))


def _cost_as_json(cost: Cost) -> dict[str, Any]:
    rows = [
        {"verdict": verdict, "open_row": row, "orders": orders, "for_this_alone": alone}
        for (verdict, row), (orders, alone) in cost.by_orders()
    ]
    return {"orders": cost.orders, "for_this_alone": cost.alone, "rows": rows}


def figures_of(rows: Iterable[Row]) -> ReplayFigures:
    found, latest = ReplayFigures(), None
    for row in rows:
        if latest is not None and latest["patient"] != row["patient"]:
            found.add_patient(latest)
        found.add(row)
        latest = row
    if latest is not None:
        found.add_patient(latest)
    return found


def _band(age_years: int | None) -> str:
    return (
        "unknown" if age_years is None else f"{age_years // 10 * 10} to {age_years // 10 * 10 + 9}"
    )
