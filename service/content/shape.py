"""What a piece of an edited file must look like, and where it does not.

A shape is a type, a list with one shape, or a dict: its keys are the known ones, a trailing
`?` makes one optional, and `*` stands for any key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service.content.faults import hint

# Once named a reviewer; accepted and not read, since signatures stand in reviews.toml.
OLD_KEYS: Mapping[str, Any] = {"review?": object, "review_date?": object}
NAMES = {
    str: "text, not empty",
    bool: "true or false",
    Decimal: "a number",
    list: "a list",
    dict: "a table",
    int: "a whole number",
    date: "a day such as 2026-03-01",
}


def misfits(value: object, shape: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """(key, what is wrong) of everything that does not fit; nothing for a good value."""
    if isinstance(shape, dict):
        if isinstance(value, dict):
            yield from _members(value, shape, at)
        else:
            yield at, "must be a table"
    elif isinstance(shape, list):
        if isinstance(value, list):
            for position, item in enumerate(value):
                yield from misfits(item, shape[0], f"{at}[{position}]")
        else:
            one = isinstance(value, dict) and isinstance(shape[0], dict)
            yield at, f"must be written as [[{at}]]" if one else "must be a list"
    elif not _is(value, shape):
        yield at, f"must be {NAMES.get(shape, shape.__name__)}"


def _is(value: object, kind: type) -> bool:
    if kind is Decimal:
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is not str or bool(str(value).strip()))


def _members(
    value: Mapping[str, Any], shape: Mapping[str, Any], at: str
) -> Iterator[tuple[str, str]]:
    known = {key.rstrip("?"): inner for key, inner in shape.items()}
    for key, item in value.items():
        path = f"{at}.{key}" if at else key
        if key in known:
            yield from misfits(item, known[key], path)
        elif "*" in shape:
            yield from misfits(item, shape["*"], path)
        else:
            yield path, "is not a key here" + hint(key, known)
    for key in shape:
        if key != "*" and not key.endswith("?") and key not in value:
            yield (f"{at}.{key}" if at else key), "is missing"


def strays(theirs: Iterable[str], ours: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names that are nearly one of ours, each with the hint at it: a slip, or an older name."""
    for name in theirs:
        if name not in ours and (close := hint(name, ours)):
            yield name, close


def leaves(table: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """(key, text) of every text of a table, by key in key."""
    for key, value in table.items():
        path = f"{at}.{key}" if at else key
        if isinstance(value, Mapping):
            yield from leaves(value, path)
        elif isinstance(value, str):
            yield path, value
