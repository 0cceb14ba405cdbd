"""The HTTP routes.  A view is a few lines: parse, evaluate, log, answer."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from service.evaluation.about import source_attributes
from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID, Service, discovery
from service.fhir.releases import PATHS, Release
from service.hooks import large_bodies
from service.hooks.callers import Callers
from service.hooks.calls import answer_request
from service.hooks.errors import (
    ServiceError,
    UnknownService,
    operation_outcome,
    status_outcome,
)
from service.hooks.messages import MAX_BODY_BYTES, parse_body, read_request
from service.hooks.openapi import ABOUT_PATH, document
from service.settings import Client
from service.watch.call import lap, note, under_way, uuid_or_nothing
from service.watch.health import HealthCheck
from service.watch.logs import ERROR, INFO, WARNING, log

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class HookDeps:
    """What a view needs: the engine, who is let in, the day, and how the service is."""

    engine: Engine
    callers: Callers
    today: Callable[[], date]
    health: Callable[[], list[HealthCheck]]


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
        return json_response(
            {"status": "ready" if good else "not-ready", "checks": listed}, 200 if good else 503
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
    knowledge, words = deps.engine.knowledge, deps.engine.cards.words
    services = orjson.dumps(discovery(knowledge, words, PATHS.get(path, Release.R4)))

    def discover() -> Response:
        return Response(services, mimetype=JSON)

    def call(service_id: str) -> Response:
        return _call(service_id, deps, path)

    def feedback(service_id: str) -> Response:
        _identified(service_id, deps)
        raise UnknownService(message="This service keeps no feedback.")

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
    service, client, raw = _identified(service_id, deps)
    if request.headers.get("Content-Encoding") or request.mimetype != JSON:
        raise UnsupportedMediaType
    with large_bodies.turn(len(raw)):
        asked = read_request(parse_body(raw), service.hook)
        note(hook_instance=uuid_or_nothing(asked.hook_instance))
        lap("parse")
        answer = answer_request(asked, service, deps.engine, deps.today(), path, client)
        lap("say")
    _log_answer(answer)
    return json_response(answer.body)


def _identified(service_id: str, deps: HookDeps) -> tuple[Service, Client, bytes]:
    """The service called, by whom, and the body: read whole, so that the line can be reused."""
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    service = BY_ID.get(service_id)
    if service is None:
        raise UnknownService
    note(service=service.id, hook=service.hook)
    lap("receive")
    client = deps.callers.identify(service_id)
    lap("trust")
    return service, client, raw


def _log_answer(answer: Answer) -> None:
    said, call = answer.body["extension"][EXTENSION], under_way()
    log(
        "evaluated",
        http_status=200,
        status=answer.status,
        verdict=said["verdict"],
        row=said["row"],
        open_rows=said["openRows"],
        gap_kinds=sorted({gap["kind"] for gap in said["gaps"]}),
        cards=[card["uuid"] for card in answer.body["cards"]],
        knowledge=said["knowledge"],
        configuration=said["configuration"],
        milliseconds=round(call.milliseconds, 2) if call else 0,
        steps={step: round(ms, 2) for step, ms in call.steps.items()} if call else {},
    )


def answer_service_error(error: ServiceError) -> Response:
    level = ERROR if error.status >= 500 else WARNING if error.logged else INFO
    log("refused", level, http_status=error.status, error=type(error).__name__, **error.logged)
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
    return response


def answer_crash(error: Exception) -> Response:
    """The outermost handler: class and place are logged, nothing of the message is."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    log("failed", ERROR, http_status=500, error=type(error).__name__, where=where)
    return json_response(operation_outcome("exception", ServiceError.message), 500)
