"""Draft orders: which are to be judged, and why one cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.fhir import medications
from service.fhir.budget import OF_A_DRAFT, TooMuchText
from service.fhir.context import Context
from service.fhir.gather import Record
from service.fhir.order_groups import Order, orders_among
from service.fhir.references import Owner, Subject, local_reference
from service.fhir.releases import SUBJECT, first_of
from service.fhir.terminology import Terminology
from service.fhir.tolerant import Json, has_unknown_modifier, text
from service.hpp.model import UNKNOWN_CODE, DraftOrder, Gap


@dataclass(frozen=True)
class Asked:
    """What the request says: whose chart, which drafts are to be judged, known FHIR bases.

    selections: `Type/id`, absolute or not, or bare ids to judge; None for all drafts.
    """

    patient_id: str
    selections: frozenset[str] | None = None
    bases: tuple[str, ...] = ()
    accepted_gaps: frozenset[str] = frozenset()


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
    context.budget.spend(OF_A_DRAFT)
    order, gap = medications.read_draft(sent.resource, context)
    is_inner = sent.resource is not sent.holder
    return (replace(order, reference="") if order and is_inner else order), gap


def orders_of(
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
    return merged([Gap(d.gap, "draftOrders", 1, (d.where,)) for d in drafts if d.gap])


def _gap_of_draft(draft: Draft, subject: Subject) -> str:
    """Why a draft cannot be judged; one without a subject is the patient's."""
    has_subject = first_of(draft.resource, SUBJECT)
    if draft.matters and has_subject and subject.owner_of(draft.resource) is not Owner.OURS:
        return "foreign-order"
    if draft.gap:
        return draft.gap
    return "unreadable" if has_unknown_modifier(draft.resource) else ""


def _to_judge(record: Record, asked: Asked) -> list[Order]:
    """Orders that may be of a drug, among the drafts and inside them.

    Selections that name none of the drafts leave nothing to go by: then all are judged.
    """
    judged = list(orders_among(record.drafts, record.index))
    if asked.selections is None:
        return judged
    selections = frozenset(map(local_reference, asked.selections))
    sent = [*(entry.resource for entry in record.drafts), *(order.resource for order in judged)]
    chosen = {id(resource) for resource in sent if _is_selected(resource, selections)}
    if selections and not chosen:
        return judged
    # By its own name or by that of the draft in which it stands.
    return [order for order in judged if chosen & {id(order.resource), id(order.holder)}]


def _is_selected(order: Json, selections: frozenset[str]) -> bool:
    identity = text(order.get("id"))
    return bool(selections & {identity, f"{order.get('resourceType')}/{identity}"} - {""})


def merged(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """One gap for each kind and key, with the count and places of all of them."""
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.kind, gap.key), []).append(gap)
    return tuple(
        Gap(kind, key, sum(gap.count for gap in same), tuple(w for gap in same for w in gap.where))
        for (kind, key), same in alike.items()
    )
