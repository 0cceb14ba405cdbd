"""Where each release is asked, and how an answer is put beside another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

from flask.testing import FlaskClient

from service.app import create_app
from service.evaluation.answer import EXTENSION
from tests.releases import dstu2
from tests.trust.callers import client_of, signing, site

Json = dict[str, Any]
BASES = {"": "R4", "/r2": "DSTU2", "/r3": "STU3", "/r4": "R4", "/r5": "R5"}
# Where fhir.resources has a release: its folder.
FOLDERS = {"STU3": "fhir.resources.STU3", "R4": "fhir.resources.R4B", "R5": "fhir.resources"}
TEST_ORDERS = {
    "DSTU2": {"DiagnosticOrder", "ProcedureRequest"},
    "STU3": {"ProcedureRequest"},
    "R4": {"ServiceRequest"},
    "R5": {"ServiceRequest"},
}


@dataclass
class Office:
    """An application whose calendar can be set."""

    client: FlaskClient
    day: list[date]

    def ask(self, base: str, service: str, body: Json, today: date) -> Json:
        self.day[0] = today
        answer = self.client.post(f"{base}/cds-services/{service}", json=body)
        assert answer.status_code == 200, answer.get_json()
        found: Json = answer.get_json()
        return found


@cache
def office(configured: str = "") -> Office:
    """configured: the release of the only client; without it, anyone may call."""
    day = [date(2025, 6, 15)]
    if configured:
        client = signing(site(client_of(fhir_release=configured)), today=lambda: day[0])
    else:
        client = create_app(today=lambda: day[0]).test_client()
    return Office(client, day)


def said(body: Json) -> Json:
    """What the answer says of itself, without the versions."""
    extension = body["extension"][EXTENSION]
    return {k: v for k, v in extension.items() if k not in ("knowledge", "configuration")}


def table(card: Json) -> list[str]:
    """The rows of the tables in the detail."""
    return [line for line in card["detail"].splitlines() if line.startswith("|")]


def spoken(card: Json) -> Json:
    """The words of a card: all but the uuid and the suggested resources."""
    return {name: value for name, value in card.items() if name not in ("uuid", "suggestions")}


def labels(card: Json) -> list[str]:
    return [suggestion["label"] for suggestion in card.get("suggestions", ())]


def actions(body: Json, kind: str) -> list[Json]:
    """The actions of one type on all cards."""
    return [
        action
        for card in body["cards"]
        for suggestion in card.get("suggestions", ())
        for action in suggestion["actions"]
        if action["type"] == kind
    ]


def created(body: Json) -> list[Json]:
    return [action["resource"] for action in actions(body, "create")]


def faults(resource: Json, release: str) -> list[str]:
    """How a resource departs from its release; empty where it does not."""
    if release == "DSTU2":
        return dstu2.breaches(resource)
    kind = str(resource["resourceType"])
    validate: Callable[[Json], Any] = getattr(
        import_module(f"{FOLDERS[release]}.{kind.lower()}"), kind
    ).model_validate
    try:
        validate(resource)
    except ValueError as error:
        return [str(error)]
    return []


def resources(request: Json) -> list[Json]:
    """Every resource of a request that stands by itself."""
    drafts = request["context"].get("draftOrders", {})
    found = []
    for value in (drafts, *(request.get("prefetch") or {}).values()):
        inner = value.get("entry", []) if value.get("resourceType") == "Bundle" else [value]
        found += [item.get("resource", item) for item in inner if "resourceType" in value]
    return [item for item in found if item["resourceType"] != "OperationOutcome"]
