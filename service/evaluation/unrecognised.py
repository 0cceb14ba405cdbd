"""Codes, systems and units of a record that were not recognised, for the site's own code list.

A code has the shape of one and a system that of an address: a name or any other text that a
record has in their place is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from service.fhir.codings import codings
from service.fhir.gather import Record
from service.fhir.medications import UNKNOWN
from service.fhir.releases import DRUGS, medication_pointer
from service.fhir.systems import system_key
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, kind_of, obj, objs, text
from service.hpp.model import UNRECOGNISED, Gap, Result
from service.store.model import Unmapped

MOST = 50  # of one call
_CODE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._:/+^-]{0,63})")
_SYSTEM = re.compile(r"urn:[0-9A-Za-z.:_-]{1,120}|https?://[0-9A-Za-z._/:-]{1,120}")
_UNIT = re.compile(r"[0-9A-Za-zµμ%/.*^(){}\[\]' -]{1,32}")
_COMPONENT = re.compile(r"component\[([0-9]{1,4})\]")


def unrecognised(
    record: Record, gaps: Sequence[Gap], results: Sequence[Result], terminology: Terminology
) -> tuple[Unmapped, ...]:
    """Of the gaps of unknown codes and the results of unknown units; most calls have none."""
    places = [place for gap in gaps if gap.kind in (*UNKNOWN, UNRECOGNISED) for place in gap.where]
    unread = [result for result in results if result.problem == "unit"]
    if not places and not unread:
        return ()
    sent = dict(_sent(record))
    found: dict[Unmapped, None] = {}
    resources = [_part(sent, place) for place in places[:MOST]]
    for kind, concept in _concepts_of(resources, record):
        found.update(dict.fromkeys(_codes(kind, concept, terminology)))
    for result in unread[:MOST]:
        found.update(dict.fromkeys(_units(_part(sent, result.reference), result.test)))
    return tuple(found)[:MOST]


def _sent(record: Record) -> Iterator[tuple[str, Json]]:
    for entry in record.drafts:
        yield entry.where, entry.resource
    for resources in record.resources.values():
        yield from resources


def _part(sent: Mapping[str, Json], place: str) -> Json:
    """The resource at a place, or the component of it that is meant."""
    whole, _, inner = place.partition("#")
    resource = sent.get(place) or sent.get(whole) or {}
    component = _COMPONENT.fullmatch(inner)
    if component is None:
        return resource
    components = objs(resource.get("component"))
    number = int(component[1])
    return components[number] if number < len(components) else {}


def _concepts_of(resources: Sequence[Json], record: Record) -> Iterator[tuple[str, object]]:
    """Each once, though many orders may be of one Medication."""
    seen: set[int] = set()
    for resource in resources:
        kind = _kind_of(resource)
        for concept in _concepts(resource, record):
            if id(concept) not in seen:
                seen.add(id(concept))
                yield kind, concept


def _kind_of(resource: Json) -> str:
    kind = kind_of(resource)
    is_drug = kind in DRUGS or "Request" in kind or medication_pointer(resource)
    return "drug" if is_drug else "result"


def _codes(kind: str, concept: object, terminology: Terminology) -> Iterator[Unmapped]:
    for system, code in codings(concept):
        if not _CODE.fullmatch(code):
            continue
        name = system if _SYSTEM.fullmatch(system) else ""
        yield Unmapped(kind, name, code)
        if name and system_name(system, terminology) == OTHER:
            yield Unmapped("system", name)


OTHER = "other"


def system_name(uri: str, terminology: Terminology) -> str:
    """Our name of a code system, or `other`: of a closed set."""
    known = terminology.knowledge.systems.values()
    name = terminology.vocabulary.codes.system(uri) if system_key(uri) else ""
    return name if name in known else OTHER


def _concepts(resource: Json, record: Record) -> Iterator[object]:
    yield resource.get("code")
    yield resource.get("medicationCodeableConcept")
    yield obj(resource.get("medication")).get("concept")
    pointer = medication_pointer(resource)
    if pointer:
        yield record.index.resolve(pointer.get("reference"), resource).get("code")


def _units(resource: Json, test: str) -> Iterator[Unmapped]:
    quantity = obj(resource.get("valueQuantity"))
    unit = text(quantity.get("unit")) or text(quantity.get("code"))
    if _UNIT.fullmatch(unit):
        yield Unmapped("unit", "", test, unit)
