"""Spark and DuckDB decide alike, row by row."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.replay.conftest import Export
from tests.replay.test_history import ASSUMED
from tests.replay.test_run import run

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
if shutil.which("java") is None:
    pytest.skip(
        "no Java runtime is here (Debian: openjdk-17-jre-headless)", allow_module_level=True
    )
from service.replay.synthetic import person


def test_spark_decides_as_duckdb_does(export: Export, tmp_path: Path) -> None:
    people = export([resource for n in range(60) for resource in person(n, ASSUMED)])
    embedded = run(people, tmp_path / "embedded")
    spark = tmp_path / "spark"
    spark.mkdir()
    shutil.copy(tmp_path / "embedded/pseudonym_key", spark)
    distributed = run(people, spark, spark_master="local[2]")

    assert len(embedded) > 60
    assert distributed == embedded
