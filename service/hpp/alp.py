"""Judge an ALP history: the limit, the class of each result, persistence.

Source: decision table, sections 1, 2 and 2a.  Values are compared unrounded, in U/L.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from operator import attrgetter

from service.hpp import causes
from service.hpp.background import COUNTING, Background
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import (
    ALP,
    AlpClass,
    Excluded,
    JudgedResult,
    Limit,
    Patient,
    Result,
    Sex,
)


@dataclass(frozen=True)
class History:
    """The judged ALP results of one patient, oldest first, one a day.

    shadowed: results that a higher one of the same day displaced.
    undecided: some result has no certain limit, because the age at the specimen is unknown.
    """

    judged: tuple[JudgedResult, ...]
    excluded: tuple[Excluded, ...] = ()
    undecided: bool = False
    shadowed: tuple[JudgedResult, ...] = ()

    @cached_property
    def dated(self) -> list[JudgedResult]:
        return [item for item in self.judged if item.day is not None]

    @cached_property
    def eligible(self) -> list[JudgedResult]:
        return [item for item in self.dated if item.kind.eligible]

    @cached_property
    def lows(self) -> list[JudgedResult]:
        return [item for item in self.eligible if item.kind.eligible_low]

    def of(self, *kinds: AlpClass) -> list[JudgedResult]:
        return [item for item in self.judged if item.kind in kinds]

    @cached_property
    def last_eligible(self) -> JudgedResult | None:
        return self.eligible[-1] if self.eligible else None

    @cached_property
    def latest(self) -> JudgedResult | None:
        """The latest result that is not invalid, acute ones included (2a.11)."""
        valid = [item for item in self.dated if item.kind is not AlpClass.INVALID]
        return valid[-1] if valid else None

    def span_days(self, items: Sequence[JudgedResult]) -> int:
        days = [item.day for item in items if item.day is not None]
        return (max(days) - min(days)).days if days else 0

    def is_persistent(
        self, anchors: Sequence[JudgedResult], spacing_days: int, part: Decimal
    ) -> bool:
        """Lows spaced, the last result low, enough of the rest low, none above its ceiling.

        anchors: the lows to start from: all eligible ones, or the unexplained ones only
        (2a.8).  The share and the ceiling look at everything since the first anchor.
        """
        if not anchors or self.span_days(anchors) < spacing_days:
            return False
        first = _day(anchors[0])
        since = [item for item in self.eligible if _day(item) >= first]
        lows = [item for item in since if item.kind.eligible_low]
        return (
            since[-1].kind.eligible_low
            and Decimal(len(lows)) >= part * len(since)
            and not any(item.above_ceiling for item in since if item.kind is AlpClass.NORMAL)
        )

    @cached_property
    def normal_before_first_low(self) -> bool:
        """A normal above its ceiling dated before the first eligible low (2a.13)."""
        return bool(self.lows) and any(
            item.above_ceiling and _day(item) < _day(self.lows[0])
            for item in self.of(AlpClass.NORMAL)
        )


def _day(item: JudgedResult) -> date:
    return item.day or date.min


def judge(background: Background) -> History:
    """Read the ALP results of a chart as a history."""
    usable, excluded = _in_scope(background)
    judged = [_judge_one(result, background) for result in usable]
    undecided = any(item is None or "age-unclear" in item.reasons for item in judged)
    kept, shadowed = _one_a_day([item for item in judged if item is not None])
    ordered = sorted(kept, key=lambda item: (item.day or date.min, item.result.reference))
    dropped = [Excluded(i.result.reference, "same-day", i.day, i.result.shown) for i in shadowed]
    return History(tuple(ordered), (*excluded, *dropped), undecided, tuple(shadowed))


def _in_scope(background: Background) -> tuple[list[Result], list[Excluded]]:
    """Results whose status counts, not in the future, not older than the look-back."""
    patient, today = background.chart.patient, background.today
    oldest = _oldest_day(patient, today, background.knowledge)
    usable, excluded = [], []
    for result in background.chart.of(ALP):
        reason, day = "", result.day
        if result.status not in COUNTING:
            reason = f"status-{result.status}"
        elif day is not None and day > today:
            reason = "future"
        elif day is not None and patient.born_first is not None and day < patient.born_first:
            reason = "before-birth"
        elif day is not None and day < oldest:
            reason = "too-old"
        if reason:
            excluded.append(Excluded(result.reference, reason, day, result.shown))
        else:
            usable.append(result)
    return usable, excluded


def _oldest_day(patient: Patient, today: date, knowledge: Knowledge) -> date:
    """Adults are looked back on for ten years, children for their whole life."""
    ages = patient.ages_days(today)
    if ages is not None and ages[0] >= knowledge.days("adult_age"):
        return today - timedelta(days=knowledge.days("lookback_adult"))
    return date.min


def _judge_one(result: Result, background: Background) -> JudgedResult | None:
    """The class of one result; None where its limit is unknown because the age is."""
    day = result.day
    problem = _problem(result, background)
    if problem or day is None or result.value is None:
        return JudgedResult(result, day, AlpClass.INVALID, reasons=(problem or "undated",))
    limits = limits_for(result, day, background)
    if not limits:
        return None
    limit, *others = sorted(limits, key=attrgetter("low"))
    low = is_low(result, limit.low)
    if any(is_low(result, other.low) is not low for other in others):
        return JudgedResult(result, day, AlpClass.INVALID, limit, reasons=("age-unclear",))
    if low is None:
        return JudgedResult(result, day, AlpClass.INVALID, limit, reasons=("undecidable",))
    very_low = low and _is_very_low(result, limit.very_low)
    kind, reasons = _class(result, day, low, very_low, background)
    above = result.value > limit.ceiling and result.comparator not in ("<", "<=")
    return JudgedResult(result, day, kind, limit, very_low, above, reasons)


def _problem(result: Result, background: Background) -> str:
    """Why a result says nothing, or nothing."""
    if result.problem:
        return result.problem
    if result.day is None:
        return "undated"
    if background.taking("invalidates", result.day):
        return "on-asfotase-alfa"
    return "edta" if _contaminated(result, background) else ""


def _contaminated(result: Result, background: Background) -> bool:
    """EDTA in the tube: high potassium and low calcium in the same specimen (2a.22)."""
    return any(_of_one_specimen(result, other) for other in background.high_potassium) and any(
        _of_one_specimen(result, other) for other in background.low_calcium
    )


def _of_one_specimen(result: Result, other: Result) -> bool:
    """By the specimen where both name one, else by the day."""
    if result.specimen and other.specimen:
        return result.specimen == other.specimen
    return other.day == result.day


def is_low(result: Result, low: Decimal) -> bool | None:
    """Below the limit; None where a comparator leaves it open (section 2 point 3)."""
    value = result.value
    if value is None:
        return None
    if result.comparator in ("<", "<="):
        return True if value <= low else None
    if result.comparator in (">", ">="):
        return False if value >= low else None
    return value < low


def _is_very_low(result: Result, very_low: Decimal) -> bool:
    """`<25` is very low at a limit of 25, 25 is not (2a.1)."""
    if result.value is None or result.comparator in (">", ">="):
        return False
    if result.comparator in ("<", "<="):
        return result.value <= very_low
    return result.value < very_low


def _class(
    result: Result,
    day: date,
    low: bool,
    very_low: bool,
    background: Background,
) -> tuple[AlpClass, tuple[str, ...]]:
    """First of acute, suppressed, explained, clean; or acute, masked, normal (2a.7)."""
    acute = causes.acute(background, result, day)
    if acute:
        return (AlpClass.LOW_ACUTE if low else AlpClass.NORMAL_ACUTE), acute
    if not low:
        masks = causes.masking(background, day)
        return (AlpClass.NORMAL_MASKED if masks else AlpClass.NORMAL), masks
    taken = [use for use in background.taking("suppresses", day) if use.began != day]
    if taken:  # begun strictly before the specimen was taken
        return AlpClass.LOW_SUPPRESSED, tuple(dict.fromkeys(use.group for use in taken))
    explained = causes.explaining(background, day, very_low)
    return (AlpClass.LOW_EXPLAINED if explained else AlpClass.LOW_CLEAN), explained


def _one_a_day(
    judged: Sequence[JudgedResult],
) -> tuple[list[JudgedResult], list[JudgedResult]]:
    """Of one calendar day the highest usable result stays (2a.22); undated ones all stay.

    Returns the results that stay and those that were displaced.
    """
    kept: dict[date, JudgedResult] = {}
    undated = [item for item in judged if item.day is None]
    displaced = []
    for item in judged:
        if item.day is None:
            continue
        rival = kept.get(item.day)
        if rival is None:
            kept[item.day] = item
            continue
        winner, loser = (item, rival) if _weight(item) > _weight(rival) else (rival, item)
        kept[item.day] = winner
        displaced.append(loser)
    return [*undated, *kept.values()], displaced


def _weight(item: JudgedResult) -> tuple[bool, Decimal, bool, str]:
    result = item.result
    return (
        item.kind is not AlpClass.INVALID,
        result.value if result.value is not None else Decimal(-1),
        result.comparator not in ("<", "<="),
        result.reference,
    )


def limits_for(result: Result, day: date, background: Background) -> list[Limit]:
    """The lower limits that the age at the specimen allows; none where it is unknown.

    A partial birth date may leave several: at both ends of the ages, and on both sides of
    the adult age.  An unknown sex takes the lower limit (section 1).
    """
    if background.adult_from is not None and day >= background.adult_from:
        return [_adult_limit(result.printed.low, background)]
    patient, knowledge = background.chart.patient, background.knowledge
    ages = patient.ages_days(day)
    if ages is None:
        return []
    adult_age = knowledge.days("adult_age")
    limits = [_adult_limit(result.printed.low, background)] if ages[1] >= adult_age else []
    if ages[0] < adult_age:
        span = range(max(ages[0], 0), min(ages[1], adult_age - 1) + 1)
        lows = child_table_lows(span, patient.sex, knowledge)
        limits += [_child_limit(result, low, knowledge) for low in lows]
    return limits


def _adult_limit(printed: Decimal | None, background: Background) -> Limit:
    """The same for every result with this printed low; a laboratory rarely changes it."""
    limit = background.adult_limits.get(printed)
    if limit is None:
        limit = background.adult_limits[printed] = _clamped(printed or None, background.knowledge)
    return limit


def _clamped(printed: Decimal | None, knowledge: Knowledge) -> Limit:
    """clamp(printed low or 35, 30, 45): no printed range can hide or create a low value."""
    lowest, highest = knowledge.number("adult_low_min"), knowledge.number("adult_low_max")
    wanted = printed if printed is not None else knowledge.number("adult_low_default")
    low = min(max(wanted, lowest), highest)
    whose = "default"
    if printed is not None:
        whose = "laboratory"
        if low != printed:
            whose = "laboratory-raised" if low > printed else "laboratory-lowered"
    ceiling = max(
        knowledge.number("recovery_floor_adult"), knowledge.number("recovery_ratio") * low
    )
    return Limit(low, knowledge.number("adult_very_low"), ceiling, whose)


def _child_limit(result: Result, table: Decimal, knowledge: Knowledge) -> Limit:
    """The age and sex table, or the printed low where it lies near the table's."""
    printed, low, whose = result.printed.low, table, "age-sex-table"
    smallest = knowledge.number("child_lab_min_ratio") * table
    largest = knowledge.number("child_lab_max_ratio") * table
    if printed is not None and smallest <= printed <= largest:
        low, whose = printed, "laboratory"
    very_low = knowledge.number("child_very_low_ratio") * low
    return Limit(low, very_low, knowledge.number("recovery_ratio") * low, whose)


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


def _age_bands(ages_days: range, knowledge: Knowledge) -> list[tuple[int, int]]:
    """The age bands of the table that a range of ages touches."""
    bands = {(i.age_min_days, i.age_max_days) for i in knowledge.intervals}
    return [
        (max(first, ages_days[0]), min(last, ages_days[-1]))
        for first, last in sorted(bands)
        if first <= ages_days[-1] and last >= ages_days[0]
    ]
