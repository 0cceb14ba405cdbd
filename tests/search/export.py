"""The bulk export beside the checkout, moved in time so that every patient is seen today.

Each patient's resources move together by one number of days; times of day, offsets and
precision stay as they are.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from datetime import UTC, date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from service.demo.record import moved as moved_by
from service.fhir.dates import read_days
from service.fhir.observations import specimen_days

PLACE = "HPP_CDS_PATIENTS"
BESIDE = Path(__file__).parents[2].parent / "shared" / "data" / "patients"
OWNED = ("Observation", "MedicationRequest", "Condition", "Procedure")
DAYS_SINCE_LAST_RESULT = 3

Json = dict[str, Any]
Export = dict[str, list[Json]]
DATED = ("authoredOn", "recordedDate", "onsetDateTime", "performedDateTime")


def export_folder() -> Path:
    """Where HPP_CDS_PATIENTS says, else beside the checkout; it may not be there."""
    return Path(os.environ.get(PLACE) or BESIDE)


def load(folder: Path) -> Export:
    """Resource type -> resources, from one NDJSON file a type."""
    found = {}
    for path in folder.glob("*.ndjson"):
        found[path.stem] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return found


def by_patient(resources: list[Json]) -> dict[str, list[Json]]:
    owned = defaultdict(list)
    for resource in resources:
        owned[owner(resource)].append(resource)
    return owned


def judged_on(owned: Export) -> date:
    """The day after the last laboratory result; without one, after the last dated entry."""
    read_utc = partial(read_days, zone=UTC)
    labs = [found.last for lab in owned["Observation"] if (found := specimen_days(lab, read_utc))]
    others = [
        found.last
        for resources in owned.values()
        for resource in resources
        for name in DATED
        if (found := read_utc(resource.get(name)))
    ]
    return max(labs or others or [date(2021, 12, 31)]) + timedelta(days=1)


def read_export(folder: Path, today: date) -> Export:
    """Type -> resources, the last laboratory result of each patient a few days before today."""
    found = load(folder)
    owned = {kind: by_patient(found.get(kind, [])) for kind in OWNED}
    moved: Export = {kind: [] for kind in OWNED}
    moved |= {"Patient": [], "Medication": found.get("Medication", [])}
    for patient in found["Patient"]:
        mine = {kind: owned[kind].get(patient["id"], []) for kind in OWNED}
        last = judged_on(mine) - timedelta(days=1)
        shift = today - timedelta(days=DAYS_SINCE_LAST_RESULT) - last
        moved["Patient"].append(moved_by(patient, shift))
        for kind, resources in mine.items():
            moved[kind] += [moved_by(resource, shift) for resource in resources]
    return moved


def write_export(export: Export, folder: Path) -> None:
    for kind, resources in export.items():
        lines = "".join(f"{json.dumps(resource)}\n" for resource in resources)
        (folder / f"{kind}.ndjson").write_text(lines, "utf-8")


def owner(resource: Json) -> str:
    """The id of the patient whose resource this is."""
    return str(resource["subject"]["reference"]).removeprefix("Patient/")
