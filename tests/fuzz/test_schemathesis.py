"""The described API, played by schemathesis with all of its checks."""

from __future__ import annotations

from service.hooks.openapi import document
from tests.fuzz.conftest import PLAYED
from tests.fuzz.schemathesis_run import lines, play
from tests.fuzz.seeds import SEED, VARIABLE, asked_seed

EXAMPLES = 5  # for each of 38 operations; the phase before it asks thousands without chance


def test_the_api_is_as_it_is_described() -> None:
    """The description itself is fetched, and is the only operation that is not played."""
    played = play(EXAMPLES, asked_seed(SEED))
    described = {
        f"{method.upper()} {path}"
        for path, operations in document(needs_token=False)["paths"].items()
        for method in operations
    }
    PLAYED.extend(["schemathesis:", *lines(played), f"again: {VARIABLE}={asked_seed(SEED)}"])

    assert dict(played.failures) == {}
    assert described - played.operations == {"GET /openapi.json"}
    assert {200, 400, 405, 412, 415} <= set(played.statuses)
