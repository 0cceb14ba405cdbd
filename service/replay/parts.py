"""The folder of a run: its parts while it is under way, and the table they are joined to."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from service.content.faults import Fault
from service.replay.ending import USAGE, CannotReplay
from service.replay.results import table_of

PARTS = "parts"
RESULT = "decisions.parquet"
IDENTITY = "run.json"
EMPTY = "empty.parquet"  # so that there is a part even where nobody matters
BATCH_ROWS = 10_000


def begin(out: Path, identity: dict[str, Any], resume: bool) -> Path:
    """The folder of the parts.

    identity: what has to be the same where a run is gone on with.  Raises CannotReplay where a run
    was begun and that is not meant, or where it was another.
    """
    parts, said = out / PARTS, json.dumps(identity, sort_keys=True)
    parts.mkdir(mode=0o700, exist_ok=True)
    file = parts / IDENTITY
    begun = [path for path in parts.glob("*.parquet") if path.name != EMPTY]
    if begun or (out / RESULT).exists():
        if not resume:
            raise _fault(out, "holds a replay already; add --resume to go on with it")
        if not file.exists() or file.read_text("utf-8") != said:
            raise _fault(
                out,
                "holds a replay of another source, or with other settings or days; "
                "go on with what it was begun with",
            )
    write_whole(parts / EMPTY, lambda path: pq.write_table(table_of([]), path))
    write_whole(file, lambda path: path.write_text(said, "utf-8"))
    return parts


def _fault(out: Path, message: str) -> CannotReplay:
    return CannotReplay([Fault(str(out), "--out", f"{message}, or choose another folder")], USAGE)


def write_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Whole or not at all: written beside, flushed, and renamed."""
    beside = file.with_name(f".{file.name}.part")
    write(beside)
    with beside.open("rb") as opened:
        os.fsync(opened.fileno())
    beside.replace(file)


class Decisions:
    """All parts as one table, by patient, day and order.

    notes: what was met without being judged, and how often.
    """

    def __init__(self, parts: Path, out: Path, memory_mb: int) -> None:
        """Writes the table, in no more memory than is allowed however long it is."""
        self.file = out / RESULT
        with duckdb.connect() as database:
            database.execute(f"SET memory_limit = '{memory_mb}MB'")
            database.execute("SET temp_directory = $1", [str(parts / "spill")])
            found = database.read_parquet([str(path) for path in sorted(parts.glob("*.parquet"))])
            noted = found.filter("day IS NULL").aggregate("verdict, count(*)").fetchall()
            self.notes = Counter({str(what): int(count) for what, count in noted})
            decided = found.filter("day IS NOT NULL").order('patient, day, "order", row')
            write_whole(self.file, lambda path: decided.write_parquet(str(path)))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Of results.SCHEMA; few at a time."""
        with pq.ParquetFile(self.file) as table:
            for batch in table.iter_batches(BATCH_ROWS):
                yield from batch.to_pylist()
