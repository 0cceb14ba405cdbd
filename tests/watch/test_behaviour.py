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
    CODES_CHANGED,
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
from service.store.database import Store, open_store
from service.trust.report import report
from service.watch.metrics import ALARM_NAMES
from tests.reports import quarter
from tests.trust.callers import EHR, client_of, site

NOW = 500_000  # an hour since the epoch; its weekday matters to nobody
END = datetime(2026, 3, 2, tzinfo=UTC)
USUAL = Hour("ehr", 0, calls=10, judged=6, cards=1, unavailable=0, unread=1, reports=1)


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
        (replace(USUAL, unread=4), CODES_CHANGED),
        (replace(USUAL, judged=0, cards=0, unread=0), NO_CARDS),
    ],
)
def test_a_change_is_told_within_the_day(change: Hour, alarm: str) -> None:
    assert alarm in of(last_day(change))


def test_little_traffic_is_no_history() -> None:
    few = list(month())[:10]

    assert of(few) == []


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated quarter."""
    folder = tmp_path_factory.mktemp("quarter")
    store = open_store(Settings(data_dir=folder))
    quarter.write(store, END)
    store.close()
    return folder


@pytest.fixture
def store(data_dir: Path) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=data_dir))
    yield opened
    opened.close()


def test_the_simulated_quarter_raises_each_alarm_in_its_week(store: Store) -> None:
    """north falls silent in week 10 (counted from 0), south stops feedback in week 8, and west
    changes its laboratory's codes in week 7."""
    start = END - timedelta(weeks=quarter.WEEKS)
    first: dict[tuple[str, str], float] = {}
    for at, client, name, raised in quarter.changes(store, END, timedelta(hours=8)):
        if raised:
            first.setdefault((client, name), (at - start) / timedelta(weeks=1))
    codes, silent = first["west", CODES_CHANGED], first["north", SILENT]

    assert quarter.CODES_FROM <= codes < quarter.CODES_FROM + 1
    assert quarter.SILENT_FROM <= silent < quarter.SILENT_FROM + 1
    assert quarter.NO_FEEDBACK_FROM <= first["south", NO_FEEDBACK] < quarter.NO_FEEDBACK_FROM + 1.5
    assert {client for client, name in first if name == SILENT} == {"north"}
    assert {client for client, name in first if name == CODES_CHANGED} == {"west"}
    assert {client for client, name in first if name == NO_FEEDBACK} <= {"south", "north"}


def test_it_is_asked_of_the_store(store: Store) -> None:
    found = alarms_of(store, END.timestamp())

    assert found["north"] == [SILENT]
    assert found["west"] == []


def test_an_operator_sees_it_in_the_list_of_clients(data_dir: Path) -> None:
    settings = site(client_of(EHR, name="north"), data_dir=data_dir)
    (entry,) = report(settings, END.timestamp())

    assert entry.behaviour == (SILENT,)
