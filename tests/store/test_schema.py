"""Migrations: from nothing, and from stores that older releases wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from service.content.faults import Faulty
from service.settings import Settings
from service.store.database import FILE, Store, open_store
from service.store.schema import LAST, MIGRATIONS
from service.store.spent_tokens import SpentTokens
from service.store.tables import METADATA

OLD = {"spent_tokens", "trust_notes", "probe"}


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_last_version_is_the_last_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == LAST


def test_a_store_of_before_the_first_migration_keeps_its_tokens(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.execute(
            "CREATE TABLE spent_tokens (digest BLOB NOT NULL PRIMARY KEY, until_s BIGINT NOT NULL)"
        )
        old.execute("CREATE INDEX ix_spent_tokens_until_s ON spent_tokens (until_s)")
    before = open_store(Settings(data_dir=tmp_path))
    assert SpentTokens(before).spend("issuer", "token", 4_000_000_000)
    with before.begin() as connection:  # as it was
        for table in ("alembic_version", *METADATA.tables.keys() - OLD):
            connection.execute(text(f"DROP TABLE {table}"))
    before.close()
    after = open_store(Settings(data_dir=tmp_path))

    assert not SpentTokens(after).spend("issuer", "token", 4_000_000_000)
    with after.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    after.close()


def test_a_store_of_a_newer_release_is_not_opened(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path))
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '999'"))
    store.close()

    with pytest.raises(Faulty):
        open_store(Settings(data_dir=tmp_path))
