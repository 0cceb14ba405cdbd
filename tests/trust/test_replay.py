"""Two nodes with one store, and eight processes that post the same tokens to both."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.store.databases import Postgres
from tests.trust.replay import race

TOKENS, PROCESSES = 100, 8


def accepted_and_refused(statuses: Counter[int]) -> tuple[int, int]:
    """Whoever came second was refused, or slowed for being refused so often."""
    return statuses[200], statuses[401] + statuses[429]


@pytest.mark.hazard("A14")
def test_each_token_is_accepted_once_in_all_on_sqlite() -> None:
    expected = TOKENS, TOKENS * (PROCESSES - 1)

    assert expected == accepted_and_refused(race(TOKENS, PROCESSES))


@pytest.mark.hazard("A14")
def test_each_token_is_accepted_once_in_all_on_postgresql(cluster: Postgres) -> None:
    expected = TOKENS, TOKENS * (PROCESSES - 1)

    assert expected == accepted_and_refused(race(TOKENS, PROCESSES, cluster.url))
