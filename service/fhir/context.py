"""What reading one request's resources needs beside a resource.

A chart repeats itself: the results of a panel share their time, every visit its codes.  Each
concept and each date of one request is read once; nothing of it outlives the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo

import orjson

from service.fhir.codings import Concept
from service.fhir.dates import Days, read_days
from service.fhir.tolerant import Json
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Patient, PrintedRange


def content_of(written: object) -> bytes | None:
    """The same for the same content; None for what is nested beyond reason."""
    try:
        return orjson.dumps(written)
    except TypeError:
        return None


@dataclass
class Context:
    """index: what references lead to.  zone: for dates with a time.

    printed: ranges that were read, by what they were read from.
    """

    knowledge: Knowledge
    index: Mapping[str, Json]
    zone: tzinfo = UTC
    patient: Patient = field(default_factory=Patient)
    printed: dict[tuple[object, ...], PrintedRange] = field(default_factory=dict)
    _concepts: dict[bytes, Concept] = field(default_factory=dict)
    _days: dict[str, Days | None] = field(default_factory=dict)

    def concept(self, written: object) -> Concept:
        """The concept of this content."""
        content = content_of(written)
        if content is None:
            return Concept(written, self.knowledge)
        known = self._concepts.get(content)
        if known is None:
            known = self._concepts[content] = Concept(written, self.knowledge)
        return known

    def days(self, written: object) -> Days | None:
        if not isinstance(written, str):
            return None
        if written not in self._days:
            self._days[written] = read_days(written, self.zone)
        return self._days[written]

    def first_day(self, written: object) -> date | None:
        days = self.days(written)
        return days.first if days else None

    def last_day(self, written: object) -> date | None:
        days = self.days(written)
        return days.last if days else None
