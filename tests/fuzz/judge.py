"""What is wrong with an answer, whatever was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from service.evaluation import EXTENSION
from tests.edge.test_http import SCHEMA
from tests.fuzz import canary
from tests.fuzz.wire import JSON, Call, Reply

Json = dict[str, Any]
ALLOWED = {200, 400, 404, 405, 412, 413, 415}
SILENT = {"complete", "not-applicable"}
KINDS = ("5xx", "schema", "canary")


@dataclass(frozen=True, slots=True)
class Fault:
    """kind: one of KINDS.  why: in words, and never longer than a line."""

    kind: str
    why: str


def faults(call: Call, reply: Reply) -> list[Fault]:
    """Empty where the answer is good."""
    if reply.status >= 500:
        return [Fault("5xx", f"{reply.status} {_where(reply)}")]
    if reply.status not in ALLOWED:
        return [Fault("schema", f"status {reply.status}")]
    body = _json(reply)
    if reply.status == 200 and call.method == "POST":
        found = list(_of_answer(reply, body))
    elif reply.status == 200 or call.method == "HEAD":
        found = []
    else:
        found = list(_of_refusal(body))
    error = reply.raw if reply.status != 200 else b""
    return found + [Fault("canary", why) for why in canary.leaks(reply.said, error)]


def _json(reply: Reply) -> Any:
    """The body, or None where it is not the JSON that its type says."""
    try:
        return orjson.loads(reply.raw) if reply.content_type == JSON else None
    except orjson.JSONDecodeError:
        return None


def _of_answer(reply: Reply, body: Any) -> Iterator[Fault]:
    broken = next(answers().iter_errors(body), None)
    if broken is not None:
        yield Fault("schema", f"{'/'.join(map(str, broken.instance_path))}: {broken.kind.name}")
        return
    status = said(body).get("status")
    if not body["cards"] and status not in SILENT:
        yield Fault("schema", f"no cards, and {status}")
    for why in canary.leaks_of_cards(reply.raw, body["cards"]):
        yield Fault("canary", why)


def said(body: Json) -> Json:
    """What an answer says of itself."""
    extension: Json = body.get("extension", {}).get(EXTENSION, {})
    return extension


def _of_refusal(body: Any) -> Iterator[Fault]:
    if not outcomes().is_valid(body):
        yield Fault("schema", "no OperationOutcome")


def _where(reply: Reply) -> str:
    """Class and place of a fault, as the log names them."""
    return " at ".join(re.findall(r'"(?:error|where)":"([^"]*)"', reply.said))


@cache
def answers() -> jsonschema_rs.Draft202012Validator:
    """The strict schema of what a service answers."""
    return jsonschema_rs.Draft202012Validator({**SCHEMA["$defs"]["serviceResponse"], **_DEFS})


@cache
def outcomes() -> jsonschema_rs.Draft202012Validator:
    from service.hooks.openapi import document

    described = json.loads(json.dumps(document(needs_token=False)))
    reference = {"$ref": "#/components/schemas/OperationOutcome"}
    return jsonschema_rs.Draft202012Validator({**reference, "components": described["components"]})


_DEFS: Json = {"$defs": SCHEMA["$defs"]}
