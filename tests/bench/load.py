"""`python -m tests.bench http`: the served application under load, on loopback.

Server and caller share this machine's cores, so the service and the no-op endpoint are only
compared with each other.  Whoever calls, see callers.py and wrk.py, checks the answers.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import wrk
from tests.bench.arms import NOOP, SIGN
from tests.bench.bodies import SIZES, Body, body
from tests.bench.callers import Caller, Figures, with_threads
from tests.bench.process import ROOT, private_megabytes

CONNECTIONS = (1, 4, 16)
BODIES, SECONDS, ATTEMPTS = 20, 3.0, 600
GUNICORN = (
    "-m", "gunicorn", "tests.bench.served:application", "--worker-class", "gthread",
    "--threads", "4", "--log-level", "error", "--no-control-socket", "--bind",
)  # fmt: skip
SERVERS = {"waitress": ("-m", "tests.bench.served"), "gunicorn": GUNICORN}


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


def caller() -> tuple[str, Caller]:
    """Who calls, and its name for the report."""
    if wrk.is_installed():
        return "wrk", wrk.with_wrk
    return "Python threads (wrk is not installed)", with_threads


def main() -> int:
    """Print the table; 1 where a call failed."""
    bodies = [body(number, SIZES["typical"]) for number in range(BODIES)]
    name, call = caller()
    print(f"called by {name}: {BODIES} bodies of {len(bodies[0].raw)} bytes in turn, ", end="")
    print(f"{SECONDS:.0f} s a run, one worker process\n")
    print("| server | connections | endpoint | requests/s | p50 ms | p99 ms | failed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    failed = sum(_put_under_load(server, bodies, call) for server in SERVERS)
    if failed:
        print(f"{failed} calls failed", file=sys.stderr)
    return int(failed > 0)


def _put_under_load(server: str, bodies: Sequence[Body], call: Caller) -> int:
    """Both endpoints, by number of connections; how many calls failed."""
    port, failed = free_port(), 0
    where = f"127.0.0.1:{port}" if server == "gunicorn" else str(port)
    with serving((*SERVERS[server], where), port) as worker:
        for connections in CONNECTIONS:
            for path in (NOOP, SIGN):
                seen = call(port, path, bodies, connections, SECONDS)
                _show(server, connections, path, seen)
                failed += seen.failed
        print(f"| {server} | | memory of the worker | {private_megabytes(worker):.0f} MB | | | |")
    return failed


def _show(server: str, connections: int, path: str, seen: Figures) -> None:
    endpoint = "no-op" if path == NOOP else "judgement"
    print(
        f"| {server} | {connections} | {endpoint} | {seen.requests_per_second:.0f} "
        f"| {seen.p50_ms:.1f} | {seen.p99_ms:.1f} | {seen.failed} |",
        flush=True,
    )
