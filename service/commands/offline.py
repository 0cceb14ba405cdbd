"""Answer a request without HTTP: the same evaluation, the same errors, the same bodies."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click

from service.app import build_engine
from service.commands.options import no_such
from service.content.faults import Faulty
from service.evaluation.answer import Answer
from service.evaluation.decision import HookCall
from service.evaluation.engine import ANYONE, VISITOR, Engine
from service.evaluation.repeat import Repeats
from service.evaluation.request import HookRequest
from service.evaluation.services import Service
from service.hooks.calls import HttpAnswer, Recall, outcome_of
from service.outbound.registered import RegisteredServers, open_servers
from service.settings import Client, Settings
from service.trust.caller import Caller, caller_of


def answer(
    raw: bytes,
    service_id: str,
    settings: Settings,
    today: date | None,
    access: RegisteredServers | None = None,
    client: str = "",
    tenant: str = "",
) -> HttpAnswer:
    """Evaluate one request body.  An empty service id means the service of the body's hook.

    access: the servers that may be asked; by default those that HTTP would ask.
    client: as which configured client; by default the first, or anyone where there is none.
    tenant: the claim of its tokens; by default the first that it lists.
    """
    caller = caller_named(client, tenant, settings)
    engine = build_engine(settings, access or open_servers(settings))
    day = today or datetime.now(settings.zone).date()
    with _recalling(settings, caller, engine) as recall:
        return outcome_of(raw, service_id, engine, day, caller.client, recall)


@contextmanager
def _recalling(settings: Settings, caller: Caller, engine: Engine) -> Iterator[Recall | None]:
    """What became of earlier cards, where the site holds some back and has a store already."""
    days = settings.keeping.repeat
    if not days:
        yield None
        return
    from service.store.database import is_new, open_store  # a third of what a command takes
    from service.store.memory import open_memory

    if is_new(settings):
        yield None
        return
    try:
        store = open_store(settings)
    except Faulty:  # over HTTP the card would be shown, too
        click.secho("the store does not answer: earlier overrides are not known", err=True)
        yield None
        return
    repeats = Repeats(open_memory(settings, store), days, engine.knowledge)

    def recall(answer: Answer, request: HookRequest, service: Service) -> Answer:
        asked = HookCall(caller.client.name, caller.tenant, service.id, service.hook, "", "")
        return repeats.applied(answer, asked, request.patient_id)

    yield recall
    store.close()


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


def caller_named(client: str, tenant: str, settings: Settings) -> Caller:
    """Raises click.BadParameter that lists the names there are."""
    named = client_named(client, settings)
    listed = named.tenants
    if tenant and listed and tenant not in listed:
        raise no_such("--tenant", f"tenant of {named.name}", tenant, listed)
    if len(listed) > 1 and not tenant:
        click.secho(f"answered as tenant {listed[0]}; --tenant names another", err=True)
    return caller_of(named, tenant or next(iter(listed), ""))


def client_named(name: str, settings: Settings) -> Client:
    """Raises click.BadParameter that lists the names there are."""
    known = {client.name: client for client in settings.callers}
    if not name:
        return next(iter(known.values()), VISITOR if settings.is_development else ANYONE)
    if name not in known:
        raise no_such("--client", "client", name, list(known))
    return known[name]
