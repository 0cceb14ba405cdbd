"""wrk as the caller (github.com/wg/wrk): it costs the machine less than a client in Python.

A script in Lua rotates over the bodies and, at the end, prints the figures as one line of JSON.
It has no `response`: wrk would then copy every answer into Lua, so that a status of 400 and
above is counted, and the verdicts are checked before and after the run.  Percentiles are wrk's
own, which adds the calls that a stalled connection would have made meanwhile.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.bodies import Body
from tests.bench.callers import Figures, wrong_answers

# %s: the bodies as Lua strings.  wrk asks `init` once for each thread, `request` for each call.
SCRIPT = """\
local bodies = {
%s
}
local requests, sent = {}, 0

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function init(args)
  for number, body in ipairs(bodies) do
    requests[number] = wrk.format(nil, nil, nil, body)
  end
end

function request()
  sent = sent + 1
  return requests[sent %% #requests + 1]
end

function done(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    '\\n{"requests": %%d, "microseconds": %%d, "p50": %%f, "p99": %%f, "failed": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
"""


def is_installed() -> bool:
    return shutil.which("wrk") is not None


def with_wrk(
    port: int, path: str, bodies: Sequence[Body], connections: int, seconds: float
) -> Figures:
    """One run.  Every body is sent once before it and once after it, for its verdict."""
    wrong = wrong_answers(port, path, bodies)
    with TemporaryDirectory() as folder:
        written = Path(folder) / "bodies.lua"
        written.write_bytes(script(bodies))
        ran = subprocess.run(
            command(port, path, connections, seconds, written),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return figures(ran.stdout, wrong + wrong_answers(port, path, bodies))


def script(bodies: Sequence[Body]) -> bytes:
    return SCRIPT.encode() % b",\n".join(_lua_string(body.raw) for body in bodies)


def _lua_string(raw: bytes) -> bytes:
    """Between long brackets of a level that the bytes do not close; nothing is escaped in it."""
    level = b"="
    while b"]" + level + b"]" in raw:
        level += b"="
    return b"[%s[%s]%s]" % (level, raw, level)


def command(port: int, path: str, connections: int, seconds: float, written: Path) -> list[str]:
    return [
        "wrk", "--threads", "1", "--connections", str(connections), "--duration",
        f"{seconds:.0f}s", "--timeout", "30s", "--script", str(written),
        f"http://127.0.0.1:{port}{path}",
    ]  # fmt: skip


def figures(printed: str, wrong: int = 0) -> Figures:
    """What the script printed last.  wrong: answers that were not as wanted, beside the run."""
    said = json.loads(printed.splitlines()[-1])
    return Figures(
        requests_per_second=said["requests"] * 1e6 / said["microseconds"],
        p50_ms=said["p50"] / 1000,
        p99_ms=said["p99"] / 1000,
        failed=said["failed"] + wrong,
    )
