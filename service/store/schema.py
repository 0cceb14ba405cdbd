"""The tables of a store, brought to the last version: created, or migrated by alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from service.store import StoreDown

LAST = "5"
MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE_S = 30  # another process may be at it
# Two processes may migrate at once; only one of them gets through at a time.
_POSTGRESQL_LOCK = 0x6870705F636473


def bring_to_last(connection: Connection) -> None:
    """Inside the connection's own transaction: all of it or nothing.

    Raises StoreDown where a newer release has written the store, which nobody can undo.
    """
    _wait_for_turn(connection)
    version = version_of(connection)
    if version == LAST:
        return
    if version is not None and int(version) > int(LAST):
        raise StoreDown
    _migrate(connection)


def version_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})"))
    else:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE_S * 1000}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
