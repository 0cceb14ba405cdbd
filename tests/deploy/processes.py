"""Processes under test: start one, wait until it says it listens, ask it, signal it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SIGN = "/cds-services/hpp-order-sign"
JSON = {"Content-Type": "application/json"}


@dataclass
class Running:
    """A process whose standard error is a file."""

    popen: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, command: Sequence[str], folder: Path, **environment: str) -> Running:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        log = folder / f"{Path(command[0]).name}-{time.monotonic_ns()}.log"
        with log.open("wb") as sink:
            popen = subprocess.Popen(
                command, cwd=ROOT, env=kept | environment, stdout=sink, stderr=sink
            )
        return cls(popen, log)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def port(self, pattern: str) -> int:
        """The port it says it listens on."""
        until = time.monotonic() + 20
        while not (found := re.search(pattern, self.said)):
            if self.popen.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"it does not listen: {self.said}")
            time.sleep(0.02)
        return int(found[1])

    def signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def ends(self, within_s: float = 15) -> int:
        return self.popen.wait(within_s)

    def stop(self) -> None:
        """For the end of a test: ask, then insist."""
        if self.popen.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            self.ends()
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


def serve(folder: Path, *before: str) -> tuple[Running, int]:
    """`hpp-cds serve` on a free port."""
    command = [*before, sys.executable, "-m", "service", "serve", "--port", "0"]
    running = Running.start(command, folder)
    return running, running.port(r"listening on 127\.0\.0\.1:(\d+)")


SHIPPED_APP = "service.server.wsgi:app"
OPEN_APP = "service.server.wsgi:create(allow_anyone=True)"
GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "python:service.server.gunicorn_conf")
WORKERS = 2


def gunicorn(
    folder: Path, workers: int = WORKERS, app: str = OPEN_APP, **environment: str
) -> tuple[Running, int]:
    """gunicorn with the shipped settings on a free port; open to anyone on this machine."""
    command = [*GUNICORN, "--bind", "127.0.0.1:0", app]
    running = Running.start(command, folder, WEB_CONCURRENCY=str(workers), **environment)
    return running, running.port(r"Listening at: http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Answer:
    """What came back whole."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def connect(port: int, tls: ssl.SSLContext | None = None) -> HTTPConnection:
    if tls is None:
        return HTTPConnection("127.0.0.1", port, timeout=20)
    return HTTPSConnection("localhost", port, timeout=20, context=tls)


def ask(
    port: int,
    path: str = "/healthz",
    body: Any = None,
    tls: ssl.SSLContext | None = None,
    **headers: str,
) -> Answer:
    """One request on a connection of its own."""
    with closing(connect(port, tls)) as line:
        return ask_on(line, path, body, **headers)


def ask_on(line: HTTPConnection, path: str, body: Any = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request("GET" if raw is None else "POST", path, raw, (JSON if raw else {}) | named)
    response = line.getresponse()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, response.read(), found)


def send(
    port: int, data: bytes, tls: ssl.SSLContext | None = None, from_address: str = ""
) -> socket.socket:
    """A connection on which these bytes were sent, and no more."""
    here = (from_address, 0) if from_address else None
    line: socket.socket = socket.create_connection(("127.0.0.1", port), 20, here)
    if tls is not None:
        line = tls.wrap_socket(line, server_hostname="localhost")
    line.sendall(data)
    return line


def read_all(line: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    with closing(line):
        try:
            while part := line.recv(65_536):
                received += part
        except OSError:
            pass
    return received


HALF = (
    f"POST {SIGN} HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
).encode()


def until(holds: Callable[[], bool], within_s: float = 30) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False
