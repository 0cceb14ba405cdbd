"""The shipped nginx.conf in front of gunicorn with the shipped settings, on loopback with TLS.

nginx holds a request until all of it is there.  Without that, twenty clients that send half of
one hold every thread; both are shown here.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event

import pytest

from service.hooks.edge import ONE_YEAR
from tests.deploy.behind_nginx import STORY, Edge, is_outcome
from tests.deploy.conftest import Slow, is_whole
from tests.deploy.processes import HALF, SIGN, ask, ask_on, connect, gunicorn, send, until
from tests.deploy.proxy import NGINX, Proxy
from tests.deploy.test_gunicorn import reload
from tests.faults.server import FaultServer, Talk

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc"),
]
RESTARTS = 20
OWN_ID = "0123456789abcdef-OWN_id"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HALF_SENT = 20


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Edge]:
    """A pair that a test may stop; gunicorn as on a machine with one processor."""
    running, bare = gunicorn(tmp_path, workers=1)
    with Proxy(tmp_path, upstream=bare) as proxy:
        yield Edge(proxy, running, bare)
    running.stop()


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


# Slow clients


def keep_asking(edge: Edge, times: int) -> set[int]:
    """Statuses of so many requests through nginx."""
    statuses = set()
    for _ in range(times):
        statuses.add(edge.ask(SIGN, STORY).status)
        time.sleep(0.02)  # less than the rate that nginx allows
    return statuses


@pytest.mark.hazard("C10")
def test_twenty_half_sent_posts_stop_bare_threads_and_not_those_behind_nginx(other: Edge) -> None:
    with ExitStack() as stack:
        for _ in range(HALF_SENT):
            stack.enter_context(send(other.proxy.port, HALF, other.proxy.tls))
        behind = keep_asking(other, 20)
    with ExitStack() as stack:
        for _ in range(HALF_SENT):
            stack.enter_context(send(other.bare, HALF))
        time.sleep(0.3)
        line = stack.enter_context(closing(connect(other.bare)))
        line.timeout = 2
        with pytest.raises(TimeoutError):
            ask_on(line, "/healthz")

    assert behind == {200}
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
