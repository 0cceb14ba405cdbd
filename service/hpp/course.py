"""The course of an ALP history: its lows, its normals, and whether it stays low."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from service.hpp.assessment import (
    INVALID,
    LOW_CLEAN,
    LOW_SUPPRESSED,
    NORMAL,
    NORMAL_MASKED,
    AlpClass,
    JudgedResult,
)
from service.hpp.model import Excluded

# Why a result could not be read, though a better sender or a human might read it.
UNREAD = frozenset(
    {
        "unit", "no-unit", "unit-conflict", "number", "text", "ratio", "status", "comparator",
        "undecidable", "limit-not-adult", "unrecognised",
    }
)  # fmt: skip


@dataclass(frozen=True)
class History:
    """The judged ALP results of one patient, oldest first, one a day; undated ones first.

    shadowed: results that a higher one of the same day displaced.
    undecided: some result has no certain limit, because the age at the specimen is unknown.
    """

    judged: tuple[JudgedResult, ...]
    excluded: tuple[Excluded, ...] = ()
    undecided: bool = False
    shadowed: tuple[JudgedResult, ...] = ()

    @cached_property
    def dated(self) -> list[JudgedResult]:
        return [item for item in self.judged if item.day is not None]

    @cached_property
    def eligible(self) -> list[JudgedResult]:
        return [item for item in self.dated if item.kind.eligible]

    @cached_property
    def lows(self) -> list[JudgedResult]:
        return [item for item in self.eligible if item.kind.eligible_low]

    @cached_property
    def clean(self) -> list[JudgedResult]:
        """Lows that nothing on record explains."""
        return [item for item in self.lows if item.kind is LOW_CLEAN]

    @cached_property
    def normals(self) -> list[JudgedResult]:
        return self.of(NORMAL)

    @cached_property
    def masked(self) -> list[JudgedResult]:
        return self.of(NORMAL_MASKED)

    def of(self, *kinds: AlpClass) -> list[JudgedResult]:
        return [item for item in self.judged if item.kind in kinds]

    @property
    def last_eligible(self) -> JudgedResult | None:
        return self.eligible[-1] if self.eligible else None

    @property
    def last_low(self) -> JudgedResult | None:
        """The last eligible result, where it is low."""
        last = self.last_eligible
        return last if last and last.kind.eligible_low else None

    @property
    def last_normal(self) -> JudgedResult | None:
        """The last eligible result, where it is normal."""
        last = self.last_eligible
        return last if last and last.kind is NORMAL else None

    @cached_property
    def latest(self) -> JudgedResult | None:
        """The latest result that can be read, those of acute illness included."""
        return last_of(item for item in self.dated if item.kind is not INVALID)

    def is_persistent(
        self, anchors: Sequence[JudgedResult], spacing_days: int, part: Decimal
    ) -> bool:
        """Lows spaced, the last result low, enough of the rest low, none above its ceiling.

        anchors: the lows to start from: all eligible ones, or the unexplained ones only.  The
        share and the ceiling look at everything since the first anchor.
        """
        if not anchors or span_days(anchors) < spacing_days:
            return False
        since = self.since(day_of(anchors[0]))
        lows = [item for item in since if item.kind.eligible_low]
        return (
            since[-1].kind.eligible_low
            and len(lows) >= part * len(since)
            and not any(item.above_ceiling for item in since)
        )

    def since(self, day: date) -> list[JudgedResult]:
        """Eligible results from a day on."""
        return [item for item in self.eligible if day_of(item) >= day]

    def normals_before_low(self, is_so: Callable[[JudgedResult], bool]) -> list[JudgedResult]:
        """Normals of a kind that were taken before the first low."""
        if not self.lows:
            return []
        first = day_of(self.lows[0])
        return [item for item in self.normals if day_of(item) < first and is_so(item)]

    def all_suppressed(self) -> bool:
        """There are lows, and every one was taken on an antiresorptive."""
        return bool(self.lows) and all(i.kind is LOW_SUPPRESSED for i in self.lows)

    def very_low_of_late(self, window_days: int) -> JudgedResult | None:
        """The last very low value no longer before the last low than a window, with no normal
        above its ceiling since."""
        last = self.last_low
        found = last_of(item for item in self.lows if item.very_low)
        if last is None or found is None:
            return None
        if day_of(last) - day_of(found) > timedelta(days=window_days):
            return None
        return None if any(item.above_ceiling for item in self.since(day_of(found))) else found

    def newest_unread(self) -> JudgedResult | None:
        """A result that could not be read, newer than the last eligible one; where none is, than
        the latest masked one; where there is neither, any."""
        after = self.last_eligible or (self.masked[-1] if self.masked else None)
        newest = last_of(i for i in self.of(INVALID) if UNREAD & set(i.reasons) and i.day)
        if newest and (after is None or day_of(newest) > day_of(after)):
            return newest
        return None


def day_of(item: JudgedResult) -> date:
    """The day of a result; the first of all for an undated one."""
    return item.day or date.min


def span_days(items: Sequence[JudgedResult]) -> int:
    """From the first to the last of some results in order."""
    return (day_of(items[-1]) - day_of(items[0])).days if items else 0


def last_of(items: Iterable[JudgedResult]) -> JudgedResult | None:
    """The last of some results in order."""
    return next(reversed(list(items)), None)
