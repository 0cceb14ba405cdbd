"""What a command is given: a file, standard input, or a story by its name."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click

from fhir_fixtures import Story, stories


class Given:
    """What a command was given: a request body, its service, and the day to judge it on."""

    def __init__(self, body: bytes, service: str, today: date | None) -> None:
        self.body, self.service, self.today = body, service, today


def read_input(name: str, today: datetime | None) -> Given:
    story = _story_of(name)
    day = today.date() if today else (story.today if story else None)
    if story is not None:
        return Given(json.dumps(story.request).encode(), story.service, day)
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        click.secho(f"{name}: {error.strerror or 'cannot be read'}", err=True, fg="red")
        sys.exit(1)
    return Given(raw, "", day)


def _story_of(name: str) -> Story | None:
    """A story by its name, or by the path of its request.json or folder."""
    path = Path(name)
    if name in stories():
        return stories()[name]
    folder = path.parent if path.name == "request.json" else path
    known = stories().get(folder.resolve().name)
    if known is None or not (folder / "request.json").is_file():
        return None
    same = json.loads((folder / "request.json").read_bytes()) == known.request
    return known if same else None
