"""One replay: find, judge in worker processes, keep each part, and join them at the end.

A part is written whole or not at all, so that a run that was ended anywhere goes on with the
parts that are missing, and its result is the same.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from service.content.faults import Fault, Faulty
from service.evaluation.building import build_engine
from service.evaluation.engine import Engine
from service.replay.history import judge_last_day, judge_orders
from service.replay.report import report
from service.replay.results import SCHEMA, Pseudonyms, row_of, summary_of, table_of
from service.replay.sources import Lines
from service.settings import Settings

PART_PATIENTS = 200
MEMORY_MB = 1024
Patients = list[tuple[str, list[bytes]]]
Progress = Callable[[int, int], None]  # patients judged, patients in all


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be replayed.

    everyone: judge each patient's last day instead of each order.  first, last: only orders of
    these days.  processes: workers; each builds its own engine.  synthetic: said on the page.
    spark_master: where Spark does the work instead, such as local[2]; empty for DuckDB.
    """

    source: Path
    out: Path
    settings: Settings
    everyone: bool = False
    first: date = date.min
    last: date = date.max
    processes: int = 1
    resume: bool = False
    spark_master: str = ""
    synthetic: bool = False


def replay(plan: Plan, progress: Progress = lambda done, of: None) -> dict[str, Any]:
    """Run or resume, and write decisions.parquet, report.html and summary.json.  The summary.

    Raises Faulty where the source or the folder cannot be used.
    """
    started = time.monotonic()
    parts = _open(plan)
    lines = Lines(plan.source, parts, MEMORY_MB)
    try:
        if plan.spark_master:
            _judge_by_spark(plan, parts)
        else:
            patients = lines.select(build_engine(plan.settings), plan.everyone)
            _judge_all(plan, parts, lines, patients, progress)
        malformed = list(lines.malformed())
    finally:
        lines.close()
    table = _joined(parts)
    _write(plan.out / "decisions.parquet", lambda path: pq.write_table(table, path))
    summary = summary_of(table) | {
        "malformed_lines": len(malformed),
        "malformed": [f"{item.file}:{item.line}" for item in malformed[:100]],
        "seconds": round(time.monotonic() - started, 1),
    }
    page = report(table.to_pylist(), build_engine(plan.settings), synthetic=plan.synthetic)
    _write(plan.out / "report.html", lambda path: path.write_text(page, "utf-8"))
    _write(plan.out / "summary.json", lambda path: path.write_text(json.dumps(summary, indent=2)))
    return summary


def _open(plan: Plan) -> Path:
    """The folder of the parts; a run that was begun is gone on with only where that is meant."""
    parts = plan.out / "parts"
    if parts.is_dir() and any(parts.glob("*.parquet")) and not plan.resume:
        message = "holds a replay already; add --resume to go on with it, or choose another folder"
        raise Faulty([Fault(str(plan.out), "--out", message)])
    parts.mkdir(parents=True, exist_ok=True)
    return parts


def _judge_all(plan: Plan, parts: Path, lines: Lines, patients: int, progress: Progress) -> None:
    """Parts in the order of patients; as many under way as there are processes, and one more."""
    key, done = site_key(plan.out), 0
    begin = (plan.settings, key, plan.everyone, plan.first, plan.last)
    with ProcessPoolExecutor(plan.processes, initializer=_begin, initargs=begin) as pool:
        under_way: dict[Future[None], int] = {}
        for number, chunk in enumerate(_chunks(lines.histories())):
            file = parts / f"{number:06}.parquet"
            if file.exists():
                done += len(chunk)
                continue
            under_way[pool.submit(_judge_part, chunk, file)] = len(chunk)
            while len(under_way) > plan.processes:
                done += _finished(under_way)
                progress(done, patients)
        while under_way:
            done += _finished(under_way)
            progress(done, patients)


def _judge_by_spark(plan: Plan, parts: Path) -> None:
    """One part, written by the driver."""
    from service.replay.spark import decide

    key = site_key(plan.out)
    table = decide(plan.source, plan.spark_master, plan.settings, key, plan.first, plan.last)
    _write(parts / "spark.parquet", lambda path: pq.write_table(table, path))


def _finished(under_way: dict[Future[None], int]) -> int:
    """Wait for one part or more; how many patients they held.  Raises what a worker raised."""
    ended, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for future in ended:
        future.result()
    return sum(under_way.pop(future) for future in ended)


def _chunks(histories: Iterator[tuple[str, list[bytes]]]) -> Iterator[Patients]:
    while chunk := list(islice(histories, PART_PATIENTS)):
        yield chunk


@dataclass
class Worker:
    """What a worker process judges with; built once in each."""

    engine: Engine
    pseudonyms: Pseudonyms
    everyone: bool
    first: date
    last: date


_worker: list[Worker] = []


def _begin(settings: Settings, key: bytes, everyone: bool, first: date, last: date) -> None:
    _worker[:] = [Worker(build_engine(settings), Pseudonyms(key), everyone, first, last)]


def _judge_part(chunk: Patients, file: Path) -> None:
    worker = _worker[0]
    rows = [row for patient, lines in chunk for row in rows_of(patient, lines, worker)]
    _write(file, lambda path: pq.write_table(table_of(rows), path))


def rows_of(patient: str, lines: list[bytes], worker: Worker) -> Iterator[dict[str, Any]]:
    """The rows of one patient.  lines: of the source, in one order whoever found them."""
    resources = [orjson.loads(line) for line in lines]
    judge = judge_last_day if worker.everyone else judge_orders
    for decision in judge(patient, resources, worker.engine):
        if worker.first <= decision.day <= worker.last:
            yield row_of(decision, worker.engine, worker.pseudonyms)


def _joined(parts: Path) -> pa.Table:
    files = sorted(parts.glob("*.parquet"))
    table = pa.concat_tables([pq.read_table(f, schema=SCHEMA) for f in files] or [table_of([])])
    return table.sort_by([(name, "ascending") for name in ("patient", "day", "order")])


def site_key(folder: Path) -> bytes:
    """The key of the pseudonyms of a run, made when it begins; who has it can undo them."""
    file = folder / "pseudonym_key"
    if not file.exists():
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "wb") as opened:
            opened.write(secrets.token_bytes(32))
    return file.read_bytes()


def _write(file: Path, write: Callable[[Path], object]) -> None:
    """Whole or not at all: written beside, flushed, and renamed."""
    beside = file.with_name(f".{file.name}.part")
    write(beside)
    with beside.open("rb") as opened:
        os.fsync(opened.fileno())
    beside.replace(file)
