"""The lines of a table -> one CDS Hooks request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from service.evaluation.services import Service
from tests.fhir import build
from tests.fhir.build import KEYS, MISSING, Json
from tests.spec import words
from tests.spec.resources import (
    PATIENT_ID,
    administration,
    condition,
    draft,
    encounter,
    family_history,
    medication,
    observation,
    patient,
    procedure,
)
from tests.spec.table import BadTable, Line

FAILED = build.outcome(code="exception")
NEXT_PAGE = {"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}
# Without a draft order in the table, this is what is about to be signed.
USUAL_ORDER = Line("Draft order", code="alendronate", value="70 mg")


def as_request(lines: Sequence[Line], service: Service, today: date) -> Json:
    """The body of the request; the same table always gives the same body."""
    return build.request(
        *_drafts(lines, today),
        hook=service.hook,
        context={"userId": "Practitioner/ZZPHI-prac", "patientId": PATIENT_ID},
        members={"hookInstance": "a5c39b4e-6f0e-4f6d-9a3f-2f1f3b1c0d5e"},
        **_prefetch(lines, today),
    )


def _drafts(lines: Sequence[Line], today: date) -> list[Json]:
    orders = [line for line in lines if line.resource == "Draft order"] or [USUAL_ORDER]
    return [draft(line, f"draft-{n}", today) for n, line in enumerate(orders, 1)]


def _prefetch(lines: Sequence[Line], today: date) -> Json:
    who = [line for line in lines if line.resource == "Patient"]
    sent: Json = {"patient": patient(who[0] if who else None, today)}
    found: dict[str, list[Json]] = {key: [] for key in KEYS if key != "patient"}
    for number, line in enumerate(lines, 1):
        identity = f"line-{number}"
        match line.resource:
            case "Observation":
                key = "alp" if line.code in words.ALP_TESTS else "labs"
                found[key].append(observation(line, identity, today))
            case "MedicationRequest":
                found["medications"].append(medication(line, identity, today))
            case "MedicationAdministration":
                found["medications"].append(administration(line, identity, today))
            case "Encounter":
                found.setdefault("encounters", []).append(encounter(line, identity, today))
            case "FamilyMemberHistory":
                found["conditions"].append(family_history(line, identity, today))
            case "Condition":
                found["conditions"].append(condition(line, identity, today))
            case "Procedure":
                found["procedures"].append(procedure(line, identity, today))
    sent |= {key: _bundle(resources) for key, resources in found.items()}
    for line in lines:
        if line.resource == "Prefetch":
            _set_state(sent, line.code, line.status)
    return sent


def _set_state(prefetch: Json, key: str, state: str) -> None:
    """What a `Prefetch` line says: the key was not sent, failed, was cut off, or found nothing."""
    if key not in KEYS:
        raise BadTable(f"{key!r} is not a prefetch key; they are {', '.join(KEYS)}")
    match state:
        case "not sent":
            prefetch[key] = MISSING
        case "failed":
            prefetch[key] = FAILED
        case "cut off":
            prefetch[key]["link"] = [NEXT_PAGE]
            del prefetch[key]["total"]
        case "null":
            prefetch[key] = None
        case _:
            raise BadTable(f"{state!r} is not a state: not sent, failed, cut off or null")


def _bundle(resources: Sequence[Json]) -> Json:
    """A searchset; an empty one has no entries at all, as servers send it."""
    return build.bundle(*resources) if resources else build.bundle(entry=MISSING)
