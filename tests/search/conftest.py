"""The ward, opened once; all tests of this folder are skipped where it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import TODAY
from tests.npm import NotHere
from tests.search.ward import Prefetch, Said, Ward, open_ward


@pytest.fixture(scope="session")
def ward() -> Iterator[Ward]:
    with ExitStack() as stack:
        try:
            ward = stack.enter_context(open_ward(TODAY))
        except NotHere as reason:
            pytest.skip(str(reason))
        yield ward


@pytest.fixture(scope="session")
def sent(ward: Ward) -> dict[str, Prefetch]:
    """What an EHR prefetches for each patient: all six keys."""
    return {patient: ward.prefetched(patient) for patient in ward.patients}


@pytest.fixture(scope="session")
def expected(ward: Ward, sent: dict[str, Prefetch]) -> dict[str, Said]:
    """The answer for each patient with all six keys sent, Medications to be read."""
    return {
        patient: ward.ask(patient, sent[patient], ward.search_server.base()) for patient in sent
    }
