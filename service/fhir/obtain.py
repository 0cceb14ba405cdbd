"""Ask the FHIR server for what was not sent: missing keys, left-out pages, Medications.

What arrived by prefetch is never asked for again; `null` and empty were answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from service.fhir.bundles import is_short, resources
from service.fhir.gather import TYPES, Record, index_resource, take
from service.fhir.queries import Fetch, Fetched, KeyQueries, Query
from service.fhir.references import local_reference
from service.fhir.releases import ORDERS, ingredients_of, medication_pointer
from service.fhir.tolerant import Json, text
from service.hpp.model import Gap

MOST_MEDICATIONS = 20
MOST_LINKS = 20  # of one key: a batch has one for each of its searches
SETTLED = frozenset({"not-sent", "truncated"})  # by asking for what is missing
DRUG_KEYS = ("medications", "administrations")
# Nothing more: a query or a path behind it would be asked with the patient's token.
_DRUG = re.compile(r"(?:Medication|Substance)/[A-Za-z0-9\-._]{1,256}")


def obtain(record: Record, queries: Mapping[str, KeyQueries], fetch: Fetch, base: str) -> None:
    """Complete a record in place; what could not be had stays a gap, by its kind.

    queries: of one patient.  base: that of the server asked; what refers to another server is
    not looked for there.
    """
    wanted = [query for key in queries for query in _wanted(record, key, queries[key])]
    answers: dict[str, list[Fetched]] = {}
    for fetched in fetch(wanted) if wanted else ():
        answers.setdefault(fetched.key, []).append(fetched)
    for key, found in answers.items():
        _take_fetched(record, key, found)
    orders = [order for key in DRUG_KEYS for _, order in record.resources.get(key, ())]
    obtain_medications(record, orders, fetch, base)


def _wanted(record: Record, key: str, queries: KeyQueries) -> list[Query]:
    """Everything where nothing was sent; else further pages, and what the template left out."""
    kinds = {gap.kind for gap in record.gaps if gap.key == key}
    if "not-sent" in kinds or (queries.by_category and "truncated" in kinds):
        return [Query(key, path) for path in queries.searches]
    links = _links(record, key)[:MOST_LINKS]
    rest = queries.rest if "failed" not in kinds else ()
    return [Query(key, path) for path in (*links, *rest)]


def _links(record: Record, key: str) -> list[str]:
    """To further pages, each once, however many Bundles under the key name it."""
    return list(dict.fromkeys(record.next_pages.get(key, ())))


def obtain_medications(record: Record, orders: Sequence[Json], fetch: Fetch, base: str) -> None:
    """Read the Medications that orders refer to and nobody sent, then what those consist of."""
    for references in (_drugs, _ingredients):
        wanted = _unresolved(references(orders, record), record, base)
        reads = [Query("medications", n) for n in list(dict.fromkeys(wanted))[:MOST_MEDICATIONS]]
        for fetched in fetch(reads) if reads else ():
            for page in fetched.pages:
                if page.get("resourceType") in ("Medication", "Substance"):
                    index_resource(record, page)


def draft_orders(record: Record) -> list[Json]:
    """The medication orders among the drafts of a request."""
    return [e.resource for e in record.drafts if e.kind in ORDERS]


def _drugs(orders: Sequence[Json], record: Record) -> Iterator[tuple[Json, Json]]:
    """The References of orders to their drugs, each with the resource in which it stands."""
    for order in orders:
        yield medication_pointer(order), order


def _ingredients(orders: Sequence[Json], record: Record) -> Iterator[tuple[Json, Json]]:
    """Those of their Medications; what a contained one contains is where the order is."""
    found: dict[int, tuple[Json, Json]] = {}  # each once, however many orders are of it
    for pointer, order in _drugs(orders, record):
        written = pointer.get("reference")
        medication = record.index.resolve(written, order)
        holder = order if text(written).startswith("#") else medication
        found[id(medication)] = medication, holder
    for medication, holder in found.values():
        for _, inside in ingredients_of(medication):
            yield inside, holder


def _unresolved(
    references: Iterator[tuple[Json, Json]], record: Record, base: str
) -> Iterator[str]:
    for pointer, holder in references:
        written = text(pointer.get("reference"))
        name = local_reference(written)
        here = "://" not in written or written.startswith(f"{base.rstrip('/')}/")
        if _DRUG.fullmatch(name) and here and not record.index.resolve(written, holder):
            yield name


def _take_fetched(record: Record, key: str, answers: Sequence[Fetched]) -> None:
    """Put the pages under their key; the gap that asked for them is settled or renamed."""
    links = _links(record, key)
    record.next_pages.pop(key, None)
    kinds = {gap.kind for gap in record.gaps if gap.key == key}
    record.gaps[:] = [gap for gap in record.gaps if gap.key != key or gap.kind not in SETTLED]
    was_sent = "not-sent" not in kinds
    is_partly = was_sent or any(fetched.pages for fetched in answers)
    for fetched in answers:
        for page in fetched.pages:
            take(record, key, page, more_follows=True)
        if fetched.problem:
            record.gaps.append(Gap("truncated" if is_partly else fetched.problem, key))
        elif not links and _is_short(fetched):
            record.gaps.append(Gap("truncated", key))
    if len(links) > MOST_LINKS:
        record.gaps.append(Gap("truncated", key))


def _is_short(fetched: Fetched) -> bool:
    """All pages together hold less than the first one announced."""
    announced = [page.get("total") for page in fetched.pages[:1]]
    sent = (item["resourceType"] for page in fetched.pages for item in resources(page, fetched.key))
    return is_short(announced[0] if announced else None, sent, TYPES[fetched.key])
