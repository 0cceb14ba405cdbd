"""Two nodes with one store, and eight processes that post the same tokens to both."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.keep.databases import Postgres
from tests.trust.replay import race

TOKENS, PROCESSES = 100, 8


def check(statuses: Counter[int]) -> None:
    """Whoever came second was refused, or slowed for being refused so often."""
    assert statuses[200] == TOKENS
    assert statuses[401] + statuses[429] == TOKENS * (PROCESSES - 1)


@pytest.mark.hazard("A14")
def test_each_token_is_accepted_once_in_all_on_sqlite() -> None:
    check(race(TOKENS, PROCESSES))


@pytest.mark.hazard("A14")
def test_each_token_is_accepted_once_in_all_on_postgresql(cluster: Postgres) -> None:
    check(race(TOKENS, PROCESSES, cluster.url))
