"""`hpp-cds replay` as who runs it meets it: what it says, where it says it, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.commands.cli import main
from service.replay.synthetic import person
from tests.replay.conftest import Export
from tests.replay.test_history import ASSUMED
from tests.replay.test_run import HISTORY

ROOT = Path(__file__).parents[2]


def said(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["replay", "--processes", "1", *map(str, arguments)])


def test_a_summary_is_printed_for_machines_and_files_are_named_beside_it(
    export: Export, tmp_path: Path
) -> None:
    result = said(export(HISTORY), "--out", tmp_path / "out", "--list-patients")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["orders"] == 1
    assert "wrote report.html, summary.json, decisions.parquet, patients.csv in" in result.stderr
    assert "\x1b" not in result.output


def test_a_folder_without_a_history_is_the_input_s_fault_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    result = said(tmp_path / "nothing", "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert "and no patients.csv or mapping.toml; give the folder of a history" in result.stderr
    assert not (tmp_path / "out").exists()


def test_days_in_the_wrong_order_are_usage(export: Export, tmp_path: Path) -> None:
    days = ("--from", "2025-01-01", "--to", "2024-01-01")
    result = said(export(HISTORY), "--out", tmp_path / "out", *days)

    assert result.exit_code == 2
    assert "--from 2025-01-01 is after --to 2024-01-01" in result.stderr


def test_a_result_is_not_written_over_unless_it_is_gone_on_with(
    export: Export, tmp_path: Path
) -> None:
    asked = (export(HISTORY), "--out", tmp_path / "out")
    first, again, resumed = said(*asked), said(*asked), said(*asked, "--resume")

    assert (first.exit_code, again.exit_code, resumed.exit_code) == (0, 2, 0)
    assert "holds a replay already; add --resume" in again.stderr


def test_a_folder_that_cannot_be_written_is_named_with_a_way_out(
    export: Export, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = said(export(HISTORY), "--out", tmp_path / "file" / "out")

    assert result.exit_code == 1
    assert "--out: could not be written (" in result.stderr
    assert "choose another folder" in result.stderr


def test_a_fault_of_the_other_configuration_is_said_to_be_its_own(
    export: Export, tmp_path: Path
) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "thresholds.toml").write_text("[spacing_adult]\nvalue = 7000\n")
    other = tmp_path / "other.toml"
    other.write_text('[site]\nmode = "development"\n[content]\ndir = "content"\n')
    result = said(export(HISTORY), "--out", tmp_path / "out", "--against", other)

    assert result.exit_code == 78
    assert "--against: thresholds.toml: spacing_adult" in result.stderr


@pytest.mark.parametrize("people", ["10", "20"])
def test_a_demo_of_another_size_is_another_run(tmp_path: Path, people: str) -> None:
    first = said("--demo", "10", "--out", tmp_path / "out")
    resumed = said("--demo", people, "--out", tmp_path / "out", "--resume")

    assert (first.exit_code, resumed.exit_code) == (0, 0 if people == "10" else 2)


def test_a_run_that_was_interrupted_goes_on(export: Export, tmp_path: Path) -> None:
    """By Ctrl-C, between two of many parts."""
    people = export([resource for n in range(1020) for resource in person(n, ASSUMED)])
    out = tmp_path / "out"
    command = [sys.executable, "-m", "service", "replay", people, "--out", out, "--processes", "1"]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as run:
        while not (out / "parts" / "000000.parquet").exists():
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        _, stderr = run.communicate(timeout=120)
    result = said(people, "--out", out, "--resume")

    assert (run.returncode, stderr) == (
        130,
        "interrupted; the same command with --resume goes on\n",
    )
    assert json.loads(result.stdout)["orders"] > 1500
