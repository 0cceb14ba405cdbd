"""Answer a request without HTTP: the same evaluation, the same errors, the same bodies."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.access import ServerAccess, open_access
from service.app import build_house
from service.evaluation import ANYONE, evaluate
from service.explain import explain
from service.faults import Fault, Faulty, hint
from service.hooks.errors import ServiceError, UnknownService
from service.hooks.messages import parse_body
from service.hooks.services import BY_ID, SERVICES, Service
from service.settings import Client, Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What HTTP would answer, and the reasoning where a chart was read."""

    status: int
    body: dict[str, Any]
    explanation: dict[str, Any] | None = None


def answer(
    raw: bytes,
    service_id: str,
    settings: Settings,
    today: date | None,
    access: ServerAccess | None = None,
    client: str = "",
) -> Outcome:
    """Evaluate one request body.  An empty service id means the service of the body's hook.

    access: the servers that may be asked; by default those that HTTP would ask.
    client: as which configured client; by default the first, or anyone where there is none.
    """
    caller = client_named(client, settings)
    house = build_house(settings, access or open_access(settings))
    day = today or datetime.now(settings.zone).date()
    try:
        body = parse_body(raw)
        said = evaluate(body, _service(service_id, body.get("hook")), house, day, client=caller)
    except ServiceError as error:
        return Outcome(error.status, error.outcome())
    return Outcome(200, said.body, explain(said, house, day))


def request_for(base: str, patient_id: str, drug: str, token: str) -> dict[str, Any]:
    """An order-sign request with one draft of a drug by name, and nothing prefetched."""
    draft = {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient_id}"},
        "medicationCodeableConcept": {"text": drug},
    }
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid.uuid4()),
        "fhirServer": base,
        "fhirAuthorization": {"access_token": token, "token_type": "Bearer", "expires_in": 300},
        "context": {
            "userId": "Practitioner/trial",
            "patientId": patient_id,
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]},
        },
    }


def client_named(name: str, settings: Settings) -> Client:
    """Raises Faulty that lists the names there are."""
    known = {client.name: client for client in settings.clients}
    if not name:
        return next(iter(known.values()), ANYONE)
    if name not in known:
        message = f"no client of that name; known: {', '.join(known) or 'none'}"
        raise Faulty([Fault(settings.file_name, "--client", message + hint(name, known))])
    return known[name]


def _service(service_id: str, hook: object) -> Service:
    if service_id:
        service = BY_ID.get(service_id)
    else:
        service = next((s for s in SERVICES if s.hook == hook), SERVICES[0])
    if service is None:
        raise UnknownService
    return service
