"""What raises an ALP on a given day, so that a normal one is not trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.hpp.assessment import DoubtedCause
from service.hpp.background import Background, is_above
from service.hpp.causes import active_span, is_active, overlap
from service.hpp.days import DaySpans, GroupDays, Span, after, any_of, around, both, merged
from service.hpp.knowledge.model import Mask
from service.hpp.model import GGT, Condition, Sex


@dataclass(frozen=True)
class Masks:
    """The masks on record of one chart, as days on which each of them holds."""

    background: Background

    def on(self, day: date) -> tuple[str, ...]:
        """Groups of conditions and drugs that may have raised an ALP, or `lab_ggt`."""
        found = [group for group in self._raised_by.on(day) if self._may_be(group, day)]
        found += self.background.exposures.on("masks", day)
        if day.toordinal() in self._raised_enzyme:
            found.append(GGT)
        return tuple(found)

    def _raises(self, group: str, day: date) -> bool:
        return day in self._raising[group] and self._may_be(group, day)

    @cached_property
    def _raised_by(self) -> GroupDays:
        return GroupDays(self._raising)

    @cached_property
    def _raising(self) -> Mapping[str, DaySpans]:
        """The days of each mask, and those on which a gamma-GT near them proves an old one."""
        return {
            group: any_of((days, both(self._running.get(group, DaySpans()), self._proven)))
            for group, days in self._days.items()
        }

    def _may_be(self, group: str, day: date) -> bool:
        """A pregnancy is believed of a woman, or of unknown sex, of an age to bear children."""
        knowledge, patient = self.background.knowledge, self.background.chart.patient
        if knowledge.masks[group].kind != "pregnancy":
            return True
        ages = patient.ages_days(day)
        youngest, oldest = (knowledge.days(f"pregnancy_age_{end}") for end in ("min", "max"))
        of_age = ages is not None and ages[1] >= youngest and ages[0] <= oldest
        return of_age and patient.sex is not Sex.MALE

    @cached_property
    def _days(self) -> Mapping[str, DaySpans]:
        masks = self.background.knowledge.masks
        return {
            group: merged(
                span
                for condition in self.background.of(group)
                for span in self._spans(condition, masks[group])
            )
            for group in self.background.known(masks)
        }

    def _spans(self, condition: Condition, mask: Mask) -> Iterator[Span]:
        span_of: Mapping[str, Callable[[Condition, int], Iterator[Span]]] = {
            "injury": self._injury,
            "pregnancy": self._pregnancy,
            "disease": self._disease,
            "lifelong": self._lifelong,
        }
        window = self.background.knowledge.days(mask.window) if mask.window else 0
        return span_of[mask.kind](condition, window)

    def _injury(self, condition: Condition, window_days: int) -> Iterator[Span]:
        """From the injury on, healed or not; of a later encounter only its onset tells when."""
        began = condition.onset if condition.is_subsequent else condition.began
        if began is not None and not condition.is_status:
            yield after(began, window_days)

    def _pregnancy(self, condition: Condition, window_days: int) -> Iterator[Span]:
        """At most so long, whatever the problem list forgot to close."""
        active = active_span(condition)
        if active and condition.began is not None and not condition.is_status:
            yield overlap(active, after(condition.began, window_days))

    def _disease(self, condition: Condition, window_days: int) -> Iterator[Span]:
        """To its end where one is known; else for a while."""
        active = active_span(condition)
        if active is None or condition.is_status:
            return
        if condition.abatement is not None:
            yield active
        elif condition.began is not None:
            yield overlap(active, after(condition.began, window_days))

    def _lifelong(self, condition: Condition, _: int) -> Iterator[Span]:
        active = active_span(condition)
        if active and not condition.is_status:
            yield active

    @cached_property
    def _running(self) -> Mapping[str, DaySpans]:
        """The days on which a disease runs, however long ago it began."""
        masks = self.background.knowledge.masks
        return {
            group: merged(
                span
                for condition in self.background.of(group)
                if (span := active_span(condition)) and not condition.is_status
            )
            for group in self.background.known(masks)
            if masks[group].kind == "disease"
        }

    @cached_property
    def _raised_enzyme(self) -> frozenset[int]:
        """Days with a gamma-GT above its own printed limit."""
        return frozenset(
            result.day.toordinal()
            for result in self.background.counted(GGT)
            if result.day and result.printed.high and is_above(result, result.printed.high)
        )

    @cached_property
    def _proven(self) -> DaySpans:
        """Days near such a gamma-GT."""
        window = self.background.knowledge.days("liver_enzyme_window")
        return merged(around(date.fromordinal(day), window) for day in self._raised_enzyme)

    def doubted(self, day: date) -> Iterator[DoubtedCause]:
        """Liver disease on record that is too old, or said to be over, to raise an ALP."""
        masks = self.background.knowledge.masks
        lasting = [g for g in self._days if masks[g].kind in ("disease", "lifelong")]
        if not any(self._raises(group, day) for group in lasting):
            for group in lasting:
                yield from _why_not(group, self.background.latest_of(group), day)


def _why_not(group: str, condition: Condition, day: date) -> Iterator[DoubtedCause]:
    if is_active(condition, day):
        yield DoubtedCause(group, condition.reference, "old", condition.began)
    elif active_span(condition) is None and (condition.began or date.min) <= day:
        yield DoubtedCause(group, condition.reference, "inactive", condition.began)
