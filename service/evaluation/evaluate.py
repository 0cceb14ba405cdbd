"""The way of one request: gather, read, find, decide, say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from cards.build import (
    CardInput,
    build,
    build_could_not_look,
    build_incomplete,
    build_unjudged,
    build_view,
)
from cards.model import ClientCapabilities
from cards.orders import Requester
from service.evaluation.answer import (
    Answer,
    answer_with,
    evaluation_status,
    in_shadow,
    leaves_order_out,
    not_applicable,
    not_shown,
)
from service.evaluation.engine import ANYONE, VISITOR, Engine
from service.evaluation.errors import DataUnavailable
from service.evaluation.judge import judge
from service.evaluation.remedy import REFUSALS, NamedServer, ask_release, issues, remedy
from service.evaluation.request import HookRequest
from service.evaluation.searches import for_patient
from service.evaluation.services import Service
from service.evaluation.switches import as_shown, is_recorded
from service.evaluation.unrecognised import unrecognised
from service.fhir.budget import MOST_NEW_CHARACTERS, Budget
from service.fhir.gather import Record, gather
from service.fhir.obtain import draft_orders, obtain, obtain_medications
from service.fhir.queries import Fetch, Fetched, Query
from service.fhir.read import Asked, Draft, any_matters, draft_gaps, read_drafts
from service.fhir.releases import Release, release_of
from service.hpp.assessment import Assessment, Indicator
from service.hpp.decide import NOT_EVALUATED
from service.hpp.facts import NEEDED
from service.hpp.findings import WRITTEN_DOWN
from service.hpp.model import Chart
from service.settings import Client
from service.watch import metrics
from service.watch.call import lap
from service.watch.logs import WARNING, log


def evaluate(
    request: HookRequest,
    service: Service,
    engine: Engine,
    today: date,
    path: str = "",
    client: Client = ANYONE,
) -> Answer:
    """Answer one request.  path: the release segment of the URL that was called, or nothing.

    client: who calls, as configured; anyone where no client is.

    Raises DataUnavailable where needed data cannot be had and the client is not in shadow, which
    interrupts nobody, and TooMuchText where more is named than is read of one request; every
    other answer has cards or the reason for none in its extension.
    """
    answer = _judged(request, service, engine.speaking(client.language), today, path, client)
    return in_shadow(answer) if service.id in client.shadow else answer


def _judged(
    request: HookRequest,
    service: Service,
    engine: Engine,
    today: date,
    path: str,
    client: Client,
) -> Answer:
    record = _gathered(request, service)
    asked, fetch = _asked(request, client), _fetch(request, engine, client)
    drafts = _read_drafts(record, asked, request, fetch, engine)
    if service.judges_orders and not any_matters(drafts) and not record.unreadable_drafts:
        gaps = draft_gaps(drafts)
        codes = unrecognised(record, gaps, (), engine.terminology)
        return replace(not_applicable(engine, gaps), unmapped=codes)
    lap("gather")
    server = _fetched(record, request, path, client, fetch, engine)
    lap("fetch")
    # What was fetched may tell more of the drafts.
    judged = judge(record, asked, engine, today, drafts if fetch is None else None)
    lap("judge")
    requester = Requester(request.patient_id, request.user_reference, today)
    shown = as_shown(judged.assessment, service.id, client, engine.knowledge)
    case = CardInput(shown, judged.chart, today, requester, server.asked, _capabilities(client))
    answer = _answer_or_shadow(case, service, client, engine, server, has_access=fetch is not None)
    if is_recorded(judged.assessment, service.id, client, engine.knowledge):
        answer = _recorded(answer, service)
    chart = judged.chart
    codes = unrecognised(record, chart.gaps, chart.results, engine.terminology)
    return replace(answer, unmapped=codes)


def _gathered(request: HookRequest, service: Service) -> Record:
    """What was sent; an order-select that does not say what was selected has all drafts judged."""
    record = gather(request.prefetch, request.draft_orders)
    record.budget = Budget(MOST_NEW_CHARACTERS)
    if service.hook == "order-select" and request.selections is None:
        record.gap("all-judged", "selections")
    return record


def _fetched(
    record: Record,
    request: HookRequest,
    path: str,
    client: Client,
    fetch: Fetch | None,
    engine: Engine,
) -> NamedServer:
    """Ask for what was not sent; the server as it was asked."""
    server = NamedServer(request.fhir_server, _release(path, request, record, client))
    _complete(record, request, server.asked, fetch, engine)
    if fetch is None or not (client.is_trying and _was_refused(record)):
        return server
    may_change = not (path or client.fhir_release)
    return _ask_as_it_speaks(record, request, server, fetch, engine, may_change)


def _answer_or_shadow(
    case: CardInput,
    service: Service,
    client: Client,
    engine: Engine,
    server: NamedServer,
    has_access: bool,
) -> Answer:
    """The answer; in shadow, where nobody is to be interrupted, nothing is refused."""
    try:
        return _answer(case, service, client, engine, server, has_access)
    except DataUnavailable:
        if service.id not in client.shadow:
            raise
        return answer_with(None, "unavailable", case, engine)


def _recorded(answer: Answer, service: Service) -> Answer:
    """A verdict that draws no card on purpose; what was not seen of an order draws one still."""
    has_card = bool(answer.body["cards"])
    return not_shown(answer, "recorded") if has_card != service.judges_orders else answer


def _answer(
    case: CardInput,
    service: Service,
    client: Client,
    engine: Engine,
    server: NamedServer,
    has_access: bool,
) -> Answer:
    if client.is_trying and _could_not_look(case, service):
        return _answer_with_remedy(case, client, server, engine)
    if not service.judges_orders:
        return _answer_view(case, engine)
    if not case.chart.drafts:
        return _answer_nothing_judged(case, engine)
    if _must_refuse(case, client, has_access):
        if client.is_trying:
            return _answer_with_remedy(case, client, server, engine)
        raise _unavailable(case.chart, engine)
    return _answer_order(case, engine)


def _capabilities(client: Client) -> ClientCapabilities:
    return ClientCapabilities(
        selection_behavior=client.selection_behavior,
        one_action=client.one_action_suggestions,
        card_style=client.card_style,
        autolaunchable=client.says_autolaunchable,
    )


def _fetch(request: HookRequest, engine: Engine, client: Client) -> Fetch | None:
    """How to ask the request's FHIR server; None where it must not or cannot be asked."""
    base = request.fhir_server
    if not base or engine.servers is None or request.token_is_over:
        return None
    if not engine.servers.knows(base, client):
        log("fhir-server-not-registered", WARNING, client=client.name)
        return None
    return _counted(engine.servers.asking(base, request.access_token, client), client)


def _counted(fetch: Fetch, client: Client) -> Fetch:
    """The same fetch; what each query ended in is counted."""

    def ask(queries: Sequence[Query]) -> Sequence[Fetched]:
        found = fetch(queries)
        for one in found:
            metrics.FHIR.labels(client.name, one.problem or "good", one.detail or "none").inc()
        is_open = any(one.detail == "breaker" for one in found)
        metrics.BREAKERS.labels(client.name).set(is_open)
        return found

    return ask


def _read_drafts(
    record: Record, asked: Asked, request: HookRequest, fetch: Fetch | None, engine: Engine
) -> list[Draft]:
    """The drafts to judge that matter, their Medications read if need be."""
    drafts = read_drafts(record, asked, engine.terminology)
    if fetch is None or not (drafts or record.unreadable_drafts):
        return drafts
    obtain_medications(record, draft_orders(record), fetch, request.fhir_server)
    return read_drafts(record, asked, engine.terminology)


def _release(path: str, request: HookRequest, record: Record, client: Client) -> Release:
    """Only orders and conditions differ enough between the releases to tell them apart."""
    sent = (r for key in ("medications", "conditions") for _, r in record.resources.get(key, ()))
    return release_of(path, client.fhir_release, chain(draft_orders(record), sent))


def _complete(
    record: Record, request: HookRequest, release: Release, fetch: Fetch | None, engine: Engine
) -> None:
    """Ask for what was not sent; without access to a named server the gap is `blocked`."""
    if fetch is not None:
        wanted = for_patient(engine.queries[release], request.patient_id)
        obtain(record, wanted, fetch, request.fhir_server)
    elif request.fhir_server and engine.servers is not None:
        record.gaps[:] = [
            replace(gap, kind="blocked") if gap.kind == "not-sent" else gap for gap in record.gaps
        ]


def _was_refused(record: Record) -> bool:
    return any(gap.kind in REFUSALS for gap in record.gaps)


def _ask_as_it_speaks(
    record: Record,
    request: HookRequest,
    server: NamedServer,
    fetch: Fetch,
    engine: Engine,
    may_change: bool,
) -> NamedServer:
    """A server that refused is asked for its release, and in it again for what it refused."""
    server = replace(server, speaks=ask_release(fetch))
    if server.speaks is None or not (server.is_of_another_release and may_change):
        return server
    record.gaps[:] = [
        replace(gap, kind="not-sent") if gap.kind in REFUSALS else gap for gap in record.gaps
    ]
    _complete(record, request, server.speaks, fetch, engine)
    return replace(server, asked=server.speaks)


def _could_not_look(case: CardInput, service: Service) -> bool:
    """No verdict for want of needed data; on patient-view too, unless HPP is written down."""
    if service.judges_orders:
        missing = evaluation_status(case.assessment) == "unavailable"
        return missing and bool(case.chart.drafts)
    assessment = case.assessment
    return assessment.verdict == NOT_EVALUATED and not _is_written_down(assessment)


def _answer_with_remedy(
    case: CardInput, client: Client, server: NamedServer, engine: Engine
) -> Answer:
    """Never a bare refusal to a person who tries: clients of theirs draw nothing for one."""
    has_demo = client == VISITOR  # the record to try is not there where clients are configured
    helps = remedy(case.chart, server, engine.cards.words, has_demo)
    card = build_could_not_look(case, engine.cards, helps)
    return answer_with(card, "unavailable", case, engine)


def _asked(request: HookRequest, client: Client) -> Asked:
    return Asked(
        patient_id=request.patient_id,
        selections=request.selections,
        bases=tuple(filter(None, (request.fhir_server, client.fhir_base))),
        accepted_gaps=frozenset(client.accepted_gaps),
    )


def _must_refuse(case: CardInput, client: Client, has_access: bool) -> bool:
    """Refused where needed data was never to be had, or the client wants no card about it.

    A warning that stands on what was sent is shown all the same.
    """
    status, indicator = evaluation_status(case.assessment), case.assessment.indicator
    if status != "complete" and indicator.rank < Indicator.WARNING.rank:
        return _never_had(case.chart, has_access) or _is_412(status, client)
    return _is_412(status, client)


def _is_412(status: str, client: Client) -> bool:
    return status == "unavailable" and client.on_unavailable == "412"


def _answer_order(case: CardInput, engine: Engine) -> Answer:
    """A card for the verdict, or one that says what was not seen.

    Where the ALP is settled, what was not seen of the record is for the operator, not for the
    prescriber; an order that was not judged is for the prescriber all the same.
    """
    status = evaluation_status(case.assessment)
    card = build(case, engine.cards)
    silent = case.assessment.settled and not leaves_order_out(case.assessment)
    if card is None and status != "complete" and not silent:
        card = build_incomplete(case, engine.cards)
    return answer_with(card, status, case, engine)


def _answer_nothing_judged(case: CardInput, engine: Engine) -> Answer:
    """Only orders for another patient, or of a drug that could not be identified."""
    row = engine.knowledge.table[-1]
    unjudged = replace(
        case.assessment, row=row, indicator=row.indicator, open_rows=(), modifiers=()
    )
    case = replace(case, assessment=unjudged)
    return answer_with(build_unjudged(case, engine.cards), "partial", case, engine)


def _answer_view(case: CardInput, engine: Engine) -> Answer:
    """No drug in hand: a card only where HPP is likely and not written down.

    Never an error card: refused where the needed data cannot be had.  Where only other data was
    missing, the answer without a card does not claim to be complete: it says that no drug was
    in hand, and lists the rows that stayed open.
    """
    assessment = case.assessment
    written = _is_written_down(assessment)
    if assessment.verdict == NOT_EVALUATED and not written:
        raise _unavailable(case.chart, engine)
    opened = bool(assessment.open_rows)
    has_card = engine.knowledge.verdicts[assessment.verdict].chart and not written
    if has_card:
        as_information = replace(case, assessment=replace(assessment, indicator=Indicator.INFO))
        card = build_view(as_information, engine.cards)
        return answer_with(card, "partial" if opened else "complete", case, engine)
    return answer_with(None, "not-applicable" if opened else "complete", case, engine)


def _is_written_down(assessment: Assessment) -> bool:
    return any(assessment.findings[code].seen for code in WRITTEN_DOWN)


def _never_had(chart: Chart, has_access: bool) -> bool:
    """Needed data was not sent, and there is no FHIR server that may be asked for it."""
    kinds = ("not-sent", "blocked")
    return not has_access and any(g.key in NEEDED and g.kind in kinds for g in chart.gaps)


def _unavailable(chart: Chart, engine: Engine) -> DataUnavailable:
    gaps = tuple((gap.kind, gap.key) for gap in chart.gaps)
    return DataUnavailable(*issues(chart, engine.cards.words), gaps=gaps)
