"""Requests of the stories with random damage: answered or refused, never a fault.

Types swapped, members lost, moved, doubled and wrapped, at any depth.  The seed is fixed, so
that a failure can be had again: `python -m tests.fhir.test_mutations SEED COUNT` plays more.
"""

from __future__ import annotations

import copy
import json
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from fhir_fixtures import Story, stories
from service.evaluation import evaluate
from service.hooks.errors import ServiceError
from service.hooks.messages import parse_body
from service.hooks.services import BY_ID
from tests.fhir.build import house

SEED, ROUNDS, EACH = 20250615, 20, 100
Path = tuple[Any, ...]

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3.5, 1e308, -1e308, 1e-300, 2**63, "", " ", "x", "\u0000",
    "\u202e", "a" * 5000, "#", "#x", "Patient/", "urn:uuid:x", "[x](javascript:1)|<b>",
    "0001", "9999", "9999-12-31", "0001-01-01", "2024-02-30", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", [], [[]], [None], ["x"], [1], {}, {"x": 1}, {"reference": "#"},
    {"coding": "x"}, {"coding": [None, 1, "x", {}]}, {"coding": {"code": 1}},
    {"start": "0001-01-01", "end": "9999-12-31"},
)  # fmt: skip


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below the top."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    for step, item in inner:
        yield from places(item, (*path, step))


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def damage(body: Any, random: Random) -> None:
    """One change at one place."""
    found = list(places(body))
    if not found:
        return
    path = random.choice(found)
    parent, step = at(body, path[:-1]), path[-1]
    match random.choice(("lose", "move", "wrap", "double", "swap", "swap", "swap", "swap")):
        case "lose":
            del parent[step]
        case "move":
            parent[step] = copy.deepcopy(at(body, random.choice(found)))
        case "wrap":
            parent[step] = [parent[step]]
        case "double" if isinstance(parent, list):
            parent.append(copy.deepcopy(parent[step]))
        case _:
            parent[step] = copy.deepcopy(random.choice(ODD))


def damaged(story: Story, random: Random) -> bytes:
    body = story.request
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        damage(body, random)
    return json.dumps(body).encode()


def ask(raw: bytes, story: Story) -> tuple[int, str, int]:
    """HTTP status, evaluation status, number of cards; every other exception is a fault."""
    try:
        given = evaluate(parse_body(raw), BY_ID[story.service], house(), story.today)
    except ServiceError as error:
        return error.status, "", 0
    json.dumps(given.body, allow_nan=False)
    longest = max((len(card["summary"]) for card in given.body["cards"]), default=0)
    return 200, given.status if longest < 140 else "summary too long", len(given.body["cards"])


def play(seed: int, count: int) -> tuple[list[str], Counter[tuple[int, str]]]:
    """Faults, and how often each answer was given."""
    random, known = Random(seed), list(stories().values())
    faults, answers = [], Counter[tuple[int, str]]()
    for turn in range(count):
        story = random.choice(known)
        raw = damaged(story, random)
        try:
            status, said, cards = ask(raw, story)
        except Exception as error:
            faults.append(f"{seed}/{turn} {story.id}: {type(error).__name__}: {error}")
            continue
        answers[status, said] += 1
        if status == 200 and not cards and said not in ("complete", "not-applicable"):
            faults.append(f"{seed}/{turn} {story.id}: no card, {said}")
    return faults, answers


@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_a_damaged_request_is_answered_or_refused_and_never_a_fault(seed: int) -> None:
    faults, answers = play(seed, EACH)
    expected = {200, 400, 412}
    words = {"", "complete", "partial", "unavailable", "not-applicable"}

    assert faults == []
    assert {status for status, _ in answers} <= expected
    assert {said for _, said in answers} <= words


def test_the_damage_reaches_every_kind_of_answer() -> None:
    """A game in which everything is refused would show nothing."""
    _, answers = play(SEED, EACH * 5)

    assert {(200, "complete"), (200, "partial"), (200, "unavailable"), (400, ""), (412, "")} <= set(
        answers
    )


if __name__ == "__main__":
    seen, counted = play(int(sys.argv[1]), int(sys.argv[2]))
    print(*seen, dict(counted), sep="\n")
