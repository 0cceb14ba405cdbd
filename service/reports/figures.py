"""Rows of the store -> figures.  Nothing here knows a database, a file or a clock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from service.hpp.facts import NEEDED
from service.hpp.model import ALP
from service.store.model import ACCEPTED, OVERRIDDEN

Row = Mapping[str, Any]
NOT_JUDGED = "not-applicable"
WEEK = "%G-W%V"
SILENT_MS = 7 * 86_400_000


@dataclass
class Figures:
    """What happened in a time.

    Orders judged are those of a drug of interest.  A card's answer is its last report.  A card
    without one is unanswered only where its client sent other feedback later: an EHR that sends
    none, or none any more, ignores nothing.
    cards_of: client -> card -> when it was shown.  heard_ms: client -> its last report.
    """

    decisions: int = 0
    judged: int = 0
    shown: int = 0
    held_back: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    could_not_look: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    orders_by_week: Counter[str] = field(default_factory=Counter)
    cards_by_week: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    held_by_week: Counter[str] = field(default_factory=Counter)
    cards_of: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    heard_ms: dict[str, int] = field(default_factory=dict)
    reports: Counter[str] = field(default_factory=Counter)
    unmatched: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    suggestions: Counter[str] = field(default_factory=Counter)
    comments: int = 0
    last: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    unmapped: list[Row] = field(default_factory=list)

    # One row

    def add_decision(self, row: Row) -> None:
        week = datetime.fromtimestamp(row["at_ms"] / 1000, UTC).strftime(WEEK)
        self.decisions += 1
        self.verdicts[row["verdict"]] += 1
        if row["http_status"] == 200:
            self.milliseconds.append(row["milliseconds"])
        if row["status"] == "unavailable":
            self.could_not_look[_cause(orjson.loads(row["gaps"]))] += 1
        if row["status"] != NOT_JUDGED:
            self.judged += 1
            self.orders_by_week[week] += 1
        if row["not_shown"]:
            self.held_back[row["not_shown"]] += 1
            self.held_by_week[week] += 1
        if row["card"]:
            self.shown += 1
            self.cards_by_week[week][row["verdict"]] += 1
            self.cards_of[row["client"]][row["card"]] = row["at_ms"]

    def add_feedback(self, row: Row) -> None:
        client = row["client"]
        self.heard_ms[client] = max(row["at_ms"], self.heard_ms.get(client, 0))
        if not row["matched"]:
            self.unmatched += 1
            return
        self.reports[row["outcome"]] += 1
        self.comments += row["has_comment"]
        if row["reason"]:
            self.reasons[row["reason"]] += 1
        self.suggestions.update(orjson.loads(row["accepted"]))
        at = row["outcome_ms"] or row["at_ms"]
        key = (client, row["card"])
        self.last[key] = max(self.last.get(key, (0, "")), (at, row["outcome"]))

    # What follows from all

    @property
    def weeks(self) -> list[str]:
        return sorted({*self.orders_by_week, *self.cards_by_week, *self.held_by_week})

    @property
    def silent_clients(self) -> dict[str, str]:
        """Clients that were shown cards after their last report, and the day of that: a week or
        more ago, or none at all."""
        silent = {}
        for client, cards in sorted(self.cards_of.items()):
            heard = self.heard_ms.get(client, 0)
            if max(cards.values()) - heard > SILENT_MS:
                day = datetime.fromtimestamp(heard / 1000, UTC).date().isoformat()
                silent[client] = day if heard else "never"
        return silent

    def answers(self) -> dict[str, int]:
        """Cards by what became of them."""
        outcomes = Counter(outcome for _, outcome in self.last.values())
        told = {card for _, card in self.last}
        waiting = Counter(
            shown_ms <= self.heard_ms.get(client, 0)
            for client, cards in self.cards_of.items()
            for card, shown_ms in cards.items()
            if card not in told
        )
        return {
            "accepted": outcomes[ACCEPTED],
            "overridden": outcomes[OVERRIDDEN],
            "unanswered": waiting[True],
            "no feedback from the client since": waiting[False],
        }

    def percentiles_ms(self) -> dict[str, float]:
        ordered = sorted(self.milliseconds)
        if not ordered:
            return {}
        return {
            f"p{share}": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 1)
            for share in (50, 95, 99)
        }

    def as_json(self) -> dict[str, Any]:
        """What `hpp-cds report --json` prints."""
        return {
            "decisions": self.decisions,
            "judged": self.judged,
            "shown": self.shown,
            "heldBack": dict(sorted(self.held_back.items())),
            "feedback": {
                "accepted": self.reports["accepted"],
                "overridden": self.reports["overridden"],
                "unmatched": self.unmatched,
                "comments": self.comments,
            },
            "cards": self.answers(),
            "clientsWithoutFeedback": self.silent_clients,
            "overrideReasons": _ordered(self.reasons),
            "acceptedSuggestions": _ordered(self.suggestions),
            "verdicts": _ordered(self.verdicts),
            "couldNotLook": _ordered(self.could_not_look),
            "milliseconds": self.percentiles_ms(),
            "unmapped": [dict(row) for row in self.unmapped],
        }


def figures_of(
    decisions: Iterable[Row], feedback: Iterable[Row], unmapped: Sequence[Row]
) -> Figures:
    found = Figures(unmapped=[with_line(row) for row in unmapped])
    for row in decisions:
        found.add_decision(row)
    for row in feedback:
        found.add_feedback(row)
    return found


def _cause(gaps: Sequence[Sequence[str]]) -> str:
    """The first gap of a needed key."""
    return next((kind for kind, key in gaps if key in NEEDED), "other")


def _ordered(counter: Counter[str]) -> dict[str, int]:
    return dict(counter.most_common())


def with_line(row: Row) -> Row:
    """A ready line for the site's codes/local.csv; what it means is for the site to confirm.

    Results that are not recognised came in answer to the query for ALP.
    """
    if row["kind"] not in ("drug", "result") or not row["system"]:
        return {**row, "line": ""}
    group = ALP if row["kind"] == "result" else "GROUP"
    return {**row, "line": f"add,{group},{row['system']},{row['code']},NAME,,"}
