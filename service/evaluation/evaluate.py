"""The way of one request: gather, read, find, decide, say."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date

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
from service.evaluation.gathering import Gathered, gather_for
from service.evaluation.judge import Judged, judge
from service.evaluation.remedy import NamedServer, issues, remedy
from service.evaluation.request import HookRequest
from service.evaluation.services import Service
from service.evaluation.switches import as_shown, is_recorded
from service.evaluation.unrecognised import unrecognised
from service.fhir.drafts import Draft, draft_gaps
from service.fhir.read import NOTHING_LEFT_OUT
from service.hpp.assessment import Assessment, Indicator
from service.hpp.decide import NOT_EVALUATED
from service.hpp.facts import NEEDED
from service.hpp.findings import WRITTEN_DOWN
from service.hpp.model import Chart, Gap, Result
from service.settings import Client
from service.store.model import Unmapped
from service.watch.call import lap


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

    Raises as `answer_on` does.
    """
    gathered = gather_for(request, service, engine, client, path)
    return answer_on(gathered, today, gathered.drafts)


def answer_on(
    gathered: Gathered,
    today: date,
    drafts: Sequence[Draft],
    left_out: Set[int] = NOTHING_LEFT_OUT,
) -> Answer:
    """The answer on a day to some of the drafts; a record may be asked about any number of them.

    left_out: identities of resources that were not on record then.

    Raises DataUnavailable where needed data cannot be had and the client is not in shadow, which
    interrupts nobody, and TooMuchText where more is named than is read of one request; every
    other answer has cards or the reason for none in its extension.
    """
    if gathered.has_nothing_to_judge(drafts):
        gaps = draft_gaps(drafts)
        answer = not_applicable(gathered.engine, gaps)
        return replace(answer, unmapped=_unmapped(gathered, gaps))
    judged = judge(gathered.reader, gathered.engine, today, drafts, left_out)
    lap("judge")
    answer = _said(gathered, judged, today, left_out)
    codes = _unmapped(gathered, judged.chart.gaps, judged.chart.results)
    answer = replace(answer, unmapped=codes)
    return in_shadow(answer) if gathered.service.id in gathered.client.shadow else answer


def _unmapped(
    gathered: Gathered, gaps: Sequence[Gap], results: Sequence[Result] = ()
) -> tuple[Unmapped, ...]:
    return unrecognised(gathered.record, gaps, results, gathered.engine.terminology)


def _said(gathered: Gathered, judged: Judged, today: date, left_out: Set[int]) -> Answer:
    request, service, client = gathered.request, gathered.service, gathered.client
    knowledge = gathered.engine.knowledge
    requester = Requester(request.patient_id, request.user_reference, today)
    shown = as_shown(judged.assessment, service.id, client, knowledge)
    release, capabilities = gathered.release(left_out), _capabilities(client)
    case = CardInput(shown, judged.chart, today, requester, release, capabilities)
    try:
        answer = _answer(case, gathered)
    except DataUnavailable:
        if service.id not in client.shadow:
            raise
        answer = answer_with(None, "unavailable", case, gathered.engine)
    if is_recorded(judged.assessment, service.id, client, knowledge):
        return _recorded(answer, service)
    return answer


def _recorded(answer: Answer, service: Service) -> Answer:
    """A verdict that draws no card on purpose; what was not seen of an order draws one still."""
    has_card = bool(answer.body["cards"])
    return not_shown(answer, "recorded") if has_card != service.judges_orders else answer


def _answer(case: CardInput, gathered: Gathered) -> Answer:
    service, client, engine = gathered.service, gathered.client, gathered.engine
    if client.is_trying and _could_not_look(case, service):
        return _answer_with_remedy(case, client, gathered.server, engine)
    if not service.judges_orders:
        return _answer_view(case, engine)
    if not case.chart.drafts:
        return _answer_nothing_judged(case, engine)
    if _must_refuse(case, client, gathered.has_access):
        if client.is_trying:
            return _answer_with_remedy(case, client, gathered.server, engine)
        raise _unavailable(case.chart, engine)
    return _answer_order(case, engine)


def _capabilities(client: Client) -> ClientCapabilities:
    return ClientCapabilities(
        selection_behavior=client.selection_behavior,
        one_action=client.one_action_suggestions,
        card_style=client.card_style,
        autolaunchable=client.says_autolaunchable,
    )


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
