"""The HTTP routes.  A view is a few lines: parse, evaluate, log, answer."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from service.evaluation import EXTENSION, Answer, House, evaluate
from service.fhir.releases import PATHS, Release
from service.hooks.errors import ServiceError, UnknownService, operation_outcome
from service.hooks.messages import parse_body
from service.hooks.openapi import document
from service.hooks.services import BY_ID, discovery
from service.watch.health import Check
from service.watch.logs import log

JSON = "application/json"
# FHIR issue codes for the framework's own errors.
CODES = {404: "not-found", 405: "not-supported", 413: "too-long", 415: "not-supported"}


def json_response(body: Any, status: int = 200) -> Response:
    response = Response(orjson.dumps(body), status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def hook_routes(
    house: House, today: Callable[[], date], health: Callable[[], list[Check]]
) -> Blueprint:
    """Discovery, services, feedback and health."""
    routes = Blueprint("hooks", __name__)
    for prefix in ("", *PATHS):
        _add_services(routes, f"/{prefix}" if prefix else "", prefix, house, today)

    @routes.get("/healthz")
    def alive() -> Response:
        return json_response({"status": "alive"})

    @routes.get("/readyz")
    def ready() -> Response:
        found = health()
        good = all(check.ok for check in found)
        listed = [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in found]
        return json_response(
            {"status": "ready" if good else "not-ready", "checks": listed}, 200 if good else 503
        )

    described = orjson.dumps(document(needs_token=bool(house.client.issuer)))

    @routes.get("/openapi.json")
    def describe() -> Response:
        return Response(described, mimetype=JSON)

    return routes


def _add_services(
    routes: Blueprint, base: str, path: str, house: House, today: Callable[[], date]
) -> None:
    """Discovery, services and feedback under one base; each FHIR release has its own."""
    services = orjson.dumps(discovery(house.knowledge, PATHS.get(path, Release.R4)))

    def discover() -> Response:
        return Response(services, mimetype=JSON)

    def call(service_id: str) -> Response:
        return _call(service_id, house, today(), path)

    def feedback(service_id: str) -> Response:
        raise UnknownService(message="This service keeps no feedback.")

    root, name = f"{base}/cds-services", f"{path or 'plain'}"
    routes.add_url_rule(root, f"discover-{name}", discover, strict_slashes=False)
    routes.add_url_rule(f"{root}/<service_id>", f"call-{name}", call, methods=["POST"])
    # The public sandbox joins a base that was typed with a trailing slash as `//id`.
    routes.add_url_rule(f"{root}//<service_id>", f"call-slash-{name}", call, methods=["POST"])
    routes.add_url_rule(
        f"{root}/<service_id>/feedback", f"feedback-{name}", feedback, methods=["POST"]
    )


def _call(service_id: str, house: House, today: date, path: str) -> Response:
    started = time.perf_counter()
    service = BY_ID.get(service_id)
    raw = request.get_data(cache=False)
    if service is None:
        raise UnknownService
    if request.headers.get("Content-Encoding") or request.mimetype != JSON:
        raise UnsupportedMediaType
    answer = evaluate(parse_body(raw), service, house, today, path)
    _log_answer(service_id, answer, started)
    return json_response(answer.body)


def _log_answer(service_id: str, answer: Answer, started: float) -> None:
    said = answer.body["extension"][EXTENSION]
    log(
        "evaluated",
        service=service_id,
        http_status=200,
        status=answer.status,
        verdict=said["verdict"],
        row=said["row"],
        open_rows=said["openRows"],
        gap_kinds=sorted({gap["kind"] for gap in said["gaps"]}),
        cards=[card["uuid"] for card in answer.body["cards"]],
        knowledge=said["knowledge"],
        milliseconds=round((time.perf_counter() - started) * 1000, 2),
    )


def answer_service_error(error: ServiceError) -> Response:
    log("refused", http_status=error.status, error=type(error).__name__)
    return json_response(error.outcome(), error.status)


def answer_http_error(error: HTTPException) -> Response:
    """The framework's own errors, as OperationOutcome, with the headers they carry."""
    status = error.code or 500
    code = CODES.get(status, "invalid" if status < 500 else "exception")
    response = json_response(operation_outcome(code, f"{status} {error.name}"), status)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    log("refused", http_status=status, error=type(error).__name__)
    return response


def answer_crash(error: Exception) -> Response:
    """The outermost handler: class and place are logged, nothing of the message is."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    log("failed", http_status=500, error=type(error).__name__, where=where)
    return json_response(operation_outcome("exception", ServiceError.message), 500)
