"""Histories -> parts: in this process, or in several.

A part is written whole or not at all, so that a run that was ended anywhere goes on with the
parts that are missing.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq

from service.replay.parts import write_whole
from service.replay.results import table_of
from service.replay.work import Task, Worker

PART_PATIENTS = 100
History = tuple[str, list[bytes]]
Progress = Callable[[int, int], None]  # patients judged, patients in all


def judge_here(worker: Worker, parts: Path, histories: Iterator[History]) -> Iterator[int]:
    """Part by part; how many patients each held."""
    for chunk, file in _chunks(histories, parts):
        if not file.exists():
            _judge_part(worker, chunk, file)
        yield len(chunk)


def judge_in_processes(
    task: Task, processes: int, parts: Path, histories: Iterator[History]
) -> Iterator[int]:
    """The same; as many parts under way as there are processes, and one more."""
    fresh = get_context("spawn")  # a fork would copy the database's threads half
    with ProcessPoolExecutor(processes, fresh, initializer=_begin, initargs=(task,)) as pool:
        under_way: dict[Future[None], int] = {}
        for chunk, file in _chunks(histories, parts):
            if file.exists():
                yield len(chunk)
                continue
            under_way[pool.submit(_judge_in_worker, chunk, file)] = len(chunk)
            if len(under_way) > processes:
                yield _finished(under_way)
        while under_way:
            yield _finished(under_way)


def _chunks(histories: Iterator[History], parts: Path) -> Iterator[tuple[list[History], Path]]:
    """Patients in their order, and the file of their part."""
    number = 0
    while chunk := list(islice(histories, PART_PATIENTS)):
        yield chunk, parts / f"{number:06}.parquet"
        number += 1


def _finished(under_way: dict[Future[None], int]) -> int:
    """Wait for one part or more; how many patients they held.  Raises what a worker raised."""
    ended, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for future in ended:
        future.result()
    return sum(under_way.pop(future) for future in ended)


_worker: list[Worker] = []  # of a worker process


def _begin(task: Task) -> None:
    """The process that began it all hears Ctrl-C; a worker ends its part."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [Worker(task, task.judges())]


def _judge_in_worker(chunk: list[History], file: Path) -> None:
    _judge_part(_worker[0], chunk, file)


def _judge_part(worker: Worker, chunk: list[History], file: Path) -> None:
    rows = [row for patient, lines in chunk for row in worker.rows_of(patient, lines)]
    write_whole(file, lambda path: pq.write_table(table_of(rows), path))
