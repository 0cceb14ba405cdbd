"""A quarter of three clients: one falls silent, one changes its laboratory's codes, one stops
sending feedback.  `python -m tests.reports.quarter FOLDER` writes it into a new store there."""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.settings import Settings
from service.store import feedback, unmapped
from service.store.database import Store, open_store
from service.store.model import Decision, Json, Report, Sender, Unmapped, row_of
from service.store.tables import DECISIONS
from service.store.unmapped import Seen

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
            unmapped.count(store, [Seen("west", code)] * 12, int(day.at.timestamp()))
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
    if day.client == "west" and day.week >= CODES_FROM:  # its ALP is no longer recognised
        if roll < 70:
            return _with_card(replace(base, verdict="alpNotOnFile", row="R17"), "info", dice)
        return base
    edge = 37.0
    for verdict, indicator, share in CARDS:
        edge += share
        if roll < edge:
            return _with_card(replace(base, verdict=verdict, row="R2"), indicator, dice)
    return base


def _with_card(decision: Decision, indicator: str, dice: random.Random) -> Decision:
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
            report = Report(str(row["card"]), "accepted", chosen, outcome_ms=at_ms)
        else:
            reason = dice.choice(REASONS)
            report = Report(str(row["card"]), "overridden", reason=reason, outcome_ms=at_ms)
        feedback.keep(store, [report], sender, at_ms, comments=False)


if __name__ == "__main__":
    opened = open_store(Settings(data_dir=Path(sys.argv[1])))
    print(write(opened, datetime.now(UTC)), "decisions")
