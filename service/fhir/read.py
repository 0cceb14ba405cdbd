"""Record -> Chart: every resource checked to be the patient's, then read field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

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
from service.fhir.gather import KEYS, RESULTS, TYPES, Record
from service.fhir.order_groups import Order, orders_among
from service.fhir.references import FOREIGN, OURS, Subject
from service.fhir.releases import DRUGS, SUBJECT, first_of
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, has_unknown_modifier, text
from service.hpp.background import COUNTING
from service.hpp.drugs import NOT_TAKEN
from service.hpp.model import (
    BONE_ALP,
    UNKNOWN_CODE,
    Chart,
    Condition,
    DraftOrder,
    DrugUse,
    Excluded,
    Gap,
    Result,
    Variant,
)

READ_FIRST = ("patient", "encounters")


@dataclass(frozen=True)
class Asked:
    """What the request says: whose chart, which drafts are to be judged, known FHIR bases.

    selections: `Type/id` or bare ids to judge, or None for all drafts.
    """

    patient_id: str
    selections: frozenset[str] | None = None
    bases: tuple[str, ...] = ()
    accepted_gaps: frozenset[str] = frozenset()


@dataclass
class _Reading:
    """panel: the identity of the panel or report that is being read, else of the resource."""

    subject: Subject
    query: unrecognised.AlpQuery = field(default_factory=unrecognised.AlpQuery)
    panel: int = 0
    results: list[Result] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    drugs: list[DrugUse] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    mentions: list[Excluded] = field(default_factory=list)


def read_chart(
    record: Record,
    asked: Asked,
    drafts: Sequence[Draft],
    terminology: Terminology,
    zone: tzinfo,
    today: date,
) -> Chart:
    """Read all that was sent.  One bad resource is one gap; a foreign Patient ends the reading."""
    resource, problem = patients.find_patient(record, asked.patient_id)
    subject = patients.subject_of(resource, asked.patient_id, asked.bases, record)
    context = Context(terminology, record.index, zone, record.budget)
    orders, draft_gaps = _own(drafts, record, subject)
    gaps = [*record.gaps, *([problem] if problem else []), *draft_gaps]
    if problem and problem.kind == "foreign-patient":
        gaps += _all_but_patient(problem.kind)
        return Chart(drafts=orders, gaps=_merged(gaps), accepted_gaps=asked.accepted_gaps)
    if patients.is_replaced(resource):
        gaps += _all_but_patient("merged-record")
    patient = patients.read_patient(resource, zone, today)
    if resource and patient.born_first is None:
        gaps.append(Gap("no-birth-date", "patient"))
    context.patient = patient
    reading = _read_all(record, subject, context)
    return Chart(
        patient=patient,
        results=tuple(reading.results),
        conditions=tuple(reading.conditions),
        drugs=tuple(reading.drugs),
        variants=tuple(reading.variants),
        drafts=orders,
        gaps=_merged([*gaps, *reading.gaps]),
        accepted_gaps=asked.accepted_gaps,
        excluded=(*reading.mentions, *_undated(reading.drugs)),
    )


def _all_but_patient(kind: str) -> list[Gap]:
    return [Gap(kind, key) for key in KEYS if key != "patient"]


def _undated(uses: list[DrugUse]) -> Iterator[Excluded]:
    """Courses that cannot be placed in time; they suppress and explain nothing."""
    for use in uses:
        if use.began is None and use.status not in NOT_TAKEN:
            yield Excluded(use.reference, "undated-drug", shown=use.group)


def _read_all(record: Record, subject: Subject, context: Context) -> _Reading:
    reading = _Reading(subject)
    context.wholes = panels.wholes(_results_in(record), record.index)
    context.encounters.place(_encounters(record, reading), context.days)
    for key in TYPES:
        if key not in READ_FIRST:
            try:
                _read_key(record, key, reading, context)
            except TooMuchText:
                raise TooMuchText(f"/prefetch/{key}") from None
    unread = reading.query.results(context)
    reading.results += unread
    reading.gaps += unrecognised.gaps(unread)
    return reading


def _read_key(record: Record, key: str, reading: _Reading, context: Context) -> None:
    for name, resource in record.resources.get(key, ()):
        if id(resource) in record.moved:
            continue
        whole = context.wholes.get(id(resource))
        reading.panel = id(resource if whole is None else whole)
        if whole is not None:
            resource = panels.complete(resource, whole)
        gap = _gap_of(resource, reading.subject)
        if not gap:
            gap = READERS[resource["resourceType"]](resource, name, reading, context, key)
        if gap:
            reading.gaps.append(Gap(gap, key, 1, (name,)))


def _encounters(record: Record, reading: _Reading) -> Iterator[Json]:
    """Before the results that were measured in them."""
    for name, encounter in record.resources.get("encounters", ()):
        gap = _gap_of(encounter, reading.subject)
        if gap:
            reading.gaps.append(Gap(gap, "encounters", 1, (name,)))
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
            reading.gaps.append(Gap(gap, key, 1, (where,)))
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
    parts = observations.parts_of(resource, name, context)
    reading.query.note(parts, resource, key, reading.panel)
    for result in observations.results_of(parts, resource, context):
        if result.test != BONE_ALP:
            reading.results.append(result)
        elif result.status in COUNTING:
            reading.mentions.append(Excluded(name, BONE_ALP, result.day, result.shown))
    variant = observations.variant_of(parts, resource, context)
    if variant:
        reading.variants.append(variant)
    return observations.are_empty(parts)


def _read_procedure(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    """What was done, and a drug that was given with it."""
    seen = conditions.read_procedure(resource, name, context)
    if seen:
        reading.conditions.append(seen)
    reading.drugs += exposures.read_given(resource, name, context)
    return ""


def _read_condition(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    concept = context.diagnosis(resource.get("code"))
    if not conditions.may_matter(concept):
        return ""
    seen = conditions.read_condition(resource, name, concept, context)
    if seen:
        reading.conditions.append(seen)
    elif conditions.is_mention_only(concept, context.knowledge):
        reading.mentions.append(Excluded(name, "mention"))
    return ""


def _read_family(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    seen = conditions.read_family(resource, name, context)
    if seen:
        reading.conditions.append(seen)
    return ""


def _read_order(resource: Json, name: str, reading: _Reading, context: Context, _: str) -> str:
    """Orders whose drug cannot be identified are gaps: it may be one that matters."""
    uses = list(exposures.read_uses(resource, name, context))
    unknown = [use.group for use in uses if use.group in medications.UNKNOWN]
    reading.drugs += [use for use in uses if use.group not in medications.UNKNOWN]
    return next(iter(unknown), "")


READERS: Mapping[str, Callable[[Json, str, _Reading, Context, str], str]] = {
    **dict.fromkeys(RESULTS, _read_results),
    "Condition": _read_condition,
    "FamilyMemberHistory": _read_family,
    "Procedure": _read_procedure,
    **dict.fromkeys(DRUGS, _read_order),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of a drug that is judged; or, without order, the gap it is: its drug could not be
    identified."""

    where: str
    resource: Json
    order: DraftOrder | None
    gap: str = ""

    @property
    def matters(self) -> bool:
        """Most drafts that have only a code we do not list order something else."""
        return self.gap != UNKNOWN_CODE


def read_drafts(record: Record, asked: Asked, terminology: Terminology) -> list[Draft]:
    """The drafts that matter; all others order something else."""
    context, found = Context(terminology, record.index, budget=record.budget), []
    try:
        for sent in _to_judge(record, asked):
            order, gap = _read_draft(sent, context)
            if order is not None or gap:
                found.append(Draft(sent.where, sent.resource or sent.holder, order, gap))
    except TooMuchText:
        raise TooMuchText("/context/draftOrders") from None
    return found


def _read_draft(sent: Order, context: Context) -> tuple[DraftOrder | None, str]:
    """One that a group refers to and nobody sent is a gap; one inside another has no name of its
    own, by which it could be taken away."""
    if not sent.resource:
        return None, "unreadable"
    order, gap = medications.read_draft(sent.resource, context)
    is_inner = sent.resource is not sent.holder
    return (replace(order, reference="") if order and is_inner else order), gap


def _own(
    drafts: Sequence[Draft], record: Record, subject: Subject
) -> tuple[tuple[DraftOrder, ...], list[Gap]]:
    """Draft orders to judge; orders for another patient or of an unknown drug become gaps."""
    found: dict[DraftOrder, None] = {}
    gaps = [Gap("unreadable", "draftOrders", 1, (where,)) for where in record.unreadable_drafts]
    for draft in drafts:
        kind = _gap_of_draft(draft, subject)
        if kind:
            gaps.append(Gap(kind, "draftOrders", 1, (draft.where,)))
        elif draft.order is not None:
            found[draft.order] = None
    return tuple(found), gaps


def any_matters(drafts: Sequence[Draft]) -> bool:
    """Whether a draft is judged, or is none that most likely orders something else."""
    return any(draft.matters for draft in drafts)


def draft_gaps(drafts: Sequence[Draft]) -> tuple[Gap, ...]:
    """The gaps of drafts whose drug nobody can tell, before anybody's chart is read."""
    return _merged([Gap(d.gap, "draftOrders", 1, (d.where,)) for d in drafts if d.gap])


def _gap_of_draft(draft: Draft, subject: Subject) -> str:
    """Why a draft cannot be judged; one without a subject is the patient's."""
    has_subject = first_of(draft.resource, SUBJECT)
    if draft.matters and has_subject and subject.owner_of(draft.resource) is not OURS:
        return "foreign-order"
    if draft.gap:
        return draft.gap
    return "unreadable" if has_unknown_modifier(draft.resource) else ""


def _to_judge(record: Record, asked: Asked) -> list[Order]:
    """Orders that may be of a drug, among the drafts and inside them.

    Selections that name none of the drafts leave nothing to go by: then all are judged.
    """
    judged, selections = list(orders_among(record.drafts, record.index)), asked.selections
    sent = [*(entry.resource for entry in record.drafts), *(order.resource for order in judged)]
    if selections and not any(_is_selected(resource, selections) for resource in sent):
        selections = None
    if selections is None:
        return judged
    return [order for order in judged if _is_chosen(order, selections)]


def _is_chosen(order: Order, selections: frozenset[str]) -> bool:
    """By its own name or by that of the draft in which it stands."""
    return any(_is_selected(sent, selections) for sent in (order.resource, order.holder))


def _is_selected(order: Json, selections: frozenset[str]) -> bool:
    identity = text(order.get("id"))
    return bool(selections & {identity, f"{order.get('resourceType')}/{identity}"} - {""})


def _merged(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """One gap for each kind and key, with the count and places of all of them."""
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.kind, gap.key), []).append(gap)
    return tuple(
        Gap(kind, key, sum(gap.count for gap in same), tuple(w for gap in same for w in gap.where))
        for (kind, key), same in alike.items()
    )
