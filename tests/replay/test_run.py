"""A whole run: found by DuckDB, judged in worker processes, kept in parts, joined."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.content.faults import Faulty
from service.evaluation.building import build_engine
from service.replay.history import Judges
from service.replay.run import KEY_FILE, Plan, replay
from service.replay.sources import Lines
from service.replay.synthetic import person
from service.settings import Settings
from service.store.pseudonyms import read_or_make
from tests.fhir import build
from tests.fhir.build import medication
from tests.replay.conftest import Export
from tests.replay.kill import kill_and_resume
from tests.replay.test_history import ASSUMED, HERS, PATIENT, alp, order

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
    assert (row["low"], row["persistently_low"], row["sex"]) == (True, True, "female")
    assert row["status"] == "partial"  # nothing of conditions or procedures is in this source
    assert summary["missing"] == ["conditions", "procedures"]
    assert [item["row"] for item in row["waits_for"]] == row["open_rows"] != []
    assert {key for item in row["waits_for"] for key in item["keys"]} == {"conditions"}
    assert summary["left_open"].keys() == {"conditions"}


def test_an_order_that_could_not_be_judged_waits_for_what_was_not_there(
    export: Export, tmp_path: Path
) -> None:
    (row,) = run(export(HISTORY[1:]), tmp_path / "out")

    assert (row["verdict"], row["status"]) == ("notEvaluated", "unavailable")
    assert row["waits_for"] == [{"row": "none", "keys": ["patient"]}]


def test_a_fact_without_a_date_is_named(export: Export, tmp_path: Path) -> None:
    undated = build.condition({"text": "Hypophosphatasia"}, subject=HERS)
    (row,) = run(export([*HISTORY, undated]), tmp_path / "out")

    assert (row["verdict"], row["undated"]) == ("hppConfirmed", ["cond_hpp"])


def test_a_drug_of_a_system_that_nobody_knows_is_listed(export: Export, tmp_path: Path) -> None:
    """So that the site can say what it is; until then it keeps rows open."""
    local = {"coding": [{"system": "urn:oid:1.2.3.4", "code": "X9"}]}
    named = {"id": "local", "subject": HERS, "status": "completed"}
    (row,) = run(export([*HISTORY, build.drug(local, "2018-05-01", **named)]), tmp_path / "out")

    assert {"kind": "drug", "system": "urn:oid:1.2.3.4", "code": "X9", "unit": ""} in row[
        "unmapped"
    ]


def test_nothing_that_is_left_holds_an_id(export: Export, tmp_path: Path) -> None:
    named = [{**r, "id": f"ZZPHI-{r['id']}"} if r is not PATIENT else r for r in HISTORY]
    named = [json.loads(json.dumps(r).replace("Patient/p", "Patient/ZZPHI-p")) for r in named]
    named[0] = {**PATIENT, "id": "ZZPHI-p"}
    out = tmp_path / "out"

    assert len(run(export(named), out)) == 1
    left = [file for file in out.rglob("*") if file.is_file()]
    assert len(left) > 4
    assert [file.name for file in left if b"ZZPHI" in file.read_bytes()] == []


def test_patients_are_listed_only_where_that_is_asked_for(export: Export, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (row,) = run(export(HISTORY), out, list_patients=True)
    file = out / "patients.csv"
    (listed,) = csv.DictReader(file.read_text("utf-8-sig").splitlines())

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (listed["patient"], listed["day"]) == ("p", "2019-06-01")
    assert (listed["verdict"], listed["pseudonym"]) == (row["verdict"], row["patient"])
    assert "patients.csv" not in os.listdir(_without(export, tmp_path))


def _without(export: Export, tmp_path: Path) -> Path:
    run(export(HISTORY), tmp_path / "unlisted")
    return tmp_path / "unlisted"


def test_what_could_not_be_judged_is_counted(export: Export, tmp_path: Path) -> None:
    undated = {k: v for k, v in order(2, "x").items() if k != "authoredOn"}
    nobody_s = {k: v for k, v in order(3, "2019-07-01").items() if k != "subject"}
    out = tmp_path / "out"
    rows = run(export([*HISTORY, undated, nobody_s]), out)
    summary = json.loads((out / "summary.json").read_text())

    assert len(rows) == summary["orders"] == 1
    assert (summary["undated_orders"], summary["orders_without_patient"]) == (1, 1)


def test_lines_that_no_database_can_split_are_counted(export: Export, tmp_path: Path) -> None:
    folder = export(HISTORY)
    with (folder / "Observation.ndjson").open("ab") as sink:
        sink.write(b'{"resourceType": "Observation", "id": "\xff"}\n')
        sink.write(b'{"resourceType":"Observation","subject":{"reference":"Patient/p"},"v":NaN}\n')
    summary = judged_all_the_same(folder, tmp_path)

    assert summary["malformed_lines"] == 2
    assert summary["malformed"] == ["Observation.ndjson:3", "Observation.ndjson:4"]


def judged_all_the_same(folder: Path, tmp_path: Path) -> dict[str, Any]:
    """The summary of a history with lines that cannot be read beside its one order."""
    (row,) = run(folder, out := tmp_path / "out")
    assert row["verdict"] == "hppSuspected"
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


@pytest.mark.parametrize("levels", [400, 900, 1020])
def test_a_line_that_no_caller_could_send_is_counted_and_ends_nothing(
    export: Export, tmp_path: Path, levels: int
) -> None:
    """A type that is no text, and more levels than are read of a call."""
    folder, deep = export(HISTORY), "[" * levels + "1" + "]" * levels
    kind, whose = '"MedicationRequest"', '"subject": {"reference": "Patient/p"}'
    drug = f'"medicationCodeableConcept": {{"text": "alendronate", "more": {deep}}}'
    with (folder / "MedicationRequest.ndjson").open("a") as sink:
        sink.write(f'{{"resourceType": [{kind}], {whose}}}\n')
        sink.write(f'{{"resourceType": {kind}, {whose}, "more": {deep}}}\n')
        sink.write(f'{{"resourceType": {kind}, {whose}, {drug}}}\n')
    summary = judged_all_the_same(folder, tmp_path)

    assert summary["malformed_lines"] == 3
    assert len(summary["malformed"]) == 3


def test_a_damaged_file_is_a_fault_that_quotes_nothing(export: Export, tmp_path: Path) -> None:
    folder = export(HISTORY)
    packed = gzip.compress((folder / "Observation.ndjson").read_bytes() * 50)
    (folder / "Observation.ndjson.gz").write_bytes(packed[:-9])
    (folder / "more.ndjson.gz").write_bytes(b"no gzip at all")

    with pytest.raises(Faulty, match=r"could not be read \(\w+\)") as caught:
        replay(Plan(folder, tmp_path / "out", Settings()))
    assert "Observation" not in str(caught.value).replace(str(folder), "")


def test_another_run_is_not_gone_on_with(export: Export, tmp_path: Path) -> None:
    source = export(HISTORY)
    run(source, tmp_path / "out")
    plan = Plan(source, tmp_path / "out", Settings(), resume=True, first=date(2020, 1, 1))

    with pytest.raises(Faulty, match="other settings or days"):
        replay(plan)


def test_two_processes_decide_as_one_does(export: Export, tmp_path: Path) -> None:
    people = export([resource for n in range(110) for resource in person(n, ASSUMED)])
    shutil.copytree(_keyed(tmp_path / "one"), tmp_path / "two")

    assert run(people, tmp_path / "one") == run(people, tmp_path / "two", processes=2)


def _keyed(out: Path) -> Path:
    read_or_make(out / KEY_FILE)
    return out


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
    "owner",
    ["Patient/p", "https://ehr.example.org/fhir/Patient/p", "urn:uuid:p", "Patient/p/_history/2"],
)
def test_an_owner_may_be_written_in_any_way(export: Export, tmp_path: Path, owner: str) -> None:
    moved = [{**r, "subject": {"reference": owner}} if "subject" in r else r for r in HISTORY]
    rows = run(export(moved), tmp_path / "out")

    assert len(rows) == 1


def test_a_line_that_stands_in_two_files_counts_once(export: Export, tmp_path: Path) -> None:
    """Else an order would be judged twice, each time as the renewal of itself."""
    folder = export(HISTORY)
    for file in list(folder.iterdir()):
        shutil.copy(file, folder / f"again-{file.name}")
    (row,) = run(folder, tmp_path / "out")

    assert (row["verdict"], row["first_start"]) == ("hppSuspected", True)


def test_a_file_larger_than_the_memory_is_read(export: Export, tmp_path: Path) -> None:
    """A piece of it at a time."""
    folder, memory_mb = export(HISTORY), 200
    stranger = {"resourceType": "Observation", "subject": {"reference": "Patient/q"}}
    line = json.dumps(stranger | {"note": "x" * 10_000}) + "\n"
    with (folder / "Observation.ndjson").open("a") as lines:
        lines.writelines(line for _ in range(110 * memory_mb))
    found = Lines(folder, tmp_path, memory_mb)

    assert found.select(Judges(build_engine(Settings())), False) == 1
    found.close()


def test_a_drug_may_stand_in_a_medication_of_its_own(export: Export, tmp_path: Path) -> None:
    placed = {k: v for k, v in order(1, "2019-06-01").items() if k != "medicationCodeableConcept"}
    placed["medicationReference"] = {"reference": "Medication/m1"}
    drug = medication(id="m1", code={"text": "Fosamax 70 mg"})
    (row,) = run(export([*HISTORY[:3], placed, drug]), tmp_path / "out")

    assert row["drug_group"] == "bp_alendronate"
    assert "unreadable:medications" not in row["gaps"]


FOSAMAX = {"text": "Fosamax 70 mg"}
CONTAINED = {
    "medicationReference": {"reference": "#m"},
    "contained": [medication(id="m", code=FOSAMAX)],
}


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("MedicationOrder", {"dateWritten": "2019-06-01", "medicationCodeableConcept": FOSAMAX}),
        ("MedicationRequest", {"authoredOn": "2019-06-01", "medication": {"concept": FOSAMAX}}),
        ("MedicationRequest", {"authoredOn": "2019-06-01", **CONTAINED}),
    ],
    ids=["DSTU2", "R5", "contained"],
)  # fmt: skip
def test_an_order_may_be_of_any_release(
    export: Export, tmp_path: Path, kind: str, members: dict[str, Any]
) -> None:
    owner = {"subject": {"reference": "Patient/p"}}
    if kind == "MedicationOrder":
        owner = {"patient": {"reference": "Patient/p"}}
    placed = {"resourceType": kind, "id": "order-1", "status": "active", **owner, **members}
    (row,) = run(export([*HISTORY[:3], placed]), tmp_path / "out")

    assert (row["drug_group"], row["day"]) == ("bp_alendronate", date(2019, 6, 1))


def test_every_patient_can_be_judged_on_the_last_day(export: Export, tmp_path: Path) -> None:
    """Also those without any order; who is listed got a card."""
    other = {"resourceType": "Patient", "id": "q", "gender": "male", "birthDate": "1970-01-01"}
    normal = alp(9, "2020-01-05", 80, subject={"reference": "Patient/q"})
    out = tmp_path / "out"
    source = export([*HISTORY[:3], other, normal])
    rows = run(source, out, everyone=True, list_patients=True)
    listed = list(csv.DictReader((out / "patients.csv").read_text("utf-8-sig").splitlines()))

    assert {(row["day"], row["verdict"], row["order"]) for row in rows} == {
        (date(2019, 1, 5), "hppSuspected", ""), (date(2020, 1, 5), "alpNotLow", ""),
    }  # fmt: skip
    assert [row["patient"] for row in listed] == ["p"]
    assert "&lt;5 patients, each on their last day" in (out / "report.html").read_text("utf-8")


def test_days_can_be_chosen(export: Export, tmp_path: Path) -> None:
    source = export([*HISTORY, order(2, "2021-06-01")])
    rows = run(source, tmp_path / "out", first=date(2020, 1, 1))

    assert [row["day"] for row in rows] == [date(2021, 6, 1)]


def test_a_folder_without_files_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Faulty, match="holds no file that ends in"):
        replay(Plan(tmp_path, tmp_path / "out", Settings()))


def test_a_source_that_could_not_be_read_leaves_the_folder_free(
    export: Export, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(Faulty, match="holds no file that ends in"):
        replay(Plan(tmp_path / "nothing", tmp_path / "out", Settings()))

    assert len(run(export(HISTORY), tmp_path / "out")) == 1


def test_a_result_is_not_written_over(export: Export, tmp_path: Path) -> None:
    source = export(HISTORY)
    run(source, tmp_path / "out")

    with pytest.raises(Faulty, match="--resume"):
        replay(Plan(source, tmp_path / "out", Settings()))


def test_a_run_that_was_killed_goes_on_with_the_same_result(export: Export, tmp_path: Path) -> None:
    """Ended by a signal that nobody can catch."""
    people = export([resource for n in range(220) for resource in person(n, ASSUMED)])
    shutil.copytree(_keyed(tmp_path / "whole"), tmp_path / "killed")
    whole, killed = run(people, tmp_path / "whole"), tmp_path / "killed"

    assert kill_and_resume(people, killed, kills=1) == 1
    assert len(list(killed.glob("parts/0*.parquet"))) < 3
    assert run(people, killed, resume=True) == whole
    assert len(whole) > 300
