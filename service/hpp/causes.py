"""What lowers or masks an ALP on a given day (decision table, section 1 and 2a points 4-6, 16)."""

from __future__ import annotations

from datetime import date
from operator import attrgetter

from service.hpp.background import Background, is_above, is_below
from service.hpp.model import Condition, Evidence, Result

OVER = frozenset({"resolved", "inactive", "remission"})


def is_active(condition: Condition, day: date) -> bool:
    """Onset <= day <= abatement.  Without abatement it still runs, unless it is said to be
    over; without any date it counts on every day."""
    if not condition.counts:
        return False
    if condition.abatement is None and condition.clinical_status in OVER:
        return False
    began = condition.began or date.min
    return began <= day <= (condition.abatement or date.max)


def within_days_after(condition: Condition, day: date, window_days: int) -> bool:
    """The day lies 0 to `window_days` days after the beginning; undated things never do."""
    began = condition.began
    return condition.counts and began is not None and 0 <= (day - began).days <= window_days


def acute(background: Background, result: Result, day: date) -> tuple[str, ...]:
    """Acute states around a specimen: their groups, or `inpatient`."""
    found = ["inpatient"] if result.inpatient else []
    days = background.knowledge.days
    found += [
        group
        for condition, group, cause in background.causes
        if cause.kind == "acute" and within_days_after(condition, day, days(cause.window))
    ]
    return tuple(dict.fromkeys(found))


def explaining(background: Background, day: date, very_low: bool) -> tuple[str, ...]:
    """Conditions and drugs that explain a low ALP on a day: their groups."""
    found = [
        group
        for condition, group, cause in background.causes
        if cause.kind == "explains"
        and is_active(condition, day)
        and (not cause.needs_tsh or _thyroid_proven(background, day))
    ]
    uses = background.taking("explains", day)
    if not very_low:
        uses += background.taking("explains-unless-very-low", day)
    return tuple(dict.fromkeys([*found, *(use.group for use in uses)]))


def _thyroid_proven(background: Background, day: date) -> bool:
    """A TSH above the threshold within the window before or after the day."""
    limit = background.knowledge.number("thyroid_tsh")
    window = background.knowledge.days("thyroid_window")
    return any(
        result.day is not None
        and abs((result.day - day).days) <= window
        and background.counts(result)
        and is_above(result, limit)
        for result in background.chart.of("lab_tsh")
    )


def masking(background: Background, day: date) -> tuple[str, ...]:
    """What may have raised an ALP on a day: groups of conditions and drugs, or `lab_ggt`."""
    days = background.knowledge.days
    found = [
        group
        for condition, group, mask in background.masks
        if (
            within_days_after(condition, day, days(mask.window))
            if mask.window
            else is_active(condition, day)
        )
    ]
    found += [use.group for use in background.taking("masks", day)]
    if _liver_enzyme_high(background, day):
        found.append("lab_ggt")
    return tuple(dict.fromkeys(found))


def _liver_enzyme_high(background: Background, day: date) -> bool:
    """Gamma-GT of the same day above its own printed limit."""
    for result in background.liver_enzymes.get(day, ()):
        high = result.printed.high
        if high is not None and background.counts(result) and is_above(result, high):
            return True
    return False


def signs(background: Background) -> tuple[Evidence, ...]:
    """The newest result of each test that points at a cause; it words the card and no more."""
    found = []
    for sign in background.knowledge.signs:
        seen = _newest(background, sign.test)
        if seen is None:
            continue
        limit = background.knowledge.number(sign.threshold)
        if is_below(seen, limit) if sign.below else is_above(seen, limit):
            found.append(Evidence(seen.reference, sign.cause, seen.day, seen.shown))
    return tuple(found)


def _newest(background: Background, test: str) -> Result | None:
    """The last that counts; of one day the one whose reference sorts last."""
    dated = [result for result in background.chart.of(test) if result.day is not None]
    dated.sort(key=attrgetter("day", "reference"), reverse=True)
    return next(filter(background.counts, dated), None)


def named(background: Background, day: date, very_low: bool) -> tuple[Evidence, ...]:
    """Causes on record on the day of the last low ALP, to be named on a card.

    What would explain it is named even where the class of the result rests on something else
    (an antiresorptive), and so are causes that explain nothing by themselves (myeloma).
    """
    explaining_groups = set(explaining(background, day, very_low))
    found = [
        Evidence(condition.reference, group, condition.began)
        for condition, group, cause in background.causes
        if is_active(condition, day) and (group in explaining_groups or cause.kind == "named")
    ]
    drugs_found = {evidence.what for evidence in found}
    return (
        *found,
        *(Evidence("", group) for group in sorted(explaining_groups - drugs_found)),
    )
