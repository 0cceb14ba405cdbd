"""`python -m tests.replay.kill`: a run that is killed ten times has the result of a whole one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pyarrow.parquet as pq

from service.replay.parts import RESULT
from service.replay.run import KEY_FILE, Plan, replay
from service.replay.synthetic import person
from service.settings import Settings
from service.store.pseudonyms import read_or_make
from tests.replay.test_history import ASSUMED

ROOT = Path(__file__).parents[2]
PEOPLE, KILLS = 1_500, 10  # all of them with orders, in as many parts as are killed, and more
LONGEST_S = 120


def kill_and_resume(source: Path, out: Path, kills: int) -> int:
    """Begin a replay and kill it after its next part, so many times; how many were killed."""
    return sum(_killed(source, out) for _ in range(kills))


def _killed(source: Path, out: Path) -> bool:
    command = [sys.executable, "-m", "service", "replay", str(source), "--out", str(out)]
    begun = subprocess.Popen(
        [*command, "--resume", "--processes", "2"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    wanted, until = _parts(out) + 1, time.monotonic() + LONGEST_S
    while _parts(out) < wanted and begun.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    alive = begun.poll() is None
    if alive:
        os.killpg(begun.pid, signal.SIGKILL)
    begun.wait()
    return alive


def _parts(out: Path) -> int:
    return len(list(out.glob("parts/0*.parquet")))


def _write(folder: Path) -> None:
    folder.mkdir()
    with (folder / "people.ndjson").open("wb") as lines:
        for number in range(PEOPLE):
            lines.writelines(orjson.dumps(r) + b"\n" for r in person(number, ASSUMED))


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "source")
        read_or_make(folder / "whole" / KEY_FILE)
        shutil.copytree(folder / "whole", folder / "killed")
        replay(Plan(folder / "source", folder / "whole", Settings(), processes=2))
        killed = kill_and_resume(folder / "source", folder / "killed", KILLS)
        replay(Plan(folder / "source", folder / "killed", Settings(), processes=2, resume=True))
        results = [pq.read_table(folder / run / RESULT) for run in ("whole", "killed")]
    same = results[0].equals(results[1])
    print(f"killed {killed} times, {results[0].num_rows} rows, row by row the same: {same}")
    sys.exit(not same)


if __name__ == "__main__":
    main()
