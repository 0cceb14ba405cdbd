"""An application that remembers in a store of its own, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, delete, select

from fhir_fixtures import stories
from service.app import create_app
from service.settings import Settings
from service.store.memory import Memory
from service.store.tables import DECISIONS, FEEDBACK, UNMAPPED
from tests.store.databases import Postgres

Json = dict[str, Any]
SIGN = "/cds-services/hpp-order-sign"
STORY = stories()["persistently-low-adult"]


@dataclass
class Remembering:
    """The application and what it remembers."""

    client: FlaskClient
    memory: Memory

    def card(self) -> Json:
        card: Json = self.client.post(SIGN, json=STORY.request).get_json()["cards"][0]
        return card

    def report(self, *items: Any, status: int = 200) -> Json:
        answer = self.client.post(f"{SIGN}/feedback", json={"feedback": list(items)})
        assert answer.status_code == status, answer.data
        body: Json = answer.get_json()
        return body

    def rows(self, table: Table = FEEDBACK) -> list[Any]:
        with self.memory.store.begin() as connection:
            return list(connection.execute(select(table)))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Pseudonyms' key lies in the data folder on both."""
    folder = tmp_path_factory.mktemp("data")
    if request.param == "sqlite":
        return Settings(data_dir=folder)
    cluster: Postgres = request.getfixturevalue("cluster")
    return Settings(data_dir=folder, store_url=cluster.url)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    yield from serving(settings)


@pytest.fixture
def service(app: Flask) -> Iterator[Remembering]:
    yield from remembering(app)


def serving(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, today=lambda: STORY.today)
    yield app
    app.extensions["hpp-cds.memory"].store.close()


def remembering(app: Flask) -> Iterator[Remembering]:
    """The application, which has forgotten all that was before."""
    memory: Memory = app.extensions["hpp-cds.memory"]
    with memory.store.begin() as connection:
        for table in (DECISIONS, FEEDBACK, UNMAPPED):
            connection.execute(delete(table))
    yield Remembering(app.test_client(), memory)
    memory.close()
