"""`python -m tests.mutation [--sample N] [--seed N] [PATH ...]`: would the tests see a change?

cosmic-ray changes one operator, number or condition of `service/hpp` and `service/fhir` at a time,
in a copy of what is committed, and runs the quick tests of that room until one fails, those named
as the changed file first.  A change that no test sees is printed; the last line is the share that
was seen.  Needs the extra `mutation`.  Changes come in random order, so that a run that is stopped
is a fair sample, too; all of them take days.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.modules import find_modules
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkResult

ROOT = Path(__file__).parents[2]
ROOMS = {  # the tests that show a room and take seconds: a change that they miss is worth a look
    "service/fhir": ("tests/fhir", "tests/spec/c*", "tests/releases"),
    "service/hpp": (
        "tests/restatement/test_*_by_hand.py", "tests/spec/c*", "tests/spec/test_as_of.py",
        "tests/spec/test_every_combination.py", "tests/spec/test_groups.py", "tests/fhir",
    ),
}  # fmt: skip
NAMED = ("tests/fhir", "tests/spec", "tests/restatement", "tests/unit")
TIMEOUT_S = 300  # of one change
ANNOTATION = "ReplaceBinaryOperator_BitOr"  # `|` joins types nearly everywhere, and sets nowhere


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        subprocess.run(["git", "clone", "-q", ROOT, copy], check=True)
        os.environ["PYTHONPATH"] = str(copy)
        with chdir(copy):
            _pytest("--collect-only", *NAMED)  # compiles all but what will be changed
            return _report(_results(_chosen(asked)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, help="as many changes, not all")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
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


def _results(changes: Sequence[MutationSpec]) -> Iterator[tuple[MutationSpec, WorkResult]]:
    for change in changes:
        command = " ".join(_tests(str(change.module_path)))
        yield change, mutate_and_test([change], command, TIMEOUT_S)


def _tests(module: str) -> list[str]:
    """pytest over the tests of a room, those first whose names speak of the module."""
    stem, room = Path(module).stem.removesuffix("s"), module.rpartition("/")[0]
    wanted = [f"{folder}/**/test_*{stem}*.py" for folder in NAMED]
    wanted += next(tests for name, tests in ROOMS.items() if f"{room}/".startswith(f"{name}/"))
    found = [str(path) for pattern in wanted for path in sorted(Path().glob(pattern))]
    return [sys.executable, "-m", "pytest", "-x", "-q", *dict.fromkeys(found)]


def _pytest(*arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _place(change: MutationSpec) -> str:
    line = change.start_pos[0]
    return f"{change.module_path}:{line:05} {change.operator_name} {change.occurrence}"


def _report(found: Iterator[tuple[MutationSpec, WorkResult]]) -> int:
    seen = tried = 0
    for change, result in found:
        tried += 1
        if result.test_outcome == TestOutcome.KILLED:
            seen += 1
            print(f"{_place(change)}: {_failed(result)}")
        else:
            print(f"\n{_place(change)}: not seen\n{result.diff}\n")
        print(f"{seen} of {tried} changes were seen: {seen / tried:.0%}", flush=True)
    return int(seen < tried)


def _failed(result: WorkResult) -> str:
    """The test that saw it, as pytest names it."""
    said = str(result.output).splitlines()
    return next((line for line in said if line.startswith(("FAILED", "ERROR"))), "no test ended")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
