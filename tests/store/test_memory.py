"""Decisions on both databases: written in time, dropped and counted, purged, restored."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Table, delete, func, select

from service.app import create_app
from service.content.faults import Faulty
from service.settings import Settings
from service.settings.keeping import Keeping
from service.store import StoreDown, unmapped
from service.store.database import FILE, Store, open_store
from service.store.memory import Memory, open_memory
from service.store.model import Decision, FeedbackItem, Sender, Unmapped
from service.store.pseudonyms import FILE as KEY
from service.store.pseudonyms import Pseudonyms, read_or_make
from service.store.purge import DAY_S, claim, purge
from service.store.tables import CHORES, DECISIONS, FEEDBACK, UNMAPPED
from service.store.unmapped import UnmappedCode
from service.store.writer import BatchedWriter
from tests.store.databases import Postgres

SHOWN = Decision(
    client="ehr", tenant="", service="hpp-order-sign", hook="order-sign", hook_instance="",
    request_id="", http_status=200, status="complete", verdict="hppSuspected", row="R2",
    indicator="warning", knowledge="k", configuration="c", version="0",
    card="8691245b-b50e-43d1-8761-fa163a4c8435", suggestions={"s": "plp"},
)  # fmt: skip
SILENT = replace(SHOWN, card="", suggestions={}, indicator="none")
SENDER = Sender("ehr", "", "hpp-order-sign")
PSEUDONYMS = Pseudonyms(b"k" * 32)


@pytest.fixture
def memory(store: Store) -> Iterator[Memory]:
    with store.begin() as connection:
        for table in (DECISIONS, FEEDBACK, UNMAPPED, CHORES):
            connection.execute(delete(table))
    remembering = Memory(store, PSEUDONYMS)
    yield remembering
    remembering.close()


def count(store: Store, table: Table) -> int:
    with store.begin() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_decision_with_a_card_is_there_at_once_and_one_without_soon(memory: Memory) -> None:
    assert memory.keep(SHOWN, "p")
    assert count(memory.store, DECISIONS) == 1
    for _ in range(1200):
        assert memory.keep(SILENT, "p")
    memory.close()

    assert count(memory.store, DECISIONS) == 1201
    assert memory.lost == 0


@pytest.mark.hazard("E6")
def test_the_patient_is_a_pseudonym_of_client_and_tenant(memory: Memory) -> None:
    for decision in (SHOWN, replace(SHOWN, tenant="b"), replace(SHOWN, client="c"), SHOWN):
        memory.keep(decision, "ZZPHI-karin")
    with memory.store.begin() as connection:
        rows = connection.execute(select(DECISIONS)).all()

    assert "ZZPHI" not in str(rows)
    assert len({row.patient for row in rows}) == 3
    assert all(len(row.patient) == 64 for row in rows)


@pytest.mark.hazard("E8")
def test_feedback_of_another_client_or_tenant_is_not_joined(memory: Memory) -> None:
    memory.keep(SHOWN, "p")
    report = FeedbackItem(SHOWN.card, "accepted", ("s",))
    others = (Sender("other", "", "s"), Sender("ehr", "b", "s"), SENDER)
    kept = [memory.take_feedback([report], sender)[0] for sender in others]

    assert [one.matched for one in kept] == [False, False, True]
    assert [one.accepted for one in kept] == [("unknown",), ("unknown",), ("plp",)]


def test_a_store_that_is_down_keeps_nobody_waiting_twice(cluster: Postgres, tmp_path: Path) -> None:
    store = open_store(Settings(store_url=cluster.url))
    lost: list[str] = []
    memory = Memory(store, PSEUDONYMS, lost=lambda why, _: lost.append(why))
    cluster.stop()
    try:
        kept = [memory.keep(SHOWN, "p") for _ in range(20)]
        memory.keep(SILENT, "p")
        time.sleep(1.5)
        behind = memory.keep(SILENT, "p")
        with pytest.raises(StoreDown):
            memory.take_feedback([FeedbackItem("c", "accepted")], SENDER)
    finally:
        cluster.start()
    memory.close()

    assert kept == [False] * 20
    assert lost == ["store-down"] * 20
    assert not behind  # it waits, and nobody can say that it will be written
    store.close()


def test_what_waits_when_the_store_comes_back_is_written() -> None:
    up, written = Event(), []

    def write(rows: object) -> None:
        if not up.is_set():
            raise StoreDown
        written.extend(rows)  # type: ignore[call-overload]

    writer = BatchedWriter[int](write, lambda _: None)
    for number in range(10):
        writer.put(number)
    Thread(target=lambda: (time.sleep(0.2), up.set())).start()
    writer.close(10)

    assert written == list(range(10))


def test_what_cannot_be_written_by_the_end_is_lost_and_counted() -> None:
    def write(_: object) -> None:
        raise StoreDown

    lost: list[int] = []
    writer = BatchedWriter[int](write, lost.append)
    for number in range(10):
        writer.put(number)
    writer.close(0.1)

    assert sum(lost) == 10


def test_codes_are_counted_by_client(memory: Memory) -> None:
    code = Unmapped("result", "urn:oid:1.2.3", "ALP-7")
    seen = [UnmappedCode("a", code), UnmappedCode("a", code), UnmappedCode("b", code)]
    unmapped.count(memory.store, seen, 10)
    unmapped.count(memory.store, seen[:1], 20)
    with memory.store.begin() as connection:
        rows = connection.execute(select(UNMAPPED).order_by(UNMAPPED.c.client)).all()

    assert [(row.client, row.count, row.first_s, row.last_s) for row in rows] == [
        ("a", 3, 10, 20),
        ("b", 1, 10, 10),
    ]


@pytest.mark.hazard("E7")
def test_each_table_has_its_own_time(memory: Memory) -> None:
    memory.keep(SHOWN, "p")
    memory.take_feedback([FeedbackItem("c", "accepted")], SENDER)
    now_s = time.time()
    unmapped.count(
        memory.store, [UnmappedCode("a", Unmapped("unit", "", "alp", "kat"))], int(now_s)
    )
    keeping = Keeping(decisions_days=1, feedback_days=2, unmapped_days=3)
    gone = [purge(memory.store, keeping, now_s + days * DAY_S + 60) for days in (0, 1, 2, 3)]

    assert [{name for name, rows in one.items() if rows} for one in gone] == [
        set(), {"decisions"}, {"feedback"}, {"unmapped"},
    ]  # fmt: skip


def test_a_chore_is_done_by_one_of_all(memory: Memory) -> None:
    assert claim(memory.store, "purge", 100, 1000)
    assert not claim(memory.store, "purge", 100, 1099)
    assert claim(memory.store, "purge", 100, 1100)
    assert not claim(memory.store, "purge", 100, 1100)
    assert claim(memory.store, "watch", 100, 1100)


@pytest.mark.hazard("E13")
def test_a_backup_that_was_taken_under_load_is_whole(tmp_path: Path) -> None:
    """As the deploy page says: the online backup of SQLite, and the key beside it."""
    settings = Settings(data_dir=tmp_path / "live")
    store = open_store(settings)
    memory, until = open_memory(settings, store), Event()
    acknowledged: list[str] = []

    def load() -> None:
        number = 0
        while not until.is_set():
            card = f"{number:036d}"
            if memory.keep(replace(SHOWN, card=card), "p"):
                acknowledged.append(card)
            number += 1

    thread = Thread(target=load)
    thread.start()
    time.sleep(0.5)
    before = list(acknowledged)
    (tmp_path / "copy").mkdir()
    with (
        closing(sqlite3.connect(tmp_path / "live" / FILE)) as live,
        closing(sqlite3.connect(tmp_path / "copy" / FILE)) as copy,
    ):
        live.backup(copy)
    shutil.copy(tmp_path / "live" / KEY, tmp_path / "copy" / KEY)
    until.set()
    thread.join()
    restored = Settings(data_dir=tmp_path / "copy")
    again = open_memory(restored, open_store(restored))
    with again.store.begin() as connection:
        cards = {row.card for row in connection.execute(select(DECISIONS.c.card))}

    assert len(before) > 5
    assert cards >= set(before)
    assert again.take_feedback([FeedbackItem(before[0], "accepted")], SENDER)[0].matched
    assert again.pseudonyms.of("a", "", "p") == memory.pseudonyms.of("a", "", "p")
    for one in (memory, again):
        one.close()
        one.store.close()


# The key of the pseudonyms


def test_the_key_is_made_once_and_is_the_service_s_own(tmp_path: Path) -> None:
    path = tmp_path / "new" / KEY
    first, second = read_or_make(path), read_or_make(path)

    assert first.of("a", "", "p") == second.of("a", "", "p")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert [item.name for item in path.parent.iterdir()] == [KEY]


@pytest.mark.parametrize("written", ["", "00", "no key", "zz" * 32])
def test_a_key_that_is_none_is_a_fault_and_is_not_replaced(tmp_path: Path, written: str) -> None:
    (tmp_path / KEY).write_text(written)
    store = open_store(Settings(data_dir=tmp_path))
    with pytest.raises(Faulty) as caught:
        open_memory(Settings(data_dir=tmp_path), store)
    store.close()

    assert "store.pseudonym_key" in str(caught.value.faults[0])
    assert (tmp_path / KEY).read_text() == written


def test_a_store_that_cannot_be_written_is_seen_where_nobody_is_verified(tmp_path: Path) -> None:
    client = create_app(Settings(mode="development", data_dir=tmp_path)).test_client()
    assert client.get("/readyz").get_json()["status"] == "ready"

    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.get("/readyz")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
    assert client.get("/readyz").get_json()["status"] == "ready"
