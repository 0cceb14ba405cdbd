"""What lowers or masks an ALP on a given day (decision table, section 1 and 2a points 4-6, 16)."""

from __future__ import annotations

from datetime import date

from service.hpp import drugs
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Chart, Condition, Evidence, Result

OVER = frozenset({"resolved", "inactive", "remission"})
COUNTING = frozenset({"final", "amended", "corrected", "appended", "unknown"})


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


def acute(chart: Chart, result: Result, day: date, knowledge: Knowledge) -> tuple[str, ...]:
    """Acute states around a specimen: their groups, or `inpatient`."""
    found = ["inpatient"] if result.inpatient else []
    for condition in chart.conditions:
        for group in sorted(condition.groups):
            cause = knowledge.causes.get(group)
            if cause and cause.kind == "acute":
                if within_days_after(condition, day, knowledge.days(cause.window)):
                    found.append(group)
    return tuple(dict.fromkeys(found))


def explaining(
    chart: Chart, day: date, very_low: bool, today: date, knowledge: Knowledge
) -> tuple[str, ...]:
    """Conditions and drugs that explain a low ALP on a day: their groups."""
    found = []
    for condition in chart.conditions:
        for group in sorted(condition.groups):
            cause = knowledge.causes.get(group)
            if cause is None or cause.kind != "explains" or not is_active(condition, day):
                continue
            if not cause.needs_tsh or _thyroid_proven(chart, day, today, knowledge):
                found.append(group)
    uses = drugs.with_effect(chart, "explains", day, today, knowledge)
    if not very_low:
        uses += drugs.with_effect(chart, "explains-unless-very-low", day, today, knowledge)
    return tuple(dict.fromkeys([*found, *(use.group for use in uses)]))


def _thyroid_proven(chart: Chart, day: date, today: date, knowledge: Knowledge) -> bool:
    """A TSH above the threshold within the window before or after the day."""
    limit, window = knowledge.number("thyroid_tsh"), knowledge.days("thyroid_window")
    return any(
        result.test == "lab_tsh"
        and is_above(result, limit)
        and result.day is not None
        and abs((result.day - day).days) <= window
        for result in counted(chart, today)
    )


def masking(
    chart: Chart, result: Result, day: date, today: date, knowledge: Knowledge
) -> tuple[str, ...]:
    """What may have raised an ALP on a day: groups of conditions and drugs, or `lab_ggt`."""
    found = []
    for condition in chart.conditions:
        for group in sorted(condition.groups):
            mask = knowledge.masks.get(group)
            if mask is None:
                continue
            if mask.window:
                active = within_days_after(condition, day, knowledge.days(mask.window))
            else:
                active = is_active(condition, day)
            if active:
                found.append(group)
    found += [use.group for use in drugs.with_effect(chart, "masks", day, today, knowledge)]
    if _liver_enzyme_high(chart, day, today):
        found.append("lab_ggt")
    return tuple(dict.fromkeys(found))


def _liver_enzyme_high(chart: Chart, day: date, today: date) -> bool:
    """Gamma-GT of the same day above its own printed limit."""
    return any(
        result.test == "lab_ggt"
        and result.day == day
        and result.printed.high is not None
        and is_above(result, result.printed.high)
        for result in counted(chart, today)
    )


def counted(chart: Chart, today: date) -> list[Result]:
    """Results of a status that counts, with a value, not dated after today."""
    return [
        result
        for result in chart.results
        if result.status in COUNTING
        and result.value is not None
        and (result.day is None or result.day <= today)
    ]


def is_above(result: Result, limit: object) -> bool:
    """Certainly above a limit in the result's unit: `>limit` is, `<limit` and `>=limit` are not."""
    if result.value is None or result.comparator in ("<", "<="):
        return False
    if result.comparator == ">":
        return result.value >= limit  # type: ignore[operator]
    return result.value > limit  # type: ignore[operator]


def is_below(result: Result, limit: object) -> bool:
    """Certainly below a limit in the result's unit."""
    if result.value is None or result.comparator in (">", ">="):
        return False
    if result.comparator == "<":
        return result.value <= limit  # type: ignore[operator]
    return result.value < limit  # type: ignore[operator]


def signs(chart: Chart, today: date, knowledge: Knowledge) -> tuple[Evidence, ...]:
    """The newest result of each test that points at a cause; it words the card and no more."""
    newest: dict[str, Result] = {}
    for result in counted(chart, today):
        if result.day is None:
            continue
        best = newest.get(result.test)
        if best is None or (result.day, result.reference) > (best.day, best.reference):
            newest[result.test] = result
    found = []
    for sign in knowledge.signs:
        seen = newest.get(sign.test)
        limit = knowledge.number(sign.threshold)
        if seen is not None and (is_below(seen, limit) if sign.below else is_above(seen, limit)):
            found.append(Evidence(seen.reference, sign.cause, seen.day, seen.shown))
    return tuple(found)


def named(
    chart: Chart, day: date, very_low: bool, today: date, knowledge: Knowledge
) -> tuple[Evidence, ...]:
    """Causes on record on the day of the last low ALP, to be named on a card.

    What would explain it is named even where the class of the result rests on something else
    (an antiresorptive), and so are causes that explain nothing by themselves (myeloma).
    """
    explaining_groups = set(explaining(chart, day, very_low, today, knowledge))
    found = [
        Evidence(condition.reference, group, condition.began)
        for condition in chart.conditions
        for group in sorted(condition.groups)
        if is_active(condition, day)
        and (group in explaining_groups or _only_named(group, knowledge))
    ]
    drugs_found = {evidence.what for evidence in found}
    return (
        *found,
        *(Evidence("", group) for group in sorted(explaining_groups - drugs_found)),
    )


def _only_named(group: str, knowledge: Knowledge) -> bool:
    return group in knowledge.causes and knowledge.causes[group].kind == "named"
