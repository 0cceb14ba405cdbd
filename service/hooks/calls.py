"""One call of a service, whoever makes it: over HTTP, offline, or from the page.

The one place where what an evaluation could not do becomes an answer of the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.evaluation.answer import Answer
from service.evaluation.engine import ANYONE, Engine
from service.evaluation.errors import DataUnavailable, Issue
from service.evaluation.evaluate import evaluate
from service.evaluation.explain import explain
from service.evaluation.request import HookRequest
from service.evaluation.services import BY_ID, SERVICES, Service
from service.fhir.budget import TooMuchText
from service.hooks.errors import NotObtainable, ServiceError, TooMuchToRead, UnknownService
from service.hooks.messages import parse_body, read_request
from service.settings import Client

Recall = Callable[[Answer, HookRequest, Service], Answer]


def evaluate_body(
    body: Mapping[str, Any],
    service: Service,
    engine: Engine,
    today: date,
    client: Client = ANYONE,
    recall: Recall | None = None,
) -> Answer:
    """Answer the JSON object of one request.  Raises a ServiceError for what is refused.

    recall: what earlier answers make of this one.
    """
    request = read_request(body, service.hook)
    answer = answer_request(request, service, engine, today, client=client)
    return recall(answer, request, service) if recall else answer


def answer_request(
    request: HookRequest,
    service: Service,
    engine: Engine,
    today: date,
    path: str = "",
    client: Client = ANYONE,
) -> Answer:
    """Answer one request.

    Raises NotObtainable where what is needed cannot be had, TooMuchToRead where it holds more
    than is read.
    """
    try:
        return evaluate(request, service, engine, today, path, client)
    except DataUnavailable as error:
        raise NotObtainable(*error.issues, gaps=error.gaps) from None
    except TooMuchText as error:
        what = "holds more names that were never read before than are read of one request"
        raise TooMuchToRead(Issue(error.pointer, what)) from None


def service_of(service_id: str) -> Service:
    """Raises UnknownService."""
    try:
        return BY_ID[service_id]
    except KeyError:
        raise UnknownService from None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What HTTP would answer, and the reasoning where a chart was read."""

    status: int
    body: dict[str, Any]
    explanation: dict[str, Any] | None = None


def outcome_of(
    raw: bytes,
    service_id: str,
    engine: Engine,
    today: date,
    client: Client = ANYONE,
    recall: Recall | None = None,
) -> HttpAnswer:
    """Answer the bytes of one request as HTTP would, errors included, with the reasoning.

    An empty service id means the service of the body's hook.
    """
    try:
        body = parse_body(raw)
        service = service_of(service_id or _id_for(body.get("hook")))
        answer = evaluate_body(body, service, engine, today, client, recall)
    except ServiceError as error:
        return HttpAnswer(error.status, error.outcome())
    return HttpAnswer(200, answer.body, explain(answer, engine.speaking(client.language), today))


def _id_for(hook: object) -> str:
    return next((s.id for s in SERVICES if s.hook == hook), SERVICES[0].id)
