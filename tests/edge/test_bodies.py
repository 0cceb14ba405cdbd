"""What is no JSON, too large or of another kind is refused, and says so."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import MAX_BODY_BYTES
from tests.edge.calls import SIGN, breaches, diagnostics, exchange, head, is_outcome
from tests.fhir.build import MISSING, alp, bundle, draft, request


def post_raw(client: FlaskClient, raw: bytes, **headers: str) -> TestResponse:
    return client.post(SIGN, data=raw, content_type="application/json", headers=headers)


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


@pytest.mark.hazard("C1")
@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        pytest.param(b"1\r\n \r\n" * 4000, 200, id="one byte in each"),
        pytest.param((b"40\r\n" + b" " * 64 + b"\r\n") * 60_000, 200, id="64 bytes in each"),
        pytest.param(b"1\r\n \r\n" * 110_000, 413, id="one byte in each of very many"),
        pytest.param(b"0" * 600_000, 413, id="a size without an end"),
        pytest.param(b"1;" + b"x" * 600_000, 413, id="an extension without an end"),
    ],
)
def test_a_body_in_chunks_may_have_half_a_megabyte_beside_its_content(
    port: int, chunks: bytes, expected: int
) -> None:
    raw = json.dumps(request()).encode()
    whole = f"{len(raw):x}\r\n".encode() + raw + b"\r\n"
    chunked = head(Content_Type="application/json", Transfer_Encoding="chunked")
    status, _ = exchange(port, chunked, whole, chunks, b"0\r\n\r\n")

    assert status == expected


def test_a_body_far_over_the_limit_is_refused_with_an_outcome(port: int) -> None:
    """Every refusal is an OperationOutcome, also the server's own."""
    size = 3 * MAX_BODY_BYTES
    sized = head(Content_Type="application/json", Content_Length=str(size))
    _, body = exchange(port, sized, padded(size))

    assert b"OperationOutcome" in body
