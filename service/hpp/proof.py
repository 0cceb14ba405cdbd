"""What laboratory values near a specimen say of a cause on record: confirmed or contradicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property

from service.hpp.background import Background, is_above, is_at_least, is_at_most, is_below
from service.hpp.days import DaySpans, around, merged, nearest
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


def _weight(said: tuple[Says, Result]) -> tuple[Says, str]:
    return said[0], said[1].reference


@dataclass(frozen=True)
class Proof:
    """Asked once for each cause and specimen; the values are sorted once."""

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

    def confirms(self, cause: str, day: date) -> bool:
        """The nearest value of some test confirms a cause."""
        return any(says is Says.CONFIRMS for _, says, _ in self._near(cause, day))

    def confirmed_near(self, cause: str, day: date) -> bool:
        """Some value within the window confirms a cause, whatever nearer ones say."""
        return any(self.sign_near(name, day) for name in self._signs_of.get(cause, ()))

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
