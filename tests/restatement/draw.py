"""Small pieces of random patients: days, conditions, drugs, other results."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

Patient = dict[str, Any]

ENDED = ("resolved", "inactive", "remission")
RUNNING = (None, "active", "active", "recurrence", "relapse")
DOUBTED = ("unconfirmed", "provisional", "differential", "refuted", "entered-in-error")
NOT_GIVEN = ("draft", "cancelled", "entered-in-error")


def near(rng: Random, *days: int) -> int:
    """One of the given day counts, or a day less or more."""
    return rng.choice(days) + rng.choice((-1, 0, 0, 1))


def chance(rng: Random, percent: float) -> bool:
    """True that often."""
    return rng.random() * 100 < percent


def back(patient: Patient, day: date, days: int) -> date:
    """That many days before a day, kept between birth and today."""
    moved: date = day - timedelta(days=days)
    first: date = patient["birth"]
    last: date = patient["today"]
    return min(max(moved, first), last)


def number(value: Fraction, places: int = 4) -> int | float:
    """A JSON number of at most four decimals."""
    rounded = round(value, places)
    return int(rounded) if rounded.denominator == 1 else float(rounded)


def add_condition(
    rng: Random, patient: Patient, group: str, onset: date | None, *, plain: bool = False
) -> dict[str, Any]:
    """Add a condition; unless plain, sometimes recorded only, ended, doubted or refuted.

    event: whether its code says a first visit, a later one or a status; form: which code.
    """
    condition: dict[str, Any] = {
        "group": group,
        "form": rng.randint(0, 11),
        "event": "first",
        "onset": onset,
        "abatement": None,
        "recorded": None,
        "clinical": rng.choice(RUNNING),
        "verification": rng.choice((None, "confirmed")),
    }
    patient["conditions"].append(condition)
    if onset is not None and chance(rng, 30):
        condition["recorded"] = back(patient, onset, -rng.choice((0, 1, 30, 400)))
    if plain:
        return condition
    if chance(rng, 10):
        condition["recorded"], condition["onset"] = onset, None
    if chance(rng, 15):
        condition["clinical"] = rng.choice(ENDED)
    if chance(rng, 15):
        condition["verification"] = rng.choice(DOUBTED)
    return condition


def undate(condition: dict[str, Any]) -> None:
    """Take every date away."""
    condition["onset"] = condition["recorded"] = condition["abatement"] = None


def add_drug(
    rng: Random, patient: Patient, group: str, start: date, end: date | None
) -> dict[str, Any]:
    """Add an order over these days, written in one of the ways a record writes them."""
    drug: dict[str, Any] = {
        "group": group,
        "form": rng.randint(0, 11),
        "given": False,
        "start": start,
        "end": end,
        "authored": back(patient, start, rng.choice((0, 0, 1, 5))),
        "status": rng.choice(("active", "active", "on-hold")),
    }
    patient["drugs"].append(drug)
    if end is not None:
        drug["status"] = rng.choice(("active", "completed", "stopped"))
    if chance(rng, 25):
        drug["start"], drug["authored"] = None, start
    if chance(rng, 6):
        drug["status"] = rng.choice(NOT_GIVEN)
    return drug


def add_given(rng: Random, patient: Patient, group: str, day: date) -> None:
    """A drug charted only as an administration, under one of two keys, or as a procedure."""
    if group in ("bp_zoledronate", "ar_denosumab") and chance(rng, 25):
        add_procedure(rng, patient, group, day)
        return
    status = "completed" if chance(rng, 85) else rng.choice(("not-done", "entered-in-error"))
    given = {"group": group, "form": 0, "given": True, "start": None, "end": None}
    key = rng.choice(("drugs", "administrations"))
    patient[key].append({**given, "authored": day, "status": status})


def add_procedure(rng: Random, patient: Patient, group: str, day: date) -> None:
    """A procedure, now and then one that was not done."""
    status = "completed" if chance(rng, 90) else rng.choice(("not-done", "entered-in-error"))
    patient["procedures"].append({"group": group, "date": day, "status": status})


def add_lab(
    patient: Patient,
    code: str,
    day: date,
    value: Any,
    unit: str,
    high: Any = None,
    comparator: str | None = None,
) -> dict[str, Any]:
    """Add a final result."""
    lab = {
        "code": code,
        "date": day,
        "value": value,
        "comparator": comparator,
        "unit": unit,
        "high": high,
        "status": "final",
        "specimen": None,
    }
    patient["labs"].append(lab)
    return lab
