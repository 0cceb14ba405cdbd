"""The judgement alone: a gathered record and a day, without a hook, a clock or a socket."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from service.evaluation.engine import Engine
from service.fhir.drafts import Draft
from service.fhir.read import NOTHING_LEFT_OUT, ChartReader
from service.hpp.assessment import Assessment
from service.hpp.decide import assess
from service.hpp.model import Chart


@dataclass(frozen=True, slots=True)
class Judged:
    """What a record says, and the verdict with everything that explains it."""

    chart: Chart
    assessment: Assessment


def judge(
    reader: ChartReader,
    engine: Engine,
    today: date,
    drafts: Sequence[Draft],
    left_out: Set[int] = NOTHING_LEFT_OUT,
) -> Judged:
    """Assess a record as of `today`; it is read once, however often it is judged.

    drafts: those of the record that are to be judged.  left_out: identities of resources that
    were not on record then.
    """
    chart = reader.chart(drafts, today, left_out)
    return Judged(chart, assess(chart, today, engine.knowledge))
