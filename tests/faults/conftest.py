"""The servers of the fault matrix, and a record of every address that a socket dials."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.world import World


class Dialled:
    """Every connect in this process, from Python's own audit events.

    forbid: refuse the connect after noting it, so that no test leaves the machine.
    """

    def __init__(self) -> None:
        self.on, self.forbid = False, False
        self.addresses: list[Any] = []
        sys.addaudithook(self._hear)  # cannot be removed again, hence `on`, and only where needed

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event == "socket.connect":
            self.addresses.append(arguments[1][0])
            if self.forbid:
                raise ConnectionRefusedError


@pytest.fixture(scope="session")
def all_dialled() -> Dialled:
    return Dialled()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def dialled(all_dialled: Dialled) -> Iterator[Dialled]:
    all_dialled.addresses, all_dialled.on, all_dialled.forbid = [], True, False
    yield all_dialled
    all_dialled.on = False
