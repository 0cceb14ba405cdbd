"""Random ALP results near every limit.

Limits are asked of `limits` only to place values near them: a wrong limit there would make the
values duller, not wrong.
"""

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from tests.restatement import limits
from tests.restatement.draw import Patient, add_lab, back, chance, number

PLAIN_UNITS = ("U/L", "U/L", "U/L", "U/L", "[IU]/L", "IU/L", "mU/mL")
SCALED_UNITS = ("ukat/L", "nkat/L", "kU/L", "umol/min/L")
BAD_UNITS = ("mg/dL", "g/L", "%", "mmol/L", "umol/L")
ADULT_LOWS = (20, 25, 29, 30, 31, 35, 35, 35, 36, 40, 44, 45, 46, 50, 60, 61, 70, 106)
CHILD_RATIOS = (74, 75, 75, 80, 100, 120, 140, 140)
TEXTS = ("{}-{} U/L", "{}–{}", "{} - {} U/L", ">={}", "> {}", "≥{} U/L")
NO_RANGES = ("see note", "< 120", "{}-{} mg/dL", "adults {}-{}", "low: {}")
PROSE = ("normal", "within limits", "about 30", "22 (low)")


# The printed range


def printed(rng: Random, patient: Patient, day: date) -> Fraction | None:
    """A printed low in U/L: none, an adult's, zero, or at the edges that a child's keeps."""
    if chance(rng, 35):
        return None
    if chance(rng, 4):
        return Fraction(0)
    if limits.is_adult_on(patient, day) or chance(rng, 25):
        return Fraction(rng.choice((*ADULT_LOWS, rng.randint(20, 70))))
    low = limits.child_table_low(patient, day)
    ratio = Fraction(rng.choice(CHILD_RATIOS), 100)
    return low * ratio + Fraction(rng.choice((-10, -1, 0, 0, 0, 1, 10)), 10)


def print_range(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """Write the printed low: structured, in a unit of its own, or as text."""
    low = printed(rng, patient, result["date"])
    if low is None:
        if chance(rng, 10):
            result["range_text"] = rng.choice(NO_RANGES[:2])
        return
    if chance(rng, 15) and result["unit"] in PLAIN_UNITS:
        kind = TEXTS if chance(rng, 75) else NO_RANGES
        result["range_text"] = rng.choice(kind).format(number(low), number(low * 3))
        return
    own = "ukat/L" if chance(rng, 5) else None
    factor = limits.UNIT_FACTORS[own or result["unit"]]
    result["low"], result["low_unit"] = in_unit(rng, low, factor), own


# The value


def aimed(rng: Random, aim: str, low: Fraction, very: Fraction, top: Fraction) -> Fraction:
    """A value in U/L of the wanted kind, often on or next to an edge."""
    bit = Fraction(1, 100)
    if aim == "very":
        return rng.choice((very - bit, very - 1, very * Fraction(6, 10), very - Fraction(1, 10)))
    if aim == "low":
        between = (very + low) / 2
        deep = (Fraction(30), Fraction(30) - bit) if very == 25 and low > 30 else (between,)
        return rng.choice((low - bit, low - 1, between, *deep, very, very + bit, low - bit * 10))
    if aim == "normal":
        near = low * Fraction(11, 10)
        return rng.choice((low, low + bit, near, near + bit, (low + top) / 2, top, top - 1))
    if aim == "above":
        return rng.choice((top + bit, top + 1, top * Fraction(11, 10), top + 20))
    if aim == "clear":
        return low * Fraction(3, 2) + rng.choice((-bit, 0, bit, 1, 30))
    return rng.choice((low, very, top)) + rng.choice((-bit, 0, bit))


def compared(rng: Random, aim: str) -> str | None:
    """Now and then a comparator, mostly on the side that can be decided."""
    if chance(rng, 93):
        return None
    if chance(rng, 25):
        return rng.choice(("<", "<=", ">", ">="))
    return rng.choice(("<", "<=") if aim in ("low", "very") else (">", ">="))


def in_unit(rng: Random, amount: Fraction, factor: Fraction) -> int | float:
    """U/L said in another unit, rounded somewhere near."""
    return number(amount / factor, 6 if factor == 1000 else rng.choice((3, 4)))


def make_alp(rng: Random, patient: Patient, day: date, aim: str) -> dict[str, Any]:
    """One ALP result of the wanted kind on that day."""
    unit = rng.choice(SCALED_UNITS) if chance(rng, 15) else rng.choice(PLAIN_UNITS)
    result: dict[str, Any] = {
        "name": "alp",
        "written": "quantity",
        "date": day,
        "dated": rng.choice(("effective",) * 8 + ("period", "issued")),
        "value": 0,
        "unit": unit,
        "comparator": compared(rng, aim),
        "low": None,
        "low_unit": None,
        "range_text": None,
        "status": "final",
        "specimen": f"alp{len(patient['alp']) + 1}" if chance(rng, 20) else None,
        "encounter": None,
    }
    print_range(rng, patient, result)
    if result["comparator"] is not None and chance(rng, 30):
        result["written"] = "string"
    if chance(rng, 10):
        result["status"] = rng.choice(("amended", "corrected", "appended", "unknown"))
    low = limits.normal_limit if aim in ("normal", "above", "clear") else limits.limit
    bounds = [f(patient, result) for f in (low, limits.very_low_limit, limits.ceiling)]
    result["value"] = in_unit(rng, aimed(rng, aim, *bounds), limits.UNIT_FACTORS[unit])
    return result


def add_alp(rng: Random, patient: Patient, day: date, aim: str) -> date:
    """Add an ALP result, kept between birth and today; hand back its day."""
    return make_alp_in(rng, patient, day, aim)["date"]


def make_alp_in(rng: Random, patient: Patient, day: date, aim: str) -> dict[str, Any]:
    """Add an ALP result and hand it back for spoiling."""
    result = make_alp(rng, patient, back(patient, day, 0), aim)
    patient["alp"].append(result)
    return result


def any_aim(rng: Random) -> str:
    """Any kind of value."""
    return rng.choice(("very", "low", "normal", "above", "clear"))


# Results that cannot be used


def spoil(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """Make a result unusable, in one of the ways the table names."""
    how = rng.choice(("unit", "text", "ratio", "name", "comparator", "method", "date", "edta"))
    if how == "unit":
        result["unit"], result["written"] = rng.choice(BAD_UNITS), "quantity"
    elif how in ("text", "ratio"):
        result["written"], result["comparator"] = how, None
        result["prose"] = rng.choice(PROSE)
    elif how == "name":
        result["name"] = "unrecognised"
    elif how == "date":
        result["date"] = None
    elif result["date"] is not None:
        {"comparator": leave_open, "method": other_method, "edta": add_edta}[how](
            rng, patient, result
        )


def leave_open(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """An undecidable comparator, or one that just can be decided."""
    bound = limits.limit(patient, result) / limits.UNIT_FACTORS.get(result["unit"], Fraction(1))
    result["comparator"] = rng.choice(("<", "<="))
    result["value"] = number(bound + rng.choice((0, Fraction(1, 10), 5)))


def other_method(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """A range of another method: 106 and the like, and a value around 45 and around it."""
    low = rng.choice((60, 61, 100, 106))
    result |= {"unit": "U/L", "low": low, "low_unit": None, "range_text": None}
    result |= {"written": "quantity", "name": "alp"}
    result["value"] = rng.choice((44.9, 45, 45.1, 60, 75, 80, low - 0.1, low, low + 0.1))


def add_edta(rng: Random, patient: Patient, result: dict[str, Any]) -> None:
    """Potassium and calcium around the EDTA limits, on the same specimen or day, or not quite."""
    potassium = rng.choice((5.9, 6, 6, 6.1, 7, 9))
    in_mmol = chance(rng, 70)
    calcium = rng.choice((1.9, 1.89, 1.5, 1, 0.5)) if in_mmol else rng.choice((7.6, 7.5, 5, 2))
    day = result["date"]
    first = add_lab(patient, "potassium", day, potassium, "mmol/L")
    second = add_lab(patient, "calcium", day, calcium, "mmol/L" if in_mmol else "mg/dL")
    for lab in (first, second):
        if result["specimen"] is not None and chance(rng, 60):
            lab["specimen"] = result["specimen"]
        elif chance(rng, 10):
            lab["specimen"] = "other"
    if chance(rng, 10):
        second["date"] = back(patient, day, rng.choice((-1, 1)))


# Two on one day


def amount_of(result: dict[str, Any]) -> Fraction | None:
    """In U/L, whatever else is wrong with the result."""
    return limits.units_per_litre(result["value"], result["unit"])


def add_duplicate(rng: Random, patient: Patient) -> None:
    """A second result on the day of another: an exact re-send, or a clearly different value."""
    dated = [r for r in patient["alp"] if r["date"] is not None]
    if not dated:
        return
    first = rng.choice(dated)
    if chance(rng, 25):
        patient["alp"].append(dict(first))
        return
    second = make_alp(rng, patient, first["date"], any_aim(rng))
    if chance(rng, 25):
        spoil(rng, patient, second)
    patient["alp"].append(second)


def without_ties(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop a result equal in day and amount to another but not a re-send of it.

    The table keeps the highest result of a day and says nothing of two equally high ones that
    differ in their printed limit or comparator.
    """
    kept: list[dict[str, Any]] = []
    for result in results:
        amount = amount_of(result)
        twins = [k for k in kept if k["date"] == result["date"] and amount_of(k) == amount]
        if amount is None or all(twin == result for twin in twins):
            kept.append(result)
    return kept
