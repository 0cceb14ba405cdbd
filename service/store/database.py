"""The store: SQLite in the data folder, or PostgreSQL by `[store] url` for several nodes."""

from __future__ import annotations

import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from service.content.faults import Fault, Faulty
from service.settings import Settings
from service.store import StoreDown
from service.store.schema import bring_to_last
from service.store.tables import PROBE

WAIT_S = 2
FILE = "hpp-cds.sqlite3"
GIVEN_UP_S = 1.0  # nobody waits for a store that let another wait in vain a moment ago


class Store:
    """A connection pool, opened in each process when it is first used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._down_until = 0.0
        self._no_answer = (OperationalError, engine.dialect.loaded_dbapi.OperationalError, OSError)
        self._failures = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error, OSError)
        weakref.finalize(self, engine.dispose)  # whoever drops a store leaves no connection open

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction.  Raises StoreDown for whatever the database does not do."""
        self._check_given_up()
        try:
            with self._engine.begin() as connection:
                yield connection
        except self._failures as error:
            raise self._down(error) from None

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that can say what happens on a conflict; both databases say it alike."""
        return postgresql.insert(table) if self._is_postgresql else sqlite.insert(table)

    def inserter(self, table: Table) -> Callable[[Mapping[str, object]], bool]:
        """What inserts one row in a transaction of its own, and says whether it was new.

        SQLAlchemy writes the statement and the driver runs it, which costs half as much.
        """
        new = self.insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        statement = str(new.compile(dialect=self._engine.dialect))

        def run(row: Mapping[str, object]) -> bool:
            with self._cursor() as cursor:
                cursor.execute(statement, row)
                return cursor.fetchone() is not None

        return run

    @contextmanager
    def _cursor(self) -> Iterator[DBAPICursor]:
        """One transaction of the driver's own.  Raises StoreDown, and gives the connection up."""
        self._check_given_up()
        try:
            connection = self._engine.raw_connection()
            try:
                yield connection.cursor()
                connection.commit()
            except BaseException:
                connection.invalidate()
                raise
            connection.close()
        except self._failures as error:
            raise self._down(error) from None

    def _check_given_up(self) -> None:
        if time.monotonic() < self._down_until:
            raise StoreDown

    def _down(self, error: BaseException) -> StoreDown:
        """A server that does not answer is given up for a moment; a busy file is not."""
        if self._is_postgresql and isinstance(error, self._no_answer):
            self._down_until = time.monotonic() + GIVEN_UP_S
        return StoreDown()

    def shrink(self, connection: Connection) -> None:
        """Give the pages that a purge emptied back to the file system (PostgreSQL reuses them)."""
        if not self._is_postgresql:
            # Each step frees one page, and only a script is stepped to its end; it commits first.
            connection.connection.cursor().executescript("PRAGMA incremental_vacuum")

    def is_up(self) -> bool:
        """Whether something can be written, and so kept, now."""
        self._down_until = 0.0  # whoever probes looks for itself
        row = {"id": 1, "at_s": int(time.time())}
        insert = self.insert(PROBE).values(row)
        written = insert.on_conflict_do_update(index_elements=[PROBE.c.id], set_=row)
        try:
            with self.begin() as connection:
                connection.execute(written)
        except StoreDown:
            return False
        return True

    def adder(self, table: Table) -> Callable[[Sequence[Mapping[str, object]]], None]:
        """What inserts rows in one transaction, as the driver does: all of them or none."""
        columns = [column.name for column in table.columns if column.name != "id"]
        named: dict[str, Any] = {name: bindparam(name) for name in columns}
        statement = str(table.insert().values(named).compile(dialect=self._engine.dialect))

        def run(rows: Sequence[Mapping[str, object]]) -> None:
            with self._cursor() as cursor:
                cursor.executemany(statement, rows)

        return run

    def bring_to_last(self) -> None:
        """Create the tables, or migrate them.  Raises StoreDown where that cannot be done."""
        with self.begin() as connection:
            bring_to_last(connection)
        self.close()  # with the longer patience of that connection

    def close(self) -> None:
        """Close all connections; the next use opens new ones (also behind a fork)."""
        self._engine.dispose()

    @property
    def _is_postgresql(self) -> bool:
        return self._engine.dialect.name == "postgresql"


def open_store(settings: Settings) -> Store:
    """The site's store, with its tables.  Raises Faulty where it cannot be used."""
    key = "store.url" if settings.store_url else "site.data_dir"
    try:
        store = Store(_postgresql(settings.store_url) if settings.store_url else _sqlite(settings))
        store.bring_to_last()
    except (StoreDown, ArgumentError, OSError, TypeError, ValueError):
        # Without the error's own words: they may repeat a password.
        raise Faulty(
            [Fault(settings.file_name, key, "the store there cannot be opened and written")]
        ) from None
    return store


def is_new(settings: Settings) -> bool:
    """Whether opening the store would create it."""
    return not settings.store_url and not (folder_of(settings) / FILE).exists()


def folder_of(settings: Settings) -> Path:
    """Where the service keeps what is its own."""
    return settings.data_dir or user_data_path("hpp-cds", appauthor=False)


def _sqlite(settings: Settings) -> Engine:
    """A file in the data folder; both are the service's own."""
    folder = folder_of(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / FILE).touch(mode=0o600)
    url = URL.create("sqlite", database=str(folder / FILE))
    limits = {"timeout": WAIT_S}
    engine = create_engine(url, paramstyle="named", pool_timeout=WAIT_S, connect_args=limits)
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _postgresql(written: str) -> Engine:
    """prepare_threshold None: a pooler in between may give each transaction another server."""
    from service.store.bounded_connection import connect

    url = make_url(written).set(drivername="postgresql+psycopg")
    limits = {"connect_timeout": WAIT_S, "prepare_threshold": None}
    engine = create_engine(url, pool_pre_ping=True, pool_timeout=WAIT_S, connect_args=limits)
    event.listen(engine, "do_connect", connect)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    """Writers do not block readers; a crash of the process loses nothing (SQLite, WAL)."""
    for pragma in ("auto_vacuum = INCREMENTAL", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
