"""What is not seen: section 2b, and the statuses of an answer.

A patient's "missing" maps prefetch keys to "not-sent" or "failed"; what stands under such a key
exists and was not seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from tests.restatement.background import SUPPRESSING_DAYS
from tests.restatement.classes import (
    ELIGIBLE_LOWS,
    Story,
    considered,
    has_unread_newer,
    story_of,
)
from tests.restatement.limits import Patient, is_fresh
from tests.restatement.rows import matched_row

ORDER = (
    *("1", "2", "3", "4b", "4c", "4d", "4e", "5a", "5", "5b", "6", "7", "8a", "8b", "9"),
    *("10", "11", "12", "13", "14", "15"),
)
INDICATORS = ("none", "info", "warning", "critical")

# The parts of a patient that each prefetch key brings.
PARTS = {
    "alp": ("alp",),
    "labs": ("labs",),
    "medications": ("drugs",),
    "conditions": ("conditions", "family"),
    "procedures": ("procedures",),
    "encounters": ("encounters",),
    "administrations": ("administrations",),
}


@dataclass(frozen=True)
class Answer:
    """The status of the answer, and whether it shows a card."""

    status: str
    card: bool


def as_seen(patient: Patient) -> Patient:
    """The patient without what stands under a missing key."""
    hidden = [part for key in patient["missing"] for part in PARTS.get(key, ())]
    seen = {**patient, **{part: [] for part in hidden}}
    charted = [as_given(p) for p in seen["procedures"] if p["group"] in SUPPRESSING_DAYS]
    seen["drugs"] = seen["drugs"] + seen["administrations"] + charted
    return seen


def as_given(procedure: dict[str, Any]) -> dict[str, Any]:
    """2a.5: HCPCS J3489 or J0897 on a Procedure is an administration of its day."""
    done = {"given": True, "start": None, "end": None, "authored": procedure["date"]}
    return {"group": procedure["group"], "status": procedure["status"], **done}


def is_settled(patient: Patient, story: Story) -> bool:
    """2b.1: the last eligible result is a fresh NORMAL above its ceiling, and no low at all."""
    last = story["eligible"][-1] if story["eligible"] else None
    return (
        last is not None
        and not story["lows"]
        and last["above"]
        and is_fresh(patient, last["date"])
        and not has_unread_newer(patient, story)
    )


def hides_low(patient: Patient, story: Story) -> bool:
    """A low stands behind a higher result of its day, which may have been contaminated (EDTA).

    Contamination opens nothing else: it could only take a result away.
    """
    used = [r for r in story["valid"] if r["class"] not in ELIGIBLE_LOWS]
    lows = [r for r in considered(patient) if r["class"] in ELIGIBLE_LOWS]
    return any(low["date"] == r["date"] for low in lows for r in used)


def with_ggt(patient: Patient, days: Iterable[date]) -> Patient:
    """The patient, had there been a high GGT on these days."""
    raised = {"code": "ggt", "value": 200, "comparator": None, "unit": "U/L", "high": 60}
    labs = [{**raised, "date": day, "status": "final", "specimen": None} for day in days]
    return {**patient, "labs": patient["labs"] + labs}


def is_more_urgent(row: str, indicator: str, than: str, shown: str) -> bool:
    """A row of indicator warning or critical that comes first, or its own row shown higher."""
    if indicator not in ("warning", "critical"):
        return False
    number, seen = row.split("-")[0], than.split("-")[0]
    return (
        INDICATORS.index(indicator) > INDICATORS.index(shown)
        if number == seen
        else (ORDER.index(number) < ORDER.index(seen))
    )


def labs_open(patient: Patient, story: Story, row: str, indicator: str) -> bool:
    """2b.1: what laboratory results that were not seen could do.

    A pathogenic ALPL variant needs a low (rows 4b to 4d); a GGT may mask a normal; features of
    HPP without a low, and proofs of causes where there is none, open rows of indicator info.
    """
    if story["lows"] or hides_low(patient, story):
        return is_more_urgent("4d", "critical", row, indicator) and row[:2] not in ("4b", "4c")
    days = [r["date"] for r in story["normals"]]
    worlds = (
        with_ggt(patient, some) for n in range(len(days)) for some in combinations(days, n + 1)
    )
    return any(
        is_more_urgent(*matched_row(world, story_of(world))[1:], row, indicator) for world in worlds
    )


def is_open(patient: Patient, story: Story, row: str, indicator: str) -> bool:
    """2b.1, 2b.4: a more urgent row of indicator warning or critical could be true.

    Conditions may hide HPP and medications asfotase alfa (row 1).  Procedures, encounters and
    administrations open no row.
    """
    if {"conditions", "medications"} & patient["missing"].keys():
        return not row.startswith("1-")
    return "labs" in patient["missing"] and labs_open(patient, story, row, indicator)


def answer(patient: Patient, row: str, indicator: str, shown: str) -> Answer:
    """2b: what the whole answer says of itself.

    patient: as seen.  indicator: of the row.  shown: after the modifiers.
    """
    story = story_of(patient)
    settled = is_settled(patient, story)
    opened = is_open(patient, story, row, indicator)
    failed = any(patient["missing"].get(key) == "failed" for key in ("conditions", "medications"))
    gap_card = (opened or failed) and not settled
    return Answer("partial" if opened else "complete", shown != "none" or gap_card)
