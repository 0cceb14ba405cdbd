"""Was a drug on board on a given day?  (decision table, section 2a point 5)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Chart, DrugUse

NOT_TAKEN = frozenset({"draft", "cancelled", "entered-in-error"})
STILL_TAKEN = frozenset({"active", "on-hold"})


def taken(chart: Chart) -> Iterator[DrugUse]:
    """Orders on record that count as exposure."""
    return (use for use in chart.drugs if use.status not in NOT_TAKEN)


def last_day(use: DrugUse, today: date) -> date | None:
    """End of the period, else today while the order runs, else the day it was written."""
    if use.end is not None:
        return use.end
    return today if use.status in STILL_TAKEN else use.authored or use.start


def on_board(use: DrugUse, day: date, washout_days: int, today: date) -> bool:
    """Start <= day <= end + wash-out.  A course without any start date cannot be placed."""
    end = last_day(use, today)
    if use.began is None or end is None:
        return False
    return use.began <= day and (day - end).days <= washout_days


def in_use(chart: Chart, today: date, knowledge: Knowledge) -> tuple[DrugUse, ...]:
    """Antiresorptives that make today's order a continuation (2a.17): the wash-out of a new
    start is used here, not the windows of suppression."""
    window = knowledge.days("new_start")
    return tuple(
        use
        for use in taken(chart)
        if knowledge.classes[use.drug_class].effect == "suppresses"
        and on_board(use, today, window, today)
    )
