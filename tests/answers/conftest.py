"""One server for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.answers.ward import Ward
from tests.faults.server import FaultServer


@pytest.fixture(scope="module", autouse=True)
def stands_on_the_same_content(content_read_once: None) -> None:
    """Hundreds of applications do."""


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
