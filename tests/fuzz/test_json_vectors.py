"""Every text that is not JSON is refused with 400; every object that is JSON is read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

import pytest

from service.hooks.errors import InvalidHookRequest
from service.hooks.messages import parse_body
from tests.fuzz.json_vectors import BAD, GOOD, LEFT_OPEN, TWICE

HAS_GUARD = find_spec("service.strict_json") is not None


def read(raw: bytes) -> str:
    """`read`, or the status and the words of the refusal; anything else raised is a crash."""
    try:
        parse_body(raw)
    except InvalidHookRequest as error:
        return f"{error.status} {'; '.join(issue.message for issue in error.issues)}"
    return "read"


def each(vectors: Mapping[str, bytes]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("raw", vectors.values(), ids=vectors.keys())


def test_there_are_enough_of_them() -> None:
    """And `{"value": }` around a value did not make two of them alike."""
    every = [*GOOD.values(), *BAD.values(), *LEFT_OPEN.values(), *TWICE.values()]

    assert len(every) >= 250
    assert len(set(every)) == len(every)


@each(BAD)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    assert read(raw).startswith("400 ")


@each({name: raw for name, raw in GOOD.items() if raw.strip().startswith(b"{")})
def test_an_object_is_read(raw: bytes) -> None:
    assert read(raw) == "read"


@each({name: raw for name, raw in GOOD.items() if not raw.strip().startswith(b"{")})
def test_json_that_is_no_object_is_refused_as_that(raw: bytes) -> None:
    assert read(raw) == "400 must be a JSON object"


@each(LEFT_OPEN)
def test_what_the_grammar_leaves_open_is_read_or_refused(raw: bytes) -> None:
    assert read(raw).startswith(("read", "400 "))


@each(TWICE)
def test_a_name_given_twice_is_refused_by_the_guard(raw: bytes) -> None:
    """The EHR and this service may not see two different patients in one body."""
    expected = "400 " if HAS_GUARD else "read"

    assert read(raw).startswith(expected)
