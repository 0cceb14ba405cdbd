"""One replay: find, judge, keep each part, join them at the end, and say what came of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from service.charts.counts import FEWEST
from service.content.faults import Fault, Faulty
from service.replay.ending import CannotReplay
from service.replay.extracts import has_extracts
from service.replay.figures import figures_of
from service.replay.history import Judges
from service.replay.judging import Progress, judge_here, judge_in_processes
from service.replay.listing import list_patients
from service.replay.parts import PARTS, Decisions, begin, write_whole
from service.replay.report import report
from service.replay.results import MALFORMED, UNDATED
from service.replay.sources import Lines, export_files
from service.replay.work import Task, Worker
from service.settings import Settings
from service.store.pseudonyms import read_or_make

MEMORY_MB = 512
INSTALL_SPARK = "python -m pip install '.[spark]', and a Java 17 runtime"
KEY_FILE = "pseudonym.key"
LIST_FILE = "patients.csv"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be replayed.

    everyone: judge each patient's last day instead of each order.  first, last: only orders of
    these days.  against: the settings to compare with.  processes: workers; each builds its own
    engine.  spark_master: where Spark does the work instead, such as local[2]; empty for DuckDB.
    list_patients: with the site's ids in a file of their own.  small_numbers: counts below 5 in
    the report.  synthetic: said on the page.
    """

    source: Path
    out: Path
    settings: Settings
    everyone: bool = False
    first: date = date.min
    last: date = date.max
    against: Settings | None = None
    processes: int = 1
    resume: bool = False
    spark_master: str = ""
    list_patients: bool = False
    small_numbers: bool = False
    synthetic: bool = False


def replay(plan: Plan, progress: Progress = lambda done, of: None) -> dict[str, Any]:
    """Run or resume, and write decisions.parquet, report.html and summary.json.  The summary.

    Raises CannotReplay where the source or the folder cannot be used, and Faulty for the settings.
    """
    started = time.monotonic()
    if not has_extracts(plan.source):
        export_files(plan.source)  # before anything is made in the folder
    task = _task(plan)
    judges = task.judges()
    parts = begin(plan.out, _identity(plan, judges), plan.resume)
    lines = Lines(plan.source, parts, MEMORY_MB, plan.processes)
    try:
        judged = _judge_by_spark if plan.spark_master else _judge
        judges, patients = judged(plan, task, judges, lines, progress)
        decisions = Decisions(parts, plan.out, MEMORY_MB)
        if plan.list_patients:
            list_patients(decisions, patients, task.pseudonyms, plan.out / LIST_FILE)
        unread = 0 if plan.spark_master else decisions.notes[MALFORMED]
        malformed, places = lines.malformed(unread)
    except duckdb.Error as error:
        raise _unreadable(plan.source, error) from None
    finally:
        lines.close()
    figures = figures_of(decisions.rows())
    summary = figures.summary() | {
        "undated_orders": decisions.notes[UNDATED],
        "orders_without_patient": lines.without_patient,
        "missing": sorted(judges.missing),
        "malformed_lines": malformed,
        "malformed": places,
        "seconds": round(time.monotonic() - started, 1),
    }
    fewest = 1 if plan.small_numbers or plan.synthetic else FEWEST
    page = report(
        figures, summary, judges, fewest, everyone=plan.everyone, synthetic=plan.synthetic
    )
    said = json.dumps(summary, indent=2)
    write_whole(plan.out / "report.html", lambda path: path.write_text(page, "utf-8"))
    write_whole(plan.out / "summary.json", lambda path: path.write_text(said, "utf-8"))
    return summary


def _unreadable(source: Path, error: duckdb.Error) -> CannotReplay:
    """By the kind of error alone: its text may quote a line."""
    shut = [file for file in source.rglob("*") if file.is_file() and not os.access(file, os.R_OK)]
    if shut:
        message = "may not be read by this user; change its mode or its owner"
        return CannotReplay(Fault(str(file), "", message) for file in shut)
    message = (
        f"could not be read ({type(error).__name__}); is a file damaged, or is the disk full? "
        "The same command with --resume goes on"
    )
    return CannotReplay([Fault(str(source), "", message)])


def _task(plan: Plan) -> Task:
    plan.out.mkdir(parents=True, exist_ok=True)
    pseudonyms = read_or_make(plan.out / KEY_FILE)
    return Task(plan.settings, plan.against, pseudonyms, plan.everyone, plan.first, plan.last)


def _identity(plan: Plan, judges: Judges) -> dict[str, Any]:
    """What has to be the same where a run is gone on with."""
    files = sorted(path for path in plan.source.rglob("*") if path.is_file())
    engines = [judges.engine, *([judges.against] if judges.against else [])]
    return {
        "source": [[str(f.relative_to(plan.source)), f.stat().st_size] for f in files],
        "content": [[engine.configuration, engine.knowledge.version] for engine in engines],
        "days": [plan.first.isoformat(), plan.last.isoformat()],
        "everyone": plan.everyone,
        "spark": bool(plan.spark_master),
    }


def _judge(
    plan: Plan, task: Task, judges: Judges, lines: Lines, progress: Progress
) -> tuple[Judges, Iterable[str]]:
    """Every patient that matters, into the parts; by DuckDB, on this machine."""
    patients = lines.select(judges, plan.everyone)
    missing = lines.missing()
    task, judges = replace(task, missing=missing), replace(judges, missing=missing)
    parts = plan.out / PARTS
    if plan.processes == 1:
        counts = judge_here(Worker(task, judges), parts, lines.histories())
    else:
        counts = judge_in_processes(task, plan.processes, parts, lines.histories())
    done = 0
    for count in counts:
        done += count
        progress(done, patients)
    return judges, lines.patients()


def _judge_by_spark(
    plan: Plan, task: Task, judges: Judges, lines: Lines, progress: Progress
) -> tuple[Judges, Iterable[str]]:
    """One part, written by the driver."""
    try:
        from service.replay.spark import decide
    except ImportError:
        message = f"needs more packages: {INSTALL_SPARK}"
        raise Faulty([Fault("hpp-cds replay", "--engine spark", message)]) from None
    lines.count_malformed()
    missing = lines.missing()
    judges = replace(judges, missing=missing)
    task = replace(task, missing=missing)
    decided = decide(plan.source, plan.spark_master, task, judges, plan.list_patients)
    write_whole(
        plan.out / PARTS / "spark.parquet", lambda path: pq.write_table(decided.table, path)
    )
    lines.without_patient = decided.orders_without_patient
    return judges, decided.patients
