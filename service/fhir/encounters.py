"""Encounters -> the classes of encounter in which a specimen was taken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from service.fhir.codings import read_concept, words_of_codes
from service.fhir.dates import Days
from service.fhir.folding import fold
from service.fhir.references import Index
from service.fhir.releases import ENCOUNTER, STAYED, first_of
from service.fhir.tolerant import Json, obj, objs, text
from service.fhir.vocabulary import Vocabulary

NO_CLASS: frozenset[str] = frozenset()
# Encounter.status in all releases: nobody came (yet), and somebody is still there.
NEVER = frozenset({"planned", "cancelled", "entered-in-error"})
GOING_ON = frozenset({"", "arrived", "triaged", "in-progress", "onleave", "on-hold", "unknown"})
LONGEST_NAME = 100  # of a class


@dataclass(frozen=True, slots=True)
class Spans:
    """Periods of one class by their first days; last: the latest end up to each of them."""

    first: Sequence[date]
    last: Sequence[date]

    def hold(self, day: date) -> bool:
        before = bisect_right(self.first, day)
        return before > 0 and self.last[before - 1] >= day


@dataclass
class Encounters:
    """classes: those of an Encounter that was read, by its identity in the index."""

    vocabulary: Vocabulary
    index: Index
    spans: Mapping[str, Spans] = field(default_factory=dict)
    classes: dict[int, frozenset[str]] = field(default_factory=dict)

    def of(self, result: Json, day: date | None) -> frozenset[str]:
        """v3-ActCode classes of the Encounter that a result names, else of those whose period
        holds its day."""
        pointer = first_of(result, ENCOUNTER)
        named = self.index.resolve(obj(pointer).get("reference"), result) if pointer else None
        known = self.class_of(named) if named else NO_CLASS
        if known or day is None or not self.spans:
            return known
        return frozenset(name for name, spans in self.spans.items() if spans.hold(day))

    def class_of(self, encounter: Json) -> frozenset[str]:
        known = self.classes.get(id(encounter))
        if known is None:
            names = self.vocabulary.knowledge.encounter_classes
            words = _class_words(encounter.get("class"), self.vocabulary)
            known = frozenset(names[word] for word in words if word in names)
            self.classes[id(encounter)] = known
        return known

    def place(self, encounters: Iterable[Json], days: Callable[[object], Days | None]) -> None:
        """Take in when they were."""
        found: dict[str, list[tuple[date, date]]] = {}
        for encounter in encounters:
            if span := _span(encounter, days):
                for name in self.class_of(encounter):
                    found.setdefault(name, []).append(span)
        self.spans = {name: _sorted(spans) for name, spans in found.items()}


def _sorted(spans: list[tuple[date, date]]) -> Spans:
    spans.sort()
    return Spans([first for first, _ in spans], list(accumulate((e for _, e in spans), max)))


def _span(encounter: Json, days: Callable[[object], Days | None]) -> tuple[date, date] | None:
    """From the first to the last day.  Without an end it goes on, unless it says that it is
    over: then its first day is all that is known."""
    status = text(encounter.get("status")).lower()
    period = obj(first_of(encounter, STAYED))
    start, end = days(period.get("start")), days(period.get("end"))
    if start is None or status in NEVER:
        return None
    if end is not None:
        return start.first, end.last
    return start.first, date.max if status in GOING_ON else start.last


def _class_words(kind: object, vocabulary: Vocabulary) -> Iterator[str]:
    """Every code and name of a class: a Coding, several concepts (R5) or a word (DSTU2)."""
    if isinstance(kind, str):
        yield fold(kind[:LONGEST_NAME])
    for item in objs(kind):
        concept = item if "coding" in item or "text" in item else {"coding": [item]}
        codes, said = read_concept(concept)
        cut = ((system, code[:LONGEST_NAME]) for system, code in codes)
        yield from words_of_codes(cut, vocabulary)
        yield from (fold(word[:LONGEST_NAME]) for word in said)
