"""Days, units, printed ranges and limits of the decision table.

Written from the text of the table (edition 2) and from nothing else: it shares no code with the
engine.  Slow and literal on purpose: plain dicts, exact fractions, whole days.
"""

import re
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

Patient = dict[str, Any]
Result = dict[str, Any]

# Statuses that count, and units.
COUNTING_STATUSES = ("final", "amended", "corrected", "appended", "unknown")
UNIT_FACTORS = {
    "U/L": Fraction(1),
    "[IU]/L": Fraction(1),
    "IU/L": Fraction(1),
    "mU/mL": Fraction(1),
    "umol/min/L": Fraction(1),
    "kU/L": Fraction(1000),
    "ukat/L": Fraction(60),
    "nkat/L": Fraction(6, 100),
}

# PED_TABLE: caliper_roche lower limits, (first day, last day, male, female).
CHILD_LOWS = (
    (0, 14, 83, 83),
    (15, 364, 122, 122),
    (365, 3651, 142, 142),
    (3652, 4747, 129, 129),
    (4748, 5478, 116, 57),
    (5479, 6208, 82, 50),
    (6209, 6939, 55, 45),
)

# Fixed lengths in days.
ADULT_DAYS = 6575
INFANT_DAYS = 365
LOOKBACK_DAYS = 3652
YEAR = 365
FIVE_YEARS = 1826

LESS = ("<", "<=")
MORE = (">", ">=")
NUMBER = r"(\d+(?:\.\d+)?)"


@cache
def exact(number: Any) -> Fraction:
    """Never round before comparing; the number as it is printed."""
    return Fraction(str(number))


@cache
def units_per_litre(number: Any, unit: str) -> Fraction | None:
    """In U/L; None for a unit of no known factor."""
    factor = UNIT_FACTORS.get(unit)
    return None if factor is None else exact(number) * factor


def age_on(patient: Patient, day: date) -> int:
    """Age in whole days."""
    return int((day - patient["birth"]).days)


def is_adult_on(patient: Patient, day: date) -> bool:
    """6575 days and more."""
    return age_on(patient, day) >= ADULT_DAYS


def is_child_now(patient: Patient) -> bool:
    """The path follows the age at the order date."""
    return not is_adult_on(patient, patient["today"])


def by_age_now(patient: Patient, adult: int, child: int, infant: int) -> int:
    """SPACING and FRESH follow the age at the order date."""
    age = age_on(patient, patient["today"])
    if age >= ADULT_DAYS:
        return adult
    return infant if age < INFANT_DAYS else child


def spacing(patient: Patient) -> int:
    """30 / 14 / 7 d."""
    return by_age_now(patient, 30, 14, 7)


def fresh_days(patient: Patient) -> int:
    """24 / 12 / 6 months, fixed as 730 / 365 / 182 d."""
    return by_age_now(patient, 730, 365, 182)


def is_fresh(patient: Patient, day: date) -> bool:
    """Dated within FRESH before the order."""
    return bool((patient["today"] - day).days <= fresh_days(patient))


def days_after(earlier: date | None, later: date, at_most: int) -> bool:
    """Both ends of every window included, day 0 counts."""
    return earlier is not None and 0 <= (later - earlier).days <= at_most


def days_apart(one: date, other: date) -> int:
    """Before or after."""
    return abs((one - other).days)


# The printed range


def text_low(written: str, unit: str) -> Fraction | None:
    """The lower limit of a range that is only text; None where it has none or is no range."""
    between = re.fullmatch(rf"\s*{NUMBER}\s*[-–]\s*{NUMBER}\s*(\S*)\s*", written)
    above = re.fullmatch(rf"\s*(?:>=|>|≥)\s*{NUMBER}\s*(\S*)\s*", written)
    if between:
        return units_per_litre(between[1], between[3] or unit)
    return units_per_litre(above[1], above[2] or unit) if above else None


def printed_low(result: Result) -> Fraction | None:
    """By the range's own unit, else the result's; a low of 0 or less is no low."""
    if result["low"] is not None:
        low = units_per_litre(result["low"], result["low_unit"] or result["unit"])
    elif result["range_text"] is not None:
        low = text_low(result["range_text"], result["unit"])
    else:
        low = None
    return low if low is not None and low > 0 else None


# The limit


def child_table_low(patient: Patient, day: date) -> Fraction:
    """PED_TABLE: by age in days and sex; sex unknown -> the lower."""
    age = age_on(patient, day)
    for first, last, male, female in CHILD_LOWS:
        if first <= age <= last:
            return Fraction({"male": male, "female": female}.get(patient["sex"], min(male, female)))
    raise ValueError(f"no child interval for an age of {age} days")


def is_other_method(patient: Patient, result: Result) -> bool:
    """A printed low above 60 on an adult's result is no adult IFCC limit."""
    low = printed_low(result)
    return is_adult_on(patient, result["date"]) and low is not None and low > 60


def child_limit(patient: Patient, result: Result) -> Fraction:
    """Printed only within 0.75-1.4 x table, and never an adult's range."""
    low, table = printed_low(result), child_table_low(patient, result["date"])
    if low is None or (low <= 45 and table > 45):
        return table
    return low if table * Fraction("0.75") <= low <= table * Fraction("1.4") else table


def limit(patient: Patient, result: Result) -> Fraction:
    """Below it is low.  Adult: clamp(printed or 35, 30, 45)."""
    if not is_adult_on(patient, result["date"]):
        return child_limit(patient, result)
    low = printed_low(result)
    return min(max(Fraction(35) if low is None else low, Fraction(30)), Fraction(45))


def normal_limit(patient: Patient, result: Result) -> Fraction:
    """What 1.25 x and 1.5 x multiply; of a printed low above 60 the printed low."""
    low = printed_low(result)
    if low is not None and is_other_method(patient, result):
        return low
    return limit(patient, result)


def very_low_limit(patient: Patient, result: Result) -> Fraction:
    """Very low is below 25 (adult) or below 0.5 x limit (child)."""
    if is_adult_on(patient, result["date"]):
        return Fraction(25)
    return limit(patient, result) / 2


def ceiling(patient: Patient, result: Result) -> Fraction:
    """RECOVERY_CEILING: max(45, 1.25 x limit) adult; 1.25 x limit child."""
    scaled = normal_limit(patient, result) * Fraction("1.25")
    if is_adult_on(patient, result["date"]):
        return max(Fraction(45), scaled)
    return scaled


def below(amount: Fraction, bound: Fraction, comparator: str | None) -> bool:
    """Below the bound; a '<' or '<=' value also at it."""
    return amount <= bound if comparator in LESS else amount < bound


def is_low(patient: Patient, result: Result, amount: Fraction) -> bool | None:
    """Low or not; None where it cannot be decided."""
    low, not_low = limit(patient, result), normal_limit(patient, result)
    if result["comparator"] in LESS:
        return True if amount <= low else None
    if amount >= not_low:
        return False
    return None if result["comparator"] in MORE or amount >= low else True
