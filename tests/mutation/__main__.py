"""`python -m tests.mutation [--sample N] [--seed N] [PATH ...]`: would the tests see a change?

cosmic-ray changes one operator, number or condition of `service/hpp` and `service/fhir` at a time,
in a copy of what is committed, and the tests that reach the changed statement run until one fails,
those named as the changed file first.  A change that no test sees is printed; the last line is the
share that was seen.  Needs the extra `mutation` and a Unix.  Changes come in random order, so that
a run that is stopped is a fair sample, too; all of them take hours.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

import pytest
from cosmic_ray.commands import init
from cosmic_ray.modules import find_modules
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

from tests.mutation.session import Session, Tried, mutated

ROOT = Path(__file__).parents[2]
ROOMS = ("service/fhir", "service/hpp")
TESTS = (
    "tests/hpp", "tests/fhir", "tests/releases", "tests/spec/c*", "tests/spec/test_as_of.py",
    "tests/spec/test_every_combination.py", "tests/spec/test_groups.py",
    "tests/unit/test_searches.py",
)  # fmt: skip
ANNOTATION = "ReplaceBinaryOperator_BitOr"  # `|` joins types nearly everywhere, and sets nowhere


def main(arguments: Sequence[str]) -> int:
    """Once more in a copy, which a change at import may change."""
    asked = _parser().parse_args(arguments)
    if asked.here:
        return _try(_chosen(asked))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        subprocess.run(["git", "clone", "-q", ROOT, copy], check=True)
        command = [sys.executable, "-m", "tests.mutation", "--here", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        return subprocess.run(command, cwd=copy, env=environment, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, help="as many changes, not all")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "paths", nargs="*", default=list(ROOMS), metavar="PATH", help="only in these"
    )
    return parser


def _chosen(asked: argparse.Namespace) -> list[MutationSpec]:
    """All changes but those of annotations, in random order, or a sample of them."""
    with use_db("session.sqlite", WorkDB.Mode.create) as work:
        init(find_modules(map(Path, asked.paths)), work, {})
        found = [change for item in work.work_items for change in item.mutations]
    tried = sorted((c for c in found if ANNOTATION not in c.operator_name), key=_place)
    random.Random(asked.seed).shuffle(tried)
    return tried[: asked.sample]


def _try(changes: Sequence[MutationSpec]) -> int:
    report = Report()
    found = [str(path) for pattern in TESTS for path in sorted(Path().glob(pattern))]
    status = pytest.main(["-q", "-s", *found], plugins=[Session(changes, report.say)])
    return int(report.not_seen > 0 or status != pytest.ExitCode.OK)


class Report:
    """Says each change as it was tried."""

    def __init__(self) -> None:
        self.seen = self.not_seen = 0

    def say(self, tried: Tried) -> None:
        if tried.seen_by:
            self.seen += 1
            print(f"{_place(tried.change)}: {tried.seen_by}")
        else:
            self.not_seen += 1
            print(f"\n{_place(tried.change)}: not seen\n{_difference(tried.change)}\n")
        count = self.seen + self.not_seen
        print(f"{self.seen} of {count} changes were seen: {self.seen / count:.0%}", flush=True)


def _place(change: MutationSpec) -> str:
    line = change.start_pos[0]
    return f"{change.module_path}:{line:05} {change.operator_name} {change.occurrence}"


def _difference(change: MutationSpec) -> str:
    before, after = Path(change.module_path).read_text(), mutated(change)
    lines = unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
