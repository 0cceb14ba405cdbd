"""Ask the service for an answer, without HTTP, and read what it says."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from service.app import build_engine
from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.engine import ANYONE, Engine
from service.evaluation.services import SERVICES
from service.hooks.calls import evaluate_body
from service.hooks.errors import ServiceError
from service.settings import Client, Settings
from tests.fhir.build import TODAY, Json

DEFAULTS = Settings()


@cache
def engine(settings: Settings = DEFAULTS) -> Engine:
    return build_engine(settings)


def site(zone: str = "UTC", **client: Any) -> Settings:
    """Settings of a site with one client."""
    clients = (Client(name="this-ehr", **client),) if client else ()
    return Settings(time_zone=zone, clients=clients)


def answer(body: Json, settings: Settings = DEFAULTS, today: date = TODAY) -> Answer:
    """The real path, without HTTP."""
    service = next(s for s in SERVICES if s.hook == body["hook"])
    caller = settings.clients[0] if settings.clients else ANYONE
    return evaluate_body(body, service, engine(settings), today, client=caller)


def said(given: Answer) -> Json:
    """What the answer says of itself."""
    extension: Json = given.body["extension"][EXTENSION]
    return extension


def verdict(given: Answer) -> tuple[str, str]:
    """Status and verdict."""
    return given.status, said(given)["verdict"]


def gaps(given: Answer) -> list[tuple[str, str]]:
    """(kind, key) of every gap."""
    return [(gap["kind"], gap["key"]) for gap in said(given)["gaps"]]


def card(given: Answer) -> Json:
    """The only card."""
    (only,) = given.body["cards"]
    found: Json = only
    return found


def result_of(body: Json, settings: Settings = DEFAULTS, today: date = TODAY) -> str:
    """`200 status verdict`, or the status code of a refusal."""
    try:
        status, found = verdict(answer(body, settings, today))
    except ServiceError as error:
        return str(error.status)
    return f"200 {status} {found}"
