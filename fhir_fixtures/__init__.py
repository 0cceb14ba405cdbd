"""Patient stories: fictional requests with their golden answers, each judged on its own day.

Every identifier in them contains ZZPHI, so that a leak of one can be found.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

FENCE = "+++\n"


@dataclass(frozen=True, slots=True)
class Story:
    """One patient: what the request is, on which day it is judged, what is expected."""

    id: str
    title: str
    today: date
    service: str
    verdict: str
    status: str
    indicator: str
    readme: str

    @property
    def request(self) -> dict[str, Any]:
        return _json(self.id, "request.json")

    @property
    def response(self) -> dict[str, Any]:
        return _json(self.id, "response.json")


def _json(story_id: str, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files(__name__).joinpath(story_id, name).read_text("utf-8"))
    return loaded


@cache
def stories() -> Mapping[str, Story]:
    """All stories by id, in the order of their ids."""
    names = sorted(
        entry.name
        for entry in files(__name__).iterdir()
        if entry.joinpath("request.json").is_file()
    )
    return {name: _story(name) for name in names}


def _story(name: str) -> Story:
    text = files(__name__).joinpath(name, "README.md").read_text("utf-8")
    _, front, body = text.split(FENCE, 2)
    facts = tomllib.loads(front)
    return Story(
        id=name,
        title=facts["title"],
        today=date.fromisoformat(facts["today"]),
        service=facts["service"],
        verdict=facts["verdict"],
        status=facts["status"],
        indicator=facts["indicator"],
        readme=body.strip(),
    )
