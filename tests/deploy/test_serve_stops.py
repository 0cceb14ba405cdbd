"""`hpp-cds serve` ends when it is told to, and what it had begun reaches the caller whole."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask

from service.app import create_app
from service.server import waitress_server
from service.server.waitress_server import Server, bind
from tests.deploy.conftest import Slow, is_whole
from tests.deploy.processes import (
    HALF,
    ROOT,
    SIGN,
    Running,
    ask,
    ask_on,
    connect,
    read_all,
    send,
    serve,
)

Served = tuple[Running, int]
NEW_PROCESSES = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running, port = serve(tmp_path)
    yield running, port
    running.stop()


def wait_until_refused(port: int) -> None:
    """Until the signal has been heard; whoever knocks while the door closes is reset."""
    until = time.monotonic() + 5
    with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
        while ask(port).status == 200:
            assert time.monotonic() < until, "it still lets everybody in"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_whole(served: Served, slow: Slow, number: int) -> None:
    running, port = served
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, port, SIGN, slow.request)
        assert slow.asked.wait(10)
        running.signal(number)
        started = time.monotonic()
        status = running.ends()

        assert status == 0
        assert time.monotonic() - started < 10
        assert is_whole(asked.result())
        assert asked.result().headers["connection"] == "close"


def test_requests_that_wait_for_a_thread_are_answered_too(served: Served, slow: Slow) -> None:
    running, port = served
    callers = waitress_server.THREADS + 4
    with ThreadPoolExecutor(callers) as pool:
        asked = [pool.submit(ask, port, SIGN, slow.request) for _ in range(callers)]
        assert slow.asked.wait(10)
        time.sleep(0.5)  # all have been sent
        running.signal(signal.SIGTERM)

        assert running.ends() == 0
        assert [True] * callers == [is_whole(answer.result()) for answer in asked]


def test_nobody_new_is_let_in(served: Served, slow: Slow) -> None:
    running, port = served
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, port, SIGN, slow.request)
        assert slow.asked.wait(10)
        running.signal(signal.SIGTERM)
        wait_until_refused(port)

        assert is_whole(asked.result())


def test_a_request_that_has_begun_to_arrive_is_answered(served: Served) -> None:
    running, port = served
    line = send(port, b"GET /healthz HTTP/1.1\r\nHost: local")
    ask(port)
    running.signal(signal.SIGTERM)
    time.sleep(1.5)
    line.sendall(b"host\r\n\r\n")

    assert read_all(line).endswith(b'{"status":"alive"}')
    assert running.ends() == 0


def test_an_idle_connection_may_ask_once_more_and_holds_nothing_up(served: Served) -> None:
    running, port = served
    with closing(connect(port)) as busy, closing(connect(port)) as idle:
        assert ask_on(busy, "/healthz").status == ask_on(idle, "/healthz").status == 200
        running.signal(signal.SIGTERM)
        started = time.monotonic()
        wait_until_refused(port)
        answer = ask_on(busy, "/healthz")

        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert running.ends() == 0
        assert time.monotonic() - started < waitress_server.TIME_TO_FINISH_S


def test_a_second_signal_ends_it_at_once(served: Served, slow: Slow) -> None:
    running, port = served
    line = send(port, HALF)
    ask(port)
    running.signal(signal.SIGTERM)
    wait_until_refused(port)
    running.signal(signal.SIGTERM)

    assert running.ends() == 128 + signal.SIGTERM  # 0 once the time to finish were over
    line.close()


def test_it_ends_as_the_first_process_of_a_container(tmp_path: Path, slow: Slow) -> None:
    """The kernel spares process 1 every signal that it has not asked for."""
    if not shutil.which("unshare") or subprocess.run([*NEW_PROCESSES, "true"]).returncode:
        pytest.skip("no process name spaces here: unshare is missing or not allowed")
    running, port = serve(tmp_path, *NEW_PROCESSES)
    pid = running.popen.pid
    first = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, port, SIGN, slow.request)
        assert slow.asked.wait(10)
        subprocess.run(["kill", "-TERM", str(first)], check=True)

        assert running.ends() == 0
        assert is_whole(asked.result())


def test_a_request_that_never_arrives_whole_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waitress_server, "TIME_TO_FINISH_S", 1.5)
    server, ends = Server(create_app(), bind("127.0.0.1", 0)), list[bool]()
    thread = Thread(target=lambda: ends.append(server.run()))
    thread.start()
    line = send(server.effective_port, HALF)
    started = time.monotonic()
    server.stop()
    thread.join(20)

    assert ends == [True]
    assert time.monotonic() - started > 1
    assert read_all(line) == b""


def test_a_request_that_takes_too_long_is_given_up_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waitress_server, "TIME_TO_FINISH_S", 0.5)
    over, begun, app = Event(), Event(), Flask("slow")
    app.add_url_rule("/", view_func=lambda: str(begun.set() or over.wait(20)))
    server, ends = Server(app, bind("127.0.0.1", 0)), list[bool]()
    thread = Thread(target=lambda: ends.append(server.run()))
    thread.start()
    line = send(server.effective_port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert begun.wait(5)
    server.stop()
    thread.join(5)
    over.set()

    assert ends == [False]
    assert read_all(line) == b""


def test_a_long_answer_reaches_a_slow_reader_to_its_end() -> None:
    app = Flask("long")
    app.add_url_rule("/", view_func=lambda: b"x" * 8_000_000)
    server, ends = Server(app, bind("127.0.0.1", 0)), list[bool]()
    thread = Thread(target=lambda: ends.append(server.run()))
    thread.start()
    line = send(server.effective_port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head, _, body = line.recv(65_536).partition(b"\r\n\r\n")
    server.stop()
    time.sleep(1.5)  # longer than an idle connection is kept
    body += read_all(line)
    thread.join(5)

    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(body) == 8_000_000
    assert ends == [True]


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert refused.returncode == 78
    assert f"command line: --port: cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
