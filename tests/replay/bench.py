"""`python -m tests.replay.bench`: what a replay costs, beside a bare scan of the same files.

Each arm runs in a process of its own over the same synthetic population; CPU seconds are its own
and its children's, so that what else the machine does matters little.  `find` is the part of a
replay that looks for patients and their lines, `judge` that which judges them, both without
start-up; `replay` is the whole command, start-up and report included.  Peak memory is that of all
processes of an arm together, by samples.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import orjson

from service.replay.run import MEMORY_MB, Plan, replay
from service.replay.sources import Lines, export_files
from service.replay.synthetic import write_population
from service.replay.work import Task, Worker
from service.settings import Settings
from service.store.pseudonyms import Pseudonyms
from tests.bench.process import megabytes_of_all

SAMPLE_S = 0.1
ARMS: dict[str, Callable[[Path], tuple[float, int]]] = {}


def arm(measure: Callable[[Path], tuple[float, int]]) -> Callable[[Path], tuple[float, int]]:
    """measure: of a folder -> CPU seconds, and orders judged."""
    ARMS[measure.__name__.replace("_", " ")] = measure
    return measure


@arm
def bare_scan(folder: Path) -> tuple[float, int]:
    """DuckDB splits the same files into lines, and does nothing with them."""
    names = ", ".join(f"'{file}'" for file in export_files(folder))
    with duckdb.connect() as database:
        database.execute("SET threads = 1")
        began = cpu_s()
        database.execute(f"""SELECT sum(strlen(line)) FROM read_csv([{names}],
            columns = {{'line': 'VARCHAR'}}, header = false, delim = '\x01', quote = '',
            escape = '', comment = '', auto_detect = false, max_line_size = 16777216)""").fetchall()  # noqa: S608
        return cpu_s() - began, 0


@arm
def orjson_alone(folder: Path) -> tuple[float, int]:
    began = cpu_s()
    for file in export_files(folder):
        with file.open("rb") as lines:
            for line in lines:
                orjson.loads(line)
    return cpu_s() - began, 0


@arm
def find(folder: Path) -> tuple[float, int]:
    task = everything()
    judges = task.judges()
    with TemporaryDirectory() as scratch:
        began = cpu_s()
        lines = Lines(folder, Path(scratch), MEMORY_MB)
        lines.select(judges, False)
        lines.missing()
        lines.malformed(0)
        for _ in lines.histories():
            pass
        spent = cpu_s() - began
        lines.close()
    return spent, 0


@arm
def judge(folder: Path) -> tuple[float, int]:
    task = everything()
    worker = Worker(task, task.judges())
    with TemporaryDirectory() as scratch:
        lines = Lines(folder, Path(scratch), MEMORY_MB)
        lines.select(worker.judges, False)
        spent, orders = 0.0, 0
        for patient, found in lines.histories():
            began = cpu_s()
            orders += sum(row.get("day") is not None for row in worker.rows_of(patient, found))
            spent += cpu_s() - began
        lines.close()
    return spent, orders


@arm
def replay_1_process(folder: Path) -> tuple[float, int]:
    return _whole(folder, 1)


@arm
def replay_2_processes(folder: Path) -> tuple[float, int]:
    return _whole(folder, 2)


def _whole(folder: Path, processes: int) -> tuple[float, int]:
    with TemporaryDirectory() as out:
        summary = replay(Plan(folder, Path(out), Settings(), processes=processes))
    return cpu_s(), summary["orders"]


def everything() -> Task:
    """Every order of every day, by what is embedded."""
    return Task(Settings(), None, Pseudonyms(b"k" * 32), False, date.min, date.max)


def cpu_s() -> float:
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, both))


def measure(name: str, folder: Path) -> None:
    spent, orders = ARMS[name](folder)
    print(json.dumps({"cpu_s": spent, "orders": orders}))


def run_arm(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.replay.bench", "--arm", name, "--folder", str(folder)]
    peak_mb = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        while running.poll() is None:
            peak_mb = max(peak_mb, megabytes_of_all(running.pid))
            time.sleep(SAMPLE_S)
        said = running.stdout.read() if running.stdout else b""
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found | {"peak_mb": peak_mb}


def table(people: int, folder: Path) -> None:
    mb = sum(file.stat().st_size for file in export_files(folder)) / 1e6
    print(f"\n{people:,} people, {mb:,.0f} MB\n")
    print("| | CPU s | MB per CPU-s | patients per CPU-s | orders per CPU-s | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in ARMS:
        found = run_arm(name, folder)
        spent = found["cpu_s"]
        orders = f"{found['orders'] / spent:,.0f}" if found["orders"] else ""
        print(
            f"| {name} | {spent:.2f} | {mb / spent:,.0f} | {people / spent:,.0f} "
            f"| {orders} | {found['peak_mb']:,.0f} |",
            flush=True,
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, nargs="*", default=[10_000])
    options.add_argument("--arm", choices=list(ARMS))
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    if given.arm:
        measure(given.arm, given.folder)
        return
    for people in given.people:
        with TemporaryDirectory() as name:
            began = time.monotonic()
            write_population(people, Path(name))
            table(people, Path(name))
            print(f"\nin {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
