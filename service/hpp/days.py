"""Days on which something holds, sorted once, so that a day is looked up and not searched for.

Days are ordinals (`date.toordinal`): a window never leaves the calendar.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DaySpans:
    """Spans of days, both ends included, sorted and without overlap."""

    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()

    def __contains__(self, day: date) -> bool:
        ordinal = day.toordinal()
        position = bisect_right(self.firsts, ordinal) - 1
        return position >= 0 and ordinal <= self.lasts[position]


def merged(spans: Iterable[Span]) -> DaySpans:
    """The days of some spans together; a span that ends before it begins holds no day."""
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(spans):
        if first > last:
            continue
        if lasts and first <= lasts[-1]:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return DaySpans(tuple(firsts), tuple(lasts))


def after(day: date, window_days: int) -> Span:
    """The day itself and so many days after it."""
    return day.toordinal(), day.toordinal() + window_days


def around(day: date, window_days: int) -> Span:
    """So many days before and after a day, itself included."""
    return day.toordinal() - window_days, day.toordinal() + window_days


def earlier(day: date, days: int) -> date:
    """So many days before, or the first day of the calendar."""
    return date.fromordinal(max(day.toordinal() - days, FIRST))


def later(day: date, days: int) -> date:
    """So many days after, or the last day of the calendar, which some write for `never`."""
    return date.fromordinal(min(day.toordinal() + days, LAST))


def nearest(sorted_days: tuple[int, ...], day: date, window_days: int) -> tuple[int, ...]:
    """Positions of the nearest day within a window: none, one, or two that are equally near."""
    ordinal = day.toordinal()
    position = bisect_left(sorted_days, ordinal)
    near = {
        at: abs(sorted_days[at] - ordinal)
        for at in (position - 1, position)
        if 0 <= at < len(sorted_days) and abs(sorted_days[at] - ordinal) <= window_days
    }
    return tuple(at for at, gap in near.items() if gap == min(near.values()))


def groups_on(days: Mapping[str, DaySpans], day: date) -> list[str]:
    """The groups of which a day is one, in their order."""
    return [group for group, known in days.items() if day in known] if days else []
