"""The way of one request: parse, gather, read, find, decide, say.

`House` is what stands ready (content, words, settings); `evaluate` is the one function that
HTTP, the command line and the tests call.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from itertools import chain
from typing import Any, Protocol

from cards.build import Case, Desk, build, build_incomplete, build_unjudged
from cards.model import Card, Manners
from cards.orders import Requester
from cards.wire import to_json
from service.fhir.gather import Record, gather
from service.fhir.obtain import draft_orders, obtain, obtain_medications
from service.fhir.queries import Fetch
from service.fhir.read import Asked, Draft, draft_gaps, read_chart, read_drafts
from service.fhir.releases import Release, release_of
from service.fhir.terminology import Terminology
from service.hooks.errors import DataUnavailable, Issue
from service.hooks.messages import HookRequest, read_request
from service.hooks.services import Service, queries
from service.hpp.decide import NOT_EVALUATED, assess
from service.hpp.findings import NEEDED
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import UNKNOWN_CODE, Assessment, Chart, Gap, Indicator, Row
from service.settings import Client
from service.watch.logs import log

EXTENSION = "org.hpp-cds.evaluation"
PATIENT_VIEW_VERDICTS = frozenset({"hppProbable", "hppSuspected"})
ORDER_GAPS = "draftOrders"


@dataclass(frozen=True)
class House:
    """What every evaluation stands on; made once in the application factory.

    templates: the queries of each release.  fhir: how FHIR servers are asked, or None where
    nothing is ever asked.
    """

    terminology: Terminology
    desk: Desk
    zone: tzinfo
    configuration: str
    templates: Mapping[Release, Mapping[str, str]]
    fhir: FhirAccess | None = None

    @property
    def knowledge(self) -> Knowledge:
        return self.terminology.knowledge


class FhirAccess(Protocol):
    """The part of the FHIR client that an evaluation needs."""

    def knows(self, base: str, client: Client) -> bool: ...

    def asking(self, base: str, token: str, deadline_ms: int) -> Fetch: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The response body, and what it rests on where the chart was read."""

    body: dict[str, Any]
    status: str
    chart: Chart | None = None
    assessment: Assessment | None = None


ANYONE = Client()


def evaluate(
    body: Mapping[str, Any],
    service: Service,
    house: House,
    today: date,
    path: str = "",
    client: Client = ANYONE,
) -> Answer:
    """Answer one request.  path: the release segment of the URL that was called, or nothing.

    client: who calls, as configured; anyone where no client is.

    Raises InvalidHookRequest (400) and DataUnavailable (412); every other answer has cards
    or the reason for none in its evaluation extension.
    """
    request = read_request(body, service.hook)
    record = gather(request.prefetch, request.draft_orders)
    asked = _asked(request, client)
    fetch = _fetch(request, house, client)
    drafts = _read_drafts(record, asked, request, fetch, house)
    matter = [draft for draft in drafts if draft.matters]
    if service.judges_orders and not matter and not record.unreadable_drafts:
        return not_applicable(house, draft_gaps(drafts))
    release = _release(path, request, record, client)
    _complete(record, request, release, fetch, house)
    if fetch is not None:  # what was fetched may tell more of them
        drafts = read_drafts(record, asked, house.terminology)
    chart = read_chart(record, asked, drafts, house.terminology, house.zone, today)
    assessment = assess(chart, today, house.knowledge)
    requester = Requester(request.patient_id, request.user_reference, today)
    manners = Manners(client.selection_behavior, client.one_action_suggestions)
    case = Case(assessment, chart, today, requester, release, manners)
    if not service.judges_orders:
        return _answer_view(case, house)
    if not chart.drafts:
        return _answer_nothing_judged(case, house)
    if _must_refuse(case, client, has_access=fetch is not None):
        raise _unavailable(case.chart)
    return _answer_order(case, house)


def _fetch(request: HookRequest, house: House, client: Client) -> Fetch | None:
    """How to ask the request's FHIR server; None where it must not or cannot be asked."""
    base = request.fhir_server
    if not base or house.fhir is None or request.token_is_over:
        return None
    if not house.fhir.knows(base, client):
        log("fhir-server-not-registered", client=client.name)
        return None
    return house.fhir.asking(base, request.access_token, client.deadline_ms)


def _read_drafts(
    record: Record, asked: Asked, request: HookRequest, fetch: Fetch | None, house: House
) -> list[Draft]:
    """The drafts to judge that matter, their Medications read if need be."""
    drafts = read_drafts(record, asked, house.terminology)
    if fetch is None or not (drafts or record.unreadable_drafts):
        return drafts
    obtain_medications(record, draft_orders(record), fetch, request.fhir_server)
    return read_drafts(record, asked, house.terminology)


def _release(path: str, request: HookRequest, record: Record, client: Client) -> Release:
    """Only orders and conditions differ enough between the releases to tell them apart."""
    sent = (r for key in ("medications", "conditions") for _, r in record.resources.get(key, ()))
    return release_of(path, client.fhir_release, chain(draft_orders(record), sent))


def _complete(
    record: Record, request: HookRequest, release: Release, fetch: Fetch | None, house: House
) -> None:
    """Ask for what was not sent; without access to a named server the gap is `blocked`."""
    if fetch is not None:
        wanted = queries(house.templates[release], request.patient_id)
        obtain(record, wanted, fetch, request.fhir_server)
    elif request.fhir_server and house.fhir is not None:
        record.gaps[:] = [
            replace(gap, kind="blocked") if gap.kind == "not-sent" else gap for gap in record.gaps
        ]


def _asked(request: HookRequest, client: Client) -> Asked:
    return Asked(
        patient_id=request.patient_id,
        selections=request.selections,
        bases=tuple(filter(None, (request.fhir_server, client.fhir_base))),
        accepted_gaps=frozenset(client.accepted_gaps),
    )


def _must_refuse(case: Case, client: Client, has_access: bool) -> bool:
    """412 where needed data was never to be had, or the client wants no card (decision 2)."""
    missing = evaluation_status(case.assessment) == "unavailable"
    return missing and (client.on_unavailable == "412" or _never_had(case.chart, has_access))


def _answer_order(case: Case, house: House) -> Answer:
    """A card for the verdict, or one that says what was not seen."""
    status = evaluation_status(case.assessment)
    card = build(case, house.desk)
    if card is None and status != "complete":
        card = build_incomplete(case, house.desk)
    return _answer(card, status, case, house)


def _answer_nothing_judged(case: Case, house: House) -> Answer:
    """Only orders for another patient, or of a drug that could not be identified."""
    row = house.knowledge.table[-1]
    unjudged = replace(
        case.assessment, row=row, indicator=row.indicator, open_rows=(), modifiers=()
    )
    case = replace(case, assessment=unjudged)
    return _answer(build_unjudged(case, house.desk), "partial", case, house)


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
    opened = bool(assessment.open_rows)
    if assessment.verdict in PATIENT_VIEW_VERDICTS and not written:
        as_information = replace(case, assessment=replace(assessment, indicator=Indicator.INFO))
        card = build(as_information, house.desk, with_orders=False)
        return _answer(card, "partial" if opened else "complete", case, house)
    return _answer(None, "not-applicable" if opened else "complete", case, house)


def _is_written_down(assessment: Assessment) -> bool:
    known = ("hpp-on-record", "hpp-unconfirmed", "asfotase-alfa")
    return any(assessment.findings[code].seen for code in known)


def evaluation_status(assessment: Assessment) -> str:
    """complete, partial or unavailable (design, "The contract")."""
    if assessment.verdict == NOT_EVALUATED:
        return "unavailable"
    foreign = any(g.key == ORDER_GAPS and g.kind != UNKNOWN_CODE for g in assessment.gaps)
    return "partial" if assessment.open_rows or foreign else "complete"


def _never_had(chart: Chart, has_access: bool) -> bool:
    """Needed data was not sent, and there is no FHIR server that may be asked for it."""
    kinds = ("not-sent", "blocked")
    return not has_access and any(g.key in NEEDED and g.kind in kinds for g in chart.gaps)


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
        "gaps": _gaps(case.chart.gaps, case.chart.accepted_gaps),
        **_versions(house),
    }
    cards = [to_json(card, case.manners)] if card else []
    body = {"cards": cards, "extension": {EXTENSION: extension}}
    return Answer(body, status, case.chart, assessment)


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


def _versions(house: House) -> dict[str, str]:
    return {"knowledge": house.knowledge.version, "configuration": house.configuration}


def not_applicable(house: House, gaps: Sequence[Gap] = ()) -> Answer:
    """No drug of interest.  gaps: drafts of which nobody can tell, most of them other drugs."""
    extension = {
        "status": "not-applicable",
        "verdict": "notApplicable",
        "row": "none",
        "openRows": [],
        "gaps": _gaps(gaps),
        **_versions(house),
    }
    return Answer({"cards": [], "extension": {EXTENSION: extension}}, "not-applicable")


def random_uuid() -> str:
    """A UUID of version 4; `uuid.uuid4` takes twice as long."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def open_row_keys(assessment: Assessment, row: Row) -> list[str]:
    """The prefetch keys that a row waits for."""
    return sorted({key for code in row.when for key in assessment.findings[code].missing})
