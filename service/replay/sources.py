"""Where a history comes from: files of a FHIR bulk export, or CSV extracts of a warehouse.

DuckDB reads the lines, finds the patients that matter and sorts their lines; it reads no value.
The orders are found first, by the name of their type in the text of a line, so that most lines
are parsed once, and only to tell whose they are.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from service.content.faults import Fault
from service.fhir.gather import TYPES
from service.fhir.releases import ORDERS
from service.replay.ending import CannotReplay
from service.replay.extracts import MAPPING, has_extracts, selects, tables_of
from service.replay.history import MAY_BE_MISSING, Judges
from service.replay.lines import read_json, read_resource

ENDINGS = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
MOST_LINE_BYTES = 16 * 1024 * 1024
BUFFER_BYTES = 2 * MOST_LINE_BYTES  # of a file; else sixteen times the longest line
MOST_PLACES = 100  # of malformed lines that are named
BATCH_ROWS = 10_000
FILE = "lines.duckdb"
# The id at the end of a reference, also of one version of it.
LAST = r"([^/:\"]+)(?:/_history/[^/\"]*)?\"?$"
_LAST = f"'{LAST}', 1"
# What most lines are told by: null where it is no JSON.
_HEAD = "TRY(json_extract_string(line, ['$.resourceType', '$.subject.reference']))"
# Type and owner of a line, of any release, in one parse; null where it is no JSON.
_PARSED = """TRY(json_extract_string(line,
    ['$.resourceType', '$.subject.reference', '$.patient.reference', '$.id']))"""
_OWNER = f"""nullif(regexp_extract(coalesce(
    parsed[2], parsed[3], CASE WHEN parsed[1] = 'Patient' THEN parsed[4] END), {_LAST}), '')"""
# How an order writes its drug: members enough to read it by, the same for many orders.
DRUG = ("medicationCodeableConcept", "medicationReference", "medication", "contained")
_PATHS = ", ".join(f"'$.{name}'" for name in DRUG)
_ORDER = f"""TRY(json_extract(line, ['$.resourceType', '$.subject.reference',
    '$.patient.reference', {_PATHS}]))::VARCHAR[]"""
# The id of the Medication that an order names.
_MEDICATION = f"""nullif(regexp_extract(coalesce(named[1], named[2]), {_LAST}), '')"""
_NAMED = """TRY(json_extract_string(line,
    ['$.medicationReference.reference', '$.medication.reference.reference']))"""
_NAMED_BY_DRUG = """[json_extract_string(drug[2], '$.reference'),
    json_extract_string(drug[3], '$.reference.reference')]"""

# Most lines are parsed for these two members alone; those of which they do not tell whose they
# are, or that they are nobody's we look for, are kept to be looked at again.
_PERHAPS_CHOSEN = f"""SELECT line FROM (
    SELECT line, head[1] AS kind, head[2] AS owner
    FROM (SELECT line, {_HEAD} AS head FROM written))
    WHERE coalesce(owner IN (SELECT 'Patient/' || patient FROM chosen), false)
        OR kind IS NULL OR owner IS NULL OR NOT starts_with(owner, 'Patient/')
        OR contains(owner, '/_history/') OR contains(owner, ':')"""  # noqa: S608


def export_files(folder: Path) -> list[Path]:
    """The NDJSON files of a bulk export.  Raises CannotReplay where there is none."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.name.endswith(ENDINGS))
    if not found:
        message = (
            f"holds no file that ends in {', '.join(ENDINGS)}, and no patients.csv or {MAPPING}"
        )
        raise CannotReplay([Fault(str(folder), "", f"{message}; give the folder of a history")])
    return found


class Lines:
    """The lines of a history in one DuckDB database that may spill to its folder."""

    def __init__(self, folder: Path, scratch: Path, memory_mb: int, threads: int = 1) -> None:
        """Raises CannotReplay where the folder holds neither an export nor extracts."""
        self._folder, self._files = folder, list[Path]()
        self._file = scratch / FILE
        self._file.unlink(missing_ok=True)
        self._db = duckdb.connect(str(self._file))
        self._db.execute(f"SET memory_limit = '{memory_mb}MB'")
        self._db.execute(f"SET threads = {threads}")
        self._db.execute(f"SET temp_directory = '{_quoted(scratch / 'spill')}'")
        self._db.execute("SET preserve_insertion_order = false")
        self._db.execute(f"CREATE VIEW written AS {self._written(folder)}")
        self._db.execute("CREATE TABLE selected (patient VARCHAR, line VARCHAR)")
        self._malformed = self.without_patient = 0

    def _written(self, folder: Path) -> str:
        """The query that gives every line of the source as it was written."""
        if has_extracts(folder):
            return " UNION ALL ".join(selects(folder, self._db))
        self._files = export_files(folder)
        names = ", ".join(f"'{_quoted(file)}'" for file in self._files)
        return f"""SELECT line FROM read_csv([{names}], columns = {{'line': 'VARCHAR'}},
            header = false, delim = '\x01', quote = '', escape = '', comment = '',
            strict_mode = false, max_line_size = {MOST_LINE_BYTES},
            buffer_size = {BUFFER_BYTES}, null_padding = false,
            auto_detect = false, ignore_errors = true, store_rejects = true)
            WHERE line IS NOT NULL"""  # noqa: S608  (paths are quoted)

    def close(self) -> None:
        """Nothing of the record stays behind."""
        self._db.close()
        self._file.unlink(missing_ok=True)

    def select(self, judges: Judges, everyone: bool) -> int:
        """Keep the lines of the patients that matter, sorted by patient; how many patients.

        everyone: all patients; else those with an order of a drug of interest, which is told by
        the service's own reader, once for each way in which a drug is written.
        """
        if not everyone:
            self._choose_by_orders(judges)
        lines = "written" if everyone else f"({_PERHAPS_CHOSEN})"
        which = "WHERE patient IS NOT NULL" if everyone else "SEMI JOIN chosen USING (patient)"
        self._db.execute(f"""INSERT INTO selected SELECT patient, line FROM (
            SELECT line, CASE WHEN parsed[1] IS NULL THEN '' ELSE {_OWNER} END AS patient
            FROM (SELECT line, {_PARSED} AS parsed FROM {lines})) {which}""")  # noqa: S608
        unread = "patient = '' AND trim(line) <> ''"
        self._malformed = self._count(f"SELECT count(*) FROM selected WHERE {unread}")  # noqa: S608
        self._malformed += len(self._rejects())
        self._db.execute("DELETE FROM selected WHERE patient = ''")
        self._add_medications()
        return self._count("SELECT count(DISTINCT patient) FROM selected")

    def count_malformed(self) -> None:
        """Where somebody else selects."""
        self._malformed = self._count(f"""SELECT count(*) FROM written
            WHERE trim(line) <> '' AND {_PARSED}[1] IS NULL""")  # noqa: S608
        self._malformed += len(self._rejects())

    def _choose_by_orders(self, judges: Judges) -> None:
        """Each way in which a drug is written is looked at once, with the Medication it names."""
        kinds = ", ".join(f"'\"{kind}\"'" for kind in sorted(ORDERS))
        self._db.execute(f"""CREATE TABLE ordered AS
            SELECT parsed[1] AS kind, parsed[4:] AS drug,
                nullif(regexp_extract(coalesce(parsed[2], parsed[3]), {_LAST}), '') AS patient
            FROM (SELECT {_ORDER} AS parsed FROM written WHERE {_mentions(ORDERS)})
            WHERE parsed[1] IN ({kinds})""")  # noqa: S608
        self._db.execute(f"""CREATE TABLE drugs AS
            SELECT kind, drug, {_MEDICATION} AS id, row_number() OVER () AS number FROM (
                SELECT kind, drug, {_NAMED_BY_DRUG} AS named
                FROM (SELECT DISTINCT kind, drug FROM ordered))""")  # noqa: S608
        self._read_medications("SELECT DISTINCT id FROM drugs WHERE NOT starts_with(id, '#')")
        self._db.execute(
            "CREATE TABLE wanted AS SELECT unnest($1) AS number", [self._wanted(judges)]
        )
        self._db.execute("""CREATE TABLE placed AS SELECT patient FROM ordered
            SEMI JOIN (FROM drugs SEMI JOIN wanted USING (number)) USING (kind, drug)""")
        self._db.execute("""CREATE TABLE chosen AS
            SELECT DISTINCT patient FROM placed WHERE patient IS NOT NULL UNION ALL SELECT ''""")
        self.without_patient = self._count("SELECT count(*) FROM placed WHERE patient IS NULL")

    def _wanted(self, judges: Judges) -> list[int]:
        """Numbers of the drugs of interest, told by the service's own reader."""
        written = "SELECT number, kind, drug, line FROM drugs LEFT JOIN medications USING (id)"
        return [
            number
            for batch in self._batches(written)
            for number, kind, drug, medication in _rows(batch)
            if judges.of_interest([_order(kind, drug)], _read(medication))
        ]

    def _read_medications(self, ids: str) -> None:
        """The Medications of some ids; the source is not looked through where there are none."""
        self._db.execute("CREATE OR REPLACE TABLE medications (id VARCHAR, line VARCHAR)")
        if self._count(f"SELECT count(*) FROM ({ids})"):  # noqa: S608
            self._db.execute(f"""INSERT INTO medications SELECT parsed[4], line
                FROM (SELECT line, {_PARSED} AS parsed FROM written
                      WHERE {_mentions(['"Medication"'])})
                WHERE parsed[1] = 'Medication' AND parsed[4] IN ({ids})""")  # noqa: S608

    def _add_medications(self) -> None:
        """A Medication has no patient: it goes with each patient whose orders name it."""
        self._db.execute(f"""CREATE TABLE named AS
            SELECT DISTINCT patient, {_MEDICATION} AS id
            FROM (SELECT patient, {_NAMED} AS named FROM selected
                  WHERE contains(line, 'Medication'))""")  # noqa: S608
        self._read_medications("SELECT DISTINCT id FROM named WHERE id IS NOT NULL")
        self._db.execute("""INSERT INTO selected
            SELECT patient, line FROM named JOIN medications USING (id)""")

    def missing(self) -> frozenset[str]:
        """Prefetch keys of which the whole source holds nothing: nobody looked, or nobody sent."""
        if not self._files:
            return frozenset(MAY_BE_MISSING) - tables_of(self._folder)
        return frozenset(key for key in MAY_BE_MISSING if not self._holds(TYPES[key]))

    def _holds(self, kinds: frozenset[str]) -> bool:
        """Looked for among the lines of the chosen first: most are there."""
        kind = "TRY(json_extract_string(line, '$.resourceType'))"
        of_kinds = f"{_mentions(kinds)} AND {kind} IN ({_listed(kinds)})"
        named = any(file.name.startswith(tuple(kinds)) for file in self._files)
        return named or any(
            self._db.execute(f"SELECT 1 FROM {lines} WHERE {of_kinds} LIMIT 1").fetchall()  # noqa: S608
            for lines in ("selected", "written")
        )

    def patients(self) -> Iterator[str]:
        """Ids of the patients that were kept."""
        for batch in self._batches("SELECT DISTINCT patient FROM selected"):
            yield from batch["patient"].to_pylist()

    def histories(self) -> Iterator[tuple[str, list[bytes]]]:
        """(patient id, lines), by patient id; lines in one order whatever engine found them."""
        patient, lines = "", list[bytes]()
        for batch in self._batches("SELECT patient, line FROM selected ORDER BY patient, line"):
            for owner, line in _rows(batch):
                if owner != patient and lines:
                    yield patient, lines
                    lines = []
                patient = owner
                lines.append(line.encode())
        if lines:
            yield patient, lines

    def malformed(self, more: int) -> tuple[int, list[str]]:
        """How many lines are no JSON of a resource, and the first of them by file and number.

        more: those that only the reader of values found.  Files are looked through only if
        there are any.
        """
        total = self._malformed + more
        return total, self._places() if total else []

    def _places(self) -> list[str]:
        if not self._files:
            return [f"{file}:{line}" for file, line in self._rejects()]
        found = list[str]()
        for file in self._files:
            with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip() and read_resource(line) is None:
                        found.append(f"{file.name}:{number}")
                        if len(found) == MOST_PLACES:
                            return found
        return found

    def _rejects(self) -> list[tuple[str, int]]:
        """Lines that DuckDB could not even split: too long, or no UTF-8."""
        with suppress(duckdb.CatalogException):  # there is no such table before the first
            rows = self._db.execute("""SELECT DISTINCT parse_filename(file_path), e.line
                FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)
                ORDER BY ALL""").fetchall()
            return [(str(file), int(line)) for file, line in rows]
        return []

    def _count(self, query: str) -> int:
        return int(self._db.execute(query).fetchall()[0][0])

    def _batches(self, query: str) -> Iterator[Any]:
        yield from self._db.cursor().sql(query).to_arrow_reader(BATCH_ROWS)


def _rows(batch: Any) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _mentions(words: Any) -> str:
    """Lines that hold one of these words anywhere: faster than to parse them."""
    return "(" + " OR ".join(f"contains(line, '{word}')" for word in sorted(words)) + ")"


def _listed(words: Any) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _order(kind: str, drug: list[str | None]) -> dict[str, Any]:
    """An order that says nothing but its drug."""
    known = {name: read_json(text) for name, text in zip(DRUG, drug, strict=True) if text}
    return {"resourceType": read_json(kind), **known}


def _read(line: str | None) -> list[dict[str, Any]]:
    found = read_resource(line) if line else None
    return [found] if found else []


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
