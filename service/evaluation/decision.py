"""An answer as what is kept of it: codes, dates and values, and nothing that names a patient."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from cards.model import Card
from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import Engine
from service.hpp.assessment import Assessment, Finding, JudgedResult, Presence
from service.hpp.decide import NOT_EVALUATED
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import PEA, PLP, Chart
from service.store.model import Decision

Json = dict[str, Any]
MOST_DECIDED, MOST_EVIDENCE = 40, 200


@dataclass(frozen=True, slots=True)
class HookCall:
    """Whose call it was."""

    client: str
    tenant: str
    service: str
    hook: str
    hook_instance: str
    request_id: str


def decision_of(
    answer: Answer, asked: HookCall, knowledge: Knowledge, version: str, milliseconds: float
) -> Decision:
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
        decided=tuple(islice(_decided(assessment), MOST_DECIDED)) if assessment else (),
        evidence=evidence_of(chart, assessment, knowledge) if chart and assessment else (),
        drugs=tuple(sorted({draft.group for draft in chart.drafts})) if chart else (),
        card=card.uuid if card else "",
        suggestions=_meanings(card) if card else {},
        repeat=answer.repeat._asdict() if answer.repeat else {},
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


def evidence_of(chart: Chart, assessment: Assessment, knowledge: Knowledge) -> tuple[str, ...]:
    """All that calls for a card again after it was overridden: `what day`, sorted.

    Low ALP results, fractures, features, HPP, substrates and gene results; what was not there at
    the last card is new.  Of the same on the same day each further one has its number.  Not normal
    results, drugs and other diagnoses: the order that was signed would be news by itself.
    """
    found = Counter(
        f"low {judged.day} {judged.result.value}" for judged in assessment.alp if judged.kind.low
    )
    seen = (*assessment.features, *assessment.family_history)
    found |= Counter(f"{item.what} {item.day}" for item in seen)
    found |= Counter(f"{r.test} {r.day} {r.value}" for r in chart.of_any(PEA, PLP))
    found |= Counter(f"gene {v.pathogenic} {v.likely} {v.day}" for v in chart.variants)
    roles = knowledge.roles
    found |= Counter(_diagnoses(chart, roles["fracture"] | roles["hpp"]))
    return _bounded(sorted(_numbered(found)))


def _diagnoses(chart: Chart, news: frozenset[str]) -> Iterator[str]:
    """Those of some groups.  Later visits for one, and its history, are one thing however often."""
    later = set()
    for condition in chart.conditions:
        for group in condition.groups & news if condition.counts else ():
            if condition.is_subsequent or condition.is_status:
                later.add(f"{group} later")
            else:
                yield f"{group} {condition.began}"
    yield from later


def _numbered(found: Counter[str]) -> Iterator[str]:
    for what, times in found.items():
        yield what
        yield from (f"{what} #{number}" for number in range(2, times + 1))


def _bounded(found: list[str]) -> tuple[str, ...]:
    """Beyond the most that is kept, any change is one."""
    if len(found) <= MOST_EVIDENCE:
        return tuple(found)
    rest = hashlib.sha256("\n".join(found[MOST_EVIDENCE:]).encode()).hexdigest()
    return (*found[:MOST_EVIDENCE], f"rest {rest}")


def unavailable(
    asked: HookCall, gaps: tuple[tuple[str, str], ...], engine: Engine, version: str
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
