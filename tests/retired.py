"""Write what was shipped once and is not any more: python -m tests.retired

retired.csv: rows of value sets that were active and are gone, or were inactive and are active
now.  retired.toml: words of situations that texts could ask for.  A site's copy of an older file
still holds them, and they are not the site's own statement.  Run it after rows were taken away,
switched on or moved to another group, and after ids of the decision table changed.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "service/hpp/knowledge"
COLUMNS = ("group", "system", "code", "active")
Place = tuple[str, ...]


def git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def places(text: str) -> set[Place]:
    rows = csv.DictReader(io.StringIO(text))
    return {
        tuple(row[name] for name in COLUMNS) for row in rows if row.get("active") and row["code"]
    }


def versions(pattern: str) -> Iterator[str]:
    """Every version of some files in this repository's history."""
    commit = ""
    for line in git(
        "log", "--format=%H", "--diff-filter=AMR", "--name-only", "--", pattern
    ).splitlines():
        if "/" in line:
            yield git("show", f"{commit}:{line}")
        elif line:
            commit = line


def stale(retired: set[Place], now: set[Place]) -> list[Place]:
    """Those that a copy of an older file has otherwise than the files do now."""
    active = {place[:3] for place in now if place[3] == "yes"}
    return sorted(p for p in retired - now if (p[:3] in active) is (p[3] == "no"))


def situations(table: str) -> set[str]:
    rows = tomllib.loads(table).get("row", [])
    return {word for row in rows for word in (row["id"], *row["when"])}


def write_codes() -> None:
    kept = FOLDER / "retired.csv"
    files = (FOLDER / "valuesets").glob("*.csv")
    now = {place for file in files for place in places(file.read_text("utf-8"))}
    retired = {place for text in versions("*valuesets/*.csv") for place in places(text)}
    retired |= places(kept.read_text("utf-8"))
    rows = stale(retired, now)
    with kept.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    print(f"{len(rows)} rows in {kept}")


def write_situations() -> None:
    kept, table = FOLDER / "retired.toml", "decision_table.toml"
    now = situations((FOLDER / table).read_text("utf-8"))
    retired = {word for text in versions(f"*{table}") for word in situations(text)}
    if kept.is_file():
        retired |= set(tomllib.loads(kept.read_text("utf-8"))["situations"])
    words = "".join(f"  {json.dumps(word)},\n" for word in sorted(retired - now))
    head = "# Rows and findings of older decision tables, which a copy of an older text may name."
    kept.write_text(f"{head}\nsituations = [\n{words}]\n", "utf-8")
    print(f"{len(retired - now)} situations in {kept}")


if __name__ == "__main__":
    write_codes()
    write_situations()
