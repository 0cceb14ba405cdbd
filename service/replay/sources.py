"""Where a history comes from: files of a FHIR bulk export, or CSV extracts of a warehouse.

DuckDB reads the lines, finds the patients that matter and sorts their lines; it reads no value.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson

from service.content.faults import Fault, Faulty
from service.evaluation.engine import Engine
from service.fhir.releases import ORDERS
from service.replay.candidates import is_of_interest
from service.replay.extracts import has_extracts, selects

ENDINGS = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
MOST_LINE_BYTES = 16 * 1024 * 1024
# Whose a resource is, of any release; only the last part of a reference.
_OWNER = """regexp_extract(coalesce(
    json_extract_string(line, '$.subject.reference'),
    json_extract_string(line, '$.patient.reference'),
    CASE WHEN kind = 'Patient' THEN json_extract_string(line, '$.id') END), '([^/:]+)$', 1)"""
# How an order writes its drug, and the id of the Medication that it names.
_CONCEPT = """concat_ws('', json_extract(line, '$.medicationCodeableConcept'),
    json_extract(line, '$.medication.concept'), json_extract(line, '$.medicationReference.display'),
    json_extract(line, '$.medication.reference.display'), json_extract(line, '$.contained'))"""
_MEDICATION = """nullif(regexp_extract(coalesce(
    json_extract_string(line, '$.medicationReference.reference'),
    json_extract_string(line, '$.medication.reference.reference')), '([^/:]+)$', 1), '')"""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no JSON object: in which file, and which line."""

    file: str
    line: int


def export_files(folder: Path) -> list[Path]:
    """The NDJSON files of a bulk export.  Raises Faulty where there is none."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.name.endswith(ENDINGS))
    if not found:
        message = f"holds no file that ends in {', '.join(ENDINGS)}"
        raise Faulty([Fault(str(folder), "", message)])
    return found


class Lines:
    """The lines of a history in one DuckDB database that may spill to its folder."""

    def __init__(self, folder: Path, scratch: Path, memory_mb: int) -> None:
        """Raises Faulty where the folder holds neither an export nor extracts."""
        self._files: list[Path] = []
        self._db = duckdb.connect(str(scratch / "lines.duckdb"))
        self._db.execute(f"SET memory_limit = '{memory_mb}MB'")
        self._db.execute(f"SET temp_directory = '{_quoted(scratch / 'spill')}'")
        self._db.execute("SET preserve_insertion_order = false")
        self._db.execute(f"CREATE OR REPLACE VIEW written AS {self._written(folder)}")
        self._db.execute("""CREATE OR REPLACE VIEW lines AS
            SELECT line, json_extract_string(line, '$.resourceType') AS kind
            FROM written WHERE json_valid(line)""")

    def _written(self, folder: Path) -> str:
        """The query that gives every line of the source as it was written."""
        if has_extracts(folder):
            return " UNION ALL ".join(selects(folder, self._db))
        self._files = export_files(folder)
        names = ", ".join(f"'{_quoted(file)}'" for file in self._files)
        return f"""SELECT line FROM read_csv([{names}], columns = {{'line': 'VARCHAR'}},
            header = false, delim = '\x01', quote = '', escape = '', comment = '',
            strict_mode = false, max_line_size = {MOST_LINE_BYTES}, null_padding = false,
            auto_detect = false) WHERE line IS NOT NULL"""  # noqa: S608  (paths are quoted)

    def close(self) -> None:
        self._db.close()

    def select(self, engine: Engine, everyone: bool) -> int:
        """Keep the lines of the patients that matter, sorted by patient; how many patients.

        everyone: all patients; else those with an order of a drug of interest, which is told by
        the service's own reader, once for each way in which a drug is written.
        """
        if everyone:
            self._db.execute(f"""CREATE OR REPLACE TABLE chosen AS
                SELECT DISTINCT {_OWNER} AS patient FROM lines WHERE kind = 'Patient'""")  # noqa: S608
        else:
            self._choose_by_orders(engine)
        self._db.execute(f"""CREATE OR REPLACE TABLE selected AS
            SELECT patient, line FROM (
                SELECT {_OWNER} AS patient, line FROM lines WHERE kind <> 'Medication')
            SEMI JOIN chosen USING (patient)""")  # noqa: S608
        self._add_medications()
        found = self._db.execute("SELECT count(DISTINCT patient) FROM selected").fetchone()
        return int(found[0]) if found else 0

    def _choose_by_orders(self, engine: Engine) -> None:
        """Each way in which a drug is written is looked at once, with the Medication it names."""
        kinds = ", ".join(f"'{kind}'" for kind in sorted(ORDERS))
        self._db.execute(f"""CREATE OR REPLACE TEMP TABLE ordered AS
            SELECT patient, o.line AS line, m.line AS medication,
                concat_ws('', concept, json_extract(m.line, '$.code'),
                    json_extract(m.line, '$.ingredient'), json_extract(m.line, '$.product'))
                    AS drug
            FROM (SELECT {_OWNER} AS patient, {_CONCEPT} AS concept, {_MEDICATION} AS id, line
                  FROM lines WHERE kind IN ({kinds})) o
            LEFT JOIN (SELECT json_extract_string(line, '$.id') AS id, line
                  FROM lines WHERE kind = 'Medication') m ON o.id = m.id""")  # noqa: S608
        written = self._db.execute("""SELECT drug, any_value(line), any_value(medication)
            FROM ordered GROUP BY drug""").fetchall()
        wanted = [
            (drug,)
            for drug, line, medication in written
            if is_of_interest(orjson.loads(line), _read(medication), engine)
        ]
        self._db.execute("CREATE OR REPLACE TEMP TABLE wanted (drug VARCHAR)")
        if wanted:
            self._db.executemany("INSERT INTO wanted VALUES (?)", wanted)
        self._db.execute("""CREATE OR REPLACE TABLE chosen AS
            SELECT DISTINCT patient FROM ordered SEMI JOIN wanted USING (drug)""")

    def _add_medications(self) -> None:
        """A Medication has no patient: it goes with each patient whose orders name it."""
        self._db.execute(f"""INSERT INTO selected
            SELECT DISTINCT o.patient, m.line
            FROM (SELECT patient, {_MEDICATION} AS id FROM selected) o
            JOIN (SELECT json_extract_string(line, '$.id') AS id, line
                  FROM lines WHERE kind = 'Medication') m ON o.id = m.id""")  # noqa: S608

    def histories(self) -> Iterator[tuple[str, list[bytes]]]:
        """(patient id, lines), by patient id; lines in one order whatever engine found them."""
        cursor = self._db.execute("SELECT patient, line FROM selected ORDER BY patient, line")
        patient, lines = "", list[bytes]()
        while rows := cursor.fetchmany(10_000):
            for owner, line in rows:
                if owner != patient and lines:
                    yield patient, lines
                    lines = []
                patient = owner
                lines.append(line.encode())
        if lines:
            yield patient, lines

    def malformed(self) -> Iterator[Malformed]:
        """Lines that are no JSON objects, by file and number; looked for only if there are any."""
        counted = self._db.execute("""SELECT count(*) FROM written
            WHERE trim(line) <> '' AND coalesce(json_type(try_cast(line AS JSON)), '') <> 'OBJECT'
            """).fetchone()
        if not counted or not counted[0]:
            return
        for file in self._files:
            with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip() and not _is_object(line):
                        yield Malformed(file.name, number)


def _read(line: str | None) -> dict[str, Any]:
    return orjson.loads(line) if line else {}


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
