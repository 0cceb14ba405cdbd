"""The HTTP edge: discovery, services, errors, CORS, limits.  No error is a page, none leaks."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from werkzeug.test import TestResponse

from fhir_fixtures import Story, stories
from service.app import MAX_BODY_BYTES, create_app
from service.evaluation.services import SERVICES
from service.server.waitress_server import Server, bind
from service.settings import Settings
from tests.fhir.build import MISSING, TODAY, alp, bundle, draft, outcome, patient, request
from tests.trust.callers import client_of, signing, site

Json = dict[str, Any]

SCHEMA = json.loads(Path(__file__).with_name("cds-hooks.schema.json").read_text("utf-8"))
KNOWN = Registry().with_resource(SCHEMA["$id"], Resource.from_contents(SCHEMA))
SIGN = "/cds-services/hpp-order-sign"
ORIGIN = {"Origin": "https://sandbox.cds-hooks.org"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST"}


def breaches(body: Any, anchor: str) -> list[str]:
    """How a body breaks the protocol's schema; empty where it does not."""
    whole = Draft202012Validator({"$ref": f"{SCHEMA['$id']}#{anchor}"}, registry=KNOWN)
    return [f"{error.json_path}: {error.message}" for error in whole.iter_errors(body)]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(today=lambda: TODAY).test_client()


@pytest.fixture(scope="module")
def production() -> FlaskClient:
    return create_app(Settings(mode="production"), today=lambda: TODAY).test_client()


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


def post_raw(client: FlaskClient, raw: bytes, **headers: str) -> TestResponse:
    return client.post(SIGN, data=raw, content_type="application/json", headers=headers)


# Discovery


def test_discovery_keeps_the_protocol_s_schema(client: FlaskClient) -> None:
    answer = client.get("/cds-services")

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert breaches(answer.get_json(), "discoveryResponse") == []


def test_discovery_lists_one_service_a_hook(client: FlaskClient) -> None:
    listed = client.get("/cds-services").get_json()["services"]
    expected = {
        "hpp-order-sign": "order-sign",
        "hpp-order-select": "order-select",
        "hpp-patient-view": "patient-view",
    }

    assert expected == {service["id"]: service["hook"] for service in listed}


def test_discovery_answers_with_a_trailing_slash_too(client: FlaskClient) -> None:
    plain, slashed = client.get("/cds-services"), client.get("/cds-services/")

    assert slashed.status_code == 200
    assert plain.data == slashed.data


def test_discovery_is_the_same_in_production_and_needs_no_token(
    client: FlaskClient, production: FlaskClient
) -> None:
    assert client.get("/cds-services").data == production.get("/cds-services").data


@pytest.mark.hazard("E12")
def test_the_templates_use_only_tokens_that_every_hook_has(client: FlaskClient) -> None:
    listed = client.get("/cds-services").get_json()["services"]
    templates = [t for service in listed for t in service["prefetch"].values()]

    assert all(t.count("{{") == 1 and "{{context.patientId}}" in t for t in templates)
    assert not [t for t in templates if " " in t or t.startswith("/") or "status=" in t]


# Every story


@pytest.mark.hazard("O3")
@pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
def test_the_answer_to_a_story_keeps_the_protocol_s_schema(story: Story) -> None:
    client = client_on(story.today)
    answer = client.post(f"/cds-services/{story.service}", json=story.request)
    body = answer.get_json()

    assert answer.status_code == 200
    assert breaches(body, "serviceResponse") == []
    assert (story.status, story.verdict) == (
        body["extension"]["org.hpp-cds.evaluation"]["status"],
        body["extension"]["org.hpp-cds.evaluation"]["verdict"],
    )


_DAY = [TODAY]
_APP: list[FlaskClient] = []


def client_on(day: date) -> FlaskClient:
    """One application for all days: the clock is an argument."""
    if not _APP:
        _APP.append(create_app(today=lambda: _DAY[0]).test_client())
    _DAY[0] = day
    return _APP[0]


@pytest.mark.hazard("O4")
@pytest.mark.parametrize("story", stories().values(), ids=lambda story: story.id)
def test_the_ids_of_a_card_are_unique_and_its_deletions_name_drafts(story: Story) -> None:
    """What the schema cannot say."""
    body = client_on(story.today).post(
        f"/cds-services/{story.service}", json=story.request
    ).get_json()  # fmt: skip
    ids = [c["uuid"] for c in body["cards"]]
    ids += [s["uuid"] for c in body["cards"] for s in c.get("suggestions", [])]
    actions = [
        action
        for c in body["cards"]
        for s in c.get("suggestions", [])
        for action in s.get("actions", [])
    ]
    drafts = [
        f"{e['resource']['resourceType']}/{e['resource'].get('id')}"
        for e in story.request["context"].get("draftOrders", {}).get("entry", [])
    ]

    assert len(set(ids)) == len(ids)
    assert not [a for a in actions if a["type"] == "delete" and a["resourceId"] not in drafts]


@pytest.mark.parametrize("hook", ["order-sign", "order-select", "patient-view"])
def test_every_answer_is_json_that_nobody_may_keep(client: FlaskClient, hook: str) -> None:
    answer = client.post(f"/cds-services/hpp-{hook}", json=request(hook=hook))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert breaches(answer.get_json(), "serviceResponse") == []


@pytest.mark.hazard("O3")
@pytest.mark.parametrize(
    "sent",
    [
        request(alp=outcome()),
        request(patient=None),
        request(alp=bundle(alp(60)), conditions=outcome()),
        request(draft(subject={"reference": "Patient/ZZPHI-2"})),
        request(draft(id=MISSING)),
        request(alp=bundle(alp(1e308), alp(1e-300, "2025-05-01"))),
        request(patient=patient(birthDate="2024")),
    ],
)
def test_answers_that_are_not_whole_keep_the_schema_too(client: FlaskClient, sent: Json) -> None:
    answer = client.post(SIGN, json=sent)

    assert answer.status_code == 200
    assert breaches(answer.get_json(), "serviceResponse") == []


# Routing


@pytest.mark.parametrize("path", [SIGN, "/cds-services//hpp-order-sign"])
def test_a_service_answers_under_the_sandbox_s_double_slash(client: FlaskClient, path: str) -> None:
    assert client.post(path, json=request()).status_code == 200


@pytest.mark.hazard("C12")
@pytest.mark.parametrize("name", ["none", "hpp-order-sign2", "HPP-ORDER-SIGN", "%2e%2e", "ä"])
def test_an_unknown_service_is_404(client: FlaskClient, name: str) -> None:
    answer = client.post(f"/cds-services/{name}", json=request())

    assert answer.status_code == 404
    assert is_outcome(answer)


@pytest.mark.hazard("C12")
@pytest.mark.parametrize(
    "path",
    ["/", "/cds-service", "/cds-services/a/b", "/cds-services/../admin", "//", "/static/x",
     "/cds-services/hpp-order-sign/feedback/x"],
)  # fmt: skip
def test_an_unknown_path_is_404_and_no_page(production: FlaskClient, path: str) -> None:
    answer = production.post(path, json={})

    assert answer.status_code in (404, 405)
    assert is_outcome(answer)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
def test_the_hook_of_another_service_is_400(client: FlaskClient, service: Any) -> None:
    wrong = "order-sign" if service.hook != "order-sign" else "order-select"
    answer = client.post(f"/cds-services/{service.id}", json=request(hook=wrong))

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert diagnostics(answer)[0].startswith("/hook: ")


@pytest.mark.hazard("C12")
@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        (SIGN, "GET", "POST"),
        (SIGN, "PUT", "POST"),
        (SIGN, "DELETE", "POST"),
        (SIGN, "PATCH", "POST"),
        (SIGN, "TRACE", "POST"),
        (f"{SIGN}/feedback", "GET", "POST"),
        ("/cds-services", "POST", "GET"),
        ("/healthz", "POST", "GET"),
    ],
)
def test_a_wrong_method_is_405_and_names_the_right_one(
    client: FlaskClient, path: str, method: str, allowed: str
) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == 405
    assert allowed in answer.headers["Allow"]
    assert is_outcome(answer)


# Bodies that are no request


@pytest.mark.hazard("C2", "C5")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"{}x",
        b"[1,]",
        b"{'hook': 1}",
        b"// x\n{}",
        b"ZZPHI",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"hook": "\xff"}',
        b'{"hook": "\\ud800"}',
        b'{"hook": NaN}',
        b'{"hook": Infinity}',
        b'{"hook": -Infinity}',
        b'{"hook": 1e400}',
        b'{"hook": ' + b"9" * 5000 + b"}",
        b'{"hook": 01}',
        b'{"hook": "a\nb"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_what_is_not_json_is_400(client: FlaskClient, raw: bytes) -> None:
    answer = post_raw(client, raw)

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert b"ZZPHI" not in answer.data


@pytest.mark.hazard("C6")
@pytest.mark.parametrize("raw", [b"[]", b"null", b"true", b"7", b'"ZZPHI"', b"[{}]"])
def test_json_that_is_no_object_is_400(client: FlaskClient, raw: bytes) -> None:
    answer = post_raw(client, raw)

    assert answer.status_code == 400
    assert diagnostics(answer) == ["/: must be a JSON object"]


@pytest.mark.parametrize(
    "where",
    ["draft", "alp", "prefetch", "context", "body"],
)
def test_a_deep_member_breaks_nothing_wherever_it_stands(client: FlaskClient, where: str) -> None:
    """As deep as the parser allows: nothing behind it may walk the depth."""
    deep = json.loads("[" * 230 + "]" * 230)
    body = {
        "draft": request(draft(extension=deep, id=MISSING)),
        "alp": request(alp=bundle(alp(extension=deep, id=MISSING))),
        "prefetch": request(ZZPHI=deep),
        "context": request(context={"more": deep}),
        "body": request(members={"more": deep}),
    }[where]
    answer = post_raw(client, json.dumps(body).encode())

    assert answer.status_code in (200, 400)


@pytest.mark.hazard("C2")
@pytest.mark.parametrize("depth", [230, 240, 243, 244, 245, 246, 250, 254, 260, 1000, 1015])
def test_no_depth_makes_the_service_fail(client: FlaskClient, depth: int) -> None:
    """A result without id is compared by its whole content."""
    raw = json.dumps(request(alp=bundle(alp(id=MISSING, extension="DEEP")))).encode()
    answer = post_raw(client, raw.replace(b'"DEEP"', b"[" * depth + b"]" * depth))

    assert answer.status_code in (200, 400)


@pytest.mark.hazard("C7")
def test_more_than_100000_members_are_400(client: FlaskClient) -> None:
    """Design, decision 10."""
    many = {f"k{n}": 1 for n in range(100_001)}
    answer = client.post(SIGN, json=request(members={"more": many}))

    assert answer.status_code == 400


# Members

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


@pytest.mark.hazard("C6")
@pytest.mark.parametrize("pointer", REQUIRED)
def test_a_missing_member_is_400_and_named_by_its_place(client: FlaskClient, pointer: str) -> None:
    answer = client.post("/cds-services/hpp-order-select", json=changed(pointer, MISSING))

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert [f"{pointer}: is missing"] == diagnostics(answer)


@pytest.mark.hazard("B7", "C6")
@pytest.mark.parametrize(
    ("pointer", "value"), [(pointer, value) for pointer, bad in WRONG.items() for value in bad]
)
def test_a_wrong_member_is_400_and_named_without_its_value(
    client: FlaskClient, pointer: str, value: object
) -> None:
    answer = client.post("/cds-services/hpp-order-select", json=changed(pointer, value))

    assert answer.status_code == 400
    assert is_outcome(answer)
    assert [pointer] == [line.split(": ")[0] for line in diagnostics(answer)]
    assert b"ZZPHI" not in answer.data


@pytest.mark.hazard("C6")
def test_all_wrong_members_are_named_at_once(client: FlaskClient) -> None:
    body = {"hook": "order-sign", "hookInstance": 7, "prefetch": [], "fhirServer": 7}
    answer = client.post(SIGN, json=body)
    named = {line.split(": ")[0] for line in diagnostics(answer)}

    assert {"/hookInstance", "/prefetch", "/fhirServer", "/context"} == named


@pytest.mark.hazard("C6")
def test_members_we_do_not_know_are_ignored_at_every_level(client: FlaskClient) -> None:
    body = request(
        members={"ZZPHI": 1, "extension": {"com.epic.x": {"y": [None]}}},
        context={"ZZPHI": [], "encounterId": 7},
    )

    assert client.post(SIGN, json=body).status_code == 200


@pytest.mark.parametrize(
    "user",
    [
        "Practitioner/1",
        "PractitionerRole/1",
        "Patient/1",
        "RelatedPerson/a.b-c",
        "prac-1",
        "https://ehr.example.org/fhir/Practitioner/p_1",
        None,
        7,
        "",
        "Practitioner/a b",
    ],
)
def test_every_kind_of_user_may_ask(client: FlaskClient, user: str) -> None:
    assert client.post(SIGN, json=request(context={"userId": user})).status_code == 200


@pytest.mark.hazard("H4")
@pytest.mark.parametrize("named", ["ZZPHI-2", "Patient/ZZPHI-2"])
def test_a_token_for_another_patient_is_400(client: FlaskClient, named: str) -> None:
    """Hazard H4."""
    body = request(members={"fhirAuthorization": {"patient": named, "access_token": "ZZPHI-t"}})
    answer = client.post(SIGN, json=body)

    assert answer.status_code == 400
    assert [d.split(": ")[0] for d in diagnostics(answer)] == ["/fhirAuthorization/patient"]
    assert b"ZZPHI" not in answer.data


def test_needed_data_that_was_not_sent_is_412_and_named() -> None:
    client = signing(site(client_of()), today=lambda: TODAY)
    answer = client.post(SIGN, json=request(members={"prefetch": MISSING}))

    assert answer.status_code == 412
    assert is_outcome(answer)
    named = {line.partition(". ")[0] for line in diagnostics(answer)}
    assert {"/prefetch/patient: not-sent", "/prefetch/alp: not-sent"} <= named


# Media types and sizes


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/json", "application/fhir+json", "application/x-www-form-urlencoded", ""],
)
def test_another_content_type_is_415(client: FlaskClient, kind: str) -> None:
    answer = client.post(SIGN, data=json.dumps(request()), content_type=kind)

    assert answer.status_code == 415
    assert is_outcome(answer)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
)
def test_json_with_or_without_charset_is_read(client: FlaskClient, kind: str) -> None:
    answer = client.post(SIGN, data=json.dumps(request()), content_type=kind)

    assert answer.status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity", "x"])
def test_any_content_encoding_is_415(client: FlaskClient, coding: str) -> None:
    raw = json.dumps(request()).encode()
    answer = post_raw(client, raw, **{"Content-Encoding": coding})

    assert answer.status_code == 415
    assert is_outcome(answer)


def padded(size: int) -> bytes:
    """A good request of exactly that many bytes."""
    raw = json.dumps(request()).encode()
    return raw + b" " * (size - len(raw))


@pytest.mark.hazard("C1")
def test_a_body_of_exactly_the_limit_is_read(client: FlaskClient) -> None:
    assert post_raw(client, padded(MAX_BODY_BYTES)).status_code == 200


@pytest.mark.hazard("C1")
def test_one_byte_more_is_413(client: FlaskClient) -> None:
    answer = post_raw(client, padded(MAX_BODY_BYTES + 1))

    assert MAX_BODY_BYTES == 4 * 1024 * 1024
    assert answer.status_code == 413
    assert is_outcome(answer)


# A real server

CHUNK = b"1000\r\n" + b" " * 4096 + b"\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The application behind waitress, with the limits that `serve` gives it."""
    app = create_app(today=lambda: TODAY)
    server = Server(app, bind("127.0.0.1", 0), threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.stop()
    thread.join(5)


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


def test_a_real_server_answers(port: int) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        line.request("POST", SIGN, json.dumps(request()), {"Content-Type": "application/json"})
        answer = line.getresponse()
        body = answer.read()

    assert answer.status == 200
    assert breaches(json.loads(body), "serviceResponse") == []


def test_a_chunked_body_is_read(port: int) -> None:
    raw = json.dumps(request()).encode()
    chunk = f"{len(raw):x}\r\n".encode() + raw + b"\r\n0\r\n\r\n"
    chunked = head(Content_Type="application/json", Transfer_Encoding="chunked")
    status, body = exchange(port, chunked, chunk)

    assert status == 200
    assert b"hppSuspected" in body


@pytest.mark.hazard("C1")
@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, MAX_BODY_BYTES + 2, 3 * MAX_BODY_BYTES])
def test_a_body_over_the_limit_is_413_at_a_real_server(port: int, size: int) -> None:
    sized = head(Content_Type="application/json", Content_Length=str(size))
    status, _ = exchange(port, sized, padded(size))

    assert status == 413


@pytest.mark.hazard("C1")
@pytest.mark.parametrize("chunks", [1025, 3000])
def test_a_chunked_body_over_the_limit_is_413_at_a_real_server(port: int, chunks: int) -> None:
    chunked = head(Content_Type="application/json", Transfer_Encoding="chunked")
    status, _ = exchange(port, chunked, *[CHUNK] * chunks, b"0\r\n\r\n")

    assert status == 413


def test_a_body_far_over_the_limit_is_refused_with_an_outcome(port: int) -> None:
    """Every refusal is an OperationOutcome, also the server's own."""
    size = 3 * MAX_BODY_BYTES
    sized = head(Content_Type="application/json", Content_Length=str(size))
    _, body = exchange(port, sized, padded(size))

    assert b"OperationOutcome" in body


# CORS

ROUTES = ("/cds-services", SIGN, f"{SIGN}/feedback")


@pytest.mark.parametrize("path", ROUTES)
def test_a_browser_may_ask_before_it_asks(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers=PREFLIGHT)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://sandbox.cds-hooks.org"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/cds-services", None, 200),
        ("POST", SIGN, request(), 200),
        ("POST", SIGN, request(members={"prefetch": MISSING}), 200),
        ("POST", SIGN, {}, 400),
        ("POST", f"{SIGN}/feedback", {}, 400),
        ("POST", "/cds-services/none", {}, 404),
        ("GET", "/nowhere", None, 404),
        ("DELETE", SIGN, None, 405),
    ],
)
def test_success_and_errors_may_be_read_by_a_browser(
    client: FlaskClient, method: str, path: str, body: Json | None, status: int
) -> None:
    answer = client.open(path, method=method, json=body, headers=ORIGIN)

    assert status == answer.status_code
    assert answer.headers["Access-Control-Allow-Origin"] == "https://sandbox.cds-hooks.org"
    assert "Origin" in answer.headers["Vary"]


def test_without_an_origin_there_is_no_cors(client: FlaskClient) -> None:
    answer = client.post(SIGN, json=request())

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ROUTES)
def test_production_lets_no_browser_in(production: FlaskClient, path: str) -> None:
    preflight = production.options(path, headers=PREFLIGHT)
    answer = production.post(path, json=request(), headers=ORIGIN)
    names = {*preflight.headers.keys(), *answer.headers.keys()}

    assert not [name for name in names if name.lower().startswith("access-control-")]


@pytest.mark.hazard("W2")
@pytest.mark.parametrize("path", ["/", "/page/index.html", "/page/api/info", "/page/api/stories"])
def test_production_has_no_page(production: FlaskClient, path: str) -> None:
    answer = production.get(path)

    assert answer.status_code == 404
    assert is_outcome(answer)


def test_production_answers_a_request_all_the_same(production: FlaskClient) -> None:
    assert production.post(SIGN, json=request()).status_code == 200


# A fault of ours

WORDS = "ZZPHI, words of the patient"
FLOW = ("evaluate.gather", "judge.read_chart", "judge.assess", "evaluate.build")


@pytest.mark.hazard("O8", "H19")
@pytest.mark.parametrize("step", FLOW)
@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, AssertionError])
def test_a_fault_in_any_step_is_a_500_that_says_nothing(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    step: str,
    error: type[Exception],
) -> None:
    """Hazard H19: no fault can be had otherwise, so the step is replaced."""

    def fail(*_: object, **__: object) -> None:
        raise error(WORDS)

    monkeypatch.setattr(f"service.evaluation.{step}", fail)
    answer = client.post(SIGN, json=request(), headers=ORIGIN)
    written = capfd.readouterr()

    assert answer.status_code == 500
    assert is_outcome(answer)
    assert diagnostics(answer) == ["The service failed; nothing was evaluated."]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://sandbox.cds-hooks.org"
    assert "ZZPHI" not in f"{answer.data!r}{written.out}{written.err}"


def test_after_a_fault_the_next_call_is_answered(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("service.evaluation.judge.assess", None)
        failed = client.post(SIGN, json=request())
    answer = client.post(SIGN, json=request())

    assert (failed.status_code, answer.status_code) == (500, 200)


# Headers of every answer


@pytest.mark.hazard("O8")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere", 404),
        ("GET", SIGN, 405),
        ("POST", SIGN, 415),
        ("POST", f"{SIGN}/feedback", 415),
    ],
)
def test_an_error_is_an_outcome_that_nobody_may_keep(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)

    assert status == answer.status_code
    assert is_outcome(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# Health


def test_the_process_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


@pytest.mark.hazard("W13")
def test_readiness_names_configuration_and_knowledge(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    body = answer.get_json()

    assert answer.status_code == 200
    assert body["status"] == "ready"
    assert {"configuration", "knowledge"} < {check["name"] for check in body["checks"]}
    assert all(check["ok"] for check in body["checks"])


def test_readiness_names_the_gaps_a_site_accepted() -> None:
    client = signing(site(client_of(accepted_gaps=("procedures", "labs"))))
    checks = client.get("/readyz").get_json()["checks"]

    assert {"name": "accepted_gaps", "ok": True, "detail": "labs, procedures"} in checks


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_open_in_production(production: FlaskClient, path: str) -> None:
    answer = production.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
