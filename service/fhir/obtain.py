"""Ask the FHIR server for what was not sent: missing keys, left-out pages, Medications.

What arrived by prefetch is never asked for again; `null` and empty were answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from service.fhir.bundles import counts_as, is_short, resources
from service.fhir.gather import TYPES, Record, index_resource, take
from service.fhir.queries import Fetch, Fetched, Query
from service.fhir.references import local_reference
from service.fhir.releases import ORDERS, medication_pointer
from service.fhir.tolerant import Json, text
from service.hpp.model import Gap

MOST_MEDICATIONS = 20
# Nothing more: a query or a path behind it would be asked with the patient's token.
_MEDICATION = re.compile(r"Medication/[A-Za-z0-9\-._]{1,256}")


def obtain(record: Record, queries: Mapping[str, str], fetch: Fetch, base: str) -> None:
    """Complete a record in place; what could not be had stays a gap, by its kind.

    base: that of the server asked; what refers to another server is not looked for there.
    """
    unsent = [gap.key for gap in record.gaps if gap.kind == "not-sent"]
    wanted = [Query(key, queries[key]) for key in unsent if key in queries]
    wanted += [Query(key, link) for key, links in record.next_pages.items() for link in links]
    answers: dict[str, list[Fetched]] = {}
    for fetched in fetch(wanted) if wanted else ():
        answers.setdefault(fetched.key, []).append(fetched)
    for key, found in answers.items():
        _take_fetched(record, key, found)
    orders = [order for _, order in record.resources.get("medications", ())]
    obtain_medications(record, orders, fetch, base)


def obtain_medications(record: Record, orders: Sequence[Json], fetch: Fetch, base: str) -> None:
    """Read the Medications that orders refer to and nobody sent."""
    names = list(dict.fromkeys(_unresolved(orders, record, base)))[:MOST_MEDICATIONS]
    reads = [Query("medications", name) for name in names]
    for fetched in fetch(reads) if reads else ():
        for page in fetched.pages:
            if page.get("resourceType") == "Medication":
                index_resource(record, page)


def draft_orders(record: Record) -> list[Json]:
    """The medication orders among the drafts of a request."""
    return [e.resource for e in record.drafts if e.resource["resourceType"] in ORDERS]


def _unresolved(orders: Sequence[Json], record: Record, base: str) -> Iterator[str]:
    for order in orders:
        written = text(medication_pointer(order).get("reference"))
        name = local_reference(written)
        here = "://" not in written or written.startswith(f"{base.rstrip('/')}/")
        if _MEDICATION.fullmatch(name) and here and not record.index.resolve(written, order):
            yield name


def _take_fetched(record: Record, key: str, answers: Sequence[Fetched]) -> None:
    """Put the pages under their key; the gap that asked for them is settled or renamed."""
    continues = key in record.next_pages
    asked = "truncated" if continues else "not-sent"
    record.gaps[:] = [g for g in record.gaps if (g.kind, g.key) != (asked, key)]
    record.next_pages.pop(key, None)
    has_pages = continues or any(fetched.pages for fetched in answers)
    for fetched in answers:
        for page in fetched.pages:
            take(record, key, page, more_follows=True)
        if fetched.problem:
            record.gaps.append(Gap("truncated" if has_pages else fetched.problem, key))
        elif not continues and _is_short(fetched):
            record.gaps.append(Gap("truncated", key))


def _is_short(fetched: Fetched) -> bool:
    """All pages together hold less than the first one announced."""
    announced = [page.get("total") for page in fetched.pages[:1]]
    kinds = Counter(
        counts_as(resource, TYPES[fetched.key])
        for page in fetched.pages
        for resource in resources(page, fetched.key)
    )
    return is_short(announced[0] if announced else None, kinds)
