"""A few rounds of `crash.py` at every run; hundreds of them by hand (see there)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feedback.crash import play
from tests.store.databases import Postgres


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_or_doubled_when_the_process_is_killed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = ""
    if kind == "postgresql":
        cluster: Postgres = request.getfixturevalue("cluster")
        url = cluster.url
    seen, found = play(tmp_path, url, rounds=2, seed=1)

    assert seen.acknowledged
    assert seen.statuses.keys() == {200}
    assert {name: found[name] for name in ("cards unknown", "lost", "doubled")} == {
        "cards unknown": 0, "lost": 0, "doubled": 0,
    }  # fmt: skip
