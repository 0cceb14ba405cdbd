"""What is said of a call once it is over: kept in the store, counted, and written as a line."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from service import __version__
from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.decision import HookCall, decision_of, unavailable
from service.evaluation.engine import Engine
from service.evaluation.repeat import Repeats
from service.evaluation.request import HookRequest
from service.evaluation.services import Service
from service.evaluation.unrecognised import system_name
from service.hooks.errors import NotObtainable, ServiceError
from service.hpp.decide import NOT_EVALUATED
from service.hpp.facts import NEEDED
from service.store.model import Decision, Kept, Sender
from service.trust.caller import Caller
from service.watch import metrics
from service.watch.call import lap, note, under_way, uuid_or_nothing
from service.watch.logs import ERROR, INFO, WARNING, log

if TYPE_CHECKING:
    from service.store.memory import Memory


class Recorder:
    """memory: None where no store could be opened, which only development does without.

    repeat: reason of an override -> days for which the same card is not shown again.
    """

    def __init__(
        self, memory: Memory | None, engine: Engine, repeat: Mapping[str, int] = {}
    ) -> None:
        self.memory, self._engine = memory, engine
        self._repeats = Repeats(memory, repeat, engine.knowledge) if memory and repeat else None

    def answered(
        self, answer: Answer, request: HookRequest, service: Service, caller: Caller
    ) -> Answer:
        """Keep a judgement, before it is sent; the answer says where that was not possible.

        The answer to send: a card that was overridden a while ago may be left out.
        """
        asked = _asked(request, service, caller)
        lap("say")
        if self._repeats:
            answer = self._repeats.applied(answer, asked, request.patient_id)
        call = under_way()
        took_ms = call.milliseconds if call else 0.0
        decision = decision_of(answer, asked, self._engine.knowledge, __version__, took_ms)
        remembered = self._keep(decision, request)
        if not remembered:
            answer.body["extension"][EXTENSION]["remembered"] = False
        self._count_codes(answer, caller)
        lap("keep")
        _count(decision)
        _log(decision, remembered)
        return answer

    def unobtainable(
        self, error: NotObtainable, request: HookRequest, service: Service, caller: Caller
    ) -> None:
        """A judgement that could not be made, for which the caller is told 412."""
        asked = _asked(request, service, caller)
        decision = unavailable(asked, error.gaps, self._engine, __version__)
        self._keep(decision, request)
        _could_not_look(decision)

    def _keep(self, decision: Decision, request: HookRequest) -> bool:
        return self.memory is not None and self.memory.keep(decision, request.patient_id)

    def _count_codes(self, answer: Answer, caller: Caller) -> None:
        for code in answer.unmapped:
            system = system_name(code.system, self._engine.terminology)
            metrics.UNMAPPED.labels(code.kind, system).inc()
        if self.memory is not None:
            self.memory.count(caller.client.name, answer.unmapped)


def _asked(request: HookRequest, service: Service, caller: Caller) -> HookCall:
    call = under_way()
    return HookCall(
        client=caller.client.name,
        tenant=caller.tenant,
        service=service.id,
        hook=service.hook,
        hook_instance=uuid_or_nothing(request.hook_instance),
        request_id=call.request_id if call else "",
    )


def _count(decision: Decision) -> None:
    client, call = decision.client, under_way()
    metrics.CALLS.labels(
        client, decision.service, decision.status, decision.verdict, decision.indicator
    ).inc()
    metrics.LAST_CALL.labels(client).set(time.time())
    metrics.gaps(decision.gaps)
    if decision.not_shown:
        metrics.NOT_SHOWN.labels(client, decision.not_shown).inc()
    if decision.status == "unavailable" or decision.verdict == NOT_EVALUATED:  # in shadow, too
        _could_not_look(decision)
    if call:
        metrics.took(call, decision.service)


def _could_not_look(decision: Decision) -> None:
    cause = next((kind for kind, key in decision.gaps if key in NEEDED), "other")
    metrics.COULD_NOT_LOOK.labels(decision.client, cause).inc()


def _log(decision: Decision, remembered: bool) -> None:
    call = under_way()
    note(status=decision.status, verdict=decision.verdict, row=decision.row)
    log(
        "evaluated",
        INFO if remembered else ERROR,
        http_status=200,
        **({"not_shown": decision.not_shown} if decision.not_shown else {}),
        remembered=remembered,
        open_rows=decision.open_rows,
        gap_kinds=sorted({kind for kind, _ in decision.gaps}),
        cards=[decision.card] if decision.card else [],
        knowledge=decision.knowledge,
        configuration=decision.configuration,
        milliseconds=round(call.milliseconds, 2) if call else 0,
        steps={step: round(ms, 2) for step, ms in call.steps.items()} if call else {},
    )


def reported(kept: Sequence[Kept], sender: Sender) -> None:
    """Feedback that is committed; repeats were counted before."""
    metrics.LAST_FEEDBACK.labels(sender.client).set(time.time())
    for one in kept:
        if not one.is_new:
            continue
        report, matched = one.report, "yes" if one.matched else "no"
        metrics.FEEDBACK.labels(sender.client, report.outcome, matched).inc()
        if report.reason:
            metrics.OVERRIDES.labels(sender.client, report.reason).inc()
    unmatched = sum(not one.matched for one in kept)
    log("feedback", http_status=200, items=len(kept), unmatched=unmatched)


def refused(error: ServiceError) -> None:
    level = ERROR if error.status >= 500 else WARNING if error.logged else INFO
    name = type(error).__name__
    log("refused", level, http_status=error.status, error=name, **error.logged)
    count_refusal(error.logged.get("reason") or name, error.status, error.logged.get("client", ""))


def count_refusal(reason: str, status: int, client: str = "") -> None:
    """reason: a word of ours or the name of a class."""
    call = under_way()
    known = client or (call.facts.get("client", "") if call else "")
    metrics.REFUSALS.labels(known or "(unknown)", reason, str(status)).inc()
