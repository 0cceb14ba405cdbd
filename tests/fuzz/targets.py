"""What coverage-guided fuzzing is aimed at: each reader of foreign bytes, with its promise.

A target imports what it tests only when it is made, so that the imports can be instrumented.
It takes bytes, and raises where the promise is broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from tests.fuzz.canary import HOSTILE
from tests.fuzz.json_vectors import GOOD, LEFT_OPEN
from tests.fuzz.mutate import DATES, NUMBERS
from tests.fuzz.mutate_bytes import TOKENS

__all__ = ["TARGETS", "TOKENS", "NotThere", "seeds"]

Target = Callable[[bytes], None]
UNITS = ("U/L", "ukat/L", "IU/L", "nkat/L", "mg/dL", "")
MOST_CHARACTERS = 400


class NotThere(Exception):
    """The target's module does not exist in this version."""


def text_of(raw: bytes) -> str:
    """Any bytes as a text without lone surrogates: what a JSON parser can have read."""
    return raw.decode("utf-8", "replace")[:MOST_CHARACTERS]


def json_guard() -> Target:
    """A body is refused, or is an object that can be written and read again unchanged."""
    from service.hooks.errors import InvalidHookRequest
    from service.hooks.messages import parse_body

    def target(raw: bytes) -> None:
        with suppress(InvalidHookRequest):
            body = parse_body(raw)
            assert isinstance(body, dict)
            assert parse_body(json.dumps(body, allow_nan=False).encode()) == body

    return target


def dates() -> Target:
    """A date is no date, or days in order; a whole one is its own day."""
    from datetime import date
    from zoneinfo import ZoneInfo

    from service.fhir.dates import read_days

    zone = ZoneInfo("America/Chicago")

    def target(raw: bytes) -> None:
        text = text_of(raw)
        days = read_days(text, zone)
        assert days is None or days.first <= days.last
        with suppress(ValueError):
            if days and len(text.strip()) == 10:
                assert days.first == days.last == date.fromisoformat(text.strip())

    return target


def numbers() -> Target:
    """A number is none, or the finite one that was written, whatever type it had."""
    from service.fhir.tolerant import number

    def target(raw: bytes) -> None:
        text = text_of(raw)
        for value in (text, _as_json(text)):
            found = number(value)
            if found is not None:
                assert found.is_finite()
                assert not isinstance(value, bool)
                assert not isinstance(value, str) or (
                    value.isascii() and str(value).strip() == value
                )
                assert abs(found) >= 10**300 or float(found) == float(value)

    return target


def _as_json(text: str) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    return None


def quantities() -> Target:
    """A quantity has a value or a problem, never both; no value is negative or infinite."""
    from service.fhir.units import read_quantity, read_string
    from tests.fhir.ask import engine

    knowledge = engine().knowledge
    tests = [knowledge.tests[name] for name in ("alp_total", "lab_plp", "lab_potassium")]

    def target(raw: bytes) -> None:
        text = text_of(raw)
        value, comparator, unit, code = (*text.split("\n", 3), "", "", "")[:4]
        quantity = {"value": _as_json(value), "comparator": comparator, "unit": unit, "code": code}
        sent = {name: item for name, item in quantity.items() if item not in ("", None)}
        for test in tests:
            for found in (
                read_quantity(sent, test, knowledge),
                read_quantity({**sent, "value": value}, test, knowledge),
                read_string(text, "U/L", test, knowledge),
            ):
                assert (found.value is None) == bool(found.problem)
                assert found.value is None or (found.value.is_finite() and found.value >= 0)

    return target


def tokens() -> Target:
    """A token is read or refused, and nothing else ever happens."""
    if find_spec("service.trust") is None or find_spec("service.trust.tokens") is None:
        raise NotThere("service.trust.tokens is not part of this version")
    from importlib import import_module

    read_token = import_module("service.trust.tokens").read_token
    refused = import_module("service.trust.refusal").Refused

    def target(raw: bytes) -> None:
        with suppress(refused):
            read_token(raw.decode("latin-1"))

    return target


def markdown() -> Target:
    """Escaped text is one short run of words, wherever it stands."""
    from cards.markdown import MAX_LENGTH, escape
    from tests.fuzz.rendered import RENDER, not_plain

    def target(raw: bytes) -> None:
        escaped = escape(text_of(raw))
        assert len(escaped) <= 2 * MAX_LENGTH
        assert not_plain(f"x {escaped} x") == set()
        cell = RENDER.render(f"| a | b |\n| --- | --- |\n| {escaped or '-'} | end |\n")
        assert cell.count("<td>") == 2

    return target


TARGETS: Mapping[str, Callable[[], Target]] = {
    "json": json_guard,
    "dates": dates,
    "numbers": numbers,
    "quantities": quantities,
    "tokens": tokens,
    "markdown": markdown,
}


def seeds(name: str) -> list[bytes]:
    """Where a target begins: examples from which the fuzzer learns what matters."""
    words: Mapping[str, list[str]] = {
        "dates": [*DATES, "2025-06-01T08:15:00-05:00", "2025-06", "2025-06-01"],
        "numbers": [str(item) for item in NUMBERS],
        "quantities": [
            f"{n}\n{c}\n{u}\n{u}" for n in (28, "0.5") for c in ("", "<") for u in UNITS
        ],
        "markdown": list(HOSTILE),
        "tokens": ["eyJhbGciOiJFUzM4NCJ9.e30.AA", "a.b.c", ".."],
    }
    if name == "json":
        return [raw for raw in (*GOOD.values(), *LEFT_OPEN.values()) if len(raw) < 200]
    return [word.encode() for word in words[name]]
