"""Counts that are shown: one from 1 to 4 could point at a person, so it is `<5`."""

from __future__ import annotations

from typing import Any

FEWEST = 5


def suppressed(value: Any, fewest: int = FEWEST) -> Any:
    """A count, or a list or dict of counts at any depth: those from 1 to `fewest` - 1 as `<5`."""
    if isinstance(value, dict):
        return {name: suppressed(item, fewest) for name, item in value.items()}
    if isinstance(value, list):
        return [suppressed(item, fewest) for item in value]
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return f"<{fewest}" if 0 < value < fewest else value
