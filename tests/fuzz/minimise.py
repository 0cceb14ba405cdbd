"""A failing body made small: what can be taken away without the fault going away, is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.fuzz import caller
from tests.fuzz.play import CHAPTER, Finding, ask, bases_of, called
from tests.fuzz.strategies import places
from tests.fuzz.wire import Call, line_to

SECONDS = 10.0


def minimise(finding: Finding, seed: int) -> Call:
    """The smallest call that was found in a few seconds; the whole one where it is no JSON."""
    base, _ = called(bases_of(seed, finding.turn // CHAPTER), seed, finding.turn)
    caller.set_day(base.day)
    with line_to(caller.application(), caller.headers) as line:

        def fails(call: Call) -> bool:
            return finding.fault in ask(line, call)[1]

        return _smaller(finding.call, fails)


def _smaller(call: Call, fails: Callable[[Call], bool]) -> Call:
    """Takes one place away at a time, the largest first, until nothing more can go."""
    try:
        body = json.loads(call.raw)
    except ValueError:
        return call
    until, shrinking = time.monotonic() + SECONDS, True
    while shrinking and time.monotonic() < until:
        shrinking = False
        for place in sorted(places(body), key=len):
            shorter = _without(body, place)
            smaller = replace(call, raw=json.dumps(shorter).encode())
            if fails(smaller):
                body, call, shrinking = shorter, smaller, True
                break
            if time.monotonic() > until:
                break
    return call


def _without(body: Any, place: tuple[Any, ...]) -> Any:
    """A copy without what stands at a place."""
    step, *rest = place
    copied = dict(body) if isinstance(body, dict) else list(body)
    if rest:
        copied[step] = _without(body[step], tuple(rest))
    else:
        del copied[step]
    return copied
