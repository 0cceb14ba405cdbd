"""Shared fixtures: the engine with the shipped content, a client of the application, a database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from tempfile import mkdtemp

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from cards.words import Words
from service.app import build_engine, create_app
from service.content.faults import Fault
from service.evaluation import building
from service.evaluation.engine import Engine
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings
from tests.store.databases import Postgres, postgres

TODAY = date(2026, 3, 1)
# Whatever runs without settings remembers in the user's data folder; a test run has its own.
os.environ["XDG_DATA_HOME"] = mkdtemp(prefix="hpp-cds-tests-")

# No test is timed: a busy machine may take as long as it wants to draw an example.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Workers take the files in the order of their names: xdist would begin those of few tests
    last, among which are the longest, and all but one worker would wait for them."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.fixture(scope="session")
def engine() -> Engine:
    return build_engine(Settings())


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return create_app(Settings(), today=lambda: TODAY).test_client()


@pytest.fixture(scope="module")
def content_read_once() -> Iterator[None]:
    """Engines without a folder of a site stand on one content, which takes longest to read."""
    read, content = building.load_content, building.load_content(Settings())

    def load(settings: Settings, warnings: list[Fault] | None = None) -> tuple[Knowledge, Words]:
        return read(settings, warnings) if settings.content_dir else content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "load_content", load)
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """A real PostgreSQL; its tests are skipped, and counted, where no server is installed."""
    try:
        with postgres() as server:
            yield server
    except LookupError as missing:
        pytest.skip(str(missing))
