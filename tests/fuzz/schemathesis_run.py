"""`python -m tests.fuzz.schemathesis_run [--examples N] [--seed S]`: play what is described.

Schemathesis reads /openapi.json from the served application and asks it everything that the
description allows, and much that it does not, with all of its checks; over a real socket, as its
probe for ignored tokens cannot go over WSGI.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from service.server.waitress_server import Server, bind
from tests.fuzz import caller
from tests.fuzz.seeds import seed_of_today

# A good request is answered, or it is said that needed data was not sent.
GOOD = ["2xx", "412"]


@dataclass
class Played:
    """What was asked and answered.  failures: how often each check failed, and where."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)


class Token:
    """Shows every call who is asking, as a client would."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> dict[str, str]:
        return caller.headers(case.formatted_path)

    def set(
        self, case: schemathesis.Case, data: dict[str, str], context: schemathesis.AuthContext
    ) -> None:
        case.headers.update(data)


@contextmanager
def served() -> Iterator[str]:
    """The application of `caller` on a free port of this machine; its base address."""
    sock = bind("127.0.0.1", 0)
    server = Server(caller.application(), sock)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.stop()
        thread.join()
        sock.close()


def described(base: str, examples: int, seed: int) -> BaseSchema:
    """The description as the application serves it, to be played that often each operation."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "generation": {"max-examples": examples, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": GOOD}},
        }
    )
    found = schemathesis.openapi.from_url(f"{base}/openapi.json", config=config)
    found.auth(refresh_interval=None)(Token)
    return found


def play(examples: int, seed: int) -> Played:
    """Every phase over every operation."""
    played = Played()
    with served() as base:
        for event in from_schema(described(base, examples, seed)).execute():
            _take(event, played)
    return played


def _take(event: events.EngineEvent, played: Played) -> None:
    if isinstance(event, events.ScenarioFinished):
        _note(event, played)
    elif isinstance(event, events.NonFatalError):
        played.failures[f"{event.label}: {type(event.value).__name__}"] += 1
    elif isinstance(event, events.FatalError):
        raise event.exception


def _note(event: events.ScenarioFinished, played: Played) -> None:
    answers = [i.response for i in event.recorder.interactions.values() if i.response is not None]
    played.statuses.update(answer.status_code for answer in answers)
    if answers:
        played.operations.add(event.label)
    for checks in event.recorder.checks.values():
        played.failures.update(
            _failure(event.label, check) for check in checks if check.failure_info
        )


def _failure(label: str, check: Any) -> str:
    failure = check.failure_info.failure
    return f"{label}: {check.name}: {failure.title}: {failure.message.splitlines()[0]}"


def lines(played: Played) -> Iterator[str]:
    """A line for each status and each failure."""
    yield f"{len(played.operations)} operations, {played.statuses.total():,} requests"
    for status, count in sorted(played.statuses.items()):
        yield f"{status:<7} {count:>9,}"
    yield f"{played.failures.total()} failed checks"
    yield from (f"{count} times {what}" for what, count in played.failures.most_common(20))


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--examples", type=int, default=50, help="for each operation (50)")
    reader.add_argument("--seed", type=int, default=seed_of_today(), help="(the date)")
    asked = reader.parse_args()
    played = play(asked.examples, asked.seed)
    print(*lines(played), sep="\n")
    return int(bool(played.failures))


if __name__ == "__main__":
    sys.exit(main())
