"""What stands beside the ALP results of a chart, sorted once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from service.hpp import drugs
from service.hpp.knowledge.model import Cause, Knowledge, Mask
from service.hpp.model import Chart, Condition, DrugUse, Limit, Result

COUNTING = frozenset({"final", "amended", "corrected", "appended", "unknown"})


@dataclass(frozen=True)
class Background:
    """One chart on one day.  `today` is the order date.  adult_limits: by the printed low."""

    chart: Chart
    today: date
    knowledge: Knowledge
    adult_limits: dict[Decimal | None, Limit] = field(default_factory=dict, compare=False)

    @cached_property
    def adult_from(self) -> date | None:
        """The first day on which the patient was adult for certain; None where birth is unknown."""
        born = self.chart.patient.born_last
        if born is None or self.chart.patient.born_first is None:
            return None
        return born + timedelta(days=self.knowledge.days("adult_age"))

    @cached_property
    def causes(self) -> Sequence[tuple[Condition, str, Cause]]:
        """Conditions on record that may lower an ALP, with the group that says so."""
        known = self.knowledge.causes
        return [(c, group, known[group]) for c, group in self._groups if group in known]

    @cached_property
    def masks(self) -> Sequence[tuple[Condition, str, Mask]]:
        """Conditions on record that may raise an ALP, with the group that says so."""
        known = self.knowledge.masks
        return [(c, group, known[group]) for c, group in self._groups if group in known]

    @cached_property
    def _groups(self) -> Sequence[tuple[Condition, str]]:
        return [(c, group) for c in self.chart.conditions for group in sorted(c.groups)]

    def taking(self, effect: str, day: date) -> tuple[DrugUse, ...]:
        """Drugs of a class with this effect on ALP that were on board on a day."""
        uses = self._uses.get(effect)
        if not uses:
            return ()
        return tuple(use for use, days in uses if drugs.on_board(use, day, days, self.today))

    @cached_property
    def _uses(self) -> Mapping[str, Sequence[tuple[DrugUse, int]]]:
        """Effect -> orders that count as exposure, with the days of their wash-out."""
        found: dict[str, list[tuple[DrugUse, int]]] = {}
        for use in drugs.taken(self.chart):
            kind = self.knowledge.classes[use.drug_class]
            days = self.knowledge.days(kind.washout) if kind.washout else 0
            found.setdefault(kind.effect, []).append((use, days))
        return found

    def counts(self, result: Result) -> bool:
        """A result of a status that counts, with a value, not dated after today."""
        return (
            (result.day is None or result.day <= self.today)
            and result.status in COUNTING
            and result.value is not None
        )

    def counted(self, test: str) -> list[Result]:
        """The results of one test that count."""
        return [result for result in self.chart.of(test) if self.counts(result)]

    @cached_property
    def liver_enzymes(self) -> Mapping[date | None, Sequence[Result]]:
        """The gamma-GT of each day."""
        found: dict[date | None, list[Result]] = {}
        for result in self.chart.of("lab_ggt"):
            found.setdefault(result.day, []).append(result)
        return found

    @cached_property
    def high_potassium(self) -> Sequence[Result]:
        """As high as EDTA in the tube makes it (2a.22)."""
        limit = self.knowledge.number("edta_potassium")
        return [result for result in self.counted("lab_potassium") if is_at_least(result, limit)]

    @cached_property
    def low_calcium(self) -> Sequence[Result]:
        """As low as EDTA in the tube makes it (2a.22)."""
        limit = self.knowledge.number("edta_calcium")
        return [result for result in self.counted("lab_calcium") if is_below(result, limit)]


def is_at_least(result: Result, limit: object) -> bool:
    """Certainly at a limit in the result's unit or above it."""
    if result.value is None or result.comparator in ("<", "<="):
        return False
    return result.value >= limit  # type: ignore[operator]


def is_above(result: Result, limit: object) -> bool:
    """Certainly above a limit in the result's unit: `>limit` is, `<limit` and `>=limit` are not."""
    if result.value is None or result.comparator in ("<", "<="):
        return False
    if result.comparator == ">":
        return result.value >= limit  # type: ignore[operator]
    return result.value > limit  # type: ignore[operator]


def is_below(result: Result, limit: object) -> bool:
    """Certainly below a limit in the result's unit."""
    if result.value is None or result.comparator in (">", ">="):
        return False
    if result.comparator == "<":
        return result.value <= limit  # type: ignore[operator]
    return result.value < limit  # type: ignore[operator]
