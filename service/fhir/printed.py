"""Observation.referenceRange -> the limits the laboratory printed for this patient."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import inf, nan

from service.fhir.budget import OF_AN_UNKNOWN_UNIT
from service.fhir.codings import codings, texts
from service.fhir.context import Context
from service.fhir.ranges import read_range_text
from service.fhir.releases import RANGE_TYPE, first_of
from service.fhir.tolerant import Json, content_of, number, obj, objs, text
from service.fhir.units import quantity_in, unit_factor
from service.hpp.knowledge.model import Test
from service.hpp.knowledge.units import LONGEST
from service.hpp.model import Patient, PrintedRange, Sex

NO_RANGE = PrintedRange()
UNIT_OF_AGE = {
    365.25: ("a", "y", "yr", "yrs", "year", "years"),
    30.4375: ("mo", "month", "months"),
    7.0: ("wk", "week", "weeks"),
    1.0: ("d", "day", "days"),
}
AGE_UNIT_DAYS = {unit: days for days, units in UNIT_OF_AGE.items() for unit in units}
# With the SNOMED CT codes of FHIR's value set referencerange-appliesto.
SEX_WORDS = dict.fromkeys(("female", "f", "248152002"), Sex.FEMALE) | dict.fromkeys(
    ("male", "m", "248153007"), Sex.MALE
)
# What a range is (referencerange-meaning), where some say to whom it applies.
OF_EVERYONE = frozenset({"normal", "normal range"})


def printed_range(part: Json, name: str, day: date | None, context: Context) -> PrintedRange:
    """The one printed range that applies to this patient; none where several disagree.

    name: of the test.  A laboratory prints the same range beside every result of a test.
    """
    ranges = part.get("referenceRange")
    if not ranges:
        return NO_RANGE
    own = _own_units(part)
    content = content_of((ranges, own, name))
    known = context.printed.get(content) if content else None
    if known is None:
        known = _one_range(ranges, own, context.knowledge.tests[name], day, context)
        if content and b'"age"' not in content:  # one of an age depends on the day, too
            context.printed[content] = known
    return known


def _own_units(part: Json) -> Json:
    """The result's own unit and its code, read once for all its ranges, also where a string says
    it (`<20 U/L`).  A longer text than any unit is cut, and is none."""
    own = obj(part.get("valueQuantity")) or quantity_in(text(part.get("valueString")))
    return {name: text(own.get(name))[: LONGEST + 1] for name in ("unit", "code")}


def _one_range(
    ranges: object, own: Json, test: Test, day: date | None, context: Context
) -> PrintedRange:
    found = {
        _limits(item, own, test, context)
        for item in objs(ranges)
        if _is_normal_range(item) and _applies(item, day, context)
    } - {NO_RANGE}
    return found.pop() if len(found) == 1 else NO_RANGE


def _is_normal_range(item: Json) -> bool:
    """A range without type is the normal one; treatment or therapeutic ranges are not."""
    kind = first_of(item, RANGE_TYPE)
    kinds = [code.lower() for _, code in codings(kind)] if kind else []
    return not kinds or "normal" in kinds


def _applies(item: Json, day: date | None, context: Context) -> bool:
    """To everyone, unless it names a sex or an age."""
    return ("appliesTo" not in item or _applies_to_sex(item, context)) and (
        "age" not in item or _applies_to_age(obj(item["age"]), day, context.patient)
    )


def _applies_to_sex(item: Json, context: Context) -> bool:
    """A range for a named sex; one for anything else (a pregnancy) is not known to apply."""
    named = objs(item.get("appliesTo"))
    if not named:
        return True
    said = (word for concept in named for word in texts(concept))
    words = {context.folded(word).removesuffix("s") for word in said}
    words |= {code.lower() for concept in named for _, code in codings(concept)}
    if words and words <= OF_EVERYONE:
        return True
    sexes = {SEX_WORDS[word] for word in words if word in SEX_WORDS}
    sex = context.patient.sex
    return sex is not None and sexes == {sex}


def _applies_to_age(age: Json, day: date | None, patient: Patient) -> bool:
    """Not known to apply where an end of the age is in a unit that is not known."""
    if not age:
        return True
    ages = patient.ages_days(day) if day else None
    low, high = _age_days(age.get("low"), 0.0), _age_days(age.get("high"), inf)
    return ages is not None and low <= ages[0] and ages[1] <= high


def _age_days(end: object, open_end: float) -> float:
    """An end of an age in days; where it cannot be told NaN, which no age compares with."""
    quantity = obj(end)
    value = number(quantity.get("value"))
    if value is None:
        return open_end
    units = (text(quantity.get(name)).lower() for name in ("code", "unit"))
    return float(value) * next((AGE_UNIT_DAYS[u] for u in units if u in AGE_UNIT_DAYS), nan)


def sides_of(item: Json) -> tuple[Json, Json]:
    """Low and high, structured or else as the text plainly says."""
    if "low" not in item and "high" not in item:
        item = read_range_text(text(item.get("text")))
    return obj(item.get("low")), obj(item.get("high"))


def _limits(item: Json, own: Json, test: Test, context: Context) -> PrintedRange:
    """Low and high in the test's unit, each by its own unit, else the result's.

    0 to 0 and a low above the high say nothing.
    """
    low, high = (_limit(side, own, test, context) for side in sides_of(item))
    if high is not None and (high <= 0 or (low is not None and low > high)):
        return NO_RANGE
    return PrintedRange(low if low is not None and low > 0 else None, high)


def _limit(side: Json, own: Json, test: Test, context: Context) -> Decimal | None:
    value = number(side.get("value"))
    if value is None:
        return None
    has_unit = text(side.get("code")) or text(side.get("unit"))
    if not test.measure:
        same = {text(side.get("unit")), text(side.get("code"))} & {
            text(own.get("unit")), text(own.get("code"))
        }  # fmt: skip
        return value if not has_unit or same - {""} else None
    used = side if has_unit else own
    code, unit = text(used.get("code")), text(used.get("unit"))
    factor, _ = unit_factor(code, unit, test, context.knowledge)
    if factor is None:
        context.budget.spend(OF_AN_UNKNOWN_UNIT)
        return None
    return value * factor
