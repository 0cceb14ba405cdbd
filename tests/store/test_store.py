"""The store on SQLite and on a real PostgreSQL: atomic, bounded, and honest when it is down."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.content.faults import Faulty
from service.settings import Settings
from service.store import StoreDown
from service.store.database import FILE, Store, open_store
from service.store.spent_tokens import PURGE_EVERY, PURGED_AT_ONCE, STEADY_S, SpentTokens
from service.store.tables import SPENT
from service.store.trust_notes import KEYS, KEYS_FAILED, NOBODY, REFUSED, Note, TrustNotes
from tests.store.databases import Postgres

ISSUER = "https://ehr.example.org/fhir"
SOON_S = 4_000_000_000


def rows(store: Store, *until_s: int) -> int:
    with store.begin() as connection:
        count = select(func.count()).where(SPENT.c.until_s.in_(until_s))
        return int(connection.execute(count).scalar_one())


@pytest.mark.hazard("A14")
def test_a_token_id_is_spent_once_for_each_issuer(store: Store) -> None:
    spent = SpentTokens(store)

    assert spent.spend(ISSUER, "a", SOON_S)
    assert not spent.spend(ISSUER, "a", SOON_S)
    assert not SpentTokens(store).spend(ISSUER, "a", SOON_S + 1)
    assert spent.spend(ISSUER, "A", SOON_S)
    assert spent.spend(f"{ISSUER}/", "a", SOON_S)


@pytest.mark.hazard("A14")
def test_four_processes_spend_the_same_ids_once_in_all(settings: Settings) -> None:
    where = settings.store_url or str(settings.data_dir)
    open_store(settings).close()
    command = [sys.executable, "-m", "tests.store.spend", where, "300", f"{ISSUER}/{time.time()}"]
    racing = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    counts = [int(process.communicate(timeout=120)[0]) for process in racing]

    assert sum(counts) == 300
    assert [process.returncode for process in racing] == [0] * 4


@pytest.mark.hazard("A16")
def test_what_has_expired_is_forgotten_in_small_steps(store: Store) -> None:
    spent, issuer = SpentTokens(store), f"{ISSUER}/purge"
    now_s = int(time.time())
    for n in range(PURGED_AT_ONCE + 50):
        spent.spend(issuer, str(n), now_s + 10)
    spent.spend(issuer, "later", SOON_S)

    assert spent.purge(now_s) == 0
    assert spent.purge(now_s + 11) == PURGED_AT_ONCE
    assert spent.purge(now_s + 11) == 50
    assert rows(store, now_s + 10) == 0
    assert not spent.spend(issuer, "later", SOON_S)


class Times:
    """A clock that can be set, and seconds that only pass."""

    def __init__(self) -> None:
        self.set_by_s, self.passed_s, self._began_s = 0.0, 0.0, float(int(time.time()))

    def now_s(self) -> float:
        return self._began_s + self.passed_s + self.set_by_s

    def spent(self, store: Store) -> SpentTokens:
        """As a process has it that starts now."""
        return SpentTokens(store, clock=self.now_s, passing=lambda: self.passed_s)


def calls(spent: SpentTokens, issuer: str) -> None:
    """So many that what may be forgotten is."""
    for n in range(PURGE_EVERY):
        spent.spend(issuer, f"{n} of {time.monotonic_ns()}", SOON_S)


@pytest.mark.hazard("A16")
def test_expired_ids_go_while_others_come(store: Store) -> None:
    """Without a job of its own: traffic pays for its own traces."""
    times, issuer = Times(), f"{ISSUER}/traffic"
    spent = times.spent(store)
    times.passed_s = STEADY_S + 1
    for n in range(1000):
        spent.spend(issuer, str(n), 1)

    assert rows(store, 1) < 200


@pytest.mark.hazard("A14")
@pytest.mark.parametrize("starts_ahead", [False, True])
def test_a_clock_that_is_set_forward_and_back_makes_no_used_token_good(
    store: Store, starts_ahead: bool
) -> None:
    """Also where a process starts while the clock is ahead, and knows no other."""
    times, issuer = Times(), f"{ISSUER}/clock/{starts_ahead}"
    spent, until_s = times.spent(store), int(times.now_s()) + 3600
    assert spent.spend(issuer, "used", until_s)

    times.set_by_s = 1_000_000
    if starts_ahead:
        spent = times.spent(store)
    for _ in range(2):
        calls(spent, issuer)
        times.passed_s += 1800
    times.set_by_s = 0
    assert not spent.spend(issuer, "used", until_s)
    calls(spent, issuer)
    assert not spent.spend(issuer, "used", until_s)

    times.passed_s += STEADY_S + 1
    calls(spent, issuer)
    assert rows(store, until_s) == 0


@pytest.mark.hazard("A16")
def test_the_file_of_sqlite_shrinks_again(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path))
    path = tmp_path / FILE
    with store.begin() as connection:
        many = [{"digest": n.to_bytes(32, "big"), "until_s": 1} for n in range(20_000)]
        connection.execute(SPENT.insert(), many)
    store.close()
    full = path.stat().st_size
    spent = SpentTokens(store)
    while spent.purge(2):
        pass
    store.close()

    assert path.stat().st_size < full / 10


@pytest.mark.hazard("W10")
def test_the_file_is_the_service_s_own(tmp_path: Path) -> None:
    open_store(Settings(data_dir=tmp_path / "new")).close()

    assert stat.S_IMODE((tmp_path / "new" / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_two_processes_may_create_the_tables_at_once(settings: Settings) -> None:
    command = [sys.executable, "-c", _OPEN, settings.store_url, str(settings.data_dir or "")]
    racing = [subprocess.Popen(command) for _ in range(2)]

    assert [process.wait(60) for process in racing] == [0] * 2


_OPEN = """
import sys; from pathlib import Path
from service.store.database import open_store; from service.settings import Settings
open_store(Settings(store_url=sys.argv[1], data_dir=Path(sys.argv[2]) if sys.argv[2] else None))
"""


# Where it cannot be used


def faults_of(settings: Settings) -> list[str]:
    with pytest.raises(Faulty) as caught:
        open_store(settings)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:ZZPHI@127.0.0.1:1/d",
        "postgresql://u:p@ss:ZZPHI@db/d",
        "postgresql://u:ZZPHI@[db/d",
        "postgresql://127.0.0.1:1/d?timeout=ZZPHI",
        "ZZPHI",
    ],
)
def test_a_store_that_cannot_be_used_is_a_fault_that_repeats_no_password(url: str) -> None:
    (fault,) = faults_of(Settings(store_url=url))

    assert fault.startswith("embedded defaults: store.url: ")
    assert "ZZPHI" not in fault


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    assert faults_of(Settings(data_dir=tmp_path / "taken")) == [
        "embedded defaults: site.data_dir: the store there cannot be opened and written"
    ]


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(os.urandom(8192))

    assert len(faults_of(Settings(data_dir=tmp_path))) == 1


def test_a_store_that_goes_down_says_so_and_comes_back_by_itself(cluster: Postgres) -> None:
    store = open_store(Settings(store_url=cluster.url))
    spent = SpentTokens(store)
    assert spent.spend(ISSUER, "before", SOON_S)
    cluster.stop()
    try:
        assert not store.is_up()
        with pytest.raises(StoreDown) as caught:
            spent.spend(ISSUER, "while", SOON_S)
        TrustNotes(store).refused("this-ehr", "expired", 1)  # lost in silence
    finally:
        cluster.start()

    assert str(caught.value) == ""
    assert caught.value.__cause__ is None
    assert store.is_up()
    assert not spent.spend(ISSUER, "before", SOON_S)
    assert spent.spend(ISSUER, "while", SOON_S)
    store.close()


@pytest.mark.hazard("W11")
def test_a_server_that_is_frozen_keeps_nobody_waiting(cluster: Postgres) -> None:
    """Its kernel still answers, so neither its time-outs nor those of TCP end anything."""
    store = open_store(Settings(store_url=cluster.url))
    spent = SpentTokens(store)
    assert spent.spend(ISSUER, "before the frost", SOON_S)
    with cluster.frozen(), ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(spent.spend, ISSUER, f"frost {n}", SOON_S) for n in range(10)]
        ended = [type(future.exception(timeout=30)) for future in waiting]

    assert ended == [StoreDown] * 10
    assert store.is_up()
    assert spent.spend(ISSUER, "after the frost", SOON_S)
    assert not spent.spend(ISSUER, "before the frost", SOON_S)
    store.close()


def test_once_a_server_kept_one_waiting_it_keeps_no_other_for_a_second(cluster: Postgres) -> None:
    store = open_store(Settings(store_url=cluster.url))
    spent = SpentTokens(store)
    assert spent.spend(ISSUER, "before the wait", SOON_S)
    with cluster.frozen():
        refused = [_seconds_until_refused(spent, f"turn {n}") for n in range(20)]

    assert refused[0] > 1.5
    assert sum(refused[1:]) < 5 * refused[0]  # nineteen that waited would take 19 times as long
    store.close()


def _seconds_until_refused(spent: SpentTokens, token_id: str) -> float:
    started = time.monotonic()
    with pytest.raises(StoreDown):
        spent.spend(ISSUER, token_id, SOON_S)
    return time.monotonic() - started


@pytest.mark.hazard("W11")
def test_a_store_that_can_only_be_read_is_not_up(tmp_path: Path) -> None:
    """As on a full disk: reading works, and nothing is kept."""
    store = open_store(Settings(data_dir=tmp_path))
    assert store.is_up()
    with store.begin() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    assert not store.is_up()
    store.close()


def test_a_driver_s_own_error_is_a_store_that_is_down(store: Store) -> None:
    """Some statements go past SQLAlchemy, and so do their errors."""
    with pytest.raises(StoreDown), store.begin() as connection:
        connection.connection.cursor().execute("this is no SQL")


def test_a_locked_sqlite_file_says_so(tmp_path: Path) -> None:
    """Another process holds the lock for longer than anybody waits."""
    store = open_store(Settings(data_dir=tmp_path))
    other = open_store(Settings(data_dir=tmp_path))
    row = {"digest": b"x", "until_s": 1}
    with other.begin() as connection:
        connection.execute(SPENT.insert().values(row))
        with pytest.raises(StoreDown):
            SpentTokens(store).spend(ISSUER, "a", SOON_S)

    assert SpentTokens(store).spend(ISSUER, "a", SOON_S)
    store.close()
    other.close()


# Notes for the operator


def test_refusals_are_counted_by_client_and_reason(store: Store) -> None:
    notes, client = TrustNotes(store), f"ehr-{time.time()}"
    for second in (5, 7, 6):
        notes.refused(client, "expired", second)
    notes.refused(client, "audience", 4)
    notes.refused("", "issuer", 8)
    found = [note for note in notes.all() if note.client == client]

    assert [
        Note(client, REFUSED, "expired", 3, 6),
        Note(client, REFUSED, "audience", 1, 4),
    ] == found
    assert any(note.client == NOBODY for note in notes.all())


def test_of_a_key_set_the_last_good_read_and_each_kind_of_failure_are_kept(store: Store) -> None:
    notes, client = TrustNotes(store), f"ehr-{time.time()}"
    notes.keys_read(client, 2, "", 10)
    notes.keys_read(client, 3, "", 20)
    notes.keys_read(client, 0, "timeout (tls)", 30)
    found = [note for note in notes.all() if note.client == client]

    assert [
        Note(client, KEYS, "", 3, 20),
        Note(client, KEYS_FAILED, "timeout (tls)", 0, 30),
    ] == found
