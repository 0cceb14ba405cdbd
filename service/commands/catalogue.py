"""`hpp-cds codes`: what we make of the codes and names of a site's own catalogue."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.commands.options import config_option, configured
from service.content.faults import Fault, Faulty
from service.fhir.codings import Outcome
from service.fhir.releases import DRUGS
from service.fhir.terminology import Terminology
from service.fhir.tolerant import obj, objs, text

COLUMNS = ("system", "code", "display")
KINDS = ("drug", "result", "diagnosis")


@dataclass(frozen=True, slots=True)
class Line:
    """One code or name, and what it is to us: a group of ours, another thing, or unrecognised."""

    system: str
    code: str
    display: str
    recognised_as: str
    by: str


@click.group()
def codes() -> None:
    """What we make of a site's codes and names."""


@codes.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig"), metavar="FILE|-")
@click.option("--kind", type=click.Choice(KINDS), help="What they are codes of.  Default: try all.")
@click.option("--fhir", "as_fhir", is_flag=True, help="FILE is a FHIR Bundle.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV instead of a table.")
@config_option
@configured
def check(
    file: io.TextIOBase, kind: str | None, as_fhir: bool, as_csv: bool, config: Path | None
) -> None:
    """Say for each line of a catalogue what it is recognised as, and by what.

    FILE is CSV with the columns system, code, display (comma, semicolon or tab), or a FHIR Bundle.

    \b
    Example:
      hpp-cds codes check catalogue.csv --kind drug
      hpp-cds codes check - --csv < catalogue.csv
      hpp-cds codes check export.json --fhir
    """
    from service.app import load_content
    from service.settings import load_settings

    terminology = Terminology(load_content(load_settings(config))[0])
    written = file.read()
    concepts = _of_bundle(written) if as_fhir else _of_csv(written)
    lines = [_line(concept, kind or own, terminology) for concept, own in concepts]
    if as_csv:
        _write_csv(lines)
    else:
        _draw(lines)


def _of_csv(written: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Each row as a CodeableConcept; the kind is not told."""
    head = written.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(written), delimiter=delimiter)
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    if not set(names) & {"code", "display"}:
        message = f"must name its columns: {', '.join(COLUMNS)}"
        raise Faulty([Fault("FILE", "first line", message)])
    rows.fieldnames = names
    for row in rows:
        coding = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if any(coding.values()):
            yield {"coding": [coding] if coding["code"] else [], "text": coding["display"]}, ""


def _of_bundle(written: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The concepts of a Bundle's orders, results and diagnoses, each different one once."""
    from service.fhir.bundles import resources

    try:
        bundle = json.loads(written)
    except ValueError as error:
        raise Faulty([Fault("FILE", "", f"is not JSON: {error}")]) from None
    seen: set[str] = set()
    for resource in resources(bundle, "FILE"):
        kind = _kind_of(text(resource.get("resourceType")))
        concept = resource.get("medicationCodeableConcept") or resource.get("code")
        key = f"{kind} {json.dumps(concept, sort_keys=True)}"
        if kind and isinstance(concept, dict) and key not in seen:
            seen.add(key)
            yield concept, kind


def _kind_of(resource_type: str) -> str:
    if resource_type in DRUGS or resource_type == "Medication":
        return "drug"
    return {"Observation": "result", "Condition": "diagnosis"}.get(resource_type, "")


def _line(concept: dict[str, Any], kind: str, terminology: Terminology) -> Line:
    coding = obj(next(iter(objs(concept.get("coding"))), None))
    kinds = (kind,) if kind else KINDS
    found = [_recognised(concept, each, terminology) for each in kinds]
    best = min(found, key=lambda item: item[0])
    display = text(concept.get("text")) or text(coding.get("display"))
    return Line(text(coding.get("system")), text(coding.get("code")), display, best[1], best[2])


def _recognised(
    concept: dict[str, Any], kind: str, terminology: Terminology
) -> tuple[int, str, str]:
    """(rank, what it is, by what) of a concept read as one kind."""
    plain = {"coding": [{k: v for k, v in obj(c).items() if k != "display"}
                        for c in objs(concept.get("coding"))]}  # fmt: skip
    groups, outcome = _read(concept, kind, terminology)
    if groups:
        by = "code" if _read(plain, kind, terminology)[0] else "name"
        return 0, " ".join(sorted(groups)), by
    if outcome is Outcome.ANOTHER:
        return 1, f"another {kind}", "code or name"
    return 2, "not recognised", ""


def _read(
    concept: dict[str, Any], kind: str, terminology: Terminology
) -> tuple[frozenset[str], Outcome]:
    if kind == "drug":
        drug = terminology.drug(concept)
        return drug.coded | drug.named, drug.outcome
    if kind == "result":
        lab = terminology.lab(concept)
        return frozenset({lab.test} if lab.test else ()), lab.outcome
    diagnosis = terminology.diagnosis(concept)
    return diagnosis.groups | diagnosis.mentions, Outcome.UNRECOGNISED


def _write_csv(lines: list[Line]) -> None:
    writer = csv.DictWriter(sys.stdout, ("system", "code", "display", "recognised_as", "by"))
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _inert(value) for name, value in asdict(line).items()})


def _inert(value: str) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value


def _draw(lines: list[Line]) -> None:
    table = Table("system", "code", "display", "recognised as", "by", box=None)
    for line in lines:
        table.add_row(*(Text(value) for value in asdict(line).values()))
    console = Console()
    console.print(table)
    totals = Counter("recognised" if line.by in ("code", "name") else line.recognised_as
                     for line in lines)  # fmt: skip
    console.print(", ".join(f"{count} {what}" for what, count in totals.most_common()))
