"""Ask the real application, and judge whether its answer is honest."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from threading import local
from typing import Any
from unittest import mock

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fhir_fixtures import stories
from service.app import build_engine, create_app
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.hpp.assessment import Indicator, Row
from service.settings import Client, Settings
from tests.trust.callers import client_of, signing, site

Json = dict[str, Any]
NEEDED = ("patient", "alp")
OPTIONAL = (
    "labs", "medications", "conditions", "procedures", "encounters", "administrations",
)  # fmt: skip
KEYS = (*NEEDED, *OPTIONAL)
VIEW = "hpp-patient-view"
SILENT = {"complete", "not-applicable"}
_day = local()


@dataclass(frozen=True)
class Patient:
    """A story, read once: these tests ask for each of them hundreds of times."""

    id: str
    today: date
    service: str
    request: Json = field(repr=False)
    response: Json = field(repr=False)

    @property
    def prefetch(self) -> Json:
        found: Json = self.request["prefetch"]
        return found


PATIENTS = {
    story.id: Patient(story.id, story.today, story.service, story.request, story.response)
    for story in stories().values()
}
POSITIVE = [patient for patient in PATIENTS.values() if patient.response["cards"]]
# Those whose data is all there: without prefetch a server can serve just that.
WHOLE = [patient for patient in POSITIVE if set(patient.prefetch) == set(KEYS)]


@cache
def engine() -> Engine:
    """For looking things up; the answers come through HTTP."""
    return build_engine(Settings())


@cache
def visitor() -> FlaskClient:
    """Any FHIR server on this machine may be asked, as in development mode, for an ordinary EHR.

    A person who tries is answered otherwise where an EHR is refused: tests/answers/test_remedy.py.
    """
    with mock.patch("service.hooks.callers.VISITOR", Client()):
        return open_client(Settings())


def registered(base: str, **more: Any) -> FlaskClient:
    """One configured client, whose FHIR server is on this machine."""
    client = client_of(fhir_base=base, fhir_private_addresses=True, **more)
    return signing(site(client), today=lambda: _day.today)


def open_client(settings: Settings) -> FlaskClient:
    """The day is the asking thread's own, so that many can ask at once."""
    return create_app(settings, today=lambda: _day.today).test_client()


def post(client: FlaskClient, body: Json, story: Patient, path: str = "") -> TestResponse:
    _day.today = story.today
    return client.post(f"{path}/cds-services/{story.service}", json=body)


def request_of(story: Patient, base: str, *unsent: str, **members: Any) -> Json:
    """A story's request without these prefetch keys, with a FHIR server to ask."""
    context = deepcopy(story.request["context"])
    body = {**story.request, "context": context, "fhirServer": base, **members}
    prefetch = {key: value for key, value in body["prefetch"].items() if key not in unsent}
    body["prefetch"] = prefetch
    if not prefetch:
        del body["prefetch"]
    return body


def token(**more: Any) -> Json:
    return {
        "access_token": "ZZPHI-secret",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "hpp-cds",
        **more,
    }


def said(answer: TestResponse | Json) -> Json:
    """What the answer says of itself, without the versions."""
    body = answer if isinstance(answer, dict) else answer.get_json()
    extension = body["extension"][EXTENSION]
    return {k: v for k, v in extension.items() if k not in ("knowledge", "configuration")}


def judged(answer: TestResponse | Json) -> Json:
    return {k: v for k, v in said(answer).items() if k != "gaps"}


def gap_kinds(answer: TestResponse, key: str) -> set[str]:
    return {gap["kind"] for gap in said(answer)["gaps"] if gap["key"] == key}


def is_outcome(answer: TestResponse) -> bool:
    body = answer.get_json(silent=True) or {}
    return body.get("resourceType") == "OperationOutcome" and bool(body.get("issue"))


def outcome_names(answer: TestResponse, key: str) -> bool:
    return any(f"/prefetch/{key}" in i["diagnostics"] for i in answer.get_json()["issue"])


@dataclass(frozen=True)
class Doubt:
    """What is wrong with an answer: a story and a reason, for the message of a test."""

    story: str
    why: str


def doubts(answer: TestResponse, story: Patient, *faulty: str) -> list[Doubt]:
    """Why an answer is not honest, where these keys were answered badly.

    Honest is: it says what was not seen; it is never silent unless nothing that was missing
    could have mattered; what the whole record would have said is reached or named as open.
    """
    if answer.status_code == 412:
        return _doubts_of_refusal(answer, story, faulty)
    if answer.status_code != 200:
        return [Doubt(story.id, f"HTTP {answer.status_code}")]
    found = [*_silence(answer), *_unnamed(answer, faulty), *_lost(answer, story)]
    return [Doubt(story.id, why) for why in found]


def _doubts_of_refusal(
    answer: TestResponse, story: Patient, faulty: tuple[str, ...]
) -> list[Doubt]:
    """With a FHIR server at hand only patient-view refuses, and only for needed data."""
    if story.service != VIEW or not set(faulty) & set(NEEDED):
        return [Doubt(story.id, "refused")]
    named = is_outcome(answer) and any(outcome_names(answer, key) for key in faulty)
    return [] if named else [Doubt(story.id, "refused without naming the key")]


def _silence(answer: TestResponse) -> list[str]:
    """No card: nothing that was missing could warn, or the ALP is settled all the same."""
    status, cards = said(answer)["status"], answer.get_json()["cards"]
    if not cards and status not in SILENT and not _is_settled(answer):
        return [f"no card, and {status}"]
    return []


def _is_settled(answer: TestResponse) -> bool:
    """Partial, and silent because the ALP is settled whatever the missing data holds."""
    answered, cards = said(answer), answer.get_json()["cards"]
    return not cards and (answered["status"], answered["verdict"]) == ("partial", "alpNotLow")


def _unnamed(answer: TestResponse, faulty: tuple[str, ...]) -> list[str]:
    """Where rows stayed open, the card names what was not seen, or counts it among more."""
    if said(answer)["status"] not in ("partial", "unavailable") or _is_settled(answer):
        return []
    words = engine().cards.words
    details = " ".join(card["detail"] for card in answer.get_json()["cards"]).lower()
    unnamed = [
        key
        for key in faulty
        if gap_kinds(answer, key) and words.phrase("key", key).lower() not in details
    ]
    counted = sum(int(count) for count in re.findall(r"and (\d+) more", details))
    return [f"the card does not name {key}" for key in unnamed[counted:]]


def _lost(answer: TestResponse, story: Patient) -> list[str]:
    """The whole record's row, where it is more urgent, is named as open."""
    answered = said(answer)
    whole, row = row_of(said(story.response)["row"]), row_of(answered["row"])
    reached = not _is_more_urgent(whole, row) or answered["status"] == "unavailable"
    if reached or whole.id in answered["openRows"]:
        return []
    return [f"{whole.id} was lost: {answered['status']} {row.id}, open {answered['openRows']}"]


def row_of(name: str) -> Row:
    return next(row for row in engine().knowledge.table if row.id == name)


def _is_more_urgent(one: Row, other: Row) -> bool:
    """At least a warning, and a higher indicator, or the same and earlier in the table."""
    if one.indicator.rank < Indicator.WARNING.rank:
        return False
    if one.indicator is not other.indicator:
        return one.indicator.rank > other.indicator.rank
    table = engine().knowledge.table
    return one.verdict != other.verdict and table.index(one) < table.index(other)
