"""The lower limit of an ALP result: the laboratory's own, guarded; else by age and sex.

Values are compared unrounded, in U/L.  Limit, very-low limit and ceiling follow the age on the
day of the specimen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from service.hpp.assessment import Limit
from service.hpp.background import Background
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Result, Sex

NOT_ADULT, UNDECIDABLE = "limit-not-adult", "undecidable"


class Compared(NamedTuple):
    """A result beside one limit: low or not; where that cannot be told, the problem."""

    limit: Limit
    low: bool = False
    problem: str = ""


def compare(result: Result, day: date, background: Background) -> list[Compared]:
    """The result beside each limit that the age at the specimen allows; none where the age is
    unknown.  A partial birth date may leave several, also on both sides of the adult age."""
    if background.is_adult(day):
        return [_as_adult(result, background.knowledge)]
    patient, knowledge = background.chart.patient, background.knowledge
    ages = patient.ages_days(day)
    if ages is None:
        return []
    adult_age = knowledge.days("adult_age")
    compared = [_as_adult(result, knowledge)] if ages[1] >= adult_age else []
    if ages[0] < adult_age:
        span = range(max(ages[0], 0), min(ages[1], adult_age - 1) + 1)
        lows = child_table_lows(span, patient.sex, knowledge)
        compared += [_beside(result, _child_limit(result, low, knowledge)) for low in lows]
    return compared


def _beside(result: Result, limit: Limit) -> Compared:
    low = is_low(result, limit.low)
    return Compared(limit, problem=UNDECIDABLE) if low is None else Compared(limit, low)


def is_low(result: Result, low: Decimal) -> bool | None:
    """Below the limit; None where a comparator leaves it open."""
    value, comparator = result.value, result.comparator
    if value is None:
        return None
    if not comparator:
        return value < low
    if comparator in ("<", "<="):
        return True if value <= low else None
    return False if value >= low else None


def is_under(result: Result, limit: Decimal) -> bool:
    """Below a limit; a result `<25` or `<=25` is below one of 25, 25 itself is not."""
    if result.value is None or result.comparator in (">", ">="):
        return False
    if result.comparator in ("<", "<="):
        return result.value <= limit
    return result.value < limit


def _as_adult(result: Result, knowledge: Knowledge) -> Compared:
    printed = result.printed.low
    if printed is None or printed <= knowledge.number("adult_printed_max"):
        return _beside(result, _adult_limit(printed, knowledge))
    return _of_another_method(result, printed, knowledge)


def _of_another_method(result: Result, printed: Decimal, knowledge: Knowledge) -> Compared:
    """A limit too high for an adult of our method: low only below the highest adult limit, normal
    only from the printed one on."""
    lower, upper = _adult_limit(printed, knowledge), _limit(printed, "laboratory", knowledge)
    if is_low(result, lower.low):
        return Compared(lower, low=True)
    if is_low(result, upper.low) is False:
        return Compared(upper)
    return Compared(lower, problem=UNDECIDABLE if result.comparator else NOT_ADULT)


@lru_cache(maxsize=256)
def _adult_limit(printed: Decimal | None, knowledge: Knowledge) -> Limit:
    """The printed low, within bounds: no printed range can hide or create a low value.

    A laboratory prints the same low beside every result, so that few are ever worked out.
    """
    lowest, highest = knowledge.number("adult_low_min"), knowledge.number("adult_low_max")
    if not printed:
        default = knowledge.number("adult_low_default")
        return _limit(min(max(default, lowest), highest), "default", knowledge)
    low = min(max(printed, lowest), highest)
    whose = "laboratory"
    if low != printed:
        whose = "laboratory-raised" if low > printed else "laboratory-lowered"
    return _limit(low, whose, knowledge)


def _limit(low: Decimal, whose: str, knowledge: Knowledge) -> Limit:
    """An adult's limit with what is counted from it."""
    ceiling = knowledge.number("recovery_ratio") * low
    return Limit(
        low=low,
        very_low=knowledge.number("adult_very_low"),
        ceiling=max(knowledge.number("recovery_floor_adult"), ceiling),
        clear=knowledge.number("clear_normal_ratio") * low,
        whose=whose,
    )


def _child_limit(result: Result, table: Decimal, knowledge: Knowledge) -> Limit:
    """The age and sex table, or the printed low where it lies near the table's."""
    printed, low, whose = result.printed.low, table, "age-sex-table"
    if printed is not None:
        smallest = knowledge.number("child_lab_min_ratio") * table
        largest = knowledge.number("child_lab_max_ratio") * table
        if printed <= knowledge.number("adult_low_max") < table:
            whose = "age-sex-table-adult-range"
        elif smallest <= printed <= largest:
            low, whose = printed, "laboratory"
    return Limit(
        low=low,
        very_low=knowledge.number("child_very_low_ratio") * low,
        ceiling=knowledge.number("recovery_ratio") * low,
        clear=knowledge.number("clear_normal_ratio") * low,
        whose=whose,
    )


def child_table_lows(ages_days: range, sex: Sex | None, knowledge: Knowledge) -> list[Decimal]:
    """The lower limits in U/L within a range of ages; for an unknown sex the lower at each."""
    found = []
    for youngest, oldest in _age_bands(ages_days, knowledge):
        found.append(
            min(
                interval.low_u_per_l
                for interval in knowledge.intervals
                if interval.sex == "both" or sex is None or interval.sex == sex
                if interval.age_min_days <= oldest and interval.age_max_days >= youngest
            )
        )
    return sorted(set(found))


def _age_bands(ages_days: range, knowledge: Knowledge) -> Sequence[tuple[int, int]]:
    """The age bands of the table that a range of ages touches."""
    bands = {(i.age_min_days, i.age_max_days) for i in knowledge.intervals}
    return [
        (max(first, ages_days[0]), min(last, ages_days[-1]))
        for first, last in sorted(bands)
        if first <= ages_days[-1] and last >= ages_days[0]
    ]
