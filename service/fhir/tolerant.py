"""Read JSON that should be FHIR: a wrong type is the same as nothing, never an exception."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

Json = Mapping[str, Any]
NOTHING: Json = {}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,17})?")


def obj(value: object) -> Json:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else NOTHING


def objs(value: object) -> list[Json]:
    """The objects of an array; a lone object counts as an array of one (real EHRs send both)."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def text(value: object) -> str:
    """The value if it is a string, stripped, else an empty one."""
    return value.strip() if isinstance(value, str) else ""


def kind_of(resource: Json) -> str:
    """Its type as written; nothing where that is no text, which could not be looked up."""
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) else ""


def number(value: object) -> Decimal | None:
    """An exact decimal from a JSON number, or from a string that is plainly one."""
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return exact if exact.is_finite() else None
    if isinstance(value, int):
        return None if isinstance(value, bool) else Decimal(value)
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def holds_something(value: object) -> bool:
    """Whether a value, or what is inside it, is more than empty."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif item is not None and item != "":
            return True
    return False


def content_of(value: object) -> bytes | None:
    """The same bytes for the same content; None for what is nested beyond reason."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None


def has_unknown_modifier(resource: Json) -> bool:
    """A modifierExtension changes what a resource means; none is understood here."""
    return bool(resource.get("modifierExtension") or resource.get("implicitRules"))
