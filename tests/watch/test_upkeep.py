"""What the service does by itself: it judges its stories again, and purges once a day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.app import build_engine, create_app
from service.evaluation import selfcheck
from service.settings import Settings
from service.settings.keeping import Keeping
from service.store import StoreDown
from service.store.chores import Chore, Chores
from service.store.database import Store, open_store
from service.store.memory import Memory
from service.store.pseudonyms import Pseudonyms
from service.store.tables import DECISIONS
from service.upkeep import Upkeep
from tests.store.test_memory import SHOWN
from tests.trust.door import listening


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def upkeep(store: Store, configuration: str = "a", **keeping: Any) -> Upkeep:
    settings = Settings(version=configuration, keeping=Keeping(**keeping))
    return Upkeep(settings, build_engine(settings), store)


def events(lines: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in lines]


def test_stories_that_are_answered_as_ever_are_no_news(store: Store) -> None:
    with listening() as listener:
        first, again = upkeep(store), upkeep(store)
        first.look_at_stories()
        first.look_at_stories()
        again.look_at_stories()

    assert events(listener.lines) == []
    assert all(check.ok for check in again.health_checks())


def test_a_change_that_the_versions_explain_is_said_and_is_the_next_good_state(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    upkeep(store).look_at_stories()
    _answer_otherwise(monkeypatch, "persistently-low-adult")
    changed = upkeep(store, configuration="b")
    with listening() as listener:
        changed.look_at_stories()
        changed.look_at_stories()

    assert events(listener.lines) == ["stories-changed"]
    assert changed.changed == ["persistently-low-adult"]
    assert changed.health_checks()[0].ok
    assert "persistently-low-adult" in changed.health_checks()[0].detail


def test_a_change_that_nothing_explains_is_not_ready(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = upkeep(store)
    broken.look_at_stories()
    _answer_otherwise(monkeypatch, "persistently-low-adult")
    with listening() as listener:
        broken.look_at_stories()

    assert events(listener.lines) == ["stories-unexplained"]
    assert not broken.health_checks()[0].ok


def _answer_otherwise(monkeypatch: pytest.MonkeyPatch, story: str) -> None:
    usual = selfcheck.judge_stories

    def otherwise(*given: Any) -> dict[str, str]:
        return {**usual(*given), story: "complete alpNotLow R15 none"}

    monkeypatch.setattr("service.upkeep.judge_stories", otherwise)


def test_the_state_of_a_story_is_what_it_is_answered(store: Store) -> None:
    upkeep(store).look_at_stories()
    from service.store import good_states

    good = good_states.read(store, "stories")
    assert good is not None
    assert good.state["persistently-low-adult"].split()[1] == "hppSuspected"


def test_the_purge_is_done_once_a_day_by_one_of_all(store: Store) -> None:
    memory = Memory(store, Pseudonyms(b"k" * 32))
    memory.keep(SHOWN, "p")
    with store.begin() as connection:
        connection.execute(DECISIONS.update().values(at_ms=0))
    one, other = upkeep(store), upkeep(store)
    one.purge()
    memory.keep(replace(SHOWN, card="c"), "p")
    with store.begin() as connection:
        connection.execute(DECISIONS.update().values(at_ms=0))
    other.purge()
    with store.begin() as connection:
        left = connection.execute(select(func.count()).select_from(DECISIONS)).scalar_one()
    memory.close()

    assert left == 1


def test_a_chore_that_fails_stops_no_other() -> None:
    done: list[str] = []

    def down() -> None:
        raise StoreDown

    def broken() -> None:
        raise ValueError("ZZPHI")

    chores = Chores(
        [Chore("a", 10, down), Chore("b", 10, broken), Chore("c", 10, lambda: done.append("c"))],
        failed=lambda name, error: done.append(f"{name} {error}"),
    )
    for now_s in (0.0, 5.0, 10.0):
        chores.run_due(now_s)

    assert done == ["a StoreDown", "b ValueError", "c"] * 2


def test_a_served_application_begins_at_once(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    memory: Memory = app.extensions["hpp-cds.memory"]
    memory.start()
    client, until = app.test_client(), time.monotonic() + 60
    while time.monotonic() < until:
        checks = {c["name"]: c for c in client.get("/readyz").get_json()["checks"]}
        with memory.store.begin() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM good_states").scalar():
                break
        time.sleep(0.1)
    memory.close()

    assert checks["stories"]["ok"]
    assert {"client behaviour", "remembered"} <= checks.keys()
    assert time.monotonic() < until
