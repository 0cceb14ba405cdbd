"""That bodies are grown near the limits, and what is too costly is said."""

from __future__ import annotations

from random import Random

import orjson
import pytest

from service.app import MAX_BODY_BYTES
from service.strict_json import MOST_MEMBERS
from tests.bench.growth import measure
from tests.fuzz.bases import written
from tests.fuzz.grow import SIZES, grow
from tests.fuzz.play import Tally
from tests.fuzz.report import Run, is_costly, table

SHAPELESS: list[object] = [None, 1, [], {}, {"prefetch": 1, "context": {}}, {"context": {}}]


def test_bodies_come_near_the_limit_and_beyond_it() -> None:
    sizes = []
    for seed in range(60):
        random = Random(seed)
        body = orjson.loads(random.choice(written()).raw)
        grow(body, random)
        size, members = measure(body)
        sizes.append(max(size / MAX_BODY_BYTES, members / MOST_MEMBERS))

    assert any(0.85 < size <= 1 for size in sizes)
    assert any(size > 1 for size in sizes)
    assert sum(size > min(SIZES) for size in sizes) > 40
    assert max(sizes) < 4


@pytest.mark.parametrize("body", SHAPELESS)
def test_what_is_no_request_stays_as_it_is(body: object) -> None:
    before = orjson.dumps(body)
    grow(body, Random(1))

    assert b"resourceType" not in before
    assert type(body) is type(orjson.loads(before))


@pytest.mark.parametrize(
    ("slowest_s", "largest_mb", "costly"),
    [(0.9, 140, False), (1.1, 10, True), (0.1, 151, True)],
)
def test_what_takes_too_much_is_said_with_its_turn(
    slowest_s: float, largest_mb: float, costly: bool
) -> None:
    tally = Tally(slowest=(slowest_s, 7), largest=(largest_mb, 8))
    tally.statuses[200] += 1

    assert is_costly(tally) == costly
    assert f"most CPU time {slowest_s * 1000:,.0f} ms (turn 7)" in table(Run(tally, 1, 1.0))
