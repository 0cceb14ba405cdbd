"""`hpp-cds doctor URL`: does an EHR's FHIR server answer every query the service makes?

Prints what an integrator can send to the EHR's team.  Asks for one patient's data and shows
none of it: only counts, times and what is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from itertools import pairwise

from service.evaluation.searches import templates_for
from service.fhir.bundles import resources
from service.fhir.dates import first_day, read_days
from service.fhir.gather import TYPES
from service.fhir.observations import is_alp, specimen_days
from service.fhir.queries import Fetch, Fetched, Query
from service.fhir.references import Owner, Subject, base_key, local_reference
from service.fhir.releases import (
    AUTHORED,
    PERFORMED,
    RECORDED,
    STAYED,
    TAKEN_AT,
    Release,
    first_of,
    medication_pointer,
)
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.knowledge.model import Knowledge

SLOW_SECONDS = 1.0
UNREACHABLE = ("timeout", "refused")
REFUSED = ("http-4xx", "blocked")
NO_SUCH = ("404", "410")
FOREIGN = "other patients' data"
ALP_KEY = "alp"
DATED = {
    "medications": AUTHORED,
    "conditions": RECORDED,
    "procedures": PERFORMED,
    "administrations": TAKEN_AT,
}
VERSIONS = {"1.": Release.DSTU2, "3.": Release.STU3, "4.": Release.R4, "5.": Release.R5}


@dataclass(frozen=True, slots=True)
class Answered:
    """One query: how it ended, how long it took, and what an EHR's team should look at.

    outcome: `works` (answered with entries), `empty` (answered, nothing found), `refused` (by the
    server, or an address that may not be called), `unreachable`, `foreign` (another patient's
    data) or `fails`.
    """

    key: str
    outcome: str
    seconds: float
    entries: int
    remarks: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.outcome in ("works", "empty")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    release: str
    patient_found: bool
    rows: tuple[Answered, ...]
    unreachable: str = ""  # why nothing answered at all

    @property
    def healthy(self) -> bool:
        return self.patient_found and all(row.ok for row in self.rows)


def examine(base: str, patient_id: str, ask: Fetch, knowledge: Knowledge) -> Diagnosis:
    """Ask for the capability statement, a patient, and every template for that patient."""
    release, remark, problem = _release(ask)
    if problem in (*UNREACHABLE, "blocked"):
        return Diagnosis(remark, False, (), problem)
    if not patient_id:
        patient_id, asking = _any_patient(ask)
        if not patient_id:
            return Diagnosis(remark, False, (asking,))
    asked = templates_for(knowledge, release, patient_id)
    subject = Subject(patient_id, (base_key(base),))
    answers = {key: _ask_one(ask, key, path) for key, path in asked.items()}
    terms = Terminology(knowledge)
    rows = [_row(key, *answer, subject, terms) for key, answer in answers.items()]
    found = {row.key: row.entries for row in rows}
    if not any(count for key, count in found.items() if key != "patient"):
        rows.append(_nothing_found(patient_id, ask))
    elif not found[ALP_KEY]:
        rows += _other_results(patient_id, ask)
    rows += _medication(answers["medications"][0], ask)
    return Diagnosis(remark, True, tuple(rows))


def _nothing_found(patient_id: str, ask: Fetch) -> Answered:
    """All searches are empty: does the server understand `patient=ID` at all?"""
    path = f"Observation?patient=Patient/{patient_id}&_count=1"
    fetched, seconds = _ask_one(ask, "labs", path)
    found = len(list(_resources("labs", fetched)))
    if found:
        remark = "does not understand patient=ID, only patient=Patient/ID: every search is empty"
        return Answered("patient=", "fails", seconds, found, (remark,))
    return Answered("patient=", "empty", seconds, 0, ("nothing found: try another --patient",))


def _other_results(patient_id: str, ask: Fetch) -> Iterator[Answered]:
    """No ALP, and yet laboratory results: ALP may stand under a code that is not listed."""
    path = f"Observation?patient={patient_id}&category=laboratory&_count=1"
    fetched, seconds = _ask_one(ask, "labs", path)
    count = len(list(_resources("labs", fetched)))
    if count:
        remark = "has laboratory results, and none under the codes of alp: compare the codes"
        yield Answered("laboratory", "works", seconds, count, (remark,))


def _medication(orders: Fetched, ask: Fetch) -> Iterator[Answered]:
    """Read the first Medication that an order refers to, where there is one."""
    for order in _resources("medications", orders):
        name = local_reference(medication_pointer(order).get("reference"))
        if name.startswith("Medication/"):
            fetched, seconds = _ask_one(ask, "medications", name)
            remarks = (fetched.problem,) if fetched.problem else ()
            count = len(fetched.pages)
            yield Answered("Medication", _outcome(fetched, count, False), seconds, count, remarks)
            return


def _ask_one(ask: Fetch, key: str, path: str) -> tuple[Fetched, float]:
    started = time.monotonic()
    (fetched,) = ask([Query(key, path)])
    return fetched, time.monotonic() - started


def _release(ask: Fetch) -> tuple[Release, str, str]:
    """The release, what is said of it, and the problem of the question."""
    fetched, _ = _ask_one(ask, "metadata", "metadata")
    version = text(obj(fetched.pages[0]).get("fhirVersion")) if fetched.pages else ""
    for prefix, release in VERSIONS.items():
        if version.startswith(prefix):
            return release, f"{release} (FHIR {version})", ""
    return Release.R4, "R4 assumed: no capability statement names a release", fetched.problem


def _any_patient(ask: Fetch) -> tuple[str, Answered]:
    """The id of the first patient, or empty; and how asking for one ended."""
    fetched, seconds = _ask_one(ask, "patient", "Patient?_count=1")
    found = [r for r in _resources("patient", fetched) if r.get("resourceType") == "Patient"]
    outcome = _outcome(fetched, len(found), False)
    row = Answered("Patient?", outcome, seconds, len(found), tuple(_problem(fetched)))
    return text(found[0].get("id")) if found else "", row


def _row(
    key: str, fetched: Fetched, seconds: float, subject: Subject, terms: Terminology
) -> Answered:
    sent = list(_resources(key, fetched))
    remarks = list(_remarks(key, fetched, sent, subject, terms))
    if seconds > SLOW_SECONDS:
        remarks.append("slow")
    outcome = _outcome(fetched, len(sent), FOREIGN in remarks)
    return Answered(key, outcome, seconds, len(sent), tuple(remarks))


def _outcome(fetched: Fetched, count: int, is_foreign: bool) -> str:
    if fetched.problem in UNREACHABLE:
        return "unreachable"
    if fetched.problem in REFUSED:
        return "refused"
    if fetched.problem not in ("", "truncated"):
        return "fails"
    if is_foreign:
        return "foreign"
    return "works" if count else "empty"


def _problem(fetched: Fetched) -> Iterator[str]:
    if fetched.problem:
        yield f"{fetched.problem}{f' ({fetched.detail})' if fetched.detail else ''}"


def _resources(key: str, fetched: Fetched) -> Iterator[Json]:
    for page in fetched.pages:
        if page.get("resourceType") in TYPES[key]:
            yield page
        yield from (r for r in resources(page, key) if r.get("resourceType") in TYPES[key])


def _remarks(
    key: str, fetched: Fetched, sent: list[Json], subject: Subject, terms: Terminology
) -> Iterator[str]:
    yield from _problem(fetched)
    if key == "patient" and fetched.detail in NO_SUCH:
        yield "no such patient on that server"
    if fetched.problem == "truncated":
        yield "answers stay partial: allow larger pages (_count)"
    if any(page.get("resourceType") == "OperationOutcome" for page in fetched.pages):
        yield "answers an OperationOutcome"
    if key == "patient":
        if sent and text(sent[0].get("id")) != subject.patient_id:
            yield FOREIGN
        return
    if any(subject.owner_of(resource) is Owner.FOREIGN for resource in sent):
        yield FOREIGN
    if not _is_newest_first(key, sent):
        yield "ignores _sort"
    if key == "alp" and any(not is_alp(resource, terms) for resource in sent):
        yield "ignores code"
    if len(fetched.pages) > 1 or _has_next(fetched):
        yield "pages"


def _has_next(fetched: Fetched) -> bool:
    links = [link for page in fetched.pages for link in objs(page.get("link"))]
    return any(text(link.get("relation")) == "next" for link in links)


def _is_newest_first(key: str, sent: list[Json]) -> bool:
    days = [day for resource in sent if (day := _day(key, resource))]
    return all(first >= second for first, second in pairwise(days))


def _day(key: str, resource: Json) -> date | None:
    if key in ("alp", "labs"):
        days = specimen_days(resource, partial(read_days, zone=UTC))
        return days.first if days else None
    if key == "encounters":
        return first_day(obj(first_of(resource, STAYED)).get("start"), UTC)
    return first_day(first_of(resource, DATED[key]), UTC)
