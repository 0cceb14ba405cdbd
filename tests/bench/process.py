"""What a process costs: importing the application, a worker's memory, garbage collections."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
STATUS = Path("/proc/self/status")
IMPORT = """
import time
started = time.process_time()
import service.app
print(time.process_time() - started)
"""
# As `serve` runs it: imports, application with a client, frozen start; then 1,000 typical requests.
WORKER = """
import gc
from service.server import serve
from tests.bench.arms import authenticated, log_to_nowhere
from tests.bench.bodies import SIZES, body
log_to_nowhere()
bodies = [body(number, SIZES["typical"]).raw for number in range(20)]
arm = authenticated()
arm.prepare(1000)
serve.settle_interpreter()
before = gc.get_stats()[2]["collections"]
for number in range(1000):
    arm.run(bodies[number % 20])
print(gc.get_stats()[2]["collections"] - before)
"""
# Without what the benchmark itself imports.
MEMORY = """
import os, sys
from pathlib import Path
from service.server import serve
from tests.trust.callers import signing, site
raws = [bytes.fromhex(line) for line in sys.stdin.read().split()]
client = signing(site(data_dir=Path(sys.argv[1])))
serve.settle_interpreter()
for raw in raws * 10:
    answer = client.post("/cds-services/hpp-order-sign", data=raw, content_type="application/json")
    assert answer.status_code == 200
from tests.bench.process import private_megabytes
print(private_megabytes(os.getpid()))
"""


def _run(script: str, given: str = "", *arguments: str) -> float:
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        input=given, capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return float(ran.stdout)


def import_cpu_seconds(times: int = 5) -> float:
    """CPU time of `import service.app` in a fresh process, the median of several."""
    return statistics.median(_run(IMPORT) for _ in range(times))


def worker_megabytes(bodies: list[bytes]) -> float:
    """Private memory of one worker process after 200 requests (Linux).

    The second that opens the store: the first makes its tables, which no worker does again.
    """
    with TemporaryDirectory() as folder:
        _run(MEMORY, sent := "\n".join(raw.hex() for raw in bodies), folder)
        return _run(MEMORY, sent, folder)


def megabytes_of_all(process: int) -> float:
    """What a process and its descendants hold, what they share counted once (Linux)."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        begun = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return own + sum(map(megabytes_of_all, begun))


def private_megabytes(process: int) -> float:
    """What a process shares with no other (Linux)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def peak_megabytes() -> float:
    """The most memory that this process ever held, or since it was last forgotten (Linux)."""
    if not STATUS.exists():
        return 0.0
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def forget_peak() -> float:
    """From here on the peak counts anew; what is held now."""
    if STATUS.exists():
        STATUS.with_name("clear_refs").write_text("5")
    return peak_megabytes()


def full_collections() -> int:
    """Collections of the oldest generation in 1,000 typical requests."""
    return int(_run(WORKER))
