"""The way of one request: parse, gather, read, find, decide, say.

`House` is what stands ready (content, words, settings); `evaluate` is the one function that
HTTP, the command line and the tests call.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Any

from cards.build import Case, Desk, build, build_incomplete
from cards.model import Card
from cards.orders import Requester
from cards.wire import to_json
from service.fhir.gather import gather
from service.fhir.read import Asked, has_drug_of_interest, read_chart
from service.hooks.errors import DataUnavailable, Issue
from service.hooks.messages import HookRequest, read_request
from service.hooks.services import Service
from service.hpp.decide import NOT_EVALUATED, assess
from service.hpp.findings import NEEDED
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Assessment, Chart, Indicator, Row
from service.settings import Client

EXTENSION = "org.hpp-cds.evaluation"
PATIENT_VIEW_VERDICTS = frozenset({"hppProbable", "hppSuspected"})
ORDER_GAPS = "draftOrders"


@dataclass(frozen=True)
class House:
    """What every evaluation stands on; made once in the application factory."""

    knowledge: Knowledge
    desk: Desk
    zone: tzinfo
    configuration: str
    client: Client


@dataclass(frozen=True, slots=True)
class Answer:
    """The response body, and what it rests on where the chart was read."""

    body: dict[str, Any]
    status: str
    chart: Chart | None = None
    assessment: Assessment | None = None


def evaluate(body: Mapping[str, Any], service: Service, house: House, today: date) -> Answer:
    """Answer one request.

    Raises InvalidHookRequest (400) and DataUnavailable (412); every other answer has cards
    or the reason for none in its evaluation extension.
    """
    request = read_request(body, service.hook)
    record = gather(request.prefetch, request.draft_orders)
    asked = _asked(request, house.client)
    if service.judges_orders and not has_drug_of_interest(record, asked, house.knowledge):
        return _not_applicable(house)
    chart = read_chart(record, asked, house.knowledge, house.zone)
    assessment = assess(chart, today, house.knowledge)
    requester = Requester(request.patient_id, request.user_reference, today)
    case = Case(assessment, chart, today, requester)
    if not service.judges_orders:
        return _answer_view(case, house)
    return _answer_order(case, house) if chart.drafts else _answer_nothing_judged(case, house)


def _asked(request: HookRequest, client: Client) -> Asked:
    return Asked(
        patient_id=request.patient_id,
        draft_orders=request.draft_orders,
        selections=request.selections,
        bases=tuple(filter(None, (request.fhir_server, client.fhir_base))),
        accepted_gaps=frozenset(client.accepted_gaps),
    )


def _answer_order(case: Case, house: House) -> Answer:
    """A card for the verdict, one that says what was not seen, or 412 (design, decision 2)."""
    status = evaluation_status(case.assessment)
    if status == "unavailable":
        _refuse_if_unsent(case.chart, house.client)
    card = build(case, house.desk)
    if card is None and status != "complete":
        card = build_incomplete(case, house.desk)
    return _answer(card, status, case, house)


def _answer_nothing_judged(case: Case, house: House) -> Answer:
    """Only orders for another patient, or of a drug that could not be identified."""
    row = house.knowledge.table[-1]
    case = replace(case, assessment=replace(case.assessment, row=row, open_rows=()))
    return _answer(build_incomplete(case, house.desk), "partial", case, house)


def _answer_view(case: Case, house: House) -> Answer:
    """No drug in hand: a card only where HPP is likely and not written down.

    Never an error card: 412 where the needed data cannot be had.  Where only other data was
    missing, the answer without a card does not claim to be complete: it says that no drug was
    in hand, and lists the rows that stayed open.
    """
    assessment = case.assessment
    written = _is_written_down(assessment)
    if assessment.verdict == NOT_EVALUATED and not written:
        raise _unavailable(case.chart)
    opened = any(row.verdict in PATIENT_VIEW_VERDICTS for row in assessment.open_rows)
    if assessment.verdict in PATIENT_VIEW_VERDICTS and not written:
        as_information = replace(case, assessment=replace(assessment, indicator=Indicator.INFO))
        card = build(as_information, house.desk, with_orders=False)
        return _answer(card, "partial" if opened else "complete", case, house)
    return _answer(None, "not-applicable" if opened and not written else "complete", case, house)


def _is_written_down(assessment: Assessment) -> bool:
    known = ("hpp-on-record", "hpp-unconfirmed", "asfotase-alfa")
    return any(assessment.findings[code].seen for code in known)


def evaluation_status(assessment: Assessment) -> str:
    """complete, partial or unavailable (design, "The contract")."""
    if assessment.verdict == NOT_EVALUATED:
        return "unavailable"
    foreign = any(gap.key == ORDER_GAPS for gap in assessment.gaps)
    return "partial" if assessment.open_rows or foreign else "complete"


def _refuse_if_unsent(chart: Chart, client: Client) -> None:
    """412 where needed data was not sent and cannot be had, or where the client asked for it."""
    unsent = any(gap.key in NEEDED and gap.kind == "not-sent" for gap in chart.gaps)
    if unsent or client.on_unavailable == "412":
        raise _unavailable(chart)


def _unavailable(chart: Chart) -> DataUnavailable:
    gaps = [gap for gap in chart.gaps if gap.key not in chart.accepted_gaps]
    return DataUnavailable(
        *(Issue(f"/prefetch/{g.key}", g.kind) for g in gaps if g.key != ORDER_GAPS)
    )


def _answer(card: Card | None, status: str, case: Case, house: House) -> Answer:
    assessment = case.assessment
    extension = {
        "status": status,
        "verdict": assessment.verdict,
        "row": assessment.row.id,
        "openRows": [row.id for row in assessment.open_rows],
        "gaps": _gaps(case.chart),
        **_versions(house),
    }
    cards = [to_json(card)] if card else []
    body = {"cards": cards, "extension": {EXTENSION: extension}}
    return Answer(body, status, case.chart, assessment)


def _gaps(chart: Chart) -> list[dict[str, Any]]:
    listed = []
    for gap in chart.gaps:
        entry: dict[str, Any] = {"kind": gap.kind, "key": gap.key}
        if gap.count:
            entry["count"] = gap.count
        if gap.key in chart.accepted_gaps:
            entry["accepted"] = True
        listed.append(entry)
    return listed


def _versions(house: House) -> dict[str, str]:
    return {"knowledge": house.knowledge.version, "configuration": house.configuration}


def _not_applicable(house: House) -> Answer:
    extension = {
        "status": "not-applicable",
        "verdict": "notApplicable",
        "row": "none",
        "openRows": [],
        "gaps": [],
        **_versions(house),
    }
    return Answer({"cards": [], "extension": {EXTENSION: extension}}, "not-applicable")


def random_uuid() -> str:
    return str(uuid.uuid4())


def open_row_keys(assessment: Assessment, row: Row) -> list[str]:
    """The prefetch keys that a row waits for."""
    return sorted({key for code in row.when for key in assessment.findings[code].missing})
