"""The orders that a card may offer, as FHIR resources of the client's release.

Each order is built and validated once with fhir.resources (DSTU2 has no package and is built
plainly); a request only fills in the patient, the day and the requester, whose shapes were
checked on the way in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module

from cards.wire import Json, WriteOrder
from cards.words import OrderText
from service.fhir.releases import Release

LOINC = "http://loinc.org"
# The class that checks what is emitted; R4 has no package of its own, R4B reads it.
VALIDATORS = {
    Release.STU3: ("fhir.resources.STU3.procedurerequest", "ProcedureRequest"),
    Release.R4: ("fhir.resources.R4B.servicerequest", "ServiceRequest"),
    Release.R5: ("fhir.resources.servicerequest", "ServiceRequest"),
}


@dataclass(frozen=True, slots=True)
class Requester:
    """Who an order is for and from: FHIR ids as the request gave them."""

    patient_id: str
    user_reference: str
    today: date

    @property
    def can_order(self) -> bool:
        return self.user_reference.split("/")[0] in ("Practitioner", "PractitionerRole")


class OrderBook:
    """The orders a card may offer, each built for a release when it is first asked for."""

    def __init__(self, texts: Mapping[str, OrderText]) -> None:
        self._texts = texts
        self._template = cache(self._build)
        for name, text in texts.items():  # what ships for R4 is proven when the service starts
            if text.text:
                self._template(name, Release.R4)

    def writer(self, requester: Requester, release: Release) -> WriteOrder:
        """Writes draft orders for the patient of one request."""
        filled = FILL[release](requester)
        return lambda order: {**self._template(order, release), **filled}

    def _build(self, name: str, release: Release) -> Json:
        return _checked(BUILD[release](self._texts[name]), release)


def _checked(resource: Json, release: Release) -> Json:
    """Validated where fhir.resources has the release, then without what is filled in later."""
    if release in VALIDATORS:
        module, name = VALIDATORS[release]
        model = getattr(import_module(module), name)
        resource = model.model_validate(resource).model_dump(mode="json", exclude_none=True)
    return {key: value for key, value in resource.items() if key != "subject"}


def _code(text: OrderText) -> Json:
    code: Json = {"text": text.text}
    if text.loinc:
        display = text.display or text.text
        code["coding"] = [{"system": LOINC, "code": text.loinc, "display": display}]
    return code


def _request(text: OrderText, kind: str, code: Json, intent: str = "proposal") -> Json:
    resource: Json = {
        "resourceType": kind,
        "status": "draft",
        "code": code,
        "subject": {"reference": "Patient/template"},
    }
    if intent:
        resource["intent"] = intent
    if text.note:
        resource["note"] = [{"text": text.note}]
    return resource


def _diagnostic_or_procedure(text: OrderText) -> Json:
    """DSTU2: a laboratory test is a DiagnosticOrder, anything else a ProcedureRequest."""
    if not text.loinc:
        request = _request(text, "ProcedureRequest", _code(text), intent="")
        return {**request, "notes": request.pop("note")} if "note" in request else request
    order: Json = {
        "resourceType": "DiagnosticOrder",
        "status": "draft",
        "item": [{"code": _code(text)}],
        "subject": {"reference": "Patient/template"},
    }
    return {**order, "note": [{"text": text.note}]} if text.note else order


BUILD: Mapping[Release, Callable[[OrderText], Json]] = {
    Release.DSTU2: _diagnostic_or_procedure,
    Release.STU3: lambda text: _request(text, "ProcedureRequest", _code(text)),
    Release.R4: lambda text: _request(text, "ServiceRequest", _code(text)),
    Release.R5: lambda text: _request(text, "ServiceRequest", {"concept": _code(text)}),
}


def _filled(requester: Requester, ordered_by: Callable[[Json], Json], dated: bool = True) -> Json:
    filled: Json = {"subject": {"reference": f"Patient/{requester.patient_id}"}}
    if dated:
        filled["authoredOn"] = requester.today.isoformat()
    if requester.can_order:
        filled |= ordered_by({"reference": requester.user_reference})
    return filled


def _agent(who: Json) -> Json:
    """A PractitionerRole may not request a procedure before R4."""
    known = who["reference"].startswith("Practitioner/")
    return {"requester": {"agent": who}} if known else {}


def _fill_dstu2(requester: Requester) -> Json:
    """PractitionerRole came after DSTU2."""
    known = requester.user_reference.startswith("Practitioner/")
    return _filled(requester, lambda who: {"orderer": who} if known else {}, dated=False)


FILL: Mapping[Release, Callable[[Requester], Json]] = {
    Release.DSTU2: _fill_dstu2,
    Release.STU3: lambda requester: _filled(requester, _agent),
    Release.R4: lambda requester: _filled(requester, lambda who: {"requester": who}),
    Release.R5: lambda requester: _filled(requester, lambda who: {"requester": who}),
}
