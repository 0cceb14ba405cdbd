"""`hpp-cds codes`: what we make of the codes and names of a site's own catalogue."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.commands.catalogue_files import KINDS, of_export, of_list
from service.commands.options import config_option, configured
from service.content.files import Unreadable, decoded
from service.fhir.codings import Recognition
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, obj, objs, text


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
@click.argument("file", type=click.File("rb"), metavar="FILE|-")
@click.option("--kind", type=click.Choice(KINDS), help="What they are codes of.  Default: try all.")
@click.option("--fhir", "as_fhir", is_flag=True, help="FILE is a FHIR Bundle, or one a line.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV instead of a table.")
@config_option
@configured
def check(
    file: io.BufferedIOBase, kind: str | None, as_fhir: bool, as_csv: bool, config: Path | None
) -> None:
    """Say for each line of a catalogue what it is recognised as, and by what.

    FILE is CSV with the columns system, code, display (comma, semicolon or tab; a list without a
    first line that names them is taken as names, or in this order), or a FHIR Bundle.

    \b
    Example:
      hpp-cds codes check catalogue.csv --kind drug
      hpp-cds codes check - --csv < catalogue.csv
      hpp-cds codes check export.json --fhir
    """
    from service.app import load_content
    from service.settings import load_settings

    terminology = Terminology(load_content(load_settings(config))[0])
    try:
        written = decoded(file.read())
    except Unreadable as error:
        raise click.ClickException(f"FILE: {error.key} {error.message}") from None
    concepts = of_export(written) if as_fhir else of_list(written)
    lines = [_line(concept, kind or own, terminology) for concept, own in concepts]
    if as_csv:
        _write_csv(lines)
    else:
        _draw(lines)


def _line(concept: Json, kind: str, terminology: Terminology) -> Line:
    coding = obj(next(iter(objs(concept.get("coding"))), None))
    kinds = (kind,) if kind else KINDS
    found = [_recognised(concept, each, terminology) for each in kinds]
    best = min(found, key=lambda item: item[0])
    display = text(concept.get("text")) or text(coding.get("display"))
    system, code = text(coding.get("system")), text(coding.get("code"))
    by = best[2] or _missing_system(system, code, terminology)
    return Line(system, code, display, best[1], by)


def _missing_system(system: str, code: str, terminology: Terminology) -> str:
    """For a code that stands alone: the system whose code it would be."""
    codes, systems = terminology.vocabulary.codes, terminology.knowledge.systems
    if system or not code:
        return ""
    would_be = {name for uri, name in systems.items() if codes.groups_of(uri, code)}
    return f"without its system ({', '.join(sorted(would_be))})" if would_be else ""


def _recognised(concept: Json, kind: str, terminology: Terminology) -> tuple[int, str, str]:
    """(rank, what it is, by what) of a concept read as one kind."""
    plain = {"coding": [{k: v for k, v in obj(c).items() if k != "display"}
                        for c in objs(concept.get("coding"))]}  # fmt: skip
    groups, outcome = _read(concept, kind, terminology)
    if groups:
        by = "code" if _read(plain, kind, terminology)[0] else "name"
        return 0, " ".join(sorted(groups)), by
    if outcome is Recognition.ANOTHER:
        return 1, f"another {kind}", "code or name"
    return 2, "not recognised", ""


def _read(concept: Json, kind: str, terminology: Terminology) -> tuple[frozenset[str], Recognition]:
    if kind == "drug":
        drug = terminology.drug(concept)
        return drug.coded | drug.named, drug.outcome
    if kind == "result":
        lab = terminology.lab(concept)
        return frozenset({lab.test} if lab.test else ()), lab.outcome
    diagnosis = terminology.diagnosis(concept)
    return diagnosis.coded | diagnosis.mentions, Recognition.UNRECOGNISED


def _write_csv(lines: list[Line]) -> None:
    from service.reports.export import inert

    writer = csv.DictWriter(sys.stdout, ("system", "code", "display", "recognised_as", "by"))
    writer.writeheader()
    for line in lines:
        writer.writerow({name: inert(value) for name, value in asdict(line).items()})


def _draw(lines: list[Line]) -> None:
    table = Table("system", "code", "display", "recognised as", "by", box=None)
    for line in lines:
        table.add_row(*(Text(value) for value in asdict(line).values()))
    console = Console()
    console.print(table)
    totals = Counter("recognised" if line.by in ("code", "name") else line.recognised_as
                     for line in lines)  # fmt: skip
    console.print(", ".join(f"{count} {what}" for what, count in totals.most_common()))
