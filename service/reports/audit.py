"""An export whose lines hang together: each carries a hash of itself and of all before it.

The last line says how many there are, so that an end cut off shows.  Who holds the last hash
elsewhere can tell a file that was written anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

START = hashlib.sha256(b"hpp-cds audit 1").hexdigest()
END = "end"


def export(path: Path, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    """Write (table, row) in their order; how many.  The file is there whole or not at all."""
    running, count = START, 0
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            for table, row in rows:
                running = _write(file, {"table": table, **_plain(row)}, running)
                count += 1
            _write(file, {"table": END, "count": count}, running)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return count


def verify(path: Path) -> tuple[int, int]:
    """(lines, the first that is wrong or 0)."""
    running, number, ended = START, 0, False
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if ended:
                return number, number
            entry = _read(line)
            said = entry.pop("hash", None)
            running = _hash(entry, running)
            if said != running or line != _line(entry, running):
                return number, number
            ended = entry.get("table") == END
            if ended and entry.get("count") != number - 1:
                return number, number
    return number - 1, 0 if ended else number + 1


def _write(file: Any, entry: dict[str, Any], running: str) -> str:
    running = _hash(entry, running)
    file.write(_line(entry, running))
    return running


def _line(entry: Mapping[str, Any], running: str) -> bytes:
    return orjson.dumps({**entry, "hash": running}, option=orjson.OPT_SORT_KEYS) + b"\n"


def _hash(entry: Mapping[str, Any], running: str) -> str:
    written = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(running.encode() + written).hexdigest()


def _read(line: bytes) -> dict[str, Any]:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.hex() if isinstance(v, bytes) else v for k, v in row.items()}
