"""Days on which something holds, sorted once, so that a day is looked up and not searched for.

Days are ordinals (`date.toordinal`): a window never leaves the calendar.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
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

    def __iter__(self) -> Iterator[Span]:
        return zip(self.firsts, self.lasts, strict=True)


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


def any_of(spans: Iterable[DaySpans]) -> DaySpans:
    """The days of any of them."""
    return merged(span for days in spans for span in days)


def both(one: DaySpans, other: DaySpans) -> DaySpans:
    """The days that two have in common."""
    found, mine, theirs = list[Span](), 0, 0
    while mine < len(one.firsts) and theirs < len(other.firsts):
        first = max(one.firsts[mine], other.firsts[theirs])
        last = min(one.lasts[mine], other.lasts[theirs])
        found.append((first, last))
        mine, theirs = mine + (one.lasts[mine] == last), theirs + (other.lasts[theirs] == last)
    return merged(found)


def without(days: DaySpans, others: DaySpans) -> DaySpans:
    """The days of the first alone."""
    if not others.firsts:
        return days
    firsts = (FIRST, *(last + 1 for last in others.lasts))
    lasts = (*(first - 1 for first in others.firsts), LAST)
    return both(days, merged(zip(firsts, lasts, strict=True)))


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


class GroupDays:
    """Which of some groups hold on a day, in their order.

    Between two days on which one of them begins or ends the answer is the same, and is worked out
    once, however many results there are.
    """

    def __init__(self, days: Mapping[str, DaySpans]) -> None:
        self._days = days
        spans = [span for known in days.values() for span in known]
        self._edges = sorted({edge for first, last in spans for edge in (first, last + 1)})
        self._known: dict[int, tuple[str, ...]] = {}

    def on(self, day: date) -> tuple[str, ...]:
        if not self._edges:
            return ()
        position = bisect_right(self._edges, day.toordinal())
        known = self._known.get(position)
        if known is None:
            known = tuple(group for group, spans in self._days.items() if day in spans)
            self._known[position] = known
        return known
