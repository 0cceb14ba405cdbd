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

from service.evaluation.answer import EXTENSION
from service.hooks.openapi import document
from tests.edge.calls import SCHEMA
from tests.fuzz import canary
from tests.fuzz.wire import JSON, Call, Reply

Json = dict[str, Any]
ALLOWED = {200, 400, 404, 405, 412, 413, 415}
SILENT = {"complete", "not-applicable", "shadow"}
SETTLED = ("partial", "alpNotLow")  # recent, clearly normal and never low: no gap is worth a card
KINDS = ("5xx", "schema", "canary")


@dataclass(frozen=True, slots=True)
class Fault:
    """kind: one of KINDS.  why: in words, and never longer than a line."""

    kind: str
    why: str


def faults(call: Call, reply: Reply) -> list[Fault]:
    """Empty where the answer is good."""
    refused = reply.status != 200
    leaks = canary.leaks(reply.said, reply.raw if refused else b"")
    return [*_of_reply(call, reply), *(Fault("canary", why) for why in leaks)]


def _of_reply(call: Call, reply: Reply) -> Iterator[Fault]:
    if reply.status >= 500:
        yield Fault("5xx", f"{reply.status} {_where(reply)}")
    elif reply.status not in ALLOWED:
        yield Fault("schema", f"status {reply.status}")
    elif reply.status != 200 and call.method != "HEAD":
        yield from _of_refusal(_json(reply))
    elif reply.status == 200 and call.method == "POST":
        yield from _of_answer(reply, _json(reply))


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
    is_silent = status in SILENT or (status, said(body).get("verdict")) == SETTLED
    if not body["cards"] and not is_silent:
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
    whole = {**SCHEMA["$defs"]["serviceResponse"], "$defs": SCHEMA["$defs"]}
    return jsonschema_rs.Draft202012Validator(whole)


@cache
def outcomes() -> jsonschema_rs.Draft202012Validator:
    described = json.loads(json.dumps(document(needs_token=False)))
    reference = {"$ref": "#/components/schemas/OperationOutcome"}
    return jsonschema_rs.Draft202012Validator({**reference, "components": described["components"]})
