"""When a resource became known: what nobody could have sent on a day before that.

The core's own rule (hpp/as_of.py) is about facts.  A resource that cannot be read is none, and
one may speak of another: an order whose drug nobody can tell, a report that dates a result.  So
a replay sends nothing that became known later, as an EHR could not have; the core judges the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from service.fhir.conditions import onset, performed
from service.fhir.context import Context
from service.fhir.exposures import course_of
from service.fhir.gather import RESULTS, Record, index_resource
from service.fhir.observations import specimen_days
from service.fhir.panels import wholes
from service.fhir.releases import DRUGS, RECORDED, STAYED, first_of
from service.fhir.tolerant import Json, obj

Known = tuple[Json, date | None]


def known_days(resources: Sequence[Json], context: Context) -> list[Known]:
    """Each resource of one patient, and the day on which it became known: as its fact is dated.

    None where it does not say.  A result without a day has that of its panel or report.
    """
    days = [_known_on(resource, context) for resource in resources]
    undated = [r for r, day in zip(resources, days, strict=True) if day is None and _is_result(r)]
    holding = _holding(resources) if undated else {}
    found = []
    for resource, day in zip(resources, days, strict=True):
        whole = holding.get(id(resource)) if day is None else None
        found.append((resource, _known_on(whole, context) if whole else day))
    return found


def _is_result(resource: Json) -> bool:
    return resource["resourceType"] in RESULTS


def _holding(resources: Sequence[Json]) -> dict[int, Json]:
    """The panel or report of each result that one names."""
    record, results = Record(), [r for r in resources if _is_result(r)]
    for result in results:
        index_resource(record, result)
    return wholes(results, record.index)


def _known_on(resource: Json, context: Context) -> date | None:
    """Of a result neither the specimen nor its issue may be later; else what was written down
    counts before what happened."""
    kind = resource["resourceType"]
    if kind in RESULTS:
        taken = specimen_days(resource, context.days)
        days = (taken.first if taken else None, context.first_day(resource.get("issued")))
        return max((day for day in days if day), default=None)
    if kind in DRUGS:
        course = course_of(resource, context)
        return course.start if course.administered else course.authored or course.start
    if kind == "Procedure":
        return performed(resource, context)[0]
    if kind == "Encounter":
        return context.first_day(obj(first_of(resource, STAYED)).get("start"))
    recorded = context.first_day(first_of(resource, RECORDED) or resource.get("date"))
    return recorded or onset(resource, context)
