"""What laboratory values near a specimen say of a cause on record: confirmed or contradicted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property

from service.hpp.background import Background, is_above, is_at_least, is_at_most, is_below
from service.hpp.days import FIRST, LAST, DaySpans, Span, any_of, around, merged, nearest, without
from service.hpp.knowledge.model import Sign
from service.hpp.model import Result


class Says(IntEnum):
    """What a value says of a cause.  Of values that are equally near the greater decides."""

    NEITHER = 0
    CONFIRMS = 1
    CONTRADICTS = 2


@dataclass(frozen=True)
class Measured:
    """The values of one sign that decide something, one a day, sorted by day."""

    days: tuple[int, ...]
    said: tuple[tuple[Says, Result], ...]

    def near(self, day: date, window_days: int) -> tuple[Says, Result] | None:
        """The nearest value before or after a day; None where there is none near."""
        found = [self.said[at] for at in nearest(self.days, day, window_days)]
        return max(found, key=_weight, default=None)

    def spans(self, window_days: int) -> Iterator[tuple[Says, Span]]:
        """What each value says, and the days to which it is the nearest."""
        turns = [self._turn(at) for at in range(1, len(self.days))]
        firsts, nexts = (FIRST, *turns), (*turns, LAST + 1)
        for day, (says, _), first, after in zip(self.days, self.said, firsts, nexts, strict=True):
            span = max(first, day - window_days), min(after - 1, day + window_days)
            yield says, span

    def _turn(self, at: int) -> int:
        """The first day to which a value is nearer than the one before it."""
        days_between = self.days[at] - self.days[at - 1]
        middle = self.days[at - 1] + days_between // 2
        decides = days_between % 2 == 0 and _weight(self.said[at]) > _weight(self.said[at - 1])
        return middle if decides else middle + 1


def _weight(said: tuple[Says, Result]) -> tuple[Says, str]:
    return said[0], said[1].reference


@dataclass(frozen=True)
class Proof:
    """Values are sorted once, and the days on which they speak of a cause are worked out once,
    however many specimens there are."""

    background: Background

    @cached_property
    def _signs_of(self) -> Mapping[str, Sequence[str]]:
        """Cause -> its signs."""
        found: dict[str, list[str]] = {}
        for name, sign in self.background.knowledge.signs.items():
            for cause in sign.causes:
                found.setdefault(cause, []).append(name)
        return found

    @cached_property
    def _measured(self) -> Mapping[str, Measured]:
        """Sign -> its values; only signs of which there is one."""
        signs = self.background.knowledge.signs
        found = {name: self._values(sign) for name, sign in signs.items()}
        return {name: values for name, values in found.items() if values.days}

    def _values(self, sign: Sign) -> Measured:
        best: dict[int, tuple[Says, Result]] = {}
        for result in self.background.counted(sign.test):
            says = self.says(sign, result)
            if result.day is None or says is None:
                continue
            at = result.day.toordinal()
            best[at] = max(best.get(at, (says, result)), (says, result), key=_weight)
        days = tuple(sorted(best))
        return Measured(days, tuple(best[day] for day in days))

    def says(self, sign: Sign, result: Result) -> Says | None:
        """None where a comparator leaves it open."""
        limit = self.background.knowledge.number(sign.threshold)
        if is_below(result, limit) if sign.below else is_above(result, limit):
            return Says.CONFIRMS
        if sign.contradicts:
            limit = self.background.knowledge.number(sign.contradicts)
            if is_at_least(result, limit) if sign.below else is_at_most(result, limit):
                return Says.CONTRADICTS
        return None if result.comparator else Says.NEITHER

    def _near(self, cause: str, day: date) -> list[tuple[Sign, Says, Result]]:
        """Of each test that speaks of a cause the nearest value within the window."""
        knowledge, found = self.background.knowledge, []
        for name in self._signs_of.get(cause, ()):
            measured = self._measured.get(name)
            said = measured and measured.near(day, knowledge.days("cause_lab"))
            if said:
                found.append((knowledge.signs[name], *said))
        return found

    def contradicting(self, cause: str, day: date) -> tuple[str, Result] | None:
        """A value (with its test) that rules a cause out: all that could and were measured do."""
        able = [near for near in self._near(cause, day) if near[0].contradicts]
        if not able or any(says is not Says.CONTRADICTS for _, says, _ in able):
            return None
        sign, _, result = able[0]
        return sign.test, result

    def confirmed_days(self, cause: str) -> DaySpans:
        """Days to which the nearest value of some test confirms a cause."""
        return any_of(self._said(name, (Says.CONFIRMS,)) for name in self._measured_of(cause))

    def contradicted_days(self, cause: str) -> DaySpans:
        """Days on which `contradicting` finds a value."""
        signs = self.background.knowledge.signs
        able = [name for name in self._measured_of(cause) if signs[name].contradicts]
        against = any_of(self._said(name, (Says.CONTRADICTS,)) for name in able)
        others = (Says.NEITHER, Says.CONFIRMS)
        return without(against, any_of(self._said(name, others) for name in able))

    def days_near_proof(self, cause: str) -> DaySpans:
        """Days with a value within the window that confirms a cause, whatever nearer ones say."""
        return any_of(self._confirming[name] for name in self._measured_of(cause))

    def _measured_of(self, cause: str) -> Sequence[str]:
        """The signs of a cause of which there is a value."""
        return [name for name in self._signs_of.get(cause, ()) if name in self._measured]

    def _said(self, sign: str, says: Collection[Says]) -> DaySpans:
        """Days to which the nearest value of a sign says one of these."""
        spans = self._measured[sign].spans(self.background.knowledge.days("cause_lab"))
        return merged(span for said, span in spans if said in says)

    def sign_near(self, sign: str, day: date) -> bool:
        """Some value of a sign that confirms lies within the window of a day."""
        return day in self._confirming.get(sign, DaySpans())

    @cached_property
    def _confirming(self) -> Mapping[str, DaySpans]:
        window = self.background.knowledge.days("cause_lab")
        signs = self.background.knowledge.signs
        return {
            name: merged(
                around(result.day, window)
                for result in self.background.counted(signs[name].test)
                if result.day and self.says(signs[name], result) is Says.CONFIRMS
            )
            for name in self._measured
        }
