"""Who puts the service under load, and what is made of what they saw.  No figure is judged."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import load, wrk
from tests.bench.arms import NOOP, SIGN
from tests.bench.bodies import SIZES, Body, body
from tests.bench.callers import Figures, with_threads, wrong_answers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc")
BODIES = [body(number, SIZES["small"]) for number in range(4)]
# As wrk 4.1.0 printed it, with the last line of our script.
PRINTED = """\
Running 3s test @ http://127.0.0.1:34567/cds-services/hpp-order-sign
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     9.35ms    2.61ms  24.04ms   79.22%
    Req/Sec   429.07     46.53   494.00     73.33%
  1284 requests in 3.01s, 2.87MB read
  Non-2xx or 3xx responses: 2
Requests/sec:    426.92
Transfer/sec:      0.95MB

{"requests": 1284, "microseconds": 3000000, "p50": 8904.000000, "p99": 19312.000000, "failed": 2}
"""
STAND_IN = f"""\
#!/bin/sh
cp "${{10}}" "$0.script"
echo "$@" > "$0.arguments"
cat <<'END'
{PRINTED}END
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = load.free_port()
    with load.serving((*load.SERVERS["waitress"], str(port)), port):
        yield port


def wrongly_expected() -> list[Body]:
    return [replace(BODIES[0], verdict="hppConfirmed"), *BODIES[1:]]


def test_every_verdict_is_looked_for(port: int) -> None:
    wrong = [wrong_answers(port, SIGN, bodies) for bodies in (BODIES, wrongly_expected())]

    assert wrong == [0, 1]


def test_the_no_op_endpoint_answers_any_body(port: int) -> None:
    wrong = wrong_answers(port, NOOP, wrongly_expected())

    assert wrong == 0


def test_python_threads_count_calls_and_failures(port: int) -> None:
    seen = with_threads(port, "/none", BODIES, 4, 0.5)

    assert seen.failed == round(seen.requests_per_second * 0.5) > 0


@pytest.mark.skipif(not wrk.is_installed(), reason="wrk is not installed")
@pytest.mark.parametrize(("path", "all_failed"), [(SIGN, False), (NOOP, False), ("/none", True)])
def test_wrk_sends_the_bodies_and_counts_failures(port: int, path: str, all_failed: bool) -> None:
    seen = wrk.with_wrk(port, path, BODIES, 4, 1)

    assert seen.requests_per_second > 0
    assert all_failed == (seen.failed > 2 * len(BODIES))
    assert all_failed or seen.failed == 0


def test_the_last_line_that_wrk_prints_is_read() -> None:
    figures = wrk.figures(PRINTED, wrong=1)

    assert Figures(428.0, 8.904, 19.312, 3) == figures


def test_a_body_is_written_between_brackets_that_it_does_not_close() -> None:
    written = wrk.script([Body(b'{"a": "]=]", "%": 1}', "")])

    assert b'local bodies = {\n[==[{"a": "]=]", "%": 1}]==]\n}\n' in written
    assert b"requests[sent % #requests + 1]" in written


def test_wrk_is_called_with_one_thread_and_the_script(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "wrk"
    stand_in.write_text(STAND_IN, "utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    seen = wrk.with_wrk(port, SIGN, BODIES, 16, 3.0)

    script, url = tmp_path / "wrk.script", f"http://127.0.0.1:{port}{SIGN}"
    said = (tmp_path / "wrk.arguments").read_text("utf-8").split()
    expected = ["--threads", "1", "--connections", "16", "--duration", "3s", "--timeout", "30s"]
    assert [*expected, "--script", said[-2], url] == said
    assert wrk.script(BODIES) == script.read_bytes()
    assert seen == Figures(428.0, 8.904, 19.312, 2)


@pytest.mark.parametrize("is_installed", [True, False])
def test_wrk_calls_where_it_is_installed_and_python_where_not(
    is_installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_installed:
        (tmp_path / "wrk").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    name, call = load.caller()

    called = ("wrk", wrk.with_wrk)
    absent = ("Python threads (wrk is not installed)", with_threads)
    assert (called if is_installed else absent) == (name, call)
