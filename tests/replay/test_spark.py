"""Spark and DuckDB decide alike, row by row."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.fhir.build import medication
from tests.replay.conftest import Export
from tests.replay.test_history import ASSUMED, order
from tests.replay.test_run import run

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
if shutil.which("java") is None:
    pytest.skip(
        "no Java runtime is here (Debian: openjdk-17-jre-headless)", allow_module_level=True
    )
from service.replay.run import KEY_FILE
from service.replay.synthetic import person
from service.store.pseudonyms import read_or_make
from tests.search.export import export_folder, load


def test_spark_decides_as_duckdb_does(export: Export, tmp_path: Path) -> None:
    """Row by row: synthetic people and the patient export where it is, with a Medication of its
    own, an order without a day and a line that is none."""
    resources = [resource for n in range(12) for resource in person(n, ASSUMED)]
    exported = [resource for kind in load(export_folder()).values() for resource in kind]
    patient = {"reference": f"Patient/{resources[0]['id']}"}
    undated = {k: v for k, v in order(8, "x").items() if k != "authoredOn"}
    placed = {k: v for k, v in order(9, "2026-06-01").items() if k != "medicationCodeableConcept"}
    placed["medicationReference"] = {"reference": "Medication/m1"}
    drug = medication(id="m1", code={"text": "Fosamax 70 mg"})
    more = [{**item, "subject": patient} for item in (undated, placed)]
    people = export([*resources, *exported, *more, drug])
    with (people / "Observation.ndjson").open("a") as lines:
        lines.write('{"resourceType": "Observation", "subject": {"reference": "Patient/p"}, "id\n')
    read_or_make(tmp_path / "embedded" / KEY_FILE)
    shutil.copytree(tmp_path / "embedded", tmp_path / "spark")
    embedded = run(people, tmp_path / "embedded", list_patients=True)
    distributed = run(people, tmp_path / "spark", list_patients=True, spark_master="local[2]")
    said = [json.loads((tmp_path / n / "summary.json").read_text()) for n in ("embedded", "spark")]

    assert len(embedded) > 20
    assert distributed == embedded
    assert [s | {"seconds": 0} for s in said[:1]] == [s | {"seconds": 0} for s in said[1:]]
    assert (said[0]["undated_orders"], said[0]["malformed_lines"]) == (1, 1)
    assert (tmp_path / "spark/patients.csv").read_bytes() == (
        tmp_path / "embedded/patients.csv"
    ).read_bytes()
