"""An evaluation as the body of an answer: cards, and the extension that says what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cards.build import CardInput
from cards.model import Card
from cards.wire import to_json
from service.evaluation.engine import Engine
from service.hpp.assessment import Assessment, Row
from service.hpp.decide import NOT_EVALUATED
from service.hpp.model import UNKNOWN_CODE, Chart, Gap
from service.store.model import Repeat, Unmapped

EXTENSION = "org.hpp-cds.evaluation"
ORDER_GAPS = "draftOrders"


@dataclass(frozen=True, slots=True)
class Answer:
    """The response body, and what it rests on where the chart was read.

    unmapped: codes, systems and units of the record that were not recognised.  repeat: what an
    earlier override of the same card means for this one.
    """

    body: dict[str, Any]
    status: str
    chart: Chart | None = None
    assessment: Assessment | None = None
    card: Card | None = None
    unmapped: tuple[Unmapped, ...] = ()
    repeat: Repeat | None = None


def evaluation_status(assessment: Assessment) -> str:
    """complete, partial or unavailable, before anything is held back on purpose."""
    if assessment.verdict == NOT_EVALUATED:
        return "unavailable"
    return "partial" if assessment.open_rows or leaves_order_out(assessment) else "complete"


def leaves_order_out(assessment: Assessment) -> bool:
    """A draft order was not judged, which a card says whatever the ALP is."""
    return any(gap.key == ORDER_GAPS and gap.kind != UNKNOWN_CODE for gap in assessment.gaps)


def answer_with(card: Card | None, status: str, judged: CardInput, engine: Engine) -> Answer:
    """The body with one card or none."""
    assessment = judged.assessment
    extension = {
        "status": status,
        "verdict": assessment.verdict,
        "row": assessment.row.id,
        "openRows": [row.id for row in assessment.open_rows],
        "gaps": _gaps(judged.chart.gaps, judged.chart.accepted_gaps),
        **_versions(engine),
    }
    cards = [_written(card, judged, engine)] if card else []
    body = {"cards": cards, "extension": {EXTENSION: extension}}
    return Answer(body, status, judged.chart, assessment, card)


def not_shown(answer: Answer, why: str) -> Answer:
    """The same judgement without its cards, and why: `shadow`, `recorded` or `repeat`."""
    said = {**answer.body["extension"][EXTENSION], "status": "shadow", "notShown": why}
    body = {"cards": [], "extension": {EXTENSION: said}}
    return replace(answer, body=body, status="shadow", card=None)


def in_shadow(answer: Answer) -> Answer:
    """What was judged is shown to nobody; where nothing was judged there is nothing to hide."""
    return answer if answer.status == "not-applicable" else not_shown(answer, "shadow")


def _written(card: Card, judged: CardInput, engine: Engine) -> dict[str, Any]:
    write_order = engine.cards.orders.writer(judged.requester, judged.release)
    return to_json(card, judged.capabilities, write_order)


def not_applicable(engine: Engine, gaps: Sequence[Gap] = ()) -> Answer:
    """No drug of interest was ordered.  gaps: drafts of which nobody can tell."""
    extension = {
        "status": "not-applicable",
        "verdict": "notApplicable",
        "row": "none",
        "openRows": [],
        "gaps": _gaps(gaps),
        **_versions(engine),
    }
    return Answer({"cards": [], "extension": {EXTENSION: extension}}, "not-applicable")


def _gaps(gaps: Sequence[Gap], accepted: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    listed = []
    for gap in gaps:
        entry: dict[str, Any] = {"kind": gap.kind, "key": gap.key}
        if gap.count:
            entry["count"] = gap.count
        if gap.key in accepted:
            entry["accepted"] = True
        listed.append(entry)
    return listed


def _versions(engine: Engine) -> dict[str, str]:
    return {"knowledge": engine.knowledge.version, "configuration": engine.configuration}


def open_row_keys(assessment: Assessment, row: Row) -> list[str]:
    """The prefetch keys that a row waits for."""
    return sorted({key for code in row.when for key in assessment.findings[code].missing})
