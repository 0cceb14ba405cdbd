"""A whole run: found by DuckDB, judged in worker processes, kept in parts, joined."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.content.faults import Faulty
from service.replay.run import Plan, replay
from service.replay.synthetic import person
from service.settings import Settings
from tests.replay.conftest import Export
from tests.replay.test_history import ASSUMED, PATIENT, alp, order

ROOT = Path(__file__).parents[2]
HISTORY = [PATIENT, alp(1, "2018-01-05", 22), alp(2, "2019-01-05", 21), order(1, "2019-06-01")]


def run(source: Path, out: Path, **more: Any) -> list[dict[str, Any]]:
    replay(Plan(source, out, Settings(), **more))
    rows: list[dict[str, Any]] = pq.read_table(out / "decisions.parquet").to_pylist()
    return rows


def test_a_run_leaves_decisions_and_a_summary(export: Export, tmp_path: Path) -> None:
    (row,) = run(export(HISTORY), tmp_path / "out")
    summary = json.loads((tmp_path / "out/summary.json").read_text())

    assert row["verdict"] == "hppSuspected"
    assert (row["drug_group"], row["shown"], row["first_start"]) == ("bp_alendronate", True, True)
    assert [item["u_per_l"] for item in row["alp"]] == [22.0, 21.0]
    assert {"patients": 1, "orders": 1, "verdicts": {"hppSuspected": 1}}.items() <= summary.items()
    assert "order-1" not in str(row)


def test_files_may_be_packed_and_mixed_and_broken_lines_are_named(
    export: Export, tmp_path: Path
) -> None:
    folder = export(HISTORY)
    plain = (folder / "Observation.ndjson").read_bytes()
    (folder / "Observation.ndjson").unlink()
    with gzip.open(folder / "some.ndjson.gz", "wb") as sink:
        sink.write(b'{"resourceType": "Obs\n[]\n\n' + plain)
    out = tmp_path / "out"
    (row,) = run(folder, out)
    summary = json.loads((out / "summary.json").read_text())

    assert row["verdict"] == "hppSuspected"
    assert summary["malformed_lines"] == 2
    assert summary["malformed"] == ["some.ndjson.gz:1", "some.ndjson.gz:2"]


@pytest.mark.parametrize(
    "owner", ["Patient/p", "https://ehr.example.org/fhir/Patient/p", "urn:uuid:p"]
)
def test_an_owner_may_be_written_in_any_way(export: Export, tmp_path: Path, owner: str) -> None:
    moved = [{**r, "subject": {"reference": owner}} if "subject" in r else r for r in HISTORY]
    rows = run(export(moved), tmp_path / "out")

    assert len(rows) == 1


def test_a_drug_may_stand_in_a_medication_of_its_own(export: Export, tmp_path: Path) -> None:
    placed = {k: v for k, v in order(1, "2019-06-01").items() if k != "medicationCodeableConcept"}
    placed["medicationReference"] = {"reference": "Medication/m1"}
    drug = {"resourceType": "Medication", "id": "m1", "code": {"text": "Fosamax 70 mg"}}
    (row,) = run(export([*HISTORY[:3], placed, drug]), tmp_path / "out")

    assert row["drug_group"] == "bp_alendronate"


def test_days_can_be_chosen(export: Export, tmp_path: Path) -> None:
    source = export([*HISTORY, order(2, "2021-06-01")])
    rows = run(source, tmp_path / "out", first=date(2020, 1, 1))

    assert [row["day"] for row in rows] == [date(2021, 6, 1)]


def test_a_folder_without_files_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Faulty, match="holds no file that ends in"):
        replay(Plan(tmp_path, tmp_path / "out", Settings()))


def test_a_result_is_not_written_over(export: Export, tmp_path: Path) -> None:
    source = export(HISTORY)
    run(source, tmp_path / "out")

    with pytest.raises(Faulty, match="--resume"):
        replay(Plan(source, tmp_path / "out", Settings()))


def test_a_run_that_was_killed_goes_on_with_the_same_result(export: Export, tmp_path: Path) -> None:
    """Ended anywhere, by a signal that nobody can catch."""
    people = export([resource for n in range(900) for resource in person(n, ASSUMED)])
    whole = run(people, tmp_path / "whole", processes=2)
    out = tmp_path / "killed"
    command = [
        sys.executable,
        "-m",
        "service",
        "replay",
        str(people),
        "--out",
        str(out),
    ]
    for _ in range(3):
        begun = subprocess.Popen(
            [*command, "--resume"], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wanted = len(list(out.glob("parts/0*.parquet"))) + 1
        until = time.monotonic() + 60
        while len(list(out.glob("parts/0*.parquet"))) < wanted and begun.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.02)
        if begun.poll() is None:
            os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
    resumed = run(people, out, processes=2, resume=True)

    def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{k: v for k, v in row.items() if k not in ("patient", "order")} for row in rows]

    assert len(whole) > 1000
    assert plain(resumed) == plain(whole)
