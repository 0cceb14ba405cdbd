"""What is compared: the service, its answers validated, and a service that only parses.

All are WSGI applications called in this process, with the same bytes.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from fhir.resources.R4B.servicerequest import ServiceRequest
from flask import Flask, Response, request

from service.app import create_app
from service.evaluation.answer import Answer, not_applicable
from service.evaluation.engine import Engine
from service.evaluation.request import HookRequest
from service.evaluation.services import Service
from service.hooks import routes
from service.hooks.calls import answer_request
from service.trust.keys import Key, read_key
from service.trust.tokens import Token, read_token
from service.watch.logs import LOGGER, JsonLines
from tests.bench.bodies import TODAY
from tests.bench.measure import Arm, Run
from tests.trust.callers import BASE, EHR, site

SIGN, NOOP = "/cds-services/hpp-order-sign", "/noop"
SCHEMA = Path(__file__).parents[1] / "edge" / "cds-hooks.schema.json"
FILLED_IN = ("subject", "authoredOn", "requester")
Json = dict[str, Any]


def arms() -> dict[str, Arm]:
    """The candidates by their keys in the report, in the order of what they add."""
    judged, signed = calling(create_app(today=lambda: TODAY)), authenticated()
    return {
        "judgement": Arm(judged),
        "validated": Arm(validated(judged)),
        "full": Arm(validated(signed.run), signed.prepare),
    }


def checked() -> Arm:
    """The floor under a judgement: edge, guarded JSON, envelope, log line and JSON answer.

    The same application; only while it is called here, nothing is gathered, read or judged.
    """
    run = calling(create_app(today=lambda: TODAY))

    def unjudged(raw: bytes) -> bytes:
        routes.answer_request = _only_checked  # type: ignore[assignment, attr-defined]
        try:
            return run(raw)
        finally:
            routes.answer_request = answer_request  # type: ignore[attr-defined]

    return Arm(unjudged)


def _only_checked(_: HookRequest, __: Service, engine: Engine, *___: object) -> Answer:
    return not_applicable(engine)


def authenticated() -> Arm:
    """Calls with a fresh ES384 token each, made before the clock starts."""
    tokens: list[str] = []

    def prepare(calls: int) -> None:
        tokens[:] = [EHR.token(BASE + SIGN) for _ in range(calls)]

    def headers() -> Mapping[str, str]:
        return {"HTTP_AUTHORIZATION": f"Bearer {tokens.pop()}"}

    return Arm(calling(create_app(site(), today=lambda: TODAY), headers), prepare)


def signature() -> Arm:
    """The bare check of an ES384 signature, and nothing else of a token."""
    key = read_key(EHR.jwk(), allow_published=False)
    assert isinstance(key, Key)
    tokens: list[Token] = []

    def prepare(calls: int) -> None:
        tokens[:] = [read_token(EHR.token(BASE + SIGN)) for _ in range(calls)]

    def run(raw: bytes) -> bytes:
        assert key.has_signed(tokens.pop())
        return b""

    return Arm(run, prepare)


def log_to_nowhere() -> None:
    """Log lines are made and written as in `serve`, to a file that keeps nothing."""
    handler = logging.StreamHandler(open("/dev/null", "w"))  # noqa: SIM115 - lives with the run
    handler.setFormatter(JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def baseline() -> Arm:
    return Arm(calling(only_parsing(SIGN)))


def only_parsing(path: str) -> Flask:
    """A Flask endpoint that only parses the body with the standard library."""
    app = Flask("baseline")

    @app.post(path)
    def parse() -> Response:
        json.loads(request.get_data(cache=False))
        return Response(b"{}", mimetype="application/json")

    return app


def calling(app: Flask, headers: Callable[[], Mapping[str, str]] = dict) -> Run:
    """Call an application as a WSGI server would, with one body."""

    def run(raw: bytes) -> bytes:
        environ = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": SIGN,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(raw)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(raw),
            "wsgi.errors": sys.stderr,
            **headers(),
        }
        statuses: list[str] = []
        chunks = app(environ, lambda status, headers: statuses.append(status))  # type: ignore[arg-type, func-returns-value]
        body = b"".join(chunks)
        assert statuses == ["200 OK"], (statuses, body[:200])
        return body

    return run


def validated(run: Run) -> Run:
    """Check everything that was emitted: the body against the protocol, resources as FHIR.

    An order is a template of ours and what a request fills in.  Each template is validated
    once, whole; what was filled in, in every answer.  A template holds nothing of a patient.
    """
    is_response = jsonschema_rs.validator_for(_response_schema()).is_valid

    @cache
    def is_template(template: bytes) -> bool:
        whole = {**orjson.loads(template), "subject": {"reference": "Patient/template"}}
        return bool(ServiceRequest.model_validate(whole))

    def check(raw: bytes) -> bytes:
        answer = run(raw)
        body = orjson.loads(answer)
        assert is_response(body)
        filled: dict[bytes, Json] = {}
        for resource in _resources(body):
            fill = {name: resource.pop(name) for name in FILLED_IN if name in resource}
            assert is_template(orjson.dumps(resource))
            filled.setdefault(orjson.dumps(fill), {**resource, **fill})
        for resource in filled.values():
            ServiceRequest.model_validate(resource)
        return answer

    return check


def _response_schema() -> Json:
    schema: Json = json.loads(SCHEMA.read_text("utf-8"))
    del schema["oneOf"]
    return {**schema, "$ref": "#serviceResponse"}


def _resources(body: Json) -> list[Json]:
    return [
        action["resource"]
        for card in body["cards"]
        for suggestion in card.get("suggestions", ())
        for action in suggestion["actions"]
        if "resource" in action
    ]
