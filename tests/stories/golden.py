"""What a story's answer is compared by: the whole body, with what changes made equal.

Uuids are numbered in their order; the versions of the program and of the content are words.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from fhir_fixtures import Story, stories
from service import __version__
from service.evaluation.engine import Engine
from service.evaluation.services import BY_ID
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError

FOLDER = Path(__file__).parents[2] / "fhir_fixtures"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def answer_of(story: Story, engine: Engine) -> dict[str, Any]:
    """The body that HTTP would answer, errors included."""
    try:
        return evaluate_body(story.request, BY_ID[story.service], engine, story.today).body
    except ServiceError as error:
        return error.outcome()


def normalised(body: dict[str, Any], engine: Engine) -> dict[str, Any]:
    text = json.dumps(body, ensure_ascii=False)
    for number, found in enumerate(dict.fromkeys(UUID.findall(text)), 1):
        text = text.replace(found, f"00000000-0000-4000-8000-{number:012d}")
    text = text.replace(engine.knowledge.version, "CONTENT-VERSION")
    text = text.replace(f"hpp-cds {__version__}", "hpp-cds VERSION")
    plain: dict[str, Any] = json.loads(text)
    return plain


def write(story: Story, engine: Engine) -> bool:
    """Write a story's golden answer; whether it changed."""
    path = FOLDER / story.id / "response.json"
    body = normalised(answer_of(story, engine), engine)
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    changed = not path.is_file() or path.read_text("utf-8") != text
    path.write_text(text, "utf-8")
    return changed


INDEX = FOLDER / "README.md"
HEAD = "| story | title | verdict | indicator | status | today |\n|---|---|---|---|---|---|\n"


def index() -> str:
    """The list of stories for the folder's README, behind its own opening words."""
    opening, _, _ = INDEX.read_text("utf-8").partition(HEAD)
    return opening + HEAD + "".join(map(_line, stories().values()))


def _line(story: Story) -> str:
    cells = (
        f"[{story.id}]({story.id}/README.md)", story.title, f"`{story.verdict}`",
        story.indicator, story.status, story.today.isoformat(),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"
