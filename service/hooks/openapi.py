"""The OpenAPI 3.1 description of every route, for integrators and for the tests that play it.

Made at start from the table of services, the releases and the checks of messages.py, so that
it cannot drift from them.  What is answered is described in schemas.json, as strictly as our
own tests look at it; what is asked, as leniently as it is read.  The development page is not
described: it is for people, and may change at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from service import __version__
from service.evaluation.answer import EXTENSION
from service.evaluation.services import SERVICES, Service
from service.fhir.references import ID
from service.fhir.releases import PATHS
from service.hooks.feedback import LONGEST_ID, MOST_ITEMS
from service.hpp.decide import NOT_LOW
from service.store.model import ACCEPTED, OVERRIDDEN

Json = dict[str, Any]
STATUSES = ("complete", "partial", "unavailable", "not-applicable", "shadow")
WHY_NOT_SHOWN = ("shadow", "recorded", "repeat")
ABOUT = (
    "Warns before a bisphosphonate or denosumab is signed when the history of alkaline "
    "phosphatase makes hypophosphatasia likely. CDS Hooks 2.0."
)
ERRORS = {
    "400": "The request cannot be read; every wrong member is named, without its value.",
    "401": "The token is missing or does not hold; the body never says why.",
    "404": "There is nothing here.",
    "405": "Another method is needed; Allow names it.",
    "412": "Needed data was neither sent nor can be had.",
    "413": "The body is larger than 4 MiB, or holds more text than is read of one chart.",
    "415": "The body is not application/json, or is encoded.",
    "429": "Too many calls without a valid token came from this address in the last minute.",
    "500": "The service failed; nothing was evaluated.",
    "503": "The service cannot answer truthfully now.",
}
SPACE = r"\s\x1c-\x1f\x85"  # what Python takes for white space; other languages leave these out
ABOUT_PATH = "/about/source-attributes"
EVERYWHERE = ("400", "405", "500")
OF_A_CALL = ("400", "401", "405", "412", "413", "415", "429", "500", "503")
OF_FEEDBACK = ("400", "401", "404", "405", "413", "415", "429", "500", "503")


def document(needs_token: bool) -> Json:
    """The whole description.  needs_token: whether clients are configured."""
    paths = {
        "/healthz": _read("alive", "Whether the process is alive", _ref("alive")),
        "/readyz": _read("ready", "Whether it can answer truthfully", _ref("readiness")),
        ABOUT_PATH: _read("about", "The source attributes of this support", {"type": "object"}),
        "/openapi.json": _read("describe", "This description", {"type": "object"}),
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "Metrics for Prometheus, for this machine or who knows the token",
                "responses": {
                    "200": {"description": "Metrics.", "content": {"text/plain": {}}},
                    **_errors((*EVERYWHERE, "404")),
                },
            }
        },
    }
    paths["/readyz"]["get"]["responses"]["503"] = _answer("It cannot.", _ref("readiness"))
    for release in ("", *PATHS):
        paths |= _services(release, needs_token)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hpp-cds", "version": __version__, "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "responses": {status: _error(status) for status in ERRORS},
            "securitySchemes": {"bearer": BEARER},
        },
    }


BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Signed by the client (RS384 or ES384), for the URL that is called.",
}


def _services(release: str, needs_token: bool) -> Json:
    """Discovery, calls and feedback under the base of one FHIR release."""
    base, tail = f"/{release}/cds-services" if release else "/cds-services", f"-{release or 'any'}"
    discover = _read(f"discover{tail}", "The services", _ref("discoveryResponse"))
    paths: Json = {base: discover}
    for service in SERVICES:
        call = {
            "operationId": f"{service.id}{tail}",
            "summary": f"Cards for the hook {service.hook}",
            "description": "What the service is for stands in discovery, in the site's words.",
            "requestBody": _body(_ref(f"{service.hook}-request")),
            "responses": {"200": _answer("Cards, or none.", _ref("answer")), **_errors(OF_A_CALL)},
        }
        feedback = {
            "operationId": f"{service.id}-feedback{tail}",
            "summary": "What became of the cards; 200 once it is kept",
            "requestBody": _body(_ref("feedback-request")),
            "responses": {"200": _answer("Kept.", {"type": "object"}), **_errors(OF_FEEDBACK)},
        }
        paths[f"{base}/{service.id}"] = {"post": _with_token(call, needs_token)}
        paths[f"{base}/{service.id}/feedback"] = {"post": _with_token(feedback, needs_token)}
    return paths


def _with_token(operation: Json, needs_token: bool) -> Json:
    """Without configured clients a token may be sent and is not looked at."""
    return {**operation, "security": [{"bearer": []}] if needs_token else [{}, {"bearer": []}]}


def _read(name: str, summary: str, schema: Json) -> Json:
    responses = {"200": _answer(summary, schema), **_errors(EVERYWHERE)}
    return {"get": {"operationId": name, "summary": summary, "responses": responses}}


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(statuses: Sequence[str]) -> Json:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _error(status: str) -> Json:
    answer = _answer(ERRORS[status], _ref("OperationOutcome"))
    names = {"401": "WWW-Authenticate", "405": "Allow"}
    if status in names:
        answer["headers"] = {names[status]: {"required": True, "schema": {"type": "string"}}}
    return answer


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


# Schemas


def _schemas() -> Json:
    shared: Json = json.loads(files(__package__).joinpath("schemas.json").read_text("utf-8"))
    requests = {f"{service.hook}-request": _request(service) for service in SERVICES}
    return {**shared, "feedback-request": _feedback(), **requests, **_own()}


def _feedback() -> Json:
    """As lenient as feedback.py."""
    item = {
        "type": "object",
        "required": ["card", "outcome"],
        "properties": {
            "card": {
                "type": "string",
                "maxLength": LONGEST_ID,
                "pattern": f"[^{SPACE}]",
                "description": "The uuid of the card.",
            },
            "outcome": {"enum": [ACCEPTED, OVERRIDDEN]},
            "acceptedSuggestions": {
                "type": ["array", "null"],
                "description": "Objects with the id of a suggestion, or the ids.",
            },
            "overrideReason": {"description": "An object with `reason` and `userComment`."},
            "outcomeTimestamp": {"description": "ISO 8601, UTC where it says no zone."},
        },
    }
    items = {"type": "array", "maxItems": MOST_ITEMS, "items": item}
    return {
        "type": "object",
        "required": ["feedback"],
        "properties": {"feedback": items},
        "description": "A lone item without the array is read as well.",
    }


def _request(service: Service) -> Json:
    """As lenient as messages.py: members that are not named here are ignored."""
    context = dict(_context(service))
    needed = [name for name in context if name not in ("userId", "selections")]
    return {
        "type": "object",
        "required": ["hook", "hookInstance", "context"],
        "properties": {
            "hook": {"const": service.hook},
            "hookInstance": {
                "type": "string",
                "minLength": 1,
                "maxLength": 256,
                "pattern": f"[^{SPACE}]",
                "description": "A UUID; taken as opaque text.",
            },
            "context": {"type": "object", "required": needed, "properties": context},
            "prefetch": {
                "type": ["object", "null"],
                "description": "Key to resource, Bundle, OperationOutcome or null. "
                "A key left out was not seen; null was looked for and not found.",
            },
            "fhirServer": {
                "type": ["string", "null"],
                "pattern": rf"^(?:https?://[^{SPACE}?#@\\]+)?$",
                "description": "Asked for keys left out, where it is registered.",
            },
            "fhirAuthorization": {
                "description": "An object.  A `patient` in it must be the patient of the context.",
            },
            "extension": {"type": ["object", "null"]},
        },
    }


def _context(service: Service) -> Iterator[tuple[str, Json]]:
    yield "patientId", {"type": "string", "pattern": f"^(?:Patient/)?{ID.pattern}$"}
    yield "userId", {"description": "Type/id; orders are offered in the name of a practitioner."}
    if service.judges_orders:
        yield "draftOrders", {"type": "object", "properties": {"resourceType": {"const": "Bundle"}}}
    if service.hook == "order-select":
        selections = {"type": ["array", "null"], "items": {"type": "string"}}
        yield "selections", selections | {"description": "Without them all drafts are judged."}


def _own() -> Json:
    """What the protocol does not describe: our extension, errors and health."""
    text: Json = {"type": "string", "minLength": 1}
    return {
        "answer": {
            "$ref": "#/components/schemas/serviceResponse",
            "required": ["extension"],
            "properties": {
                "extension": {"required": [EXTENSION], "properties": {EXTENSION: _evaluation()}}
            },
            "if": {"properties": {"cards": {"maxItems": 0}}},
            "then": {
                "anyOf": [
                    _with(status=["complete", "not-applicable", "shadow"]),
                    _with(status=["partial"], verdict=[NOT_LOW]),  # settled
                ]
            },
        },
        "OperationOutcome": _object(
            resourceType={"const": "OperationOutcome"},
            issue=_list(
                _object(
                    severity={"const": "error"},
                    code=text,
                    diagnostics=text,
                    expression={"type": "array", "items": text},
                    optional=("expression",),
                ),
                at_least=1,
            ),
        ),
        "alive": _object(status={"const": "alive"}),
        "readiness": _object(
            status={"enum": ["ready", "not-ready"]},
            checks=_list(_object(name=text, ok={"type": "boolean"}, detail={"type": "string"})),
        ),
    }


def _evaluation() -> Json:
    """How the answer came about."""
    text: Json = {"type": "string", "minLength": 1}
    gap = _object(
        kind=text,
        key=text,
        count={"type": "integer", "minimum": 1},
        accepted={"const": True},
        optional=("count", "accepted"),
    )
    return _object(
        status={"enum": list(STATUSES)},
        verdict=text,
        row=text,
        openRows=_list(text),
        gaps=_list(gap),
        knowledge=text,
        configuration=text,
        remembered={"const": False},
        notShown={"enum": list(WHY_NOT_SHOWN)},
        optional=("remembered", "notShown"),
    )


def _with(**members: list[str]) -> Json:
    """No cards means that we looked and have nothing to say, and nothing else."""
    inner = {"properties": {name: {"enum": known} for name, known in members.items()}}
    return {"properties": {"extension": {"properties": {EXTENSION: inner}}}}


def _object(optional: Sequence[str] = (), **members: Json) -> Json:
    """A closed object; all of its members are there unless they are optional."""
    required = [name for name in members if name not in optional]
    return {
        "type": "object",
        "required": required,
        "properties": members,
        "additionalProperties": False,
    }


def _list(items: Json, at_least: int = 0) -> Json:
    return {"type": "array", "items": items, **({"minItems": at_least} if at_least else {})}
