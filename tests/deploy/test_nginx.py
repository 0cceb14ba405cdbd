"""The shipped nginx.conf in front of gunicorn with the shipped settings, on loopback with TLS.

nginx holds a request until all of it is there.  Without that, twenty clients that send half of
one hold every thread; both are measured here.
"""

from __future__ import annotations

import json
import shutil
import ssl
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from fhir_fixtures import stories
from service.app import MAX_BODY_BYTES
from service.hooks.edge import EVERYWHERE, ONE_YEAR
from tests.deploy.conftest import Slow, is_whole
from tests.deploy.processes import (
    HALF,
    SIGN,
    Answer,
    Running,
    ask,
    ask_on,
    connect,
    gunicorn,
    read_all,
    send,
    until,
)
from tests.deploy.proxy import NGINX, Proxy
from tests.deploy.test_gunicorn import reload
from tests.faults.server import FaultServer, Talk, closed_port

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc"),
]

STORY = stories()["persistently-low-adult"].request
RESTARTS = 20
OWN_ID = "0123456789abcdef-OWN_id"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HALF_SENT = 20
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


@dataclass(frozen=True)
class Edge:
    """nginx and the gunicorn behind it."""

    proxy: Proxy
    running: Running
    bare: int

    def ask(self, path: str = "/healthz", body: object = None, **headers: str) -> Answer:
        return ask(self.proxy.port, path, body, self.proxy.tls, **headers)

    def send(self, data: str | bytes) -> bytes:
        raw = data.encode("latin-1") if isinstance(data, str) else data
        return read_all(send(self.proxy.port, raw, self.proxy.tls))


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("edge")
    running, bare = gunicorn(folder)
    with Proxy(folder, upstream=bare) as proxy:
        yield Edge(proxy, running, bare)
    running.stop()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Edge]:
    """A pair that a test may stop; gunicorn as on a machine with one processor."""
    running, bare = gunicorn(tmp_path, workers=1)
    with Proxy(tmp_path, upstream=bare) as proxy:
        yield Edge(proxy, running, bare)
    running.stop()


def is_outcome(answer: Answer) -> bool:
    return (
        answer.headers["content-type"] == "application/json"
        and answer.json["resourceType"] == "OperationOutcome"
        and {name.lower(): value for name, value in (EVERYWHERE | ONE_YEAR).items()}.items()
        <= answer.headers.items()
    )


# What gets through


def test_a_story_is_answered_through_tls(edge: Edge) -> None:
    answer = edge.ask(SIGN, STORY)

    assert answer.status == 200
    assert answer.json["cards"]
    assert answer.headers["strict-transport-security"] == ONE_YEAR["Strict-Transport-Security"]
    assert answer.headers["server"] == "nginx"  # without its version


@pytest.mark.parametrize("prefix", ["", "/r2", "/r3", "/r4", "/r5"])
def test_every_release_is_reached(edge: Edge, prefix: str) -> None:
    assert edge.ask(f"{prefix}/cds-services").json["services"]


def test_the_public_sandbox_s_double_slash_is_reached(edge: Edge) -> None:
    assert edge.ask(SIGN.replace("services/", "services//"), STORY).json["cards"]


@pytest.mark.hazard("C12")
@pytest.mark.parametrize(
    "path",
    ["/", "/readyz", "/metrics", "/r6/cds-services", "/cds-servicesx", "/cds-services/../readyz",
     "/cds-services/%2e%2e/readyz", "//readyz", "/outcome"],
)  # fmt: skip
def test_nothing_else_is(edge: Edge, path: str) -> None:
    answer = edge.ask(path)

    assert answer.status == 404
    assert is_outcome(answer)


def test_health_is_for_the_monitoring_network_alone(tmp_path: Path, edge: Edge) -> None:
    with Proxy(tmp_path, upstream=edge.bare, without="allow 127.0.0.1;") as proxy:
        answer = ask(proxy.port, "/healthz", tls=proxy.tls)

    assert edge.ask("/healthz").status == 200
    assert answer.status == 403
    assert is_outcome(answer)


@pytest.mark.hazard("A28")
def test_only_named_headers_reach_the_service(tmp_path: Path) -> None:
    seen = Event()

    def answer(talk: Talk) -> bool:
        seen.set()
        return talk.answer(b"{}")

    server = FaultServer({"cds-services": answer})
    sent = {
        "Authorization": "Bearer a.b.c", "Origin": "https://ehr.example", "Accept": "*/*",
        "X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1", "X-Real-IP": "10.0.0.1",
        "X-SSL-Client-S-DN": "CN=ehr", "X-Forwarded-Client-Cert": "By=x", "Cookie": "a=b",
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "SCRIPT_NAME": "/x",
        "X-Original-URL": "/readyz", "Connection": "close", "X-Request-ID": OWN_ID,
        "traceparent": TRACE,
    }  # fmt: skip
    with Proxy(tmp_path, upstream=server.port) as proxy, closing(proxy.connect()) as line:
        line.request("GET", "/cds-services", headers=sent)
        line.getresponse().read()
    server.close()

    assert seen.is_set()
    assert server.requests[0].headers == {
        "host": "localhost",
        "authorization": "Bearer a.b.c",
        "origin": "https://ehr.example",
        "accept": "*/*",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https",
        "x-request-id": OWN_ID,
        "traceparent": TRACE,
    }


def test_the_id_of_a_call_is_the_same_in_both_logs_and_in_the_answer(edge: Edge) -> None:
    given = edge.ask(SIGN, STORY, X_Request_ID=OWN_ID).headers["x-request-id"]
    made = edge.ask(SIGN, STORY, X_Request_ID="ZZ PHI").headers["x-request-id"]
    refused = edge.ask("/nowhere").headers["x-request-id"]
    log = edge.proxy.folder / "access.log"

    assert given == OWN_ID
    assert len(made) == len(refused) == 32
    assert until(lambda: f" {refused} " in log.read_text())  # written after the answer was
    assert [log.read_text().count(f" {one} ") for one in (given, made, refused)] == [1, 1, 1]
    assert edge.running.said.count(f'"request_id":"{made}"') == 1


# What is refused


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


# Slow clients


def slowest(edge: Edge, seconds: float) -> float:
    """Ask through nginx for that long; the longest that an answer took."""
    took, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        assert edge.ask(SIGN, STORY).status == 200
        took = max(took, time.monotonic() - started)
        time.sleep(0.02)  # less than the rate that nginx allows
    return took


@pytest.mark.hazard("C10")
def test_twenty_half_sent_posts_stop_bare_threads_and_not_those_behind_nginx(other: Edge) -> None:
    before = slowest(other, 0.5)
    with ExitStack() as stack:
        for _ in range(HALF_SENT):
            stack.enter_context(send(other.proxy.port, HALF, other.proxy.tls))
        behind = slowest(other, 2)
    with ExitStack() as stack:
        for _ in range(HALF_SENT):
            stack.enter_context(send(other.bare, HALF))
        time.sleep(0.3)
        line = stack.enter_context(closing(connect(other.bare)))
        line.timeout = 2
        with pytest.raises(TimeoutError):
            ask_on(line, "/healthz")
    print(f"slowest of normal requests: {before:.3f} s alone, {behind:.3f} s beside {HALF_SENT}")

    assert behind < max(1.0, 3 * before)
    assert other.ask().status == 200  # the half-sent are gone, and so is the harm


# Restarts


def test_gunicorn_finishes_what_is_under_way_when_it_stops(other: Edge, slow: Slow) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(other.ask, SIGN, slow.request)
        assert slow.asked.wait(10)
        other.running.popen.terminate()

        assert other.running.ends() == 0
        assert is_whole(asked.result())
    assert other.ask("/cds-services").status == 502


def test_no_request_fails_through_twenty_rolling_restarts(edge: Edge) -> None:
    over = Event()

    def call() -> list[int]:
        statuses = []
        with closing(edge.proxy.connect()) as line:
            while not over.wait(0.05):
                statuses.append(ask_on(line, SIGN, STORY).status)
        return statuses

    with ThreadPoolExecutor(3) as pool:
        callers = [pool.submit(call) for _ in range(3)]
        for _ in range(RESTARTS):
            reload(edge.running)
        over.set()
        statuses = [status for caller in callers for status in caller.result()]
    print(f"{len(statuses)} requests through {RESTARTS} restarts")

    assert len(statuses) > 5 * RESTARTS
    assert [status for status in statuses if status != 200] == []
