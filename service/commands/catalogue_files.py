"""What a site pastes or exports -> the concepts in it: a list of codes or names, or FHIR."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

import click

from service.fhir.bundles import resources
from service.fhir.medications import own_concept
from service.fhir.releases import DRUGS, medication_pointer
from service.fhir.tolerant import Json, obj, objs, text

COLUMNS = ("system", "code", "display")
KINDS = ("drug", "result", "diagnosis")
Concepts = Iterator[tuple[Json, str]]  # a CodeableConcept and its kind, where it is told


def of_list(written: str) -> Concepts:
    """Each line of a list as a concept; a first line that names no column is one of them."""
    head = written.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = [line for line in csv.reader(io.StringIO(written), delimiter=delimiter) if any(line)]
    if not lines:
        raise click.ClickException("FILE: is empty")
    names = [name.strip().lower() for name in lines[0]]
    names = ["display" if name in ("name", "text", "description") else name for name in names]
    if set(names) & {"code", "display"}:
        lines = lines[1:]
        others = [name for name in names if name not in COLUMNS]
        if others:
            click.echo(f"FILE: not read: {', '.join(others)}", err=True)
    else:
        names = list(_columns_of(lines[0]))
    for line in lines:
        cells = dict(zip(names, map(str.strip, line), strict=False))
        coding = {name: cells.get(name, "") for name in COLUMNS}
        yield {"coding": [coding] if coding["code"] else [], "text": coding["display"]}, ""


def _columns_of(line: Sequence[str]) -> Sequence[str]:
    """The columns of a list that does not name them: one is of names, two are codes and names."""
    return COLUMNS[-len(line) :] if len(line) < len(COLUMNS) else COLUMNS


def of_export(written: str) -> Concepts:
    """The concepts of orders, results and diagnoses, each different one once."""
    seen: set[str] = set()
    for resource in resources({"resourceType": "Bundle", "entry": _entries(written)}, "FILE"):
        for each in (resource, *objs(resource.get("contained"))):
            for concept, kind in _concepts(each):
                key = f"{kind} {json.dumps(concept, sort_keys=True)}"
                if concept and key not in seen:
                    seen.add(key)
                    yield concept, kind


def _entries(written: str) -> list[dict[str, object]]:
    """One resource, mostly a Bundle, or one a line as bulk exports have them."""
    try:
        sent = [json.loads(written)]
    except ValueError as error:
        lines = written.splitlines()
        try:
            sent = [json.loads(line) for line in lines if line.strip()] if lines[1:] else []
        except ValueError:
            sent = []
        if not sent:
            raise click.ClickException(f"FILE: is not JSON: {error}") from None
    if not all(isinstance(item, dict) and item.get("resourceType") for item in sent):
        raise click.ClickException("FILE: is not a FHIR resource: it has no resourceType")
    return [{"resource": item} for item in sent]


def _concepts(resource: Json) -> Concepts:
    """What a resource names, with the kind of it; a reference by what it calls the drug."""
    kind = text(resource.get("resourceType"))
    code = obj(resource.get("code"))
    if kind in DRUGS:
        yield obj(own_concept(resource)), "drug"
        called = text(medication_pointer(resource).get("display"))
        yield ({"text": called} if called else {}), "drug"
    elif kind == "Medication":
        yield code, "drug"
        for item in objs(resource.get("ingredient")):
            yield (
                obj(item.get("itemCodeableConcept") or obj(item.get("item")).get("concept")),
                "drug",
            )
    elif kind == "Observation":
        yield code, "result"
        for component in objs(resource.get("component")):
            yield obj(component.get("code")), "result"
    elif kind in ("Condition", "Procedure"):
        yield code, "diagnosis"
