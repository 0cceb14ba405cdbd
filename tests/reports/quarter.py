"""A quarter of three clients: one falls silent, one changes its laboratory's codes, one stops
sending feedback.

    python -m tests.reports.quarter FOLDER

writes it into a new store there, makes the report of it (FOLDER/report/report.html), and says when
each alarm was raised and taken back, had somebody looked every hour.
"""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.reports.behaviour import HOUR_S, Hour, alarms
from service.reports.export import write_all
from service.reports.figures import figures_of
from service.settings import Settings
from service.store import feedback, reading, unmapped
from service.store.database import Store, open_store
from service.store.model import Decision, FeedbackItem, Json, Sender, Unmapped, row_of
from service.store.tables import DECISIONS
from service.store.unmapped import UnmappedCode

WEEKS = 13
SILENT_FROM, CODES_FROM, NO_FEEDBACK_FROM = 10, 7, 8  # weeks, counted from 0
BASE = Decision(
    client="", tenant="", service="hpp-order-sign", hook="order-sign", hook_instance="",
    request_id="", http_status=200, status="complete", verdict="alpNotLow", row="R15",
    indicator="none", knowledge="k", configuration="c", version="0.1.0", drugs=("alendronate",),
)  # fmt: skip
CARDS = (("hppSuspected", "warning", 4), ("lowAlpOnce", "info", 6), ("alpNotOnFile", "info", 10))
REASONS = ("specialist-directed", "secondary-cause", "result-wrong", "other")


@dataclass(frozen=True)
class Day:
    """One day of one client.  week: counted from 0."""

    client: str
    at: datetime
    week: int


def days(end: datetime) -> Iterator[Day]:
    start = end - timedelta(weeks=WEEKS)
    for number in range(WEEKS * 7):
        at = start + timedelta(days=number)
        if at.weekday() < 5:
            for client in ("north", "south", "west"):
                if not (client == "north" and number // 7 >= SILENT_FROM):
                    yield Day(client, at, number // 7)


def write(store: Store, end: datetime, seed: int = 1) -> int:
    """How many decisions there are."""
    dice, add, count = random.Random(seed), store.adder(DECISIONS), 0
    for day in days(end):
        rows = [_row(day, dice) for _ in range(dice.randint(25, 40))]
        add(rows)
        count += len(rows)
        _report(store, day, [row for row in rows if row["card"]], dice)
        if day.client == "west" and day.week >= CODES_FROM:
            code = Unmapped("result", "urn:oid:1.2.40.0.34.5.99", "LAB-ALP2")
            unmapped.count(store, [UnmappedCode("west", code)] * 12, int(day.at.timestamp()))
    return count


def _row(day: Day, dice: random.Random) -> Json:
    at = day.at.replace(hour=8) + timedelta(seconds=dice.randint(0, 9 * 3600))
    patient = f"{dice.getrandbits(256):064x}"
    base = replace(BASE, client=day.client, milliseconds=round(dice.lognormvariate(2.2, 0.6), 2))
    return row_of(_answered(base, day, dice), patient, int(at.timestamp() * 1000))


def _answered(base: Decision, day: Day, dice: random.Random) -> Decision:
    roll = dice.random() * 100
    if roll < 35:
        return replace(base, status="not-applicable", verdict="notApplicable", row="none")
    if roll < 37:
        gaps = (("timeout", "alp"),)
        return replace(base, status="unavailable", verdict="notEvaluated", gaps=gaps)
    if day.client == "west" and day.week >= CODES_FROM and roll < 70:  # its new ALP is not known
        gaps = (("unrecognised", "alp"),) if roll < 60 else ()
        unread = replace(base, verdict="alpNotOnFile", row="R17", gaps=gaps)
        return _with_card(unread, "info", dice)
    edge = 37.0
    for verdict, indicator, share in CARDS:
        edge += share
        if roll < edge:
            return _with_card(replace(base, verdict=verdict, row="R2"), indicator, dice)
    return base


def _with_card(decision: Decision, indicator: str, dice: random.Random) -> Decision:
    """One in twenty was overridden a while ago."""
    if dice.random() < 0.05:
        return replace(decision, indicator=indicator, status="shadow", not_shown="repeat")
    one, two, three = (str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(3))
    return replace(decision, indicator=indicator, card=one, suggestions={two: "hold", three: "plp"})


def _report(store: Store, day: Day, rows: list[Json], dice: random.Random) -> None:
    """north and west tell of most cards, south of none from a week on."""
    if day.client == "south" and day.week >= NO_FEEDBACK_FROM:
        return
    sender = Sender(day.client, "", "hpp-order-sign")
    for row in rows:
        roll, at_ms = dice.random(), int(row["at_ms"]) + 60_000
        if roll < 0.2:
            continue
        if roll < 0.5:
            chosen = tuple(item for item in row["suggestions"].split('"') if len(item) == 36)[:1]
            report = FeedbackItem(str(row["card"]), "accepted", chosen, outcome_ms=at_ms)
        else:
            reason = dice.choice(REASONS)
            report = FeedbackItem(str(row["card"]), "overridden", reason=reason, outcome_ms=at_ms)
        feedback.keep(store, [report], sender, at_ms, comments=False)


def changes(
    store: Store, end: datetime, step: timedelta = timedelta(hours=1)
) -> Iterator[tuple[datetime, str, str, bool]]:
    """(when, client, alarm, whether it was raised), as somebody sees who looks at each step."""
    since_ms = int((end - timedelta(weeks=WEEKS)).timestamp() * 1000)
    hours = [Hour(**row) for row in reading.hours(store, since_ms)]
    now, before = end - timedelta(weeks=WEEKS), set[tuple[str, str]]()
    while now <= end:
        at_s = now.timestamp()
        so_far = (item for item in hours if item.hour <= at_s // HOUR_S)
        found = {(c, name) for c, names in alarms(so_far, at_s).items() for name in names}
        yield from ((now, *one, one in found) for one in sorted(found ^ before))
        before, now = found, now + step


def main() -> None:
    folder, end = Path(sys.argv[1]), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    store = open_store(Settings(data_dir=folder))
    print(write(store, end), "decisions")
    span = reading.Span(int((end - timedelta(weeks=WEEKS)).timestamp() * 1000))
    kept = (reading.decisions(store, span), reading.feedback(store, span))
    figures = figures_of(*kept, reading.unmapped(store, span))
    for path in write_all(figures, folder / "report", "A simulated quarter", small_numbers=False):
        print("wrote", path)
    for at, client, alarm, raised in changes(store, end):
        week = (at - end + timedelta(weeks=WEEKS)) / timedelta(weeks=1)
        said = "raised" if raised else "taken back"
        print(f"{at:%Y-%m-%d %H:%M}  week {week:4.1f}  {client:<6} {alarm:<14} {said}")
    store.close()


if __name__ == "__main__":
    main()
