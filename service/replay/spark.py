"""The same replay on many machines: Spark finds and groups the lines, the same function judges.

Spark needs a Java 17 runtime.  It reads lines and takes references out of them; every value is
read by the service's one reader, in the Python workers.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql

from service.evaluation.building import build_engine
from service.evaluation.engine import Engine
from service.fhir.releases import ORDERS
from service.replay.candidates import is_of_interest
from service.replay.results import SCHEMA, Pseudonyms, table_of
from service.replay.run import Worker, rows_of
from service.replay.sources import export_files
from service.settings import Settings

_LAST = "([^/:]+)$"


def decide(
    folder: Path, master: str, settings: Settings, key: bytes, first: date, last: date
) -> pa.Table:
    """The decisions of results.SCHEMA, by patient, day and order."""
    spark = _session(master)
    try:
        lines = _lines(spark, folder)
        chosen = _with_order_of_interest(lines, settings)
        owned = lines.where("kind <> 'Medication'").join(chosen, "patient", "left_semi")
        selected = owned.select("patient", "line").union(_medications(owned, lines)).distinct()
        judged = selected.groupBy("patient").applyInArrow(
            _judge(settings, key, first, last), schema=_spark_schema(spark)
        )
        table: pa.Table = judged.toArrow().cast(SCHEMA)
    finally:
        spark.stop()
    return table.sort_by([("patient", "ascending"), ("day", "ascending"), ("order", "ascending")])


def _session(master: str) -> SparkSession:
    """On one machine nothing listens beyond loopback, and workers run this very Python."""
    builder = SparkSession.builder.master(master).appName("hpp-cds replay")
    if master.startswith("local"):
        for name in ("spark.driver.bindAddress", "spark.driver.host"):
            builder = builder.config(name, "127.0.0.1")
        builder = builder.config("spark.ui.enabled", "false")
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
        .withColumn("patient", sql.regexp_extract(whose, _LAST, 1))
    )


def _medication_of(line: Column) -> Column:
    named = sql.coalesce(
        sql.get_json_object(line, "$.medicationReference.reference"),
        sql.get_json_object(line, "$.medication.reference.reference"),
    )
    return sql.regexp_extract(sql.coalesce(named, sql.lit("")), _LAST, 1)


def _with_order_of_interest(lines: DataFrame, settings: Settings) -> DataFrame:
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
    engine = build_engine(settings)
    wanted = [(row["drug"], row["id"]) for row in written if _is_wanted(row, engine)]
    session = lines.sparkSession
    chosen = session.createDataFrame(wanted or [("", "")], "drug string, id string")
    return orders.join(sql.broadcast(chosen), ["drug", "id"], "left_semi").select("patient")


def _drug() -> Column:
    """How an order writes its drug, as text."""
    places = ("medicationCodeableConcept", "medication", "medicationReference.display", "contained")
    parts = (sql.get_json_object(sql.col("line"), f"$.{place}") for place in places)
    return sql.concat_ws("", *parts)


def _is_wanted(row: Any, engine: Engine) -> bool:
    medication = orjson.loads(row["medication"]) if row["medication"] else {}
    return is_of_interest(orjson.loads(row["line"]), medication, engine)


def _by_id(lines: DataFrame) -> DataFrame:
    medications = lines.where("kind = 'Medication'")
    return medications.select(sql.get_json_object("line", "$.id").alias("id"), "line")


def _medications(owned: DataFrame, lines: DataFrame) -> DataFrame:
    """A Medication has no patient: it goes with each patient whose orders name it."""
    named = owned.select("patient", _medication_of(sql.col("line")).alias("id"))
    return named.where("id <> ''").join(_by_id(lines), "id").select("patient", "line")


def _spark_schema(spark: SparkSession) -> Any:
    return spark.createDataFrame(table_of([])).schema


def _judge(settings: Settings, key: bytes, first: date, last: date) -> Any:
    """The function of a worker: it builds its engine once in each Python process."""
    workers: list[Worker] = []

    def judge(group: pa.Table) -> pa.Table:
        if not workers:
            pseudonyms = Pseudonyms(key)
            workers.append(Worker(build_engine(settings), pseudonyms, False, first, last))
        patient = group.column("patient")[0].as_py()
        lines = sorted(line.encode() for line in group.column("line").to_pylist())
        return table_of(rows_of(patient, lines, workers[0]))

    return judge
