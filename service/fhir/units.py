"""Quantities -> exact values in the unit a test is judged in.

The factors are ours (units.csv and unit_words.csv); a unit that is not understood makes the value
unusable and is named as it was written.
"""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal
from math import isfinite
from typing import NamedTuple

from service.fhir.ranges import NARROW
from service.fhir.tolerant import Json, number, text
from service.hpp.knowledge.model import Knowledge, Test

LONGEST_FLOAT = 10
LONGEST_PLAIN = 100  # characters of a comparator, a number and a unit
LONGEST_SHOWN = 40  # characters of a unit
NO_DECIMALS = 1e16  # from here on a float has none, and Decimal could not write two
ONE, HUNDREDTH = Decimal(1), Decimal("0.01")
PRINTED = (int, float, str)
COMPARATORS = ("<=", ">=", "<", ">")
SIGNS = {"≤": "<=", "≥": ">="}
_PLAIN = re.compile(r"(<=|>=|<|>|≤|≥)\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(.{0,60})")


UNKNOWN_UNIT = ("unit", "unit-conflict")  # problems of a quantity


class Reading(NamedTuple):
    """A value in the test's unit, or why there is none.

    problem: `no-value`, `text`, `number`, `no-unit`, `unit`, `unit-conflict`, `comparator`.
    """

    value: Decimal | None = None
    comparator: str = ""
    shown: str = ""
    problem: str = ""


def read_quantity(quantity: Json, test: Test, knowledge: Knowledge) -> Reading:
    """Read a FHIR Quantity for a test.  Units: UCUM code first, then the printed text."""
    raw, compared = quantity.get("value"), quantity.get("comparator")
    comparator = "" if compared is None else _comparator(compared)
    code, written = text(quantity.get("code")), text(quantity.get("unit"))
    value, plain = _exact(raw)
    shown = f"{comparator[:2]}{plain} {(written or code)[:LONGEST_SHOWN]}".strip()
    if value is None:
        return Reading(shown=shown, problem="no-value" if raw is None else "number")
    if value.is_signed() and value:
        return Reading(shown=shown, problem="negative")
    if comparator and comparator not in COMPARATORS:
        return Reading(shown=shown, problem="comparator")
    factor, problem = unit_factor(code, written, test, knowledge)
    if factor is None:
        return Reading(shown=shown, problem=problem)
    return Reading(value * factor, comparator, shown)


def _comparator(written: object) -> str:
    """Empty and `=` compare nothing, as null (seen in data: FHIR leaves the member out)."""
    if isinstance(written, str) and written.strip() in ("", "="):
        return ""
    sign = text(written)[:LONGEST_PLAIN].translate(NARROW)
    return SIGNS.get(sign, sign) or "?"


def _exact(raw: object) -> tuple[Decimal | None, str]:
    """A value, and how it is shown.  The usual float is written out once for both."""
    if isinstance(raw, float) and isfinite(raw) and len(written := repr(raw)) <= LONGEST_FLOAT:
        return Decimal(written), written
    return number(raw), _plain(raw)


def _plain(raw: object) -> str:
    """A value to show: as written, but a float of many digits only to two decimals."""
    if not isinstance(raw, PRINTED) or isinstance(raw, bool):
        return ""
    written = str(raw)
    if isinstance(raw, float) and len(written) > LONGEST_FLOAT:
        if abs(raw) >= NO_DECIMALS:
            return f"{raw:g}"
        return str(Decimal(written).quantize(HUNDREDTH, ROUND_FLOOR))
    return written[:20]


def unit_factor(
    code: str, unit: str, test: Test, knowledge: Knowledge
) -> tuple[Decimal | None, str]:
    """The factor to the test's unit, or the problem.  Two units that disagree are a problem.

    A test without a measure is only compared with its own printed limit: factor 1.
    """
    if not test.measure:
        return ONE, ""
    if not code and not unit:
        return None, "no-unit"
    if code == unit or not code or not unit:
        factor = knowledge.units.factor(test.measure, code or unit)
        return factor, "" if factor is not None else "unit"
    return _factor_of_two(code, unit, test, knowledge)


def _factor_of_two(
    code: str, unit: str, test: Test, knowledge: Knowledge
) -> tuple[Decimal | None, str]:
    """Of a code and another text; a text that is no unit of anything says nothing."""
    units = knowledge.units
    factors = {written: units.factor(test.measure, written) for written in (code, unit)}
    known = {factor for factor in factors.values() if factor is not None}
    if not known:
        return None, "unit"
    foreign = any(units.is_unit(text) for text, factor in factors.items() if factor is None)
    return (None, "unit-conflict") if len(known) > 1 or foreign else (known.pop(), "")


def read_string(value: str, unit: str, test: Test, knowledge: Knowledge) -> Reading:
    """A string that is plainly a comparator and a number (`<20`, `<= 20 U/L`), else unusable.

    unit: that of the printed range, used where the string has none.
    """
    quantity = quantity_in(value)
    if not quantity:
        return Reading(shown=value[:40], problem="text")
    return read_quantity({**quantity, "unit": quantity["unit"] or unit}, test, knowledge)


def quantity_in(written: str) -> dict[str, str]:
    """The members of a Quantity that a plain comparator and number say; nothing for other text."""
    plain = written.strip()
    short = plain.translate(NARROW) if len(plain) <= LONGEST_PLAIN else ""
    match = _PLAIN.fullmatch(short)
    if match is None:
        return {}
    return {"value": match[2], "comparator": match[1], "unit": match[3] or ""}
