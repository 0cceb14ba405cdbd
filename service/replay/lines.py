"""A line of a history -> the resource that it holds, as strictly as what callers send.

What a database takes for JSON may be none: a NaN, a half character, objects nested beyond reason.
"""

from __future__ import annotations

from typing import Any

import orjson

from service.fhir.tolerant import content_of

FEWEST_TOO_DEEP = 254  # brackets that open; orjson reads more levels than it writes


def read_resource(line: bytes | str) -> dict[str, Any] | None:
    """None where the line holds no resource that can be read."""
    found = read_json(line)
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        return None
    raw = line if isinstance(line, bytes) else line.encode()
    may_be_deep = raw.count(b"{") + raw.count(b"[") >= FEWEST_TOO_DEEP
    return None if may_be_deep and content_of(found) is None else found


def read_json(written: bytes | str) -> Any:
    """None where it is no JSON."""
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        return None
