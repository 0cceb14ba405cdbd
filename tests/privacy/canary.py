"""A word that occurs nowhere else, put into every leaf of what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

Json = dict[str, Any]
CANARY = "ZZCANARY"
# What is not recognised is kept for the site's code list: these members, and nothing else.
KEPT = "ZZKEPT"
MAY_BE_KEPT = frozenset({"system", "code", "unit"})
# Changed, these would only make a resource unreadable as a whole.
STRUCTURE = frozenset({"resourceType", "system", "code", "status", "intent", "type", "reference"})


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every member or element that is no container."""
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, inner in steps:
            yield from leaves(inner, (*path, step))
    else:
        yield path


def each_leaf_marked(body: Json) -> Iterator[Json]:
    """The body with one leaf replaced, and with one text leaf made longer, for every leaf."""
    for path in leaves(body):
        word = word_for(path[-1])
        yield _with(body, path, lambda _, word=word: word)
        yield _with(
            body, path, lambda old, word=word: f"{old} {word}" if isinstance(old, str) else [word]
        )


def word_for(name: object) -> str:
    return KEPT if name in MAY_BE_KEPT else CANARY


def all_marked(value: Any, name: str = "") -> Any:
    """Every text is followed by the canary, but for those that say what a thing is."""
    if isinstance(value, dict):
        return {key: all_marked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [all_marked(inner, name) for inner in value]
    marked = isinstance(value, str) and name not in STRUCTURE
    return f"{value} {word_for(name)}" if marked else value


def _with(body: Json, path: tuple[Any, ...], change: Any) -> Json:
    changed = deepcopy(body)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = change(place[path[-1]])
    return changed


def for_patient(body: Json, old: str) -> Json:
    """The body of a patient whose very id is the canary."""
    text = json.dumps(body).replace(old, f"{CANARY}-patient")
    renamed: Json = json.loads(text)
    return renamed


def files_with_canary(*folders: Path, word: str = CANARY) -> list[str]:
    """Every file below, whatever it is called or holds."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [str(p) for p in found if word.encode() in p.read_bytes() or word in p.name]
