"""What the shipped nginx.conf refuses, and how it says so."""

from __future__ import annotations

import json
import shutil
import ssl
import sys
import warnings
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from service.app import MAX_BODY_BYTES
from tests.deploy.behind_nginx import STORY, Edge, is_outcome
from tests.deploy.processes import HALF, SIGN, ask, read_all, send
from tests.deploy.proxy import NGINX, Proxy
from tests.faults.server import closed_port

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc"),
]

POST = f"POST {SIGN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
TWO, CHUNKED = "Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"
ODDITIES = {
    "length and coding": POST + "Content-Length: 5\r\n" + CHUNKED + "\r\n0\r\n\r\n",
    "two lengths": POST + TWO + "Content-Length: 3\r\n\r\n{} ",
    "the same length twice": POST + TWO + TWO + "\r\n{}",
    "a length with a sign": POST + "Content-Length: +2\r\n\r\n{}",
    "a length in hexadecimal": POST + "Content-Length: 0x2\r\n\r\n{}",
    "a list of lengths": POST + "Content-Length: 2, 2\r\n\r\n{}",
    "a folded header": POST + "X-A: b\r\n c\r\n" + TWO + "\r\n{}",
    "two hosts": POST + "Host: evil.example\r\n" + TWO + "\r\n{}",
    "no host": POST.replace("Host: localhost\r\n", "") + TWO + "\r\n{}",
    "a space before the colon": POST + "Content-Length : 2\r\n\r\n{}",
    "a bare CR in a header": POST + "X-A: b\rContent-Length: 9\r\n" + TWO + "\r\n{}",
    "a NUL in a header": POST + "X-A: b\0\r\n" + TWO + "\r\n{}",
    "a chunk that is not sized": POST + CHUNKED + "\r\n+2\r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.hazard("C11")
@pytest.mark.parametrize("name", ODDITIES)
def test_framing_that_two_could_read_differently_is_400(edge: Edge, name: str) -> None:
    received = edge.send(ODDITIES[name])

    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1
    assert json.loads(received.partition(b"\r\n\r\n")[2])["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_lines_that_end_in_lf_alone_are_passed_on_as_one_whole_request(
    edge: Edge, ending: str
) -> None:
    body = json.dumps(STORY)
    head = f"{POST}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    received = edge.send(head.replace("\r\n", ending) + body)

    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (f"GET /cds-services HTTP/1.1\r\nHost: x\r\nX-A: {'a' * 20_000}\r\n\r\n", 431),
        (f"GET /cds-services?{'a' * 20_000} HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        ("TRACE /cds-services HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    ],
    ids=["a header", "a target", "a coding", "a method"],
)
def test_what_nginx_refuses_is_an_outcome(edge: Edge, data: str, status: int) -> None:
    received = edge.send(data.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))

    assert status == int(received.split()[1])
    assert json.loads(received.partition(b"\r\n\r\n")[2])["resourceType"] == "OperationOutcome"


def test_plain_http_on_the_tls_port_is_refused(edge: Edge) -> None:
    received = read_all(send(edge.proxy.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))

    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"OperationOutcome" in received


def test_old_tls_is_refused(edge: Edge) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        ask(edge.proxy.port, tls=old)


def padded(size: int) -> bytes:
    raw = json.dumps(STORY).encode()
    return raw + b" " * (size - len(raw))


@pytest.mark.hazard("C1")
def test_a_body_of_the_limit_passes_and_one_byte_more_is_413(edge: Edge) -> None:
    largest, larger = padded(MAX_BODY_BYTES), padded(MAX_BODY_BYTES + 1)
    chunks = f"{len(larger):x}\r\n".encode() + larger + b"\r\n0\r\n\r\n"
    chunked = edge.send((POST + CHUNKED + "\r\n").encode() + chunks)
    refused = edge.ask(SIGN, larger)

    assert edge.ask(SIGN, largest).status == 200
    assert refused.status == 413
    assert is_outcome(refused)
    assert chunked.startswith(b"HTTP/1.1 413 ")


def test_bodies_and_answers_never_touch_the_disk(tmp_path: Path, edge: Edge) -> None:
    with Proxy(tmp_path, upstream=edge.bare) as proxy:
        for folder in tmp_path.glob("*_temp"):
            shutil.rmtree(folder)  # whoever would write there could not

        assert ask(proxy.port, SIGN, padded(MAX_BODY_BYTES), proxy.tls).status == 200


@pytest.mark.hazard("C15")
def test_too_many_requests_are_429_with_a_time_to_wait(tmp_path: Path, edge: Edge) -> None:
    one = b"GET /cds-services/none HTTP/1.1\r\nHost: localhost\r\n"
    many = (one + b"\r\n") * 900 + one + b"Connection: close\r\n\r\n"
    with Proxy(tmp_path, upstream=edge.bare) as proxy:
        received = read_all(send(proxy.port, many, proxy.tls))
    _, first, rest = received.partition(b"HTTP/1.1 429 ")
    head, _, body = rest.partition(b"\r\n\r\n")

    assert first
    assert b"Retry-After: 1" in head
    assert b'"code":"throttled"' in body


@pytest.mark.hazard("C10")
@pytest.mark.hazard("C15")
def test_one_address_holds_64_half_sent_bodies_and_keeps_no_other_out(
    tmp_path: Path, edge: Edge
) -> None:
    whole = b"GET /cds-services HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with Proxy(tmp_path, upstream=edge.bare) as proxy, ExitStack() as held:
        for _ in range(64):
            held.enter_context(closing(send(proxy.port, HALF, proxy.tls)))
        same = read_all(send(proxy.port, whole, proxy.tls))
        other = read_all(send(proxy.port, whole, proxy.tls, from_address="127.0.0.2"))

    assert same.startswith(b"HTTP/1.1 429 ")
    assert b'"code":"throttled"' in same
    assert other.startswith(b"HTTP/1.1 200 ")


def test_a_gunicorn_that_is_gone_is_502_with_a_time_to_wait(tmp_path: Path) -> None:
    with Proxy(tmp_path, upstream=closed_port()) as proxy:
        answer = ask(proxy.port, SIGN, STORY, proxy.tls)

    assert answer.status == 502
    assert is_outcome(answer)
    assert answer.headers["retry-after"] == "5"


@pytest.mark.hazard("E1")
def test_nothing_of_a_request_is_written_down(edge: Edge) -> None:
    for path in (
        f"{SIGN}?patient=ZZPHI",
        "/cds-services/ZZPHI",
        "/cds-services/ZZPHI/feedback",
        "/ZZPHI",
    ):
        edge.ask(
            path, b'"ZZPHI"', Authorization="Bearer ZZPHI", Referer="ZZPHI", User_Agent="ZZPHI"
        )
        edge.ask(path, padded(MAX_BODY_BYTES + 1), Authorization="Bearer ZZPHI")
    edge.send("GET /ZZPHI HTTP/1.1\r\nHost : ZZPHI\r\n\r\n")
    files = [path for path in edge.proxy.folder.rglob("*") if path.is_file()]

    assert {"access.log", "error.log"} <= {path.name for path in files}
    assert [path for path in files if "ZZPHI" in path.read_text("utf-8", "replace")] == []
    assert " hpp-order-sign 413 " in (edge.proxy.folder / "access.log").read_text()
