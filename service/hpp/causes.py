"""What lowers an ALP on a given day: acute illness, diagnoses that stand, drugs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.hpp.assessment import DoubtedCause, Evidence
from service.hpp.background import Background
from service.hpp.days import (
    FIRST,
    LAST,
    DaySpans,
    GroupDays,
    Span,
    after,
    any_of,
    both,
    merged,
    without,
)
from service.hpp.knowledge.model import Cause
from service.hpp.model import Condition, Result
from service.hpp.proof import Proof, Says

OVER = frozenset({"resolved", "inactive", "remission"})
EXPLAINING_EFFECTS = ("explains", "explains-unless-very-low")


def active_span(condition: Condition) -> Span | None:
    """Onset to abatement, both included.  Without abatement it still runs, unless it is said to
    be over (None); without any date it runs on every day."""
    if condition.abatement is None and condition.clinical_status in OVER:
        return None
    first = condition.began.toordinal() if condition.began else FIRST
    return first, condition.abatement.toordinal() if condition.abatement else LAST


def is_active(condition: Condition, day: date) -> bool:
    """Counts for this patient and ran on a day."""
    span = active_span(condition)
    return condition.counts and span is not None and span[0] <= day.toordinal() <= span[1]


def overlap(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


@dataclass(frozen=True)
class Causes:
    """The causes on record of one chart, as days on which each of them holds."""

    background: Background

    @cached_property
    def proof(self) -> Proof:
        return Proof(self.background)

    # --- Acute illness

    def acute(self, result: Result, day: date) -> tuple[str, ...]:
        """Acute states around a specimen: their groups, or `inpatient`."""
        classes = self.background.knowledge.acute_encounters
        found = ("inpatient",) if classes & result.encounter_classes else ()
        return (*found, *self._acute.on(day))

    @cached_property
    def _acute(self) -> GroupDays:
        """An event, not a code that says only that there was one, and never an undated one."""
        return GroupDays(self._days("acute", self._window))

    def _window(self, condition: Condition, cause: Cause) -> Span | None:
        if condition.began is None or condition.is_status or condition.is_subsequent:
            return None
        return after(condition.began, self.background.knowledge.days(cause.window))

    # --- Causes that explain

    def explaining(self, day: date, *, very_low: bool) -> tuple[str, ...]:
        """Conditions and drugs that explain a low ALP on a day: their groups."""
        taken = self.background.exposures.on
        drugs = taken("explains", day)
        if not very_low:
            drugs += taken("explains-unless-very-low", day)
        return (*self._events.on(day), *self._standing.on(day), *drugs)

    @cached_property
    def _standing(self) -> GroupDays:
        return GroupDays({g: self._stands(g, days) for g, days in self._active.items()})

    def _stands(self, group: str, active: DaySpans) -> DaySpans:
        """Not contradicted by a value near the day, and either it began not long before, or it
        lasts for life, or a value confirms it."""
        stands = self.background.knowledge.causes[group].stands
        if stands == "proven":
            return both(active, self.proof.days_near_proof(group))
        if stands != "lifelong":
            known = any_of((self._recent[group], self.proof.confirmed_days(group)))
            active = both(active, known)
        return without(active, self.proof.contradicted_days(group))

    @cached_property
    def _events(self) -> GroupDays:
        """Causes that explain for a while after they were: chemotherapy."""
        return GroupDays(self._days("explains", self._event))

    def _event(self, condition: Condition, cause: Cause) -> Span | None:
        if not cause.window or condition.began is None:
            return None
        return after(condition.began, self.background.knowledge.days(cause.window))

    @cached_property
    def _active(self) -> Mapping[str, DaySpans]:
        return self._days("explains", lambda c, cause: None if cause.window else active_span(c))

    @cached_property
    def _recent(self) -> Mapping[str, DaySpans]:
        return self._days("explains", lambda condition, _: self._recent_span(condition))

    def _recent_span(self, condition: Condition) -> Span | None:
        active = active_span(condition)
        if active is None or condition.began is None:
            return None
        window = self.background.knowledge.days("cause_recent")
        return overlap(active, after(condition.began, window))

    def _days(
        self, kind: str, span_of: Callable[[Condition, Cause], Span | None]
    ) -> Mapping[str, DaySpans]:
        causes, found = self.background.knowledge.causes, {}
        for group in self.background.known(causes):
            if causes[group].kind == kind:
                spans = (span_of(c, causes[group]) for c in self.background.of(group))
                found[group] = merged(span for span in spans if span)
        return found

    # --- What a card says of them

    def named(self, day: date, *, very_low: bool) -> tuple[Evidence, ...]:
        """Causes that would explain a low ALP on a day, also where its class rests on something
        else (an antiresorptive): each diagnosis and drug on record."""
        explaining = self.explaining(day, very_low=very_low)
        return tuple(e for group in explaining for e in self._evidence(group, day))

    def _evidence(self, group: str, day: date) -> Sequence[Evidence]:
        uses = [
            use
            for effect in EXPLAINING_EFFECTS
            for use in self.background.exposures.with_effect(effect)
            if use.group == group and use.began and use.began <= day
        ]
        active = [c for c in self.background.of(group) if is_active(c, day)]
        found = [(c.began, c.reference) for c in active] + [(u.began, u.reference) for u in uses]
        found.sort(key=lambda item: (item[0] or date.min, item[1]))
        return [Evidence(reference, group, began) for began, reference in found[-1:]]

    def doubted(self, day: date) -> Iterator[DoubtedCause]:
        """Causes on record that explain nothing on a day, and why; those of another time of
        life, which ended before it or began after it, are left out."""
        explaining = set(self.explaining(day, very_low=False))
        known = self.background.knowledge.causes
        for group in self.background.known(known):
            if known[group].kind == "explains" and group not in explaining:
                yield from self._why_not(group, day)

    def _why_not(self, group: str, day: date) -> Iterator[DoubtedCause]:
        cause, condition = self.background.knowledge.causes[group], self.background.latest_of(group)
        began, name = condition.began, condition.reference
        if active_span(condition) is None and (began or date.min) <= day:
            yield DoubtedCause(group, name, "inactive", began)
        elif is_active(condition, day) and not cause.window:
            against = self.proof.contradicting(group, day)
            if against is not None:
                test, result = against
                by = Evidence(result.reference, test, result.day, result.shown)
                yield DoubtedCause(group, name, "contradicted", began, by)
            else:
                why = "unproven" if cause.stands == "proven" else "old"
                yield DoubtedCause(group, name, why, began)

    @cached_property
    def signs(self) -> tuple[Evidence, ...]:
        """The newest value of each test where it points at a cause."""
        found = []
        for name, sign in self.background.knowledge.signs.items():
            newest = self._newest(sign.test)
            if newest and self.proof.says(sign, newest) is Says.CONFIRMS:
                found.append(Evidence(newest.reference, name, newest.day, newest.shown))
        return tuple(found)

    def _newest(self, test: str) -> Result | None:
        """The last that counts; of one day the one whose reference sorts last."""
        dated = [result for result in self.background.counted(test) if result.day is not None]
        return max(dated, key=lambda r: (r.day or date.min, r.reference), default=None)
