"""`python -m tests.bench http`: the served application under load, on loopback.

A closed loop: each connection sends its next request when the last was answered.  Server and
client share this machine's cores, so the service and the no-op endpoint are only compared
with each other; every answer is checked.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from tests.bench.arms import NOOP, SIGN
from tests.bench.bodies import SIZES, Body, body
from tests.bench.process import ROOT, private_megabytes

CONNECTIONS = (1, 4, 16)
SECONDS, ATTEMPTS = 3.0, 100
HEADERS = {"Content-Type": "application/json"}
GUNICORN = (
    "-m", "gunicorn", "tests.bench.served:application", "--worker-class", "gthread",
    "--threads", "4", "--log-level", "error", "--no-control-socket", "--bind",
)  # fmt: skip


@dataclass
class Seen:
    """The milliseconds of every call of one run, and how many went wrong."""

    costs: list[float] = field(default_factory=list)
    failures: int = 0


def load(port: int, path: str, bodies: Sequence[Body], connections: int) -> Seen:
    seen, until = Seen(), time.monotonic() + SECONDS
    callers = [
        threading.Thread(target=_call, args=(port, path, bodies[start:], until, seen))
        for start in range(connections)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return seen


def _call(port: int, path: str, bodies: Sequence[Body], until: float, seen: Seen) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    number = 0
    while time.monotonic() < until:
        asked = bodies[number % len(bodies)]
        started = time.perf_counter()
        connection.request("POST", path, asked.raw, HEADERS)
        answer = connection.getresponse()
        said = answer.read()
        seen.costs.append((time.perf_counter() - started) * 1000)
        wanted = b"{}" if path == NOOP else f'"verdict":"{asked.verdict}"'.encode()
        seen.failures += answer.status != 200 or wanted not in said
        number += 1
    connection.close()


@contextmanager
def serving(command: Sequence[str], port: int) -> Iterator[int]:
    """A server on this port; the id of its process that answers."""
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT)
    try:
        _wait_for(port)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield int(children[0]) if children else server.pid
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(ATTEMPTS):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not listen")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    bodies = [body(number, SIZES["typical"]) for number in range(20)] * 2
    print(f"{len(bodies[0].raw)} bytes a body, {SECONDS:.0f} s a run, one worker process\n")
    print("| server | connections | endpoint | requests/s | p50 ms | p99 ms | failed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, command in (("waitress", ("-m", "tests.bench.served")), ("gunicorn", GUNICORN)):
        port = free_port()
        where = f"127.0.0.1:{port}" if name == "gunicorn" else str(port)
        with serving((*command, where), port) as worker:
            for connections in CONNECTIONS:
                for path in (NOOP, SIGN):
                    _show(name, connections, path, load(port, path, bodies, connections))
            print(f"| {name} | | memory of the worker | {private_megabytes(worker):.0f} MB | | | |")


def _show(server: str, connections: int, path: str, seen: Seen) -> None:
    cuts = statistics.quantiles(seen.costs, n=100)
    endpoint = "no-op" if path == NOOP else "judgement"
    print(
        f"| {server} | {connections} | {endpoint} | {len(seen.costs) / SECONDS:.0f} "
        f"| {cuts[49]:.1f} | {cuts[98]:.1f} | {seen.failures} |"
    )
