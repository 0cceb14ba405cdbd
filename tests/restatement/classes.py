"""One class per ALP result, and all results in order."""

from datetime import date
from fractions import Fraction
from typing import Any

from tests.restatement.background import is_acute, is_masked, is_on_asfotase, is_suppressed, labs_of
from tests.restatement.causes import is_explained
from tests.restatement.limits import (
    COUNTING_STATUSES,
    LOOKBACK_DAYS,
    YEAR,
    Patient,
    Result,
    below,
    ceiling,
    days_after,
    exact,
    is_adult_on,
    is_child_now,
    is_fresh,
    is_low,
    normal_limit,
    spacing,
    units_per_litre,
    very_low_limit,
)

Story = dict[str, Any]

ELIGIBLE_LOWS = ("LOW_CLEAN", "LOW_SUPPRESSED", "LOW_EXPLAINED")
EDTA_CALCIUM_BELOW = {"mmol/L": Fraction("1.90"), "mg/dL": Fraction("7.6")}
UNREAD = ("unrecognised", "unit", "text", "ratio", "undecidable")  # and limit-not-adult, as one


# EDTA


def same_specimen(result: Result, lab: dict[str, Any]) -> bool:
    """Same Specimen reference; without a reference on either, same calendar day."""
    if result["specimen"] is not None and lab["specimen"] is not None:
        return bool(result["specimen"] == lab["specimen"])
    return bool(result["date"] == lab["date"])


def is_edta(patient: Patient, result: Result) -> bool:
    """The EDTA rule: same-specimen K >= 6.0 mmol/L and total Ca < 1.90 mmol/L."""
    high_potassium = any(
        lab["unit"] == "mmol/L" and exact(lab["value"]) >= 6
        for lab in labs_of(patient, "potassium")
        if same_specimen(result, lab)
    )
    low_calcium = any(
        lab["unit"] in EDTA_CALCIUM_BELOW and exact(lab["value"]) < EDTA_CALCIUM_BELOW[lab["unit"]]
        for lab in labs_of(patient, "calcium")
        if same_specimen(result, lab)
    )
    return high_potassium and low_calcium


# The class of one result


def fault(patient: Patient, result: Result) -> str | None:
    """Why the result is INVALID, or None."""
    if result["date"] is None:
        return "undated"
    if result["name"] == "unrecognised":
        return "unrecognised"
    if result["written"] in ("text", "ratio"):
        return str(result["written"])
    amount = units_per_litre(result["value"], result["unit"])
    if amount is None:
        return "unit"
    if is_low(patient, result, amount) is None:
        return "undecidable"
    if is_edta(patient, result):
        return "edta"
    return "asfotase" if is_on_asfotase(patient, result["date"]) else None


def class_of_low(patient: Patient, result: Result, very_low: bool) -> str:
    """Order of class: acute, suppressed, explained, clean."""
    if is_acute(patient, result):
        return "LOW_ACUTE"
    if is_suppressed(patient, result["date"]):
        return "LOW_SUPPRESSED"
    if is_explained(patient, result["date"], very_low):
        return "LOW_EXPLAINED"
    return "LOW_CLEAN"


def class_of_normal(patient: Patient, result: Result) -> str:
    """For normals acute, masked, normal."""
    if is_acute(patient, result):
        return "NORMAL_ACUTE"
    return "NORMAL_MASKED" if is_masked(patient, result["date"]) else "NORMAL"


def classified(patient: Patient, result: Result) -> dict[str, Any]:
    """One class per result, with what the rows ask of it."""
    why = fault(patient, result)
    if why is not None:
        return {"date": result["date"], "class": "INVALID", "why": why}
    amount = exact(units_per_litre(result["value"], result["unit"]))
    low, sign = is_low(patient, result, amount), result["comparator"]
    very_low = bool(low) and below(amount, very_low_limit(patient, result), sign)
    name = class_of_low(patient, result, very_low) if low else class_of_normal(patient, result)
    adult, scale = is_adult_on(patient, result["date"]), normal_limit(patient, result)
    return {
        "date": result["date"],
        "class": name,
        "amount": amount,
        "adult": adult,
        "very_low": very_low,
        "deep": below(amount, Fraction(30), sign) if adult else very_low,  # drug causes
        "above": not low and amount > ceiling(patient, result),  # the number itself
        "clear": not low and amount >= scale * Fraction("1.5"),
        "near": not low and amount <= scale * Fraction("1.1"),
    }


# All results


def is_considered(patient: Patient, result: Result, name: str) -> bool:
    """None after today; an adult's of more than ten years ago only where it is NORMAL."""
    if result["date"] is None:
        return True
    ago = (patient["today"] - result["date"]).days
    return ago >= 0 and (is_child_now(patient) or ago <= LOOKBACK_DAYS or name == "NORMAL")


def considered(patient: Patient) -> list[dict[str, Any]]:
    """Of a status that counts, inside the lookback, classified."""
    counting = [r for r in patient["alp"] if r["status"] in COUNTING_STATUSES]
    pairs = [(r, classified(patient, r)) for r in counting if not is_future(patient, r)]
    return [c for r, c in pairs if is_considered(patient, r, c["class"])]


def is_future(patient: Patient, result: Result) -> bool:
    """ALP dated after the order is ignored."""
    return result["date"] is not None and result["date"] > patient["today"]


def kept_of_day(same_day: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The highest that is not INVALID; INVALID ones only if nothing else that day."""
    valid = [r for r in same_day if r["class"] != "INVALID"]
    if not valid:
        return same_day
    return [max(valid, key=lambda r: (r["amount"], r["class"].startswith("NORMAL")))]


def story_of(patient: Patient) -> Story:
    """All considered results in order, with the undated ones apart."""
    results = considered(patient)
    days = sorted({r["date"] for r in results if r["date"] is not None})
    kept = [r for day in days for r in kept_of_day([c for c in results if c["date"] == day])]

    def of(*names: str) -> list[dict[str, Any]]:
        return [r for r in kept if r["class"] in names]

    undated = [r for r in results if r["date"] is None]
    return {
        "valid": [r for r in kept if r["class"] != "INVALID"],
        "invalid": of("INVALID") + undated,
        "unread": [r for r in of("INVALID") if r["why"] in UNREAD],
        "eligible": of(*ELIGIBLE_LOWS, "NORMAL"),
        "lows": of(*ELIGIBLE_LOWS),
        "clean": of("LOW_CLEAN"),
        "normals": of("NORMAL"),
        "masked": of("NORMAL_MASKED"),
        "acute_lows": of("LOW_ACUTE"),
    }


# What the rows ask of all results


def span_days(results: list[dict[str, Any]]) -> int:
    """Last date minus first date."""
    return (results[-1]["date"] - results[0]["date"]).days if results else 0


def are_spaced(patient: Patient, results: list[dict[str, Any]]) -> bool:
    """Last date minus first date >= SPACING."""
    return bool(results) and span_days(results) >= spacing(patient)


def last_eligible_is_low(story: Story) -> bool:
    """The last eligible result is a low."""
    return bool(story["eligible"]) and story["eligible"][-1]["class"] in ELIGIBLE_LOWS


def holds_since(story: Story, first: date) -> bool:
    """Lows of any kind are at least half, and no NORMAL above its ceiling."""
    since = [r for r in story["eligible"] if r["date"] >= first]
    lows = [r for r in since if r["class"] in ELIGIBLE_LOWS]
    recovered = any(r["class"] == "NORMAL" and r["above"] for r in since)
    return 2 * len(lows) >= len(since) and not recovered


def is_lasting(patient: Patient, story: Story, kind: str) -> bool:
    """PERSISTENT from the first of the 'lows', PERSISTENT_CLEAN from the first 'clean'."""
    return (
        are_spaced(patient, story[kind])
        and last_eligible_is_low(story)
        and holds_since(story, story[kind][0]["date"])
    )


def is_persistent(patient: Patient, story: Story) -> bool:
    """PERSISTENT."""
    return is_lasting(patient, story, "lows")


def is_persistent_clean(patient: Patient, story: Story) -> bool:
    """PERSISTENT_CLEAN."""
    return is_lasting(patient, story, "clean")


def all_suppressed(story: Story) -> bool:
    """There is a low, and every one is LOW_SUPPRESSED."""
    return bool(story["lows"]) and all(r["class"] == "LOW_SUPPRESSED" for r in story["lows"])


def normals_before(story: Story) -> list[dict[str, Any]]:
    """NORMAL results dated before the first eligible low."""
    if not story["lows"]:
        return []
    return [r for r in story["normals"] if r["date"] < story["lows"][0]["date"]]


def has_normal_before(story: Story) -> bool:
    """A NORMAL above its ceiling, of any age, before the first eligible low."""
    return any(r["above"] for r in normals_before(story))


def has_fresh_normal(patient: Patient, story: Story, *, above: bool = False) -> bool:
    """A NORMAL inside FRESH, above its ceiling where that is asked."""
    return any(is_fresh(patient, r["date"]) and (r["above"] or not above) for r in story["normals"])


def has_unread_newer(patient: Patient, story: Story) -> bool:
    """An unread INVALID after the last eligible result, else after the latest masked."""
    eligible, masked, today = story["eligible"], story["masked"], patient["today"]
    if eligible and is_child_now(patient) and not is_fresh(patient, eligible[-1]["date"]):
        return False
    if any(r["clear"] and days_after(r["date"], today, YEAR) for r in story["normals"]):
        return False
    after = (eligible or masked)[-1]["date"] if eligible or masked else date.min
    return any(r["date"] > after for r in story["unread"])
