"""One chart on one day with the content it is judged by, sorted once for all that ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from service.hpp.days import later
from service.hpp.drugs import Exposures
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Chart, Condition, Result

COUNTING = frozenset({"final", "amended", "corrected", "appended", "unknown"})


@dataclass(frozen=True)
class Background:
    """today: the order date.  The chart holds nothing that was known later (`as_of`)."""

    chart: Chart
    today: date
    knowledge: Knowledge

    @cached_property
    def adult_from(self) -> date | None:
        """The first day on which the patient was adult for certain; None where birth is unknown."""
        born = self.chart.patient.born_last
        if born is None or self.chart.patient.born_first is None:
            return None
        return later(born, self.knowledge.days("adult_age"))

    def is_adult(self, day: date) -> bool:
        """Adult on a day for certain."""
        return self.adult_from is not None and day >= self.adult_from

    @cached_property
    def exposures(self) -> Exposures:
        return Exposures(self.chart, self.today, self.knowledge)

    @cached_property
    def _by_group(self) -> Mapping[str, Sequence[Condition]]:
        found: dict[str, list[Condition]] = {}
        for condition in self.chart.conditions:
            if condition.counts:
                for group in condition.groups:
                    found.setdefault(group, []).append(condition)
        return found

    def of(self, group: str) -> Sequence[Condition]:
        """Diagnoses and procedures of a group that count for this patient."""
        return self._by_group.get(group, ())

    def latest_of(self, group: str) -> Condition:
        """The one of a group on record that began last."""
        return max(self.of(group), key=lambda c: (c.began or date.min, c.reference))

    def known(self, groups: Mapping[str, object]) -> Iterator[str]:
        """Of some groups those on record, in the order of the content."""
        return (group for group in groups if group in self._by_group)

    def counts(self, result: Result) -> bool:
        """A result of a status that counts, with a value."""
        return result.status in COUNTING and result.value is not None

    def counted(self, test: str) -> list[Result]:
        """The results of one test that count."""
        return [result for result in self.chart.of(test) if self.counts(result)]


def is_at_least(result: Result, limit: Decimal) -> bool:
    """Certainly at a limit in the result's unit or above it."""
    if result.value is None or result.comparator in ("<", "<="):
        return False
    return result.value >= limit


def is_above(result: Result, limit: Decimal) -> bool:
    """Certainly above a limit in the result's unit: `>limit` is, `<limit` and `>=limit` are not."""
    if result.value is None or result.comparator in ("<", "<="):
        return False
    if result.comparator == ">":
        return result.value >= limit
    return result.value > limit


def is_at_most(result: Result, limit: Decimal) -> bool:
    """Certainly at a limit in the result's unit or below it."""
    if result.value is None or result.comparator in (">", ">="):
        return False
    return result.value <= limit


def is_below(result: Result, limit: Decimal) -> bool:
    """Certainly below a limit in the result's unit."""
    if result.value is None or result.comparator in (">", ">="):
        return False
    if result.comparator == "<":
        return result.value <= limit
    return result.value < limit
