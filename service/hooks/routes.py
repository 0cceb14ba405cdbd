"""The HTTP routes.  A view is a few lines: parse, evaluate, log, answer."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from service.evaluation.about import source_attributes
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID, Service, discovery
from service.fhir.releases import PATHS, Release
from service.hooks import large_bodies, recording
from service.hooks.callers import Callers
from service.hooks.calls import answer_request
from service.hooks.errors import (
    FeedbackNotKept,
    NotObtainable,
    ServiceError,
    UnknownService,
    operation_outcome,
    status_outcome,
)
from service.hooks.feedback import read_feedback
from service.hooks.messages import MAX_BODY_BYTES, parse_body, read_request
from service.hooks.openapi import ABOUT_PATH, document
from service.hooks.recording import Recorder
from service.store import StoreDown
from service.store.model import Sender
from service.trust.caller import Caller
from service.watch.call import lap, note, uuid_or_nothing
from service.watch.health import HealthCheck
from service.watch.logs import ERROR, log

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class HookDeps:
    """What a view needs: the engine, who is let in, what is kept, the day, how the service is.

    language: of discovery.
    """

    engine: Engine
    callers: Callers
    recorder: Recorder
    today: Callable[[], date]
    health: Callable[[], list[HealthCheck]]
    language: str


def json_response(body: Any, status: int = 200) -> Response:
    response = Response(orjson.dumps(body), status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def hook_routes(deps: HookDeps) -> Blueprint:
    """Discovery, services, feedback and health."""
    routes = Blueprint("hooks", __name__)
    for prefix in ("", *PATHS):
        _add_services(routes, f"/{prefix}" if prefix else "", prefix, deps)

    @routes.get("/healthz")
    def alive() -> Response:
        return json_response({"status": "alive"})

    @routes.get("/readyz")
    def ready() -> Response:
        found = deps.health()
        good = all(check.ok for check in found)
        listed = [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in found]
        usual = "degraded" if any(check.degraded for check in found) else "ready"
        return json_response(
            {"status": usual if good else "not-ready", "checks": listed}, 200 if good else 503
        )

    about = orjson.dumps(source_attributes(deps.engine))

    @routes.get(ABOUT_PATH)
    def attributes() -> Response:
        return Response(about, mimetype=JSON)

    described = orjson.dumps(document(needs_token=deps.callers.are_verified))

    @routes.get("/openapi.json")
    def describe() -> Response:
        return Response(described, mimetype=JSON)

    return routes


def _add_services(routes: Blueprint, base: str, path: str, deps: HookDeps) -> None:
    """Discovery, services and feedback under one base; each FHIR release has its own."""
    knowledge, words = deps.engine.knowledge, deps.engine.speaking(deps.language).cards.words
    services = orjson.dumps(discovery(knowledge, words, PATHS.get(path, Release.R4)))

    def discover() -> Response:
        return Response(services, mimetype=JSON)

    def call(service_id: str) -> Response:
        return _call(service_id, deps, path)

    def feedback(service_id: str) -> Response:
        return _feedback(service_id, deps)

    root, name = f"{base}/cds-services", f"{path or 'plain'}"
    routes.add_url_rule(root, f"discover-{name}", discover, strict_slashes=False)
    routes.add_url_rule(f"{root}/<service_id>", f"call-{name}", call, methods=["POST"])
    # The public sandbox joins a base that was typed with a trailing slash as `//id`.
    routes.add_url_rule(f"{root}//<service_id>", f"call-slash-{name}", call, methods=["POST"])
    for slash in ("/", "//"):
        rule = f"{root}{slash}<service_id>/feedback"
        routes.add_url_rule(rule, f"feedback{slash[1:]}-{name}", feedback, methods=["POST"])


def _call(service_id: str, deps: HookDeps, path: str) -> Response:
    """Size, service, caller, kind of content, and only then what was asked."""
    service, caller, raw = _identified(service_id, deps)
    with large_bodies.turn(len(raw)):
        asked = read_request(_body(raw), service.hook)
        note(hook_instance=uuid_or_nothing(asked.hook_instance))
        lap("parse")
        today = deps.today()
        try:
            answer = answer_request(asked, service, deps.engine, today, path, caller.client)
        except NotObtainable as error:
            deps.recorder.unobtainable(error, asked, service, caller)
            raise
    answer = deps.recorder.answered(answer, asked, service, caller)
    return json_response(answer.body)


def _feedback(service_id: str, deps: HookDeps) -> Response:
    """200 once it is committed: whoever reports may forget it then."""
    service, caller, raw = _identified(service_id, deps)
    reports = read_feedback(_body(raw), deps.engine.cards.words.override_reasons)
    memory = deps.recorder.memory
    sender = Sender(caller.client.name, caller.tenant, service.id)
    if memory is None:
        raise FeedbackNotKept
    try:
        kept = memory.take_feedback(reports, sender)
    except StoreDown:
        raise FeedbackNotKept from None
    recording.reported(kept, sender)
    return json_response({})


def _body(raw: bytes) -> Mapping[str, Any]:
    if request.headers.get("Content-Encoding") or request.mimetype != JSON:
        raise UnsupportedMediaType
    return parse_body(raw)


def _identified(service_id: str, deps: HookDeps) -> tuple[Service, Caller, bytes]:
    """The service called, by whom, and the body: read whole, so that the line can be reused."""
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    service = BY_ID.get(service_id)
    if service is None:
        raise UnknownService
    note(service=service.id, hook=service.hook)
    lap("receive")
    caller = deps.callers.identify(service_id)
    lap("trust")
    return service, caller, raw


def answer_service_error(error: ServiceError) -> Response:
    recording.refused(error)
    response = json_response(error.outcome(), error.status)
    response.headers.update(error.headers)
    return response


def answer_http_error(error: HTTPException) -> Response:
    """The framework's own errors, as OperationOutcome, with the headers they carry."""
    status = error.code or 500
    response = json_response(status_outcome(status, error.name), status)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    log("refused", http_status=status, error=type(error).__name__)
    recording.count_refusal(type(error).__name__, status)
    return response


def answer_crash(error: Exception) -> Response:
    """The outermost handler: class and place are logged, nothing of the message is."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    log("failed", ERROR, http_status=500, error=type(error).__name__, where=where)
    recording.count_refusal("failed", 500)
    return json_response(operation_outcome("exception", ServiceError.message), 500)
