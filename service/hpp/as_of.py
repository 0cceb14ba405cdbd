"""The record as it was known on a day: what became known later does not exist.

When something was known: a result on its day of issue, else on that of its specimen; a diagnosis
when it was recorded, else at its onset; an order when it was written; a procedure or an
administration when it was done.  What is not dated counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from service.hpp.model import Chart, Condition, DrugUse, Excluded, Result, Variant

Fact = TypeVar("Fact", Result, Condition, DrugUse, Variant)


def as_of(chart: Chart, today: date) -> Chart:
    """The chart without what was known later than today, which is said once."""
    later: list[tuple[date, str]] = []
    known = replace(
        chart,
        results=_known(chart.results, today, later),
        conditions=_known(chart.conditions, today, later),
        drugs=_known(chart.drugs, today, later),
        variants=_known(chart.variants, today, later),
    )
    if not later:
        return chart
    first_day, first = min(later)
    said = Excluded(first, "future", first_day, count=len(later))
    return replace(known, excluded=(*chart.excluded, said))


def _known(facts: Iterable[Fact], today: date, later: list[tuple[date, str]]) -> tuple[Fact, ...]:
    kept = []
    for fact in facts:
        day = _known_on(fact)
        if day is None or day <= today:
            kept.append(fact)
        else:
            later.append((day, fact.reference))
    return tuple(kept)


def _known_on(fact: Result | Condition | DrugUse | Variant) -> date | None:
    """Of a result neither the specimen nor its issue may be later."""
    if isinstance(fact, Condition):
        return fact.recorded or fact.onset
    if isinstance(fact, DrugUse):
        return fact.start if fact.administered else fact.authored or fact.start
    return max(fact.day or date.min, fact.issued or date.min)
