"""When a drug was on board, and what that does to an ALP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.hpp.days import GroupDays, Span, merged
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Chart, DrugUse

NOT_TAKEN = frozenset({"draft", "cancelled", "not-done", "entered-in-error"})
STILL_TAKEN = frozenset({"active", "on-hold"})


def taken(chart: Chart) -> Iterator[DrugUse]:
    """Orders on record that count as exposure, and drugs that were given."""
    return (use for use in chart.drugs if use.status not in NOT_TAKEN)


def last_day(use: DrugUse, today: date) -> date | None:
    """End of the period, else today while the order runs, else the day it was written."""
    if use.end is not None or use.administered:
        return use.end or use.began
    return today if use.status in STILL_TAKEN else use.authored or use.start


def span(use: DrugUse, washout_days: int, today: date) -> Span | None:
    """From its start to the end of its wash-out; None for a course that cannot be placed."""
    end = last_day(use, today)
    if use.began is None or end is None:
        return None
    return use.began.toordinal(), end.toordinal() + washout_days


def on_board(use: DrugUse, day: date, washout_days: int, today: date) -> bool:
    """Start <= day <= end + wash-out."""
    placed = span(use, washout_days, today)
    return placed is not None and placed[0] <= day.toordinal() <= placed[1]


@dataclass(frozen=True)
class Exposures:
    """The drugs of one chart, by what their class does to an ALP."""

    chart: Chart
    today: date
    knowledge: Knowledge

    def on(self, effect: str, day: date) -> tuple[str, ...]:
        """Drugs of a class with this effect that were on board on a day."""
        known = self._days.get(effect)
        return known.on(day) if known else ()

    @cached_property
    def _days(self) -> Mapping[str, GroupDays]:
        """Effect -> drug -> days.  An ALP of the very day an antiresorptive was begun is not
        yet lowered by it."""
        spans: dict[str, dict[str, list[Span]]] = {}
        for use in taken(self.chart):
            effect = self.knowledge.classes[use.drug_class].effect
            placed = span(use, self._washout_days(use), self.today)
            if placed is not None:
                first = placed[0] + (effect == "suppresses")
                of_effect = spans.setdefault(effect, {})
                of_effect.setdefault(use.group, []).append((first, placed[1]))
        return {
            effect: GroupDays({group: merged(found[group]) for group in sorted(found)})
            for effect, found in spans.items()
        }

    def _washout_days(self, use: DrugUse) -> int:
        washout = self.knowledge.classes[use.drug_class].washout
        return self.knowledge.days(washout) if washout else 0

    def with_effect(self, effect: str) -> Sequence[DrugUse]:
        """The orders on record of drugs with an effect, in the order of the record."""
        return self._uses.get(effect, [])

    @cached_property
    def _uses(self) -> Mapping[str, Sequence[DrugUse]]:
        """Effect -> orders, sorted once: each undated result asks for them."""
        found: dict[str, list[DrugUse]] = {}
        for use in taken(self.chart):
            found.setdefault(self.knowledge.classes[use.drug_class].effect, []).append(use)
        return found

    def in_use(self) -> list[DrugUse]:
        """Antiresorptives that make today's order a renewal.

        The time without one that makes a new start counts here, not how long one lowers ALP.
        """
        window = self.knowledge.days("new_start")
        antiresorptives = self.with_effect("suppresses")
        return [use for use in antiresorptives if on_board(use, self.today, window, self.today)]
