"""What is not seen: section 2b, and the statuses of an answer.

A patient's "missing" maps prefetch keys to "not-sent" or "failed"; what stands under such a key
exists and was not seen.
"""

from dataclasses import dataclass
from typing import Any

from tests.restatement.background import SUPPRESSING_DAYS
from tests.restatement.classes import Story, has_unread_newer, story_of
from tests.restatement.limits import Patient, is_fresh

# The parts of a patient that each prefetch key brings.
PARTS = {
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


def is_open(patient: Patient, story: Story, row: str) -> bool:
    """2b.1, 2b.4: a more urgent row of indicator warning or critical could be true.

    Conditions may hide HPP and medications asfotase alfa (row 1); laboratory results may hide a
    pathogenic ALPL variant, which needs a low (rows 4b to 4d).  The others open no row.
    """
    number = row.split("-")[0]
    if number != "1" and {"conditions", "medications"} & patient["missing"].keys():
        return True
    later = number not in ("1", "2", "3", "4b", "4c")
    return "labs" in patient["missing"] and later and bool(story["lows"])


def answer(patient: Patient, row: str, indicator: str) -> Answer:
    """2b: what the whole answer says of itself.  patient: as seen."""
    if "alp" in patient["missing"]:
        return Answer("unavailable", True)
    story = story_of(patient)
    settled = is_settled(patient, story)
    opened = is_open(patient, story, row)
    failed = any(patient["missing"].get(key) == "failed" for key in ("conditions", "medications"))
    gap_card = (opened or failed) and not settled
    return Answer("partial" if opened else "complete", indicator != "none" or gap_card)
