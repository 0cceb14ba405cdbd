"""Answer a request without HTTP: the same evaluation, the same errors, the same bodies."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from service.app import build_engine
from service.content.faults import Fault, Faulty, hint
from service.evaluation.engine import ANYONE, VISITOR
from service.hooks.calls import Outcome, outcome_of
from service.outbound.registered import RegisteredServers, open_servers
from service.settings import Client, Settings


def answer(
    raw: bytes,
    service_id: str,
    settings: Settings,
    today: date | None,
    access: RegisteredServers | None = None,
    client: str = "",
) -> Outcome:
    """Evaluate one request body.  An empty service id means the service of the body's hook.

    access: the servers that may be asked; by default those that HTTP would ask.
    client: as which configured client; by default the first, or anyone where there is none.
    """
    caller = client_named(client, settings)
    engine = build_engine(settings, access or open_servers(settings))
    day = today or datetime.now(settings.zone).date()
    return outcome_of(raw, service_id, engine, day, caller)


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
    known = {client.name: client for client in settings.callers}
    if not name:
        return next(iter(known.values()), VISITOR if settings.is_development else ANYONE)
    if name not in known:
        message = f"no client of that name; known: {', '.join(known) or 'none'}"
        raise Faulty([Fault(settings.file_name, "--client", message + hint(name, known))])
    return known[name]
