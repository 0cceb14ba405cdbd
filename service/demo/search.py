"""The part of FHIR search that CDS Hooks clients and our own queries use.

Sources: the search pages of FHIR 1.0.2, 3.0.2 and 4.0.1.  Parameters that are not known are
ignored, as those pages allow, and left out of the `self` link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from service.fhir.releases import (
    AUTHORED,
    PERFORMED,
    RECORDED,
    SUBJECT,
    first_of,
    medication_pointer,
)
from service.fhir.tolerant import obj, objs, text

Json = dict[str, Any]

KNOWN = frozenset({
    "_id", "patient", "subject", "code", "category", "_sort", "_sort:desc", "_sort:asc", "_count",
    "_include",
})  # fmt: skip
MOST_ENTRIES = 200  # of one page
DATES = {
    "date": ("effectiveDateTime", *PERFORMED),
    "authoredon": AUTHORED,
    "datewritten": AUTHORED,
    "recorded-date": RECORDED,
    "asserted-date": RECORDED,
    "date-recorded": RECORDED,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of one resource type.

    patient, identity: ids, empty for any.  codes, categories: `system|code` or `code`, empty
    for any.
    sort: a date parameter or empty.  offset: entries that earlier pages held.  asked: the
    parameters that are understood, as they came.
    """

    kind: str
    patient: str
    identity: str
    codes: frozenset[str]
    categories: frozenset[str]
    sort: str
    newest_first: bool
    includes_medications: bool
    count: int
    offset: int
    asked: tuple[tuple[str, str], ...]


def read_search(kind: str, asked: Mapping[str, str]) -> Search:
    """One search from its parameters, a repeated one by its first value."""
    sort, newest_first = _sort(asked)
    return Search(
        kind,
        patient=(asked.get("patient") or asked.get("subject", "")).rpartition("/")[2],
        identity=asked.get("_id", ""),
        codes=_tokens(asked.get("code", "")),
        categories=_tokens(asked.get("category", "")),
        sort=sort,
        newest_first=newest_first,
        includes_medications=asked.get("_include", "").endswith(":medication"),
        count=min(_whole(asked.get("_count", "")) or MOST_ENTRIES, MOST_ENTRIES),
        offset=_whole(asked.get("_offset", "")),
        asked=tuple((name, value) for name, value in asked.items() if name in KNOWN),
    )


def found_by(search: Search, resources: Iterable[Json]) -> list[Json]:
    """What matches, in the order that was asked for; what has no date comes last."""
    found = [resource for resource in resources if _matches(search, resource)]
    if search.sort:
        names = DATES[search.sort]
        dated = [r for r in found if first_of(r, names)]
        dated.sort(key=lambda r: text(first_of(r, names)), reverse=search.newest_first)
        found = dated + [r for r in found if not first_of(r, names)]
    return found


def searchset(
    search: Search, found: Sequence[Json], base: str, medications: Iterable[Json], has_more: bool
) -> Json:
    """One page as a Bundle.  has_more: there is a further page, whatever was found here."""
    last = search.offset + search.count
    page = found[search.offset : last]
    links = [_link("self", search, base, search.offset)]
    if last < len(found) or has_more:
        links.append(_link("next", search, base, min(last, len(found))))
    entries = [_entry(resource, base, "match") for resource in page]
    if search.includes_medications:
        pointed = {text(medication_pointer(order).get("reference")) for order in page}
        held = (m for m in medications if f"Medication/{m['id']}" in pointed)
        entries += [_entry(medication, base, "include") for medication in held]
    total = {} if has_more else {"total": len(found)}
    body = {"resourceType": "Bundle", "type": "searchset", **total, "link": links}
    return {**body, "entry": entries} if entries else body


def _matches(search: Search, resource: Json) -> bool:
    if search.identity and resource["id"] not in search.identity.split(","):
        return False
    if search.patient and owner_of(resource) != search.patient:
        return False
    wanted = (("code", search.codes), ("category", search.categories))
    return all(not some or not some.isdisjoint(_codes(resource.get(m))) for m, some in wanted)


def owner_of(resource: Json) -> str:
    """The id of the patient whose resource this is."""
    if resource["resourceType"] == "Patient":
        return text(resource["id"])
    return text(obj(first_of(resource, SUBJECT)).get("reference")).rpartition("/")[2]


def _tokens(written: str) -> frozenset[str]:
    return frozenset(filter(None, written.split(",")))


def _codes(concepts: object) -> set[str]:
    """Each code of one CodeableConcept or several, with and without its system."""
    codings = [coding for concept in objs(concepts) for coding in objs(concept.get("coding"))]
    plain = {text(coding.get("code")) for coding in codings}
    return plain | {f"{text(c.get('system'))}|{text(c.get('code'))}" for c in codings}


def _sort(asked: Mapping[str, str]) -> tuple[str, bool]:
    """`_sort=-date` since STU3, `_sort:desc=date` in DSTU2."""
    written = asked.get("_sort", "")
    name = asked.get("_sort:desc") or asked.get("_sort:asc") or written.lstrip("-")
    return (name if name in DATES else ""), "_sort:desc" in asked or written.startswith("-")


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0


def _link(relation: str, search: Search, base: str, offset: int) -> Json:
    asked = [*search.asked, *([("_offset", str(offset))] if offset else [])]
    query = f"?{urlencode(asked)}" if asked else ""
    return {"relation": relation, "url": f"{base}/{search.kind}{query}"}


def _entry(resource: Json, base: str, mode: str) -> Json:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}
