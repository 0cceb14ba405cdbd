"""CSV extracts of a warehouse -> the same lines as a FHIR bulk export.

A site's own files and columns are named in mapping.toml beside them.  Every value stays the text
that it was: it is read by the service's one reader, never by a cast of the database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from service.content.faults import Fault, hint
from service.replay.ending import CannotReplay
from service.replay.history import DEPARTMENT

MAPPING = "mapping.toml"
# Our columns of each table; those with a mark have to be there.
COLUMNS: Mapping[str, Sequence[str]] = {
    "patients": ("patient!", "birth_date!", "sex!"),
    "results": (
        "patient!", "id", "system", "code", "name!", "value!", "unit", "low", "high",
        "taken!", "issued", "status", "encounter",
    ),
    "orders": (
        "patient!", "id", "system", "code", "name!", "ordered!", "status", "start", "end",
        "encounter", "department",
    ),
    "diagnoses": (
        "patient!", "id", "system", "code", "name!", "onset", "recorded", "ended", "status",
        "verification",
    ),
    "procedures": ("patient!", "id", "system", "code", "name!", "done!", "status"),
    "encounters": ("patient!", "id!", "class!", "start", "end", "department"),
}  # fmt: skip
NEEDED = ("patients", "results", "orders")
# The prefetch key that a table stands for; without the table nobody looked.
KEYS = {
    "results": "labs",
    "orders": "medications",
    "diagnoses": "conditions",
    "procedures": "procedures",
}
DATES = frozenset({
    "birth_date", "taken", "issued", "ordered", "start", "end", "onset", "recorded", "ended",
    "done",
})  # fmt: skip
_CONCEPT = """json_object('text', name, 'coding', CASE WHEN code IS NULL THEN NULL ELSE
    json_array(json_object('system', system, 'code', code, 'display', name)) END)"""
_OURS = "json_object('reference', 'Patient/' || patient)"
_STAY = """CASE WHEN encounter IS NULL THEN NULL
    ELSE json_object('reference', 'Encounter/' || encounter) END"""
_LIMIT = "CASE WHEN {0} IS NULL THEN NULL ELSE json_object('value', {0}, 'unit', unit) END"
# One FHIR R4 resource a row; a member without a value is null, and left out of the line.
RESOURCES: Mapping[str, str] = {
    "patients": """json_object('resourceType', 'Patient', 'id', patient,
        'birthDate', birth_date, 'gender', CASE lower(sex[1])
            WHEN 'f' THEN 'female' WHEN 'w' THEN 'female' WHEN 'm' THEN 'male'
            ELSE 'unknown' END)""",
    "results": f"""json_object('resourceType', 'Observation', 'id', id,
        'status', coalesce(status, 'unknown'), 'subject', {_OURS}, 'code', {_CONCEPT},
        'effectiveDateTime', taken, 'issued', issued,
        'encounter', {_STAY},
        'valueQuantity', CASE WHEN regexp_full_match(value, '-?[0-9]+([.][0-9]+)?')
            THEN json_object('value', value, 'unit', unit) END,
        'valueString', CASE WHEN regexp_full_match(value, '-?[0-9]+([.][0-9]+)?') THEN NULL
            ELSE concat_ws(' ', value, unit) END,
        'referenceRange', json_array(json_object(
            'low', {_LIMIT.format("low")}, 'high', {_LIMIT.format("high")})))""",
    "orders": f"""json_object('resourceType', 'MedicationRequest', 'id', id,
        'status', coalesce(status, 'completed'), 'intent', 'order', 'subject', {_OURS},
        'authoredOn', ordered, 'medicationCodeableConcept', {_CONCEPT}, 'encounter', {_STAY},
        'extension', CASE WHEN department IS NULL THEN NULL
            ELSE json_array(json_object('url', '{DEPARTMENT}', 'valueString', department)) END,
        'dosageInstruction', json_array(json_object('timing', json_object('repeat',
            json_object('boundsPeriod', json_object('start', "start", 'end', "end"))))))""",
    "diagnoses": f"""json_object('resourceType', 'Condition', 'id', id, 'subject', {_OURS},
        'code', {_CONCEPT}, 'onsetDateTime', onset, 'recordedDate', recorded,
        'abatementDateTime', ended, 'clinicalStatus', json_object('text', status),
        'verificationStatus', json_object('text', verification))""",
    "procedures": f"""json_object('resourceType', 'Procedure', 'id', id, 'subject', {_OURS},
        'status', coalesce(status, 'completed'), 'code', {_CONCEPT}, 'performedDateTime', done)""",
    "encounters": f"""json_object('resourceType', 'Encounter', 'id', id, 'subject', {_OURS},
        'class', json_object('code', "class"),
        'location', CASE WHEN department IS NULL THEN NULL
            ELSE json_array(json_object('location', json_object('display', department))) END,
        'period', json_object('start', "start", 'end', "end"))""",
}


def has_extracts(folder: Path) -> bool:
    """Whether a folder holds CSV extracts rather than a bulk export."""
    return (folder / MAPPING).is_file() or (folder / "patients.csv").is_file()


def tables_of(folder: Path) -> frozenset[str]:
    """The prefetch keys that the extracts of a folder stand for."""
    mapping = _mapping(folder)
    files = {table: str(mapping.get(table, {}).get("file", f"{table}.csv")) for table in KEYS}
    return frozenset(key for table, key in KEYS.items() if (folder / files[table]).is_file())


def selects(folder: Path, database: duckdb.DuckDBPyConnection) -> list[str]:
    """One SQL query for each table that is there, each giving lines.

    Raises CannotReplay for a table or column that is missing or not known, by file and key.
    """
    mapping, faults = _mapping(folder), list[Fault]()
    found = []
    for table in COLUMNS:
        named = mapping.get(table, {})
        file = folder / str(named.get("file", f"{table}.csv"))
        if not file.is_file():
            if "file" in named or table in NEEDED:
                message = f"is not there; {MAPPING} may name the file of a table"
                faults.append(Fault(file.name, table, message))
            continue
        columns = [*_columns(table, named, file, database)]
        faults += [item for item in columns if isinstance(item, Fault)]
        picked = ", ".join(item for item in columns if isinstance(item, str))
        rows = f"SELECT {picked} FROM {_csv(file)}"  # noqa: S608  (names and paths are quoted)
        found.append(f"SELECT {_line_of(table)} AS line FROM ({rows})")  # noqa: S608
    if faults:
        raise CannotReplay(faults)
    return found


def _line_of(table: str) -> str:
    """As a merge patch, which leaves out what is null (RFC 7396)."""
    return f"json_merge_patch('{{}}', {RESOURCES[table]})"


def _mapping(folder: Path) -> dict[str, Any]:
    file = folder / MAPPING
    if not file.is_file():
        return {}
    try:
        mapping = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotReplay([Fault(MAPPING, "", f"is not TOML: {error}")]) from None
    unknown = [
        Fault(MAPPING, key, "is not a table here" + hint(key, COLUMNS))
        for key in mapping
        if key not in COLUMNS
    ]
    if unknown:
        raise CannotReplay(unknown)
    return mapping


def _columns(
    table: str, named: Mapping[str, Any], file: Path, database: duckdb.DuckDBPyConnection
) -> Iterator[str | Fault]:
    """Our columns as SQL: the site's column, a fixed value, or nothing."""
    known = {name.rstrip("!"): name.endswith("!") for name in COLUMNS[table]}
    rows = database.execute(f"DESCRIBE SELECT * FROM {_csv(file)}").fetchall()  # noqa: S608
    there = {str(row[0]) for row in rows}
    for key in named:
        if key != "file" and key not in known:
            yield Fault(MAPPING, f"{table}.{key}", "is not a column here" + hint(key, known))
    for column, needed in known.items():
        wanted = named.get(column, column)
        if isinstance(wanted, dict):
            yield f"{_text(wanted.get('value', ''))} AS {_name(column)}"
        elif wanted in there:
            yield f"{_cell(column, wanted)} AS {_name(column)}"
        elif needed or column in named:
            message = "is not a column of it" + hint(str(wanted), there)
            message += f"; {MAPPING} names a site's own, such as [{table}] {column} = "
            yield Fault(file.name, str(wanted), message + '"..."')
        elif column == "id":
            yield f"{_text(table + '-')} || row_number() OVER () AS id"
        else:
            yield f"NULL::VARCHAR AS {_name(column)}"


def _csv(file: Path) -> str:
    how = "all_varchar = true, header = true, ignore_errors = true, store_rejects = true"
    return f"read_csv({_text(str(file))}, {how})"


def _cell(column: str, wanted: str) -> str:
    """The text of a cell; of a date, as databases write it, only the blank before the time goes."""
    cell = f"nullif(trim({_name(wanted)}), '')"
    if column not in DATES:
        return cell
    return f"regexp_replace({cell}, '^([0-9-]{{10}}) ([0-9]{{2}}:)', '\\1T\\2')"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
