"""`hpp-cds serve` under callers that hold connections and send nothing, or too little."""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event

import pytest
from flask import Flask

from service.server.waitress_server import MOST_OPEN, Server, bind
from tests.deploy.processes import HALF, Running, ask, connect, serve

Served = tuple[Running, int]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running, port = serve(tmp_path)
    yield running, port
    running.stop()


@pytest.mark.hazard("C10")
@pytest.mark.parametrize("sent", [b"", HALF], ids=["idle", "half a request"])
def test_connections_that_do_nothing_keep_nobody_out(served: Served, sent: bytes) -> None:
    _, port = served
    with ExitStack() as held:
        for _ in range(MOST_OPEN + 50):
            quiet = held.enter_context(closing(connect(port)))
            quiet.connect()
            quiet.send(sent)
        found = [ask(port).status for _ in range(5)]

    assert found == [200] * 5


def test_too_few_open_files_end_it_with_one_line(tmp_path: Path) -> None:
    limit = "import os,resource,sys; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64));"
    start = f"{limit} os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    command = [sys.executable, "-c", start, "-m", "service", "serve", "--port", "0"]
    running = Running.start(command, tmp_path)

    assert running.ends() == 78
    assert running.said.count("\n") == 1
    assert "the limit of open files is 64; at least 112 are needed (ulimit -n)" in running.said


def test_a_low_limit_of_open_files_is_raised_as_far_as_it_may(tmp_path: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limit = f"import os,resource,sys; resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}));"
    start = f"{limit} os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    running = Running.start(
        [sys.executable, "-c", start, "-m", "service", "serve", "--port", "0"], tmp_path
    )
    port = running.port(r"listening on 127\.0\.0\.1:(\d+)")
    with ExitStack() as held:
        for _ in range(100):
            held.enter_context(closing(connect(port))).connect()
        status = ask(port).status
    running.stop()

    assert status == 200


@pytest.mark.hazard("W11")
def test_a_probe_is_answered_while_every_thread_waits() -> None:
    """As with a store that is frozen: eight callers hold eight threads."""
    gate, app = Event(), Flask("waits")
    app.add_url_rule("/wait", "wait", lambda: "x" if gate.wait(20) else "late")
    app.add_url_rule("/healthz", "healthz", lambda: "alive")
    with bind("127.0.0.1", 0) as sock:
        server = Server(app, sock)
        loop = threading.Thread(target=server.run)
        loop.start()
        port = sock.getsockname()[1]
        waiting = [threading.Thread(target=ask, args=(port, "/wait")) for _ in range(16)]
        for caller in waiting:
            caller.start()
        time.sleep(0.2)
        alive = ask(port, "/healthz").body
        held = sum(caller.is_alive() for caller in waiting)
        gate.set()
        for caller in waiting:
            caller.join()
        server.stop()
        loop.join()

    assert alive == b"alive"
    assert held == 16


def test_a_large_answer_passes_through_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_file(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr("tempfile.TemporaryFile", no_file)
    app = Flask("large")
    app.add_url_rule("/large", "large", lambda: "x" * 8_000_000)
    with bind("127.0.0.1", 0) as sock:
        server = Server(app, sock)
        loop = threading.Thread(target=server.run)
        loop.start()
        found = ask(sock.getsockname()[1], "/large")
        server.stop()
        loop.join()

    assert (found.status, len(found.body)) == (200, 8_000_000)
