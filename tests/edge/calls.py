"""Calls to the HTTP edge, and what an answer must be: the schema, an outcome."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from werkzeug.test import TestResponse

from tests.fhir.build import MISSING, request

Json = dict[str, Any]
SCHEMA = json.loads(Path(__file__).with_name("cds-hooks.schema.json").read_text("utf-8"))
KNOWN = Registry().with_resource(SCHEMA["$id"], Resource.from_contents(SCHEMA))
SIGN = "/cds-services/hpp-order-sign"
ORIGIN = {"Origin": "https://sandbox.cds-hooks.org"}


def breaches(body: Any, anchor: str) -> list[str]:
    """How a body breaks the protocol's schema; empty where it does not."""
    whole = Draft202012Validator({"$ref": f"{SCHEMA['$id']}#{anchor}"}, registry=KNOWN)
    return [f"{error.json_path}: {error.message}" for error in whole.iter_errors(body)]


def is_outcome(answer: TestResponse) -> bool:
    """An OperationOutcome as JSON, with an error and not empty."""
    body = answer.get_json(silent=True)
    return (
        answer.mimetype == "application/json"
        and isinstance(body, dict)
        and body.get("resourceType") == "OperationOutcome"
        and bool(body.get("issue"))
        and all(i["severity"] == "error" and i["code"] and i["diagnostics"] for i in body["issue"])
    )


def diagnostics(answer: TestResponse) -> list[str]:
    body = answer.get_json()
    return [issue["diagnostics"] for issue in body["issue"]]


ORDER_SELECT = request(hook="order-select")
REQUIRED = {
    "/hook": ORDER_SELECT,
    "/hookInstance": ORDER_SELECT,
    "/context": ORDER_SELECT,
    "/context/patientId": ORDER_SELECT,
    "/context/draftOrders": ORDER_SELECT,
}
WRONG: dict[str, list[Any]] = {
    "/hook": [None, 7, "", [], {}, True],
    "/hookInstance": [None, 7, "", [], {}, "x" * 300, "  "],
    "/context": [None, "ZZPHI-x", [], 7, True],
    "/context/patientId": [None, 7, "", [], "ZZPHI x", "Group/ZZPHI-1", "../ZZPHI", "ZZPHI" * 20,
                           "1&_include=ZZPHI", "1%2F..", "ZZPHI-1\n", "ZZPHI\u0000"],
    "/context/draftOrders": [None, "ZZPHI-x", [], 7],
    "/context/selections": ["ZZPHI-x", {}, 7],
    "/context/selections/0": [[7], [None], [{}]],
    "/prefetch": ["ZZPHI-x", [], 7, True],
    "/fhirServer": [7, [], {}, "ZZPHI-x", "ftp://ZZPHI", "https://ehr@ZZPHI.example",
                    "https://ehr.example.org/fhir?ZZPHI", "https://ehr.example.org/fhir\n"],
    "/extension": ["ZZPHI-x", [], 7],
}  # fmt: skip


def changed(pointer: str, value: object) -> Json:
    """An order-select request with one member replaced, or taken away."""
    body: Json = json.loads(json.dumps(ORDER_SELECT))
    *path, last = pointer.strip("/").removesuffix("/0").split("/")
    place = body
    for step in path:
        place = place[step]
    place[last] = value
    if value is MISSING:
        del place[last]
    return body


def exchange(port: int, head: bytes, *parts: bytes) -> tuple[int, bytes]:
    """Status and body, whether or not the server took all that was sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            for part in (head, *parts):
                line.sendall(part)
        except OSError:
            pass
        received = b""
        while chunk := _receive(line):
            received += chunk
    status, _, rest = received.partition(b"\r\n")
    return int(status.split()[1]), rest.partition(b"\r\n\r\n")[2]


def _receive(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except OSError:
        return b""


def head(**headers: str) -> bytes:
    lines = [f"POST {SIGN} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
