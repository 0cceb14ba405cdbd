"""A few thousand runs of each target of coverage-guided fuzzing, from its examples on."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.coverage import NAMES, UNAVAILABLE
from tests.fuzz.targets import TARGETS, NotThere, seeds

RUNS = {"markdown": 1_000, "quantities": 3_000}
needs_atheris = pytest.mark.skipif(
    find_spec("atheris") is None,
    reason="atheris has wheels for Linux on x86-64 below Python 3.14 only",
)


def run(target: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz.coverage", target, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_every_target_can_be_named() -> None:
    assert tuple(TARGETS) == NAMES


@needs_atheris
@pytest.mark.parametrize("target", NAMES)
def test_a_target_keeps_its_promise(target: str, tmp_path: Path) -> None:
    runs = RUNS.get(target, 5_000)
    ran = run(target, "--runs", str(runs), "--folder", str(tmp_path))
    if ran.returncode == UNAVAILABLE:
        pytest.skip(ran.stderr.splitlines()[-1])
    done = re.search(r"Done (\d+) runs", ran.stderr)

    assert ran.returncode == 0, ran.stderr[-3000:]
    assert done is not None
    assert int(done[1]) >= runs


@pytest.mark.parametrize("target", NAMES)
def test_a_target_keeps_its_promise_for_its_examples(target: str) -> None:
    """Wherever atheris is not."""
    try:
        check = TARGETS[target]()
    except NotThere as reason:
        pytest.skip(str(reason))
    for raw in seeds(target):
        check(raw)


def test_without_atheris_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.fuzz import coverage

    monkeypatch.setitem(sys.modules, "atheris", None)
    monkeypatch.setattr(sys, "argv", ["coverage", "json"])
    with pytest.raises(SystemExit) as left:
        coverage.main()

    assert left.value.code == UNAVAILABLE
    assert "atheris is not installed" in capsys.readouterr().err
