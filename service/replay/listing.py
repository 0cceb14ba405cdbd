"""Who got a card, by the site's own ids: the one file of a replay that names anybody."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from service.replay.parts import Decisions, write_whole
from service.reports.export import as_csv
from service.store.pseudonyms import Pseudonyms

HEAD = ("patient", "day", "drug_group", "verdict", "row", "indicator", "pseudonym")


def list_patients(
    decisions: Decisions, patients: Iterable[str], pseudonyms: Pseudonyms, file: Path
) -> None:
    """Each decision with a card, for review by who may see it: readable by its owner only.

    patients: ids of the source.
    """
    shown = [row for row in decisions.rows() if row["shown"]]
    wanted = {row["patient"] for row in shown}
    named = {
        name: patient
        for patient in patients
        if (name := pseudonyms.of("patient", patient)) in wanted
    }

    rows: list[Sequence[Any]] = [
        (named[row["patient"]], *(row[name] for name in HEAD[1:-1]), row["patient"])
        for row in shown
    ]

    def write(path: Path) -> None:
        path.unlink(missing_ok=True)
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "wb") as opened:
            opened.write(as_csv((HEAD, rows)))

    write_whole(file, write)
