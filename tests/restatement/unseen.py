"""What is not seen, and the statuses of an answer.

A patient's "missing" maps prefetch keys to "not-sent" or "failed"; what stands under such a key
exists and was not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from tests.restatement.background import SUPPRESSING_DAYS
from tests.restatement.classes import (
    ELIGIBLE_LOWS,
    Story,
    classified,
    has_unread_newer,
    story_of,
)
from tests.restatement.features import B6_GROUPS
from tests.restatement.limits import Patient, Result, is_fresh, limit
from tests.restatement.rows import matched_row

ORDER = (
    *("1", "2", "3", "4b", "4c", "4d", "4e", "5a", "5", "5b", "6", "7", "8a", "8b", "9"),
    *("10", "11", "12", "13", "14", "15"),
)
Row = tuple[str, str, str]  # tier, row, indicator
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
    """The status of the answer, whether it shows a card, and whether the ALP is settled."""

    status: str
    card: bool
    settled: bool = field(default=False, compare=False)


def as_seen(patient: Patient) -> Patient:
    """The patient without what stands under a missing key."""
    hidden = [part for key in patient["missing"] for part in PARTS.get(key, ())]
    seen = {**patient, **{part: [] for part in hidden}}
    charted = [as_given(p) for p in seen["procedures"] if p["group"] in SUPPRESSING_DAYS]
    seen["drugs"] = seen["drugs"] + seen["administrations"] + charted
    return seen


def as_given(procedure: dict[str, Any]) -> dict[str, Any]:
    """HCPCS J3489 or J0897 on a Procedure is an administration of its day."""
    done = {"given": True, "start": None, "end": None, "authored": procedure["date"]}
    return {"group": procedure["group"], "status": procedure["status"], **done}


def is_settled(patient: Patient, story: Story) -> bool:
    """The last eligible result is a fresh NORMAL above its ceiling, and no low at all."""
    last = story["eligible"][-1] if story["eligible"] else None
    return (
        last is not None
        and not story["lows"]
        and last["above"]
        and is_fresh(patient, last["date"])
        and not has_unread_newer(patient, story)
    )


# What could be true: the patient, had something been seen that was not


def read_anyhow(patient: Patient) -> Iterator[Patient]:
    """As it is, and with each result of an unrecognised name read as an ALP of any height."""
    unknown = [r for r in patient["alp"] if r["name"] == "unrecognised"]
    others = [r for r in patient["alp"] if r["name"] == "alp"]
    ways: list[list[Result]] = [
        [r] if r["date"] is None else [r, *(as_alp(r, value) for value in heights(patient, r))]
        for r in unknown
    ]
    for chosen in product(*ways):
        yield {**patient, "alp": [*others, *chosen]}


def as_alp(result: Result, value: Fraction) -> Result:
    """An unrecognised result, had it been an ALP of this value."""
    plain = {"written": "quantity", "comparator": None, "unit": "U/L", "low": None}
    return {**result, **plain, "range_text": None, "name": "alp", "value": float(value)}


def heights(patient: Patient, result: Result) -> tuple[Fraction, ...]:
    """Very low, low, just normal and clearly normal."""
    bound = limit(patient, {**result, "low": None, "range_text": None})
    return Fraction(1), bound - Fraction(1, 100), bound, Fraction(2000)


def with_labs(patient: Patient, *labs: dict[str, Any]) -> Patient:
    """The patient with these laboratory results, each final."""
    plain = {"status": "final", "specimen": None, "comparator": None, "high": None}
    return {**patient, "labs": [*patient["labs"], *({**plain, **lab} for lab in labs)]}


def with_variant(patient: Patient) -> Patient:
    """A pathogenic ALPL variant and a raised substrate."""
    gene = {"code": "alpl", "significance": "LA6668-3"}
    plp = {"code": "plp", "value": 1000, "unit": "nmol/L"}
    today = {"date": patient["today"]}
    without_b6 = [d for d in patient["drugs"] if d["group"] not in B6_GROUPS]
    return with_labs({**patient, "drugs": without_b6}, {**gene, **today}, {**plp, **today})


def without_cover(patient: Patient) -> Patient:
    """Without what stands above a low of its day, as if that had been contaminated (EDTA).

    Contamination opens nothing else: it could only take a result away.
    """
    lows = [r for r in patient["alp"] if classified(patient, r)["class"] in ELIGIBLE_LOWS]
    days = {r["date"] for r in lows}
    return {**patient, "alp": [r for r in patient["alp"] if r["date"] not in days or r in lows]}


def lab_worlds(patient: Patient) -> Iterator[Patient]:
    """What laboratory results that were not seen could do.

    A variant or a substrate counts with a low; a gamma-GT may mask any of the normals.
    """
    yield with_variant(patient)
    yield with_variant(without_cover(patient))
    days = [r["date"] for r in story_of(patient)["normals"]]
    ggt = {"code": "ggt", "value": 200, "unit": "U/L", "high": 60}
    for number in range(1, len(days) + 1):
        for some in combinations(days, number):
            yield with_labs(patient, *({**ggt, "date": day} for day in some))


def worlds(patient: Patient) -> Iterator[Patient]:
    """Everything that what was not seen leaves possible, but for conditions and medications."""
    for read in read_anyhow(patient):
        yield read
        if "labs" in patient["missing"]:
            yield from lab_worlds(read)


def is_more_urgent(found: Row, seen: Row) -> bool:
    """A row of indicator warning or critical that is higher, or another verdict that goes first."""
    (tier, row, indicator), (seen_tier, seen_row, shown) = found, seen
    ahead = INDICATORS.index(indicator) - INDICATORS.index(shown)
    first = ORDER.index(row.split("-")[0]) < ORDER.index(seen_row.split("-")[0])
    alike = ahead == 0 and first and tier != seen_tier
    return indicator in ("warning", "critical") and (ahead > 0 or alike)


def is_open(patient: Patient, seen: Row) -> bool:
    """A more urgent row of indicator warning or critical could be true.

    Conditions may hide HPP and medications asfotase alfa (row 1).  Procedures, encounters and
    administrations open no row.
    """
    if {"conditions", "medications"} & patient["missing"].keys():
        return seen[0] != "T1"
    unread = any(r["name"] == "unrecognised" for r in patient["alp"])
    if not unread and "labs" not in patient["missing"]:
        return False
    return any(is_more_urgent(matched_row(w, story_of(w)), seen) for w in worlds(patient))


def answer(patient: Patient, seen: Row, shown: str) -> Answer:
    """2b: what the whole answer says of itself.

    patient: as seen.  seen: tier, row and its indicator.  shown: it after the modifiers.
    """
    settled = is_settled(patient, story_of(patient))
    opened = is_open(patient, seen)
    failed = any(patient["missing"].get(key) == "failed" for key in ("conditions", "medications"))
    gap_card = (opened or failed) and not settled
    status = "partial" if opened else "complete"
    return Answer(status, shown != "none" or gap_card, settled)
