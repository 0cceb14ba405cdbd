"""The store: SQLite in the data folder, or PostgreSQL by `[store] url` for several nodes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from service.faults import Fault, Faulty
from service.keep import StoreDown
from service.settings import Settings

WAIT_S = 2
FILE = "hpp-cds.sqlite3"
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_METADATA = MetaData()
SPENT = Table(
    "spent_tokens",
    _METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("until_s", BigInteger, nullable=False, index=True),
)
NOTES = Table(
    "trust_notes",
    _METADATA,
    Column("client", String(256), primary_key=True),
    Column("about", String(16), primary_key=True),
    Column("word", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_s", BigInteger, nullable=False),
)
# Two processes may create the tables at once; PostgreSQL lets only one of them through.
_CREATE_LOCK = 0x6870705F636473


class Store:
    """A connection pool, opened in each process when it is first used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction.  Raises StoreDown for whatever the database does not do."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError):
            raise StoreDown from None

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that can say what happens on a conflict; both databases say it alike."""
        return postgresql.insert(table) if self._is_postgresql else sqlite.insert(table)

    def shrink(self, connection: Connection) -> None:
        """Give the pages that a purge emptied back to the file system (PostgreSQL reuses them)."""
        if not self._is_postgresql:
            # Each step frees one page, and only a script is stepped to its end; it commits first.
            connection.connection.cursor().executescript("PRAGMA incremental_vacuum")

    def is_up(self) -> bool:
        try:
            with self.begin() as connection:
                connection.execute(SPENT.select().limit(1))
        except StoreDown:
            return False
        return True

    def create_tables(self) -> None:
        with self.begin() as connection:
            if self._is_postgresql:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})"))
            for table in _METADATA.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        """Close all connections; the next use opens new ones (also behind a fork)."""
        self._engine.dispose()

    @property
    def _is_postgresql(self) -> bool:
        return self._engine.dialect.name == "postgresql"


def open_store(settings: Settings) -> Store:
    """The site's store, with its tables.  Raises Faulty where it cannot be used."""
    file = settings.file.name if settings.file else "embedded defaults"
    try:
        url = _url(settings)
        store = Store(_engine(url))
        store.create_tables()
        store.close()
    except ArgumentError:
        raise Faulty([Fault(file, "store.url", "must be a sqlite or postgresql URL")]) from None
    except (StoreDown, OSError):
        key = "store.url" if settings.store_url else "site.data_dir"
        raise Faulty([Fault(file, key, "the store there cannot be opened and written")]) from None
    return store


def _url(settings: Settings) -> URL:
    """`[store] url`, else a file in the data folder.  The folder is the service's own: 0700."""
    if settings.store_url:
        url = make_url(settings.store_url)
        if url.get_backend_name() not in DRIVERS:
            raise ArgumentError
        return url.set(drivername=DRIVERS[url.get_backend_name()])
    folder = settings.data_dir or user_data_path("hpp-cds", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / FILE).touch(mode=0o600)
    return URL.create("sqlite", database=str(Path(folder / FILE)))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        limits = {"connect_timeout": WAIT_S, "options": f"-c statement_timeout={WAIT_S}s"}
        return create_engine(url, pool_pre_ping=True, pool_timeout=WAIT_S, connect_args=limits)
    engine = create_engine(url, pool_timeout=WAIT_S, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    """Writers do not block readers; a crash of the process loses nothing (SQLite, WAL)."""
    for pragma in ("auto_vacuum = INCREMENTAL", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
