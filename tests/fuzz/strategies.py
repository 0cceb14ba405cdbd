"""Hypothesis strategies for whole CDS Hooks requests: three hooks, four releases, any damage.

A request is drawn in R4, translated to its release, and then perhaps damaged: the parts of a
request that cannot be read must not keep the rest from being read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from service.demo.translate import RELEASES, in_release
from service.evaluation.services import SERVICES
from tests.fhir.build import MISSING, bundle, entry, outcome, request
from tests.fuzz import resources
from tests.fuzz.canary import HOSTILE
from tests.fuzz.mutate import DATES, NAMES, NUMBERS, SHAPES
from tests.fuzz.resources import seldom

Json = dict[str, Any]
Draw = st.DrawFn
BASES = {"DSTU2": "/r2", "STU3": "/r3", "R4": "/r4", "R5": "/r5"}
OF_INTEREST = ("bp_", "ar_denosumab")
ON_RECORD = ("bp_", "ar_", "bone_", "drug", "ert_")
ELEMENTS = {
    "alp": resources.observations("alp_total"),
    "labs": resources.observations("lab_", "alp_bone", "alp_exclude", "vital_"),
    "medications": resources.orders(*ON_RECORD),
    "conditions": resources.conditions(),
    "procedures": resources.procedures(),
}
SIZES = {
    "alp": (1, 6),
    "labs": (0, 4),
    "medications": (0, 3),
    "conditions": (0, 3),
    "procedures": (0, 2),
}
NEXT = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
WARNING = entry(outcome("warning"), search={"mode": "outcome"})
ENVELOPES: tuple[Json, ...] = (
    {"prefetch": MISSING},
    {"prefetch": None},
    {"prefetch": {}},
    {"fhirServer": "https://ehr.example.org/fhir/"},
    {"fhirServer": None, "fhirAuthorization": None, "extension": None},
    {"fhirAuthorization": {"access_token": "ZZPHI", "expires_in": "300"}},
    {"fhirAuthorization": {"patient": "ZZPHI-other"}},
    {"extension": {"com.epic.cdshooks.request.fhir-version": "http://hl7.org/fhir/4.0.1"}},
    {"hookInstance": "x" * 257},
    {"hook": "order-sign"},
)
CONTEXTS: tuple[Json, ...] = (
    {"encounterId": "ZZPHI-e"},
    {"userId": "PractitionerRole/ZZPHI"},
    {"userId": "ZZPHI"},
    {"patientId": "Patient/ZZPHI-1"},
    {"patientId": "ZZPHI-other"},
    {"selections": []},
    {"selections": ["MedicationRequest/ZZPHI-none", "ZZPHI"]},
    {"draftOrders": MISSING},
    {"draftOrders": {}},
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A request and where it goes."""

    path: str
    body: Json
    hook: str
    release: str


@st.composite
def values_of(draw: Draw, key: str) -> Any:
    """A prefetch key in every state: see "prefetch" of the CDS Hooks specification."""
    least, most = SIZES[key]
    found = draw(st.lists(ELEMENTS[key], min_size=least, max_size=most))
    whole = bundle(*found)
    return draw(
        seldom(
            st.sampled_from(
                (
                    MISSING,
                    None,
                    outcome(),
                    bundle(),
                    {"resourceType": "Bundle"},
                    found[0] if found else {},
                    {**whole, "total": len(found) + 5},
                    {**whole, "total": MISSING, "link": NEXT},
                    {**whole, "entry": [*whole["entry"], WARNING]},
                    {**whole, "entry": [*whole["entry"], *whole["entry"]]},
                    {**whole, "entry": [*whole["entry"], {}, {"fullUrl": "urn:uuid:x"}]},
                )
            ),
            st.just(whole),
        )
    )


@st.composite
def r4_requests(draw: Draw, hook: str) -> Json:
    drafts = draw(st.lists(resources.orders(*OF_INTEREST, is_draft=True), min_size=1, max_size=2))
    other = draw(seldom(resources.orders("drugalp", is_draft=True).map(lambda o: [o]), st.just([])))
    prefetch = {key: draw(values_of(key)) for key in ELEMENTS}
    prefetch["patient"] = draw(
        seldom(st.sampled_from((MISSING, None, outcome())), resources.patients())
    )
    chosen = [order if "id" in order else {**order, "id": "ZZPHI-x"} for order in drafts + other]
    return request(
        *chosen,
        hook=hook,
        context=draw(seldom(st.sampled_from(CONTEXTS), st.just({}))),
        members=draw(seldom(st.sampled_from(ENVELOPES), st.just({}))),
        **{key: without_missing(value) for key, value in prefetch.items()},
    )


def without_missing(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if item is not MISSING}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below the top."""
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else []
    steps = enumerate(value) if isinstance(value, list) else steps
    for step, item in steps:
        yield from places(item, (*path, step))


@st.composite
def damaged(draw: Draw, body: Json) -> Json:
    """One to four places hold something else, or nothing, or have a neighbour more."""
    body = copy.deepcopy(body)
    odd = st.sampled_from((*SHAPES, *NUMBERS, *DATES, *HOSTILE))
    for _ in range(draw(st.integers(1, 4))):
        *path, step = draw(st.sampled_from(list(places(body))))
        holder: Any = body
        for name in path:
            holder = holder[name]
        match draw(st.sampled_from(("swap", "swap", "lose", "more"))):
            case "lose":
                del holder[step]
            case "more" if isinstance(holder, dict):
                holder[draw(st.sampled_from(NAMES))] = copy.deepcopy(draw(odd))
            case _:
                holder[step] = copy.deepcopy(draw(odd))
        if not body:
            break
    return body


@st.composite
def requests(draw: Draw) -> Drawn:
    """The strategy that everything else is for."""
    service = draw(st.sampled_from(SERVICES))
    release = draw(st.sampled_from(RELEASES))
    base = draw(st.sampled_from(("", BASES[release], BASES[release], "/r4")))
    body = in_release(draw(r4_requests(service.hook)), release)
    if draw(st.integers(0, 2)) == 2:
        body = draw(damaged(body))
    return Drawn(f"{base}/cds-services/{service.id}", body, service.hook, release)
