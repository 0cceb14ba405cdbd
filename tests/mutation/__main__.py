"""`python -m tests.mutation [--sample N] [--seed N] [PATH ...]`: would the tests see a change?

cosmic-ray changes one operator, number or condition of `service/hpp` and `service/fhir` at a time,
in a copy of what is committed, and runs the tests of that room until one fails, those named as
the changed file first.  A change that no test sees is printed; the last line is the share of those
that were seen.  Needs the extra `mutation`.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkItem, WorkResult

ROOT = Path(__file__).parents[2]
ROOMS = {  # the tests that show a room, the quick ones that see much of it first
    "service/fhir": ("tests/fhir", "tests/spec/c*", "tests/spec"),
    "service/hpp": (
        "tests/restatement/test_*_by_hand.py", "tests/spec/c*", "tests/spec/test_as_of.py",
        "tests/restatement", "tests/spec", "tests/unit", "tests/fhir",
    ),
}  # fmt: skip
TIMEOUT_S = 1800  # of one change; the tests of a room take minutes where they all pass
CONFIGURATION = """\
[cosmic-ray]
module-path = {modules}
timeout = {timeout_s}
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
"""
ANNOTATION = "ReplaceBinaryOperator_BitOr"  # `|` joins types nearly everywhere, and sets nowhere


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        subprocess.run(["git", "clone", "-q", ROOT, copy], check=True)
        found = [
            result for room, tests in ROOMS.items() for result in _play(copy, room, tests, asked)
        ]
    return _report(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, help="as many changes of each room, not all")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only in these files or folders")
    return parser


def _play(
    copy: Path, room: str, tests: Sequence[str], asked: argparse.Namespace
) -> list[tuple[WorkItem, WorkResult]]:
    """Every change that was tried in a room, and what came of it."""
    modules = [path for path in asked.paths or [room] if path.startswith(room)]
    if not modules:
        return []
    session = copy / "session.sqlite"
    session.unlink(missing_ok=True)
    _cosmic_ray(copy, "init", _settings(copy, modules, "true"), session)
    with use_db(str(session), WorkDB.Mode.open) as work:
        chosen = _chosen(work.work_items, asked.sample, asked.seed)
    results: dict[str, WorkResult] = {}
    for module, items in groupby(sorted(chosen, key=_place), _module):
        with use_db(str(session), WorkDB.Mode.open) as work:
            work.clear()
            work.add_work_items(items)
        settings = _settings(copy, [module], _command(copy, module, tests))
        _cosmic_ray(copy, "exec", settings, session)
        with use_db(str(session), WorkDB.Mode.open) as work:
            results |= dict(work.results)
    return [(item, results[item.job_id]) for item in chosen]


def _settings(copy: Path, modules: Sequence[str], command: str) -> Path:
    written = copy / "cosmic-ray.toml"
    written.write_text(
        CONFIGURATION.format(modules=list(modules), timeout_s=TIMEOUT_S, command=command)
    )
    return written


def _command(copy: Path, module: str, tests: Sequence[str]) -> str:
    """pytest over the tests of a room, those first whose names speak of the module."""
    wanted = [f"tests/*/test_*{Path(module).stem.removesuffix('s')}*.py", *tests]
    found = [path.relative_to(copy) for pattern in wanted for path in sorted(copy.glob(pattern))]
    named = " ".join(dict.fromkeys(map(str, found)))
    return f"{sys.executable} -m pytest -x -q -p no:cacheprovider {named}"


def _cosmic_ray(copy: Path, *command: str | Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    tool = [sys.executable, "-m", "cosmic_ray.cli", *command]
    subprocess.run(tool, cwd=copy, env=environment, check=True, stdout=sys.stderr)


def _chosen(items: Sequence[WorkItem], sample: int | None, seed: int) -> list[WorkItem]:
    """All changes but those of annotations, or a sample of them."""
    tried = [i for i in items if ANNOTATION not in i.mutations[0].operator_name]
    if sample is None or sample >= len(tried):
        return tried
    return random.Random(seed).sample(sorted(tried, key=_place), sample)


def _module(item: WorkItem) -> str:
    return str(item.mutations[0].module_path)


def _place(item: WorkItem) -> str:
    change = item.mutations[0]
    return (
        f"{change.module_path}:{change.start_pos[0]:05} {change.operator_name} {change.occurrence}"
    )


def _report(found: Sequence[tuple[WorkItem, WorkResult]]) -> int:
    survived = [(i, r) for i, r in found if r.test_outcome == TestOutcome.SURVIVED]
    for item, result in survived:
        print(f"\n{_place(item)}\n{result.diff}")
    killed = sum(result.is_killed for _, result in found)
    print(f"\n{killed} of {len(found)} changes were seen, {len(survived)} were not", end="")
    print(f": {killed / len(found):.0%}" if found else "")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
