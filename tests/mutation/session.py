"""Run the tests once for each change: in a process that has everything imported, forked anew."""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec, TestOutcome

import tests.fhir.ask
import tests.spec.render
from tests.mutation.reach import Lines, Reached, forget, tracing
from tests.mutation.swap import AtImport, Warned, functions, replacements

LONGEST_S = 120  # of computing for one change; what goes on forever was seen
TOO_LONG = "computed for too long"
ENGINES = (tests.fhir.ask.engine, tests.spec.render.engine)  # kept from test to test


@dataclass(frozen=True)
class Tried:
    """A change and the test that saw it, or None."""

    change: MutationSpec
    seen_by: str | None


@dataclass(eq=False)
class Session:
    """A plugin of pytest: in place of running the tests that it collected, it tries changes."""

    changes: Sequence[MutationSpec]
    say: Callable[[Tried], None]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """What would be built in every process anew is built before."""
        self.items = session.items
        for engine in ENGINES:
            engine()
        files = sorted({Path(change.module_path).resolve() for change in self.changes})
        self.alive, self.reached = functions(files), self._traced(files)
        gc.freeze()  # a child would copy what its collector touches
        print(f"{len(self.items)} tests reach {len(self.reached.by_test)} lines", flush=True)
        for change in self.changes:
            with suppress(SyntaxError):  # no change of a program
                self.say(Tried(change, self._seen_by(change)))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.found, report.nodeid.encode())
            os._exit(1)

    def _traced(self, files: Sequence[Path]) -> Lines:
        """In a process of its own, so that each change finds everything as it was imported."""
        kept = Path("reached.json").resolve()

        def trace() -> None:
            with tracing(files, [engine().terminology for engine in ENGINES]) as reached:
                self._run(range(len(self.items)), reached)
            kept.write_text(json.dumps(reached.lines()))

        failing = self._forked(trace, resource.RLIM_INFINITY)
        if failing:
            raise pytest.UsageError(f"a test fails without any change: {failing}")
        return Lines(*json.loads(kept.read_text()))

    def _seen_by(self, change: MutationSpec) -> str | None:
        file = Path(change.module_path).resolve()
        try:
            new = replacements(file, mutated(change), self.alive)
        except Warned as warning:
            return str(warning)
        except AtImport:
            return self._seen_at_import(change)
        tests_of = self.reached.tests_of(file, change.start_pos[0])

        def changed() -> None:
            for function, code in new:
                function.__code__ = code
            forget(engine().terminology for engine in ENGINES)
            if tests_of is None:
                for engine in ENGINES:
                    engine.cache_clear()
            self._run(self._order(file, tests_of))

        return self._forked(changed, LONGEST_S)

    def _seen_at_import(self, change: MutationSpec) -> str | None:
        """The same in a new process, which takes longest."""
        numbers = self._order(Path(change.module_path), None)
        files = dict.fromkeys(str(self.items[number].path) for number in numbers)
        command = " ".join([sys.executable, "-m", "pytest", "-x", "-q", *files])
        result = mutate_and_test([change], command, 3 * LONGEST_S)
        if result.test_outcome != TestOutcome.KILLED:
            return None
        said = str(result.output).splitlines()
        return next((line for line in said if line.startswith(("FAILED", "ERROR"))), "no import")

    def _order(self, file: Path, numbers: Collection[int] | None) -> list[int]:
        """Those first whose file is named as the changed one."""
        stem = file.stem.removesuffix("s")
        chosen = range(len(self.items)) if numbers is None else sorted(numbers)
        return sorted(chosen, key=lambda number: stem not in self.items[number].path.name)

    def _run(self, numbers: Sequence[int], watch: Reached | None = None) -> None:
        for number, following in zip(numbers, [*numbers[1:], None], strict=True):
            if watch:
                watch.begin(str(number))
            item, behind = self.items[number], None if following is None else self.items[following]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=behind)

    def _forked(self, work: Callable[[], None], longest_s: int) -> str | None:
        """What a process of its own found: a failing test, that it took too long, or nothing."""
        found, self.found = os.pipe()
        child = os.fork()
        if not child:
            try:
                _alone(longest_s)
                work()
                os._exit(0)
            except BaseException as error:
                os.write(self.found, repr(error).encode())
            finally:
                os._exit(1)
        os.close(self.found)
        with open(found, "rb") as pipe:
            said = pipe.read().decode()
        _, status = os.waitpid(child, 0)
        return said or (TOO_LONG if status else None)


def mutated(change: MutationSpec) -> str:
    """The source of the changed file."""
    operator = get_operator(change.operator_name)(**change.operator_args)
    source: str = mutate_code(Path(change.module_path).read_text(), operator, change.occurrence)
    return source


def _alone(longest_s: int) -> None:
    """Says nothing, and ends when it computed or waited for too long."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (longest_s, longest_s))
