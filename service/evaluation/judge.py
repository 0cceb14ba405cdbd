"""The judgement alone: a gathered record and a day, without a hook, a clock or a socket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.evaluation.engine import Engine
from service.fhir.read import Draft, Reader
from service.fhir.tolerant import NOTHING, Json
from service.hpp.assessment import Assessment
from service.hpp.decide import assess
from service.hpp.model import Chart


@dataclass(frozen=True, slots=True)
class Judged:
    """What a record says, and the verdict with everything that explains it."""

    chart: Chart
    assessment: Assessment


def judge(
    reader: Reader, engine: Engine, today: date, drafts: Sequence[Draft], signed: Json = NOTHING
) -> Judged:
    """Assess a record as of `today`; it is read once, however often it is judged.

    drafts: those of the record that are to be judged.  signed: as in `Reader.chart`.
    """
    chart = reader.chart(drafts, today, signed)
    return Judged(chart, assess(chart, today, engine.knowledge))
