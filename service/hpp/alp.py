"""Judge an ALP history: which results count, and the class of each.

Of one calendar day the highest result that can be read stays: a dip from haemolysis or EDTA is
seldom a fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter

from service.hpp.assessment import (
    INVALID,
    LOW_ACUTE,
    LOW_CLEAN,
    LOW_EXPLAINED,
    LOW_SUPPRESSED,
    NORMAL,
    NORMAL_ACUTE,
    NORMAL_MASKED,
    AlpClass,
    Evidence,
    JudgedResult,
    Limit,
)
from service.hpp.background import COUNTING, Background, is_at_least, is_below
from service.hpp.causes import Causes
from service.hpp.course import UNREAD, History
from service.hpp.days import earlier
from service.hpp.limits import Compared, compare, is_under
from service.hpp.masks import Masks
from service.hpp.model import ALP, Excluded, Result

AGE_UNCLEAR = "age-unclear"


@dataclass(frozen=True)
class Judge:
    """Judges the ALP results of one chart, each by what stood beside it on its day."""

    background: Background
    causes: Causes
    masks: Masks

    def history(self) -> History:
        """Oldest first, one a day."""
        results, excluded = self._in_scope()
        judged = [self._judged(result) for result in results]
        certain = [item for item in judged if item is not None]
        undecided = len(certain) < len(judged) or any(AGE_UNCLEAR in i.reasons for i in certain)
        recent, old = self._looked_back_on(certain)
        kept, shadowed = one_a_day(recent)
        dropped = [_excluded(item, "same-day") for item in shadowed]
        excluded += [*(_excluded(item, "too-old") for item in old), *dropped]
        return History(tuple(kept), tuple(excluded), undecided, tuple(shadowed))

    def _in_scope(self) -> tuple[list[Result], list[Excluded]]:
        """Results of a status that counts, not taken before birth."""
        born, results, excluded = self.background.chart.patient.born_first, [], []
        for result in self.background.chart.of(ALP):
            reason = "" if result.status in COUNTING else f"status-{result.status}"
            if not reason and result.day and born and result.day < born:
                reason = "before-birth"
            if reason:
                excluded.append(Excluded(result.reference, reason, result.day, result.shown))
            else:
                results.append(result)
        return results, excluded

    def _looked_back_on(
        self, judged: Sequence[JudgedResult]
    ) -> tuple[list[JudgedResult], list[JudgedResult]]:
        """Of an adult the results of the last years, and the normal ones of any age."""
        if not self.background.is_adult(self.background.today):
            return list(judged), []
        window_days = self.background.knowledge.days("lookback_adult")
        oldest = earlier(self.background.today, window_days)
        counts = [item.day is None or item.day >= oldest or item.kind is NORMAL for item in judged]
        recent = [item for item, kept in zip(judged, counts, strict=True) if kept]
        return recent, [item for item, kept in zip(judged, counts, strict=True) if not kept]

    def _judged(self, result: Result) -> JudgedResult | None:
        """The class of one result; None where its limit is unknown because the age is."""
        day = result.day
        if result.problem or day is None or result.value is None:
            reason = "undated" if day is None else result.problem or "no-value"
            return _invalid(result, day, None, reason)
        compared = compare(result, day, self.background)
        if not compared:
            return None
        first = min(compared, key=lambda one: one.limit.low)
        if any((one.low, one.problem) != (first.low, first.problem) for one in compared):
            first = first._replace(problem=AGE_UNCLEAR)
        problem = first.problem or self._spoiled(result, day)
        if problem:
            return _invalid(result, day, first.limit, problem)
        return self._low(result, day, first) if first.low else self._normal(result, day, first)

    def _low(self, result: Result, day: date, compared: Compared) -> JudgedResult:
        """Acute, else suppressed by an antiresorptive, else explained, else clean."""
        very_low = is_under(result, compared.limit.very_low)
        kind, reasons = LOW_ACUTE, self.causes.acute(result, day)
        if not reasons:
            kind = LOW_SUPPRESSED
            reasons = self.background.exposures.on("suppresses", day)
        if not reasons:
            kind, reasons = LOW_EXPLAINED, self.causes.explaining(day, very_low=very_low)
        if not reasons:
            kind = LOW_CLEAN
        evidence = _evidence(result, day, kind)
        return JudgedResult(result, day, kind, evidence, compared.limit, very_low, reasons=reasons)

    def _normal(self, result: Result, day: date, compared: Compared) -> JudgedResult:
        """Acute, else masked, else normal."""
        kind, reasons = NORMAL_ACUTE, self.causes.acute(result, day)
        if not reasons:
            kind, reasons = NORMAL_MASKED, self.masks.on(day)
        if not reasons:
            kind = NORMAL
        value, limit = result.value or Decimal(0), compared.limit
        return JudgedResult(
            result,
            day,
            kind,
            _evidence(result, day, kind),
            limit,
            above_ceiling=value > limit.ceiling,
            reasons=reasons,
            clear=value >= limit.clear,
        )

    def _spoiled(self, result: Result, day: date) -> str:
        """What makes a readable value say nothing: enzyme given as a drug, EDTA in the tube."""
        if self.background.exposures.on("invalidates", day):
            return "on-asfotase-alfa"
        contaminated = self._high_potassium.holds(result) and self._low_calcium.holds(result)
        return "edta" if contaminated else ""

    @cached_property
    def _high_potassium(self) -> Specimens:
        limit = self.background.knowledge.number("edta_potassium")
        return specimens(
            result
            for result in self.background.counted("lab_potassium")
            if is_at_least(result, limit)
        )

    @cached_property
    def _low_calcium(self) -> Specimens:
        limit = self.background.knowledge.number("edta_calcium")
        return specimens(
            result for result in self.background.counted("lab_calcium") if is_below(result, limit)
        )


def _invalid(result: Result, day: date | None, limit: Limit | None, reason: str) -> JudgedResult:
    evidence = _evidence(result, day, INVALID)
    return JudgedResult(result, day, INVALID, evidence, limit, reasons=(reason,))


def _evidence(result: Result, day: date | None, kind: AlpClass) -> Evidence:
    return Evidence(result.reference, str(kind), day, result.shown)


def _excluded(item: JudgedResult, reason: str) -> Excluded:
    return Excluded(item.result.reference, reason, item.day, item.result.shown)


@dataclass(frozen=True, slots=True)
class Specimens:
    """Specimens of which something was found: by reference, and by day.

    unnamed: days of results that name no specimen.
    """

    names: frozenset[str]
    days: frozenset[date]
    unnamed: frozenset[date]

    def holds(self, result: Result) -> bool:
        """By the specimen where both name one, else by the day."""
        if not result.specimen:
            return result.day in self.days
        return result.specimen in self.names or result.day in self.unnamed


def specimens(results: Iterable[Result]) -> Specimens:
    listed = list(results)
    return Specimens(
        frozenset(result.specimen for result in listed if result.specimen),
        frozenset(result.day for result in listed if result.day),
        frozenset(result.day for result in listed if result.day and not result.specimen),
    )


def one_a_day(
    judged: Sequence[JudgedResult],
) -> tuple[list[JudgedResult], list[JudgedResult]]:
    """The results that stay, oldest first, and those that a higher one of their day displaces.

    Undated ones all stay.
    """
    kept: dict[date, JudgedResult] = {}
    undated, displaced = [], []
    for item in sorted(judged, key=_weight):
        if item.day is None:
            undated.append(item)
            continue
        if item.day in kept:
            displaced.append(kept[item.day])
        kept[item.day] = item
    undated.sort(key=lambda item: item.result.reference)
    return [*undated, *sorted(kept.values(), key=attrgetter("day"))], displaced


def _weight(item: JudgedResult) -> tuple[bool, bool, Decimal, bool, str]:
    """What can be read first, then what someone else might read, then the higher value."""
    result = item.result
    return (
        item.kind is not INVALID,
        not UNREAD.isdisjoint(item.reasons),
        result.value if result.value is not None else Decimal(-1),
        result.comparator not in ("<", "<="),
        result.reference,
    )
