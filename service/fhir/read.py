"""Record -> Chart: every resource checked to be the patient's, then read field by field, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import TypeVar

from service.fhir import (
    conditions,
    exposures,
    medications,
    observations,
    panels,
    patients,
    unrecognised,
)
from service.fhir.budget import TooMuchText
from service.fhir.context import Context
from service.fhir.drafts import Asked, Draft, merged, orders_of
from service.fhir.gather import KEYS, RESULTS, TYPES, Record
from service.fhir.references import FOREIGN, OURS, Subject
from service.fhir.releases import DRUGS
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, has_unknown_modifier, holds_something
from service.hpp.background import COUNTING
from service.hpp.drugs import NOT_TAKEN
from service.hpp.model import (
    BONE_ALP,
    Chart,
    Condition,
    DrugUse,
    Excluded,
    Gap,
    Patient,
    Result,
    Variant,
)

READ_FIRST = ("patient", "encounters")
NOTHING_LEFT_OUT: Set[int] = frozenset()


Fact = TypeVar("Fact")
_Said = list[tuple[int, Fact]]  # each with the identity of the resource that says it


@dataclass
class _Reading:
    """source: the identity of the resource that is being read.  panel: that of the panel or report
    that it stands in, else of itself."""

    subject: Subject
    context: Context
    query: unrecognised.AlpQuery = field(default_factory=unrecognised.AlpQuery)
    source: int = 0
    panel: int = 0
    results: _Said[Result] = field(default_factory=list)
    variants: _Said[Variant] = field(default_factory=list)
    drugs: _Said[DrugUse] = field(default_factory=list)
    conditions: _Said[Condition] = field(default_factory=list)
    gaps: _Said[Gap] = field(default_factory=list)
    mentions: _Said[Excluded] = field(default_factory=list)

    def gap(self, kind: str, key: str, where: str) -> None:
        self.gaps.append((self.source, Gap(kind, key, 1, (where,))))


class ChartReader:
    """A record that is read once, whatever days and drafts its chart is asked for."""

    def __init__(
        self, record: Record, asked: Asked, terminology: Terminology, zone: tzinfo
    ) -> None:
        self._record, self._terminology, self._zone = record, terminology, zone
        self._accepted = asked.accepted_gaps
        self._resource, self._problem = patients.find_patient(record, asked.patient_id)
        self._is_foreign = self._problem is not None and self._problem.kind == "foreign-patient"
        self._subject = patients.subject_of(self._resource, asked.patient_id, asked.bases, record)
        self._read: dict[Patient, _Reading] = {}

    def chart(
        self, drafts: Sequence[Draft], today: date, left_out: Set[int] = NOTHING_LEFT_OUT
    ) -> Chart:
        """All that was sent.  One bad resource is one gap; a foreign Patient ends the reading.

        left_out: identities of resources that were not on record then.
        """
        orders, draft_gaps = orders_of(drafts, self._record, self._subject)
        patient = patients.read_patient(self._resource, self._zone, today)
        gaps = [*self._record.gaps, *self._gaps_of(patient, draft_gaps)]
        if self._is_foreign:
            return Chart(drafts=orders, gaps=merged(gaps), accepted_gaps=self._accepted)
        reading = self._reading_of(patient)
        unread = reading.query.results(reading.context, left_out)
        drugs = _kept(reading.drugs, left_out)
        gaps += [*_kept(reading.gaps, left_out), *unrecognised.gaps(unread)]
        return Chart(
            patient=patient,
            results=(*_kept(reading.results, left_out), *unread),
            conditions=_kept(reading.conditions, left_out),
            drugs=drugs,
            variants=_kept(reading.variants, left_out),
            drafts=orders,
            gaps=merged(gaps),
            accepted_gaps=self._accepted,
            excluded=(*_kept(reading.mentions, left_out), *_undated(drugs)),
        )

    def depends_on(self, left_out: Set[int], today: date) -> bool:
        """Whether anything on record is read with the help of what is left out."""
        if not self._is_foreign:
            self._reading_of(patients.read_patient(self._resource, self._zone, today))
        used = self._record.index.used
        return any(other in left_out and reader not in left_out for reader, other in used)

    def _gaps_of(self, patient: Patient, draft_gaps: Sequence[Gap]) -> Iterator[Gap]:
        """Of the Patient, the drafts, and a chart that is another's or goes on elsewhere."""
        others = [key for key in KEYS if key != "patient"]
        if self._problem:
            yield self._problem
        yield from draft_gaps
        if self._is_foreign:
            yield from (Gap("foreign-patient", key) for key in others)
        if patients.is_replaced(self._resource):
            yield from (Gap("merged-record", key) for key in others)
        if self._resource and patient.born_first is None:
            yield Gap("no-birth-date", "patient")

    def _reading_of(self, patient: Patient) -> _Reading:
        """Of the day it depends only that nobody was born later: which ranges apply at an age."""
        found = self._read.get(patient)
        if found is None:
            record = self._record
            context = Context(self._terminology, record.index, self._zone, record.budget, patient)
            found = self._read[patient] = _read_all(record, self._subject, context)
        return found


def _kept(said: _Said[Fact], left_out: Set[int]) -> tuple[Fact, ...]:
    return tuple(fact for source, fact in said if source not in left_out)


def _undated(uses: Sequence[DrugUse]) -> Iterator[Excluded]:
    """Courses that cannot be placed in time; they suppress and explain nothing."""
    for use in uses:
        if use.began is None and use.status not in NOT_TAKEN:
            yield Excluded(use.reference, "undated-drug", shown=use.group)


def _read_all(record: Record, subject: Subject, context: Context) -> _Reading:
    reading, record.index.reader = _Reading(subject, context), 0
    context.wholes = panels.wholes(_results_in(record), record.index)
    context.encounters.place(_encounters(record, reading), context.days)
    for key in TYPES:
        if key not in READ_FIRST:
            try:
                _read_key(record, key, reading, context)
            except TooMuchText:
                raise TooMuchText(f"/prefetch/{key}") from None
    return reading


def _read_key(record: Record, key: str, reading: _Reading, context: Context) -> None:
    for name, resource in record.resources.get(key, ()):
        if id(resource) in record.moved:
            continue
        whole = context.wholes.get(id(resource))
        reading.source = context.index.reader = id(resource)
        reading.panel = id(resource if whole is None else whole)
        if whole is not None:
            resource = panels.complete(resource, whole)
        gap = _gap_of(resource, reading.subject)
        if not gap:
            gap = READERS[resource["resourceType"]](resource, name, reading, context, key)
        if gap:
            reading.gap(gap, key, name)


def _encounters(record: Record, reading: _Reading) -> Iterator[Json]:
    """Before the results that were measured in them."""
    for name, encounter in record.resources.get("encounters", ()):
        reading.source = id(encounter)
        gap = _gap_of(encounter, reading.subject)
        if gap:
            reading.gap(gap, "encounters", name)
        else:
            yield encounter


def _results_in(record: Record) -> Iterator[Json]:
    for key in ("alp", "labs"):
        yield from (resource for _, resource in record.resources.get(key, ()))


def _gap_of(resource: Json, subject: Subject) -> str:
    """Why a resource cannot be used: someone else's, nobody's that can be told, or modified."""
    owner = subject.owner_of(resource)
    if owner is OURS:
        return "unreadable" if has_unknown_modifier(resource) else ""
    return "foreign-patient" if owner is FOREIGN else "unreadable"


# Each reads one resource into the reading: the kind of gap it is where it says nothing.


def _read_results(resource: Json, name: str, reading: _Reading, context: Context, key: str) -> str:
    """An Observation or a report, with the Observations that it contains."""
    is_report = resource["resourceType"] == "DiagnosticReport"
    is_empty = is_report or _read_observation(resource, name, reading, context, key)
    if not panels.is_whole(resource):
        return "unreadable" if is_empty and (is_report or key == "alp") else ""
    for where, member in panels.contained_in(resource, name):
        gap = _gap_of(member, reading.subject)
        if gap:
            reading.gap(gap, key, where)
        else:
            is_empty &= _read_observation(member, where, reading, context, key)
    lost, sent = panels.count_members(resource, context)
    if lost or (is_empty and not sent and (is_report or key == "alp")):
        return "unreadable"
    return ""


def _read_observation(
    resource: Json, name: str, reading: _Reading, context: Context, key: str
) -> bool:
    """A result, a panel or a genetic result; whether it nowhere says what was measured."""
    parts, source = observations.parts_of(resource, name, context), reading.source
    reading.query.note(parts, resource, key, (source, reading.panel))
    is_one_test = observations.is_one_test(parts)
    measured = parts if is_one_test else observations.measured_in(parts)
    for result in observations.read_parts(measured, resource, context):
        if result.test != BONE_ALP:
            reading.results.append((source, result))
        elif result.status in COUNTING:
            said = Excluded(name, BONE_ALP, result.day, result.shown)
            reading.mentions.append((source, said))
    if is_one_test:
        return False
    variant = observations.variant_of(parts, resource, context)
    if variant:
        reading.variants.append((source, variant))
    return observations.are_empty(parts)


def _read_procedure(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    """What was done, and a drug that was given with it."""
    seen = conditions.read_procedure(resource, name, context)
    if seen:
        reading.conditions.append((reading.source, seen))
    reading.drugs += [(reading.source, u) for u in exposures.read_given(resource, name, context)]
    return ""


def _read_condition(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    concept = context.diagnosis(resource.get("code"))
    seen = conditions.read_condition(resource, name, concept, context)
    if seen:
        reading.conditions.append((reading.source, seen))
    elif concept.is_mention_only:
        reading.mentions.append((reading.source, Excluded(name, "mention")))
    written = resource.get("code")
    return "unreadable" if holds_something(written) and not isinstance(written, dict) else ""


def _read_family(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    seen = conditions.read_family(resource, name, context)
    if seen:
        reading.conditions.append((reading.source, seen))
    return ""


def _read_order(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    """Orders whose drug cannot be identified are gaps: it may be one that matters."""
    uses = list(exposures.read_uses(resource, name, context))
    unknown = [use.group for use in uses if use.group in medications.UNKNOWN]
    known = (use for use in uses if use.group not in medications.UNKNOWN)
    reading.drugs += [(reading.source, use) for use in known]
    return next(iter(unknown), "")


READERS: Mapping[str, Callable[[Json, str, _Reading, Context, str], str]] = {
    **dict.fromkeys(RESULTS, _read_results),
    "Condition": _read_condition,
    "FamilyMemberHistory": _read_family,
    "Procedure": _read_procedure,
    **dict.fromkeys(DRUGS, _read_order),
}
