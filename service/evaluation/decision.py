"""An answer as what is kept of it: codes, dates and values, and nothing that names a patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from cards.model import Card
from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import Engine
from service.hpp.assessment import Assessment, Finding, JudgedResult, Presence
from service.hpp.decide import NOT_EVALUATED
from service.hpp.model import Chart
from service.store.model import Decision

Json = dict[str, Any]
MOST_DECIDED, MOST_EVIDENCE = 40, 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose call it was."""

    client: str
    tenant: str
    service: str
    hook: str
    hook_instance: str
    request_id: str


def decision_of(answer: Answer, asked: Asked, version: str, milliseconds: float) -> Decision:
    """What is kept of an answer.  version: of this software."""
    said: Json = answer.body["extension"][EXTENSION]
    assessment, chart, card = answer.assessment, answer.chart, answer.card
    return Decision(
        **asdict(asked),
        http_status=200,
        status=said["status"],
        verdict=said["verdict"],
        row=said["row"],
        indicator=str(card.indicator if card else assessment.indicator if assessment else "none"),
        knowledge=said["knowledge"],
        configuration=said["configuration"],
        version=version,
        not_shown=said.get("notShown", ""),
        open_rows=tuple(said["openRows"]),
        gaps=tuple((gap["kind"], gap["key"]) for gap in said["gaps"]),
        decided=tuple(_decided(assessment))[:MOST_DECIDED] if assessment else (),
        evidence=evidence_of(chart, assessment) if chart and assessment else (),
        drugs=tuple(sorted({draft.group for draft in chart.drafts})) if chart else (),
        card=card.uuid if card else "",
        suggestions=_meanings(card) if card else {},
        milliseconds=round(milliseconds, 2),
    )


def _meanings(card: Card) -> dict[str, str]:
    return {suggestion.uuid: suggestion.code for suggestion in card.suggestions}


def _decided(assessment: Assessment) -> Iterator[Json]:
    """The results that the card speaks of, then what each finding of the row rests on."""
    course = assessment.course
    told = (
        course.last, course.first_low, course.last_low, course.lowest, course.very_low,
        course.normal_before, course.masked,
    )  # fmt: skip
    for judged in dict.fromkeys(filter(None, told)):
        yield _result(judged)
    for code in assessment.row.when:
        yield from _finding(assessment.findings[code])


def _result(judged: JudgedResult) -> Json:
    value, limit = judged.result.value, judged.limit
    return {
        "code": judged.result.test,
        "day": judged.day.isoformat() if judged.day else None,
        "value": float(value) if value is not None else None,
        "class": judged.kind.value,
        "limit": float(limit.low) if limit else None,
        "whose": limit.whose if limit else "",
    }


def _finding(finding: Finding) -> Iterator[Json]:
    if finding.presence is not Presence.PRESENT:
        yield {"finding": finding.code, "state": str(finding.presence)}
        return
    for item in finding.evidence or (None,):
        day = item.day.isoformat() if item and item.day else None
        code = item.what if item else ""
        yield {"finding": finding.code, "state": "present", "code": code, "day": day}


def evidence_of(chart: Chart, assessment: Assessment) -> tuple[str, ...]:
    """All that could call for another card than the last: `what day`, sorted, each once.

    Low ALP results, fractures, features, substrates and gene results, and whatever else a finding
    rests on.  What was not there at the last card is new.
    """
    found = {f"{e.what} {e.day}" for f in assessment.findings.values() for e in f.evidence}
    found |= {f"{e.what} {e.day}" for e in (*assessment.features, *assessment.signs)}
    found |= {
        f"low {judged.day} {judged.result.value}"
        for judged in assessment.alp
        if judged.kind.value.startswith("low")
    }
    found |= {
        f"{group} {condition.began}"
        for condition in chart.conditions
        if condition.counts
        for group in condition.groups
    }
    found |= {f"gene {v.pathogenic} {v.day}" for v in chart.variants}
    return tuple(sorted(found))[:MOST_EVIDENCE]


def unavailable(
    asked: Asked, gaps: tuple[tuple[str, str], ...], engine: Engine, version: str
) -> Decision:
    """A judgement that could not be made, refused with 412.  gaps: (kind, prefetch key)."""
    return Decision(
        **asdict(asked),
        http_status=412,
        status="unavailable",
        verdict=NOT_EVALUATED,
        row="none",
        indicator="none",
        knowledge=engine.knowledge.version,
        configuration=engine.configuration,
        version=version,
        gaps=gaps,
    )
