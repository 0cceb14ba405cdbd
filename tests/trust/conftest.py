"""A door that knows one EHR with an ES384 key and one with an RS384 key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.answers.ward import Ward
from tests.trust.callers import EHR, Caller, client_of, site
from tests.trust.door import Door, open_door

OTHER = Caller(issuer="https://other.example.org/fhir", algorithm="RS384", number=1)


@pytest.fixture
def other() -> Caller:
    return OTHER


@pytest.fixture(scope="session")
def door() -> Door:
    return open_door(site(client_of(EHR), client_of(OTHER, name="other-ehr")))


@pytest.fixture(scope="session")
def ward() -> Iterator[Ward]:
    with Ward() as ward:
        yield ward
