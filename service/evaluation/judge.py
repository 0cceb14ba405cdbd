"""The judgement alone: gathered resources and a day, without a hook, a clock or a socket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.evaluation.engine import Engine
from service.fhir.gather import Record
from service.fhir.read import Asked, Draft, read_chart, read_drafts
from service.hpp.assessment import Assessment
from service.hpp.decide import assess
from service.hpp.model import Chart


@dataclass(frozen=True, slots=True)
class Judged:
    """What a record says, and the verdict with everything that explains it."""

    chart: Chart
    assessment: Assessment


def judge(
    record: Record,
    asked: Asked,
    engine: Engine,
    today: date,
    drafts: Sequence[Draft] | None = None,
) -> Judged:
    """Read a record and assess it as of `today`.

    asked: whose record it is, and which of its drafts are to be judged.
    drafts: those already read of this record; they are read anew where none are given.
    """
    if drafts is None:
        drafts = read_drafts(record, asked, engine.terminology)
    chart = read_chart(record, asked, drafts, engine.terminology, engine.zone, today)
    return Judged(chart, assess(chart, today, engine.knowledge))
