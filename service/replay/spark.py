"""The same replay on many machines: Spark finds and groups the lines, the same function judges.

Spark needs a Java 17 runtime.  It reads lines and takes references out of them; every value is
read by the service's one reader, in the Python workers.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql

from service.content.faults import Fault
from service.fhir.releases import ORDERS
from service.replay.ending import USAGE, CannotReplay
from service.replay.extracts import has_extracts
from service.replay.history import KINDS, Judges
from service.replay.lines import read_resource
from service.replay.results import SCHEMA, table_of
from service.replay.sources import LAST, export_files
from service.replay.work import Task, Worker


@dataclass(frozen=True, slots=True)
class Decided:
    """table: of results.SCHEMA.  patients: their ids, only where they were asked for."""

    table: pa.Table
    patients: list[str]
    orders_without_patient: int


def decide(folder: Path, master: str, task: Task, judges: Judges, with_ids: bool) -> Decided:
    """The decisions of a bulk export.  judges: of the driver; workers build their own.

    Raises CannotReplay for CSV extracts, which the embedded engine reads.
    """
    if has_extracts(folder):
        message = "CSV extracts are read by the embedded engine; Spark reads bulk exports"
        raise CannotReplay([Fault(str(folder), "--engine", message)], USAGE)
    spark = _session(master)
    try:
        lines = _lines(spark, folder)
        owned = lines.where(sql.col("kind").isin(sorted(KINDS - {"Medication"})))
        without = 0
        if not task.everyone:
            chosen = _with_order_of_interest(lines, judges)
            without = chosen.where("patient = ''").count()
            owned = owned.join(chosen, "patient", "left_semi")
        owned = owned.where("patient <> ''")
        selected = owned.select("patient", "line").union(_medications(owned, lines))
        judged = selected.groupBy("patient").applyInArrow(_judge(task), schema=_schema(spark))
        ids = (
            owned.select("patient").distinct().toArrow()["patient"].to_pylist() if with_ids else []
        )
        return Decided(judged.toArrow().cast(SCHEMA), ids, without)
    finally:
        spark.stop()


def _session(master: str) -> SparkSession:
    """On one machine nothing listens beyond loopback, and workers run this very Python."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        message = "needs a Java 17 runtime (Debian: openjdk-17-jre-headless)"
        raise CannotReplay([Fault("hpp-cds replay", "--engine spark", message)])
    builder = SparkSession.builder.master(master).appName("hpp-cds replay")
    if master.startswith("local"):
        for name in ("spark.driver.bindAddress", "spark.driver.host"):
            builder = builder.config(name, "127.0.0.1")
        builder = builder.config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
        os.environ["PYSPARK_PYTHON"] = sys.executable
    return builder.getOrCreate()


def _lines(spark: SparkSession, folder: Path) -> DataFrame:
    text = spark.read.text([str(file) for file in export_files(folder)])
    line = sql.col("line")
    kind = sql.get_json_object(line, "$.resourceType")
    own = sql.when(kind == "Patient", sql.get_json_object(line, "$.id"))
    whose = sql.coalesce(
        sql.get_json_object(line, "$.subject.reference"),
        sql.get_json_object(line, "$.patient.reference"),
        own,
    )
    return (
        text.withColumnRenamed("value", "line")
        .withColumn("kind", kind)
        .where("kind IS NOT NULL")
        .withColumn("patient", sql.regexp_extract(sql.coalesce(whose, sql.lit("")), LAST, 1))
    )


def _medication_of(line: Column) -> Column:
    named = sql.coalesce(
        sql.get_json_object(line, "$.medicationReference.reference"),
        sql.get_json_object(line, "$.medication.reference.reference"),
    )
    return sql.regexp_extract(sql.coalesce(named, sql.lit("")), LAST, 1)


def _with_order_of_interest(lines: DataFrame, judges: Judges) -> DataFrame:
    """Patients with an order of a drug that is judged; each way to write one is looked at once."""
    orders = lines.where(sql.col("kind").isin(sorted(ORDERS)))
    orders = orders.withColumn("id", _medication_of(sql.col("line"))).withColumn("drug", _drug())
    drugs = _by_id(lines).withColumnRenamed("line", "medication")
    written = (
        orders.join(drugs, "id", "left")
        .groupBy("drug", "id")
        .agg(sql.first("line").alias("line"), sql.first("medication").alias("medication"))
        .collect()
    )
    wanted = [(row["drug"], row["id"]) for row in written if _is_wanted(row, judges)]
    session = lines.sparkSession
    chosen = session.createDataFrame(wanted or [("", "")], "drug string, id string")
    return orders.join(sql.broadcast(chosen), ["drug", "id"], "left_semi").select("patient")


def _drug() -> Column:
    """How an order writes its drug, as text."""
    places = ("medicationCodeableConcept", "medication", "medicationReference.display", "contained")
    parts = (sql.get_json_object(sql.col("line"), f"$.{place}") for place in places)
    return sql.concat_ws("", *parts)


def _is_wanted(row: Any, judges: Judges) -> bool:
    """Of a line that cannot be read nothing can be told; it is counted where it is judged."""
    found = [read_resource(row[name]) for name in ("line", "medication") if row[name]]
    order, *medications = found or [None]
    return order is None or bool(judges.of_interest([order], [m for m in medications if m]))


def _by_id(lines: DataFrame) -> DataFrame:
    medications = lines.where("kind = 'Medication'")
    return medications.select(sql.get_json_object("line", "$.id").alias("id"), "line")


def _medications(owned: DataFrame, lines: DataFrame) -> DataFrame:
    """A Medication has no patient: it goes with each patient whose orders name it."""
    named = owned.select("patient", _medication_of(sql.col("line")).alias("id"))
    named = named.where("id <> ''").distinct()
    return named.join(_by_id(lines), "id").select("patient", "line")


def _schema(spark: SparkSession) -> Any:
    return spark.createDataFrame(table_of([])).schema


_workers: dict[bytes, Worker] = {}  # of a Python process, which judges many groups


def _judge(task: Task) -> Any:
    """The function of a worker process: Spark sends it anew with every piece of work."""
    told = pickle.dumps(task)

    def judge(group: pa.Table) -> pa.Table:
        from service.replay import spark

        worker = spark.worker_of(told)
        patient = group.column("patient")[0].as_py()
        lines = sorted(line.encode() for line in group.column("line").to_pylist())
        return table_of(worker.rows_of(patient, lines))

    return judge


def worker_of(told: bytes) -> Worker:
    """Its engine is built once in each process.  told: a task, pickled by the driver."""
    if told not in _workers:
        task: Task = pickle.loads(told)  # noqa: S301  (by the driver, over Spark's own channel)
        _workers[told] = Worker(task, task.judges())
    return _workers[told]
