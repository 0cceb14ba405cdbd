"""Alarms about clients: by their own history, at the hour when they can be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.reports.behaviour import (
    ALARMS,
    CANNOT_LOOK,
    HISTORY_H,
    MORE_CARDS,
    NO_CARDS,
    NO_FEEDBACK,
    SILENT,
    Hour,
    alarms,
)
from service.reports.clients import alarms_of
from service.settings import Settings
from service.store import reading
from service.store.database import open_store
from service.trust.report import report
from service.watch.metrics import ALARM_NAMES
from tests.reports import quarter
from tests.trust.callers import EHR, client_of, site

NOW = 500_000  # an hour since the epoch; its weekday matters to nobody
USUAL = Hour("ehr", 0, calls=10, judged=6, cards=1, unavailable=0, reports=1)


def month(usual: Hour = USUAL, until: int = NOW) -> Iterator[Hour]:
    """Eight hours on five days of each week, up to an hour."""
    for hour in range(NOW - HISTORY_H, until + 1):
        day, of_day = divmod(hour - NOW + 10 * HISTORY_H + 10, 24)
        if day % 7 < 5 and 3 <= of_day < 11:
            yield replace(usual, hour=hour)


def last_day(change: Hour, hours: int = 24) -> list[Hour]:
    return [
        replace(change, hour=item.hour) if item.hour > NOW - hours else item for item in month()
    ]


def of(hours: Iterator[Hour] | list[Hour], now: int = NOW) -> list[str]:
    return alarms(hours, now * 3600).get("ehr", [])


def test_the_names_are_those_of_the_metric() -> None:
    assert ALARMS == ALARM_NAMES


def test_a_month_as_ever_is_no_alarm_at_any_hour() -> None:
    for now in range(NOW - 7 * 24, NOW + 24):
        assert of([hour for hour in month() if hour.hour <= now], min(now, NOW)) == []


def test_a_client_that_stops_is_silent_once_it_was_never_quiet_for_so_long() -> None:
    stopped = list(month(until=NOW - 5 * 24))
    last = max(hour.hour for hour in stopped)
    longest = 65  # from Friday's last hour to Monday's first
    silent_from = next(n for n in range(1, 200) if of(stopped, last + n) == [SILENT])

    assert longest < silent_from <= longest * 1.5 + 1


@pytest.mark.parametrize(
    ("change", "alarm"),
    [
        (replace(USUAL, cards=0, reports=0), NO_CARDS),
        (replace(USUAL, cards=4, reports=4), MORE_CARDS),
        (replace(USUAL, unavailable=3), CANNOT_LOOK),
        (replace(USUAL, reports=0), NO_FEEDBACK),
    ],
)
def test_a_change_is_told_within_the_day(change: Hour, alarm: str) -> None:
    assert alarm in of(last_day(change))


def test_little_traffic_is_no_history() -> None:
    few = list(month())[:10]

    assert of(few) == []


def test_the_simulated_quarter_raises_each_alarm_in_its_week(tmp_path: Path) -> None:
    """north falls silent in week 10 (counted from 0), south stops feedback in week 8, and the new
    codes of west, from week 7 on, show as cards about an ALP that is not on file."""
    store = open_store(Settings(data_dir=tmp_path))
    end = datetime(2026, 3, 2, tzinfo=UTC)
    quarter.write(store, end)
    start = end - timedelta(weeks=quarter.WEEKS)
    first: dict[tuple[str, str], float] = {}
    for number in range(21, quarter.WEEKS * 7):
        now = start + timedelta(days=number, hours=20)
        rows = [
            Hour(**row)
            for row in reading.hours(store, int((now - timedelta(days=29)).timestamp() * 1000))
            if row["hour"] <= now.timestamp() / 3600
        ]
        for client, names in alarms(rows, now.timestamp()).items():
            for name in names:
                first.setdefault((client, name), number / 7)
    store.close()

    assert quarter.SILENT_FROM <= first["north", SILENT] < quarter.SILENT_FROM + 1
    assert quarter.NO_FEEDBACK_FROM <= first["south", NO_FEEDBACK] < quarter.NO_FEEDBACK_FROM + 1.5
    assert {client for client, name in first if name == SILENT} == {"north"}
    assert {client for client, name in first if name == NO_FEEDBACK} <= {"south", "north"}


def test_it_is_asked_of_the_store(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path))
    end = datetime(2026, 3, 2, tzinfo=UTC)
    quarter.write(store, end)
    found = alarms_of(store, end.timestamp())
    store.close()

    assert found["north"] == [SILENT]
    assert found["west"] == []


def test_an_operator_sees_it_in_the_list_of_clients(tmp_path: Path) -> None:
    settings = site(client_of(EHR, name="north"), data_dir=tmp_path)
    store = open_store(settings)
    end = datetime.now(UTC)
    quarter.write(store, end)
    store.close()
    (entry,) = report(settings, end.timestamp())

    assert entry.behaviour == (SILENT,)
