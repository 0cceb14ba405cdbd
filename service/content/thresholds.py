"""Thresholds: ours, and a site's numbers within the bounds that ours set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from service.content.faults import hint
from service.content.layers import Layers
from service.content.numbers import decimal, shown
from service.hpp.knowledge.model import Threshold
from service.hpp.knowledge.units import Units

FILE = "thresholds.toml"
KEYS = ("value", "unit", "source")
BOUNDS = ("min", "max")
NOT_THRESHOLDS = ("review", "review_date", "source")
DAYS = {"week": Decimal(7), "month": Decimal("30.4375"), "year": Decimal("365.25")}
IN_ORDER = ("adult_very_low", "adult_low_min", "adult_low_default", "adult_low_max")
# Pairs that contradict each other in the wrong order, but stop no start.
ODD_ABOVE = (
    ("adult_low_max", "recovery_floor_adult", "a result could be low and recovered at once"),
    ("plp_high", "plp_strong", "a strongly raised PLP would be lower than a raised one"),
    ("spacing_infant", "spacing_child", "results of infants would have to lie further apart"),
    ("spacing_child", "spacing_adult", "results of children would have to lie further apart"),
)
_NUMBER = re.compile(r"\s*([0-9]+)(?:[.,]([0-9]+))?\s*(\S*)\s*")


def read_thresholds(layers: Layers, units: Units) -> dict[str, Threshold]:
    """Ours, with what a site's thresholds.toml says instead.  Every fault by its key."""
    ours = {k: v for k, v in layers.table(FILE, shipped=True).items() if isinstance(v, dict)}
    found = {name: _threshold(name, entry, entry["value"]) for name, entry in ours.items()}
    theirs = layers.table(FILE) if layers.has(FILE) else {}
    for name, entry in theirs.items():
        if name in NOT_THRESHOLDS:
            continue
        if name not in ours:
            layers.notes.fault(FILE, name, "is not a threshold" + hint(name, ours))
        elif (changed := _changed(name, entry, ours[name], layers, units)) is not None:
            found[name] = changed
    return found


def _threshold(name: str, entry: Mapping[str, Any], value: Decimal) -> Threshold:
    return Threshold(name, Decimal(value), entry["unit"], entry["source"], entry["says"])


def _changed(
    name: str, entry: Any, ours: Mapping[str, Any], layers: Layers, units: Units
) -> Threshold | None:
    """A site's threshold, or None after its faults were reported."""
    if not isinstance(entry, dict):
        layers.notes.fault(FILE, name, f"must be a table [{name}] with value, unit and source")
        return None
    problems = list(_problems(name, entry, ours, units))
    for key, message in problems:
        layers.notes.fault(FILE, f"{name}.{key}", message)
    for key in (key for key in BOUNDS if entry.get(key, ours[key]) != ours[key]):
        message = f"is not changed by a site: ours stays, {ours[key]}"
        layers.notes.warn(FILE, f"{name}.{key}", message)
    value = decimal(entry.get("value"))
    if problems or value is None:
        return None
    return _threshold(name, {**ours, "source": entry["source"]}, value)


def _problems(
    name: str, entry: Mapping[str, Any], ours: Mapping[str, Any], units: Units
) -> Iterator[tuple[str, str]]:
    for key in sorted(set(entry) - {*KEYS, *ours}):
        yield key, "is not a key here" + hint(key, KEYS)
    yield from _number_problems(name, entry, ours, units)
    source = entry.get("source", "")
    if not isinstance(source, str) or not source.strip():
        yield "source", "must say where the number comes from"


def _number_problems(
    name: str, entry: Mapping[str, Any], ours: Mapping[str, Any], units: Units
) -> Iterator[tuple[str, str]]:
    number, unit = decimal(entry.get("value")), entry.get("unit")
    if "value" not in entry or number is None:
        yield "value", "must be a number" + _meant(entry.get("value"))
    elif unit != ours["unit"] and (worth := _worth(number, unit, ours["unit"], units)) is not None:
        one = f"1 {unit} is {shown(worth / number)} {ours['unit']}, so " if number else ""
        converted = f"{one}{shown(number)} {unit} is {shown(worth)} {ours['unit']}"
        write = f'write {name}.value = {shown(worth)} and unit = "{ours["unit"]}"'
        yield "unit", f"must be {ours['unit']!r}: {converted}; {write}"
        return
    elif not ours["min"] <= number <= ours["max"]:
        yield "value", _out_of_bounds(number, ours, units)
    if unit != ours["unit"]:
        yield "unit", f"must be {ours['unit']!r}"


def _meant(value: object) -> str:
    """A number written as text, with its unit or a decimal comma."""
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return ""
    whole, part, unit = found.groups()
    why = " and its unit under `unit`" if unit else ""
    return f" without quotes{why}: {whole}{'.' + part if part else ''}"


def _worth(number: Decimal, unit: object, ours: str, units: Units) -> Decimal | None:
    """What a number in another unit is in ours, to three figures behind the point."""
    if not isinstance(unit, str) or not unit.strip():
        return None
    factor: Decimal | None = None
    if ours == "d":
        factor = DAYS.get(unit.strip().casefold().rstrip("s"))
    elif (measure := _measure_of(ours, units)) and units.factor(measure, unit):
        of_ours = units.factor(measure, ours) or Decimal(1)
        factor = (units.factor(measure, unit) or Decimal(1)) / of_ours
    return None if factor is None or factor == 1 else round(number * factor, 3).normalize()


def _measure_of(unit: str, units: Units) -> str:
    return next((m for m in units.measures if units.factor(m, unit) is not None), "")


def _out_of_bounds(number: Decimal, ours: Mapping[str, Any], units: Units) -> str:
    low, high, unit = ours["min"], ours["max"], ours["unit"]
    side = (
        f"above the highest allowed {high}" if number > high else f"below the lowest allowed {low}"
    )
    return f"{shown(number)} {unit} is {side}{_slip(number, ours, units)}"


def _slip(number: Decimal, ours: Mapping[str, Any], units: Units) -> str:
    """The number that was likely meant: in microkatal, or with the point elsewhere."""
    low, high = ours["min"], ours["max"]
    for word, days in DAYS.items() if ours["unit"] == "d" else ():
        if low <= (in_days := (number * days).to_integral_value(ROUND_HALF_UP)) <= high:
            return f"; {shown(number)} {word}s are {shown(in_days)} d: did you mean that?"
    if ours["unit"] == "U/L" and number < low:
        in_units = number * (units.factor("activity", "ukat/L") or 1)
        if low <= in_units <= high:
            return f"; {shown(number)} ukat/L is {shown(in_units)} U/L: did you mean that?"
    for factor in (Decimal("0.1"), Decimal(10), Decimal("0.01"), Decimal(100)):
        if low <= number * factor <= high:
            return f"; did you mean {shown(number * factor)}?"
    return f" (allowed: {low} to {high})"


def check_order(thresholds: Mapping[str, Threshold], layers: Layers) -> None:
    """Limits of one kind must be in order; others only contradict each other."""
    number = {name: threshold.value for name, threshold in thresholds.items()}
    for lower, upper in pairwise(IN_ORDER):
        if number[lower] > number[upper]:
            message = f"{shown(number[lower])} is above {upper} ({shown(number[upper])})"
            layers.notes.fault(FILE, lower, message)
    for lower, upper, why in ODD_ABOVE:
        if lower in number and upper in number and number[upper] < number[lower]:
            message = f"{shown(number[upper])} is below {lower} ({shown(number[lower])}): {why}"
            layers.notes.warn(FILE, upper, message)
