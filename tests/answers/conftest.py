"""One server for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cards.words import Words
from service.content.faults import Fault
from service.evaluation import building
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings
from tests.answers.ward import Ward
from tests.faults.server import FaultServer


@pytest.fixture(scope="module", autouse=True)
def content_read_once() -> Iterator[None]:
    """Hundreds of applications stand on the same content."""
    read, content = building.load_content, building.load_content(Settings())

    def load(settings: Settings, warnings: list[Fault] | None = None) -> tuple[Knowledge, Words]:
        return read(settings, warnings) if settings.content_dir else content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "load_content", load)
        yield


@pytest.fixture(scope="session")
def ward() -> Iterator[Ward]:
    with Ward() as ward:
        yield ward


@pytest.fixture
def stranger() -> Iterator[FaultServer]:
    """A server that nobody registered: it only counts who comes."""
    server = FaultServer({})
    yield server
    server.close()
