"""`hpp-cds about --out DIR`: the page for a committee, and the same for machines."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from service.app import build_engine
from service.commands.bill import bill_of_materials
from service.content.accepted import changes
from service.content.layers import Layers
from service.content.reviews import review_in_use
from service.evaluation.about import source_attributes
from service.pages.committee import (
    DECISION_HEAD,
    THRESHOLD_HEAD,
    committee_page,
    decision_rows,
    review_rows,
    threshold_rows,
)
from service.settings import Settings
from service.watch.health import switched_off

Json = dict[str, Any]
Table = Iterable[Sequence[object]]
# For the site's safety officer: a judgement that only an organisation can make (DCB0129).
FOR_THE_OFFICER = (
    "severity",
    "likelihood",
    "initial risk",
    "residual risk",
    "accepted by",
    "notes",
)
HAZARD_HEAD = ("id", "hazard", "cause", "effect", "control", *FOR_THE_OFFICER)
_HAZARD = re.compile(r"^### (?P<id>[A-Z]\d+)\. (?P<title>.+)$")
_PART = re.compile(r"^- \*\*(?P<name>Cause|Effect|Control):\*\* (?P<says>.+)$")


def write_pack(settings: Settings, folder: Path) -> list[Path]:
    """Write everything; the paths, the page first."""
    engine = build_engine(settings)
    review = review_in_use(settings.content_dir, engine.languages)
    page = committee_page(engine, review, switched_off(settings, engine.knowledge))
    layers = Layers(settings.content_dir)
    differences = [
        (c.entry.file, c.entry.line, c.entry.key, c.entry.ours, c.entry.value)
        for c in changes(layers)
    ]
    codes = [
        (c.group, c.system, c.code, c.display, c.source) for c in engine.knowledge.codes if c.active
    ]
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _written(folder / "index.html", page),
        _json(folder / "source-attributes.json", source_attributes(engine)),
        _json(folder / "sbom.cdx.json", bill_of_materials()),
        _csv(folder / "decision-table.csv", DECISION_HEAD, decision_rows(engine)),
        _csv(folder / "thresholds.csv", THRESHOLD_HEAD, threshold_rows(engine)),
        _csv(folder / "value-sets.csv", ("group", "system", "code", "display", "source"), codes),
        _csv(folder / "differences.csv", ("file", "line", "key", "shipped", "here"), differences),
        _csv(folder / "review.csv", ("file", "signed by", "sha256"), review_rows(review)),
        _csv(folder / "hazard-log.csv", HAZARD_HEAD, hazard_rows()),
    ]


def _written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def _json(path: Path, body: Json) -> Path:
    return _written(path, json.dumps(body, indent=2, ensure_ascii=False) + "\n")


def _csv(path: Path, head: Sequence[str], rows: Table) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    return path


def hazard_rows() -> Iterator[Sequence[str]]:
    """The hazard log, with blank columns for what only the site can judge."""
    row: dict[str, str] = {}
    for line in files("service").joinpath("HAZARDS.md").read_text("utf-8").splitlines():
        if head := _HAZARD.match(line):
            yield from _hazard(row)
            row = {"id": head["id"], "title": head["title"]}
        elif part := _PART.match(line):
            row[part["name"]] = part["says"]
    yield from _hazard(row)


def _hazard(row: dict[str, str]) -> Iterator[Sequence[str]]:
    if row:
        said = (row.get(name, "") for name in ("id", "title", "Cause", "Effect", "Control"))
        yield (*said, *("" for _ in FOR_THE_OFFICER))
