"""The built-in stories, judged in the running process under the configuration in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fhir_fixtures import stories
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.evaluation.errors import DataUnavailable
from service.evaluation.evaluate import evaluate
from service.evaluation.request import HookRequest
from service.evaluation.services import BY_ID

State = dict[str, str]
Read = Callable[[Mapping[str, Any], str], HookRequest]


def judge_stories(engine: Engine, read: Read) -> State:
    """story -> what it is answered, in short: status, verdict, row and the card's indicator.

    read: a body and a hook -> the request.  No FHIR server is asked.
    """
    state = {}
    for story in stories().values():
        service = BY_ID[story.service]
        try:
            answer = evaluate(read(story.request, service.hook), service, engine, story.today)
        except DataUnavailable:
            state[story.id] = "412"
            continue
        said = answer.body["extension"][EXTENSION]
        indicator = str(answer.card.indicator) if answer.card else "none"
        state[story.id] = f"{said['status']} {said['verdict']} {said['row']} {indicator}"
    return state


def differences(before: State, now: State) -> list[str]:
    """Stories that are answered otherwise, by name."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
