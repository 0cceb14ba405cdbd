"""The bulk export beside the checkout, moved in time so that every patient is seen today.

Each patient's resources move together by one number of days; times of day, offsets and
precision stay as they are.
"""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

from service.demo.record import moved as moved_by
from tests.population.__main__ import Json, by_patient, judged_on, load

PLACE = "HPP_CDS_PATIENTS"
BESIDE = Path(__file__).parents[2].parent / "shared" / "data" / "patients"
OWNED = ("Observation", "MedicationRequest", "Condition", "Procedure")
DAYS_SINCE_LAST_RESULT = 3

Export = dict[str, list[Json]]


def export_folder() -> Path:
    """Where HPP_CDS_PATIENTS says, else beside the checkout; it may not be there."""
    return Path(os.environ.get(PLACE) or BESIDE)


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
