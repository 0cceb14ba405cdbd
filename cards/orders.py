"""Suggestion actions: FHIR resources to create, drafts to delete, in the client's release.

Each order is built and validated once with fhir.resources when the service starts; a request
only fills in the patient, the day and the requester, whose shapes were checked on the way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fhir.resources.R4B.servicerequest import ServiceRequest

from cards.model import Action
from cards.words import OrderText

LOINC = "http://loinc.org"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who an order is for and from: FHIR ids as the request gave them."""

    patient_id: str
    user_reference: str
    today: date


class OrderBook:
    """The service requests a card may offer, validated at start-up."""

    def __init__(self, texts: Mapping[str, OrderText]) -> None:
        self._templates = {name: _template(text) for name, text in texts.items() if text.text}

    def create(self, name: str, label: str, requester: Requester) -> Action:
        """An action that creates one draft ServiceRequest for the patient."""
        resource: dict[str, Any] = {
            **self._templates[name],
            "subject": {"reference": f"Patient/{requester.patient_id}"},
            "authoredOn": requester.today.isoformat(),
        }
        if requester.user_reference.split("/")[0] in ("Practitioner", "PractitionerRole"):
            resource["requester"] = {"reference": requester.user_reference}
        return Action("create", label, resource)


def _template(text: OrderText) -> dict[str, Any]:
    """A draft proposal with its code, validated as FHIR R4 (R4B is its package)."""
    code: dict[str, Any] = {"text": text.text}
    if text.loinc:
        code["coding"] = [{"system": LOINC, "code": text.loinc, "display": text.text}]
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": code,
        "subject": {"reference": "Patient/template"},
    }
    if text.note:
        resource["note"] = [{"text": text.note}]
    built = ServiceRequest.model_validate(resource)
    return dict(built.model_dump(mode="json", exclude_none=True))


def remove(reference: str, description: str) -> Action:
    """An action that deletes one draft of the request."""
    return Action("delete", description, resource_id=reference)
