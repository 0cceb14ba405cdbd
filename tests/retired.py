"""Write retired.csv, the rows of value sets that were shipped once: python -m tests.retired

A site's copy of an older file still holds them, and they are not the site's own statement.  Run
it after rows were taken away or moved to another group.
"""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "service/hpp/knowledge"
COLUMNS = ("group", "system", "code")
Place = tuple[str, ...]


def git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def places(text: str) -> set[Place]:
    rows = csv.DictReader(io.StringIO(text))
    return {tuple(row[name] for name in COLUMNS) for row in rows if row.get("active") == "yes"}


def once_shipped() -> Iterator[Place]:
    """Every active row of every version of the value sets in this repository's history."""
    commit = ""
    for line in git("log", "--format=%H", "--name-only", "--", "*valuesets/*.csv").splitlines():
        if line.endswith(".csv"):
            yield from places(git("show", f"{commit}:{line}"))
        elif line:
            commit = line


def main() -> None:
    kept = FOLDER / "retired.csv"
    now = {
        p for file in (FOLDER / "valuesets").glob("*.csv") for p in places(file.read_text("utf-8"))
    }
    retired = set(once_shipped())
    if kept.is_file():
        rows = csv.DictReader(io.StringIO(kept.read_text("utf-8")))
        retired |= {tuple(row[name] for name in COLUMNS) for row in rows}
    with kept.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([COLUMNS, *sorted(retired - now)])
    print(f"{len(retired - now)} rows in {kept}")


if __name__ == "__main__":
    main()
