"""Condition, FamilyMemberHistory and Procedure -> diagnoses, their groups and when they were."""

from __future__ import annotations

from datetime import date

from service.fhir.codings import ABSENT_REASON, codings, words_of_codes
from service.fhir.context import Context
from service.fhir.diagnoses import ConditionConcept
from service.fhir.releases import PERFORMED, PERFORMED_PERIOD, RECORDED, first_of
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.causes import OVER
from service.hpp.model import Condition

NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})


def read_condition(
    resource: Json, reference: str, concept: ConditionConcept, context: Context
) -> Condition | None:
    """A diagnosis that belongs to a group we know; None for any other."""
    groups = concept.groups
    if not groups or (concept.is_family and not groups & context.knowledge.roles["hpp"]):
        return None
    known = _verification(resource, context)
    return Condition(
        reference=reference,
        groups=groups,
        verification=UNCONFIRMED if concept.is_doubted and known in FIRM else known,
        clinical_status=_clinical_status(resource),
        onset=onset(resource, context),
        abatement=_abatement(resource, context),
        recorded=context.first_day(first_of(resource, RECORDED)),
        is_status=concept.is_status or known == AFTER,
        is_subsequent=concept.is_subsequent,
        family_history=concept.is_family,
    )


def read_family(resource: Json, reference: str, context: Context) -> Condition | None:
    """HPP of a relative (FamilyMemberHistory), by code or by text; None for anything else."""
    for item in objs(resource.get("condition")):
        concept = context.diagnosis(item.get("code"))
        groups = concept.groups & context.knowledge.roles["hpp"]
        if groups and not concept.is_none_in_family:
            status = text(resource.get("status")).lower()
            return Condition(
                reference=reference,
                groups=groups,
                verification=status if status == "entered-in-error" else "",
                recorded=context.first_day(resource.get("date")),
                family_history=True,
            )
    return None


AFTER = "after"
FIRM = frozenset({"", "confirmed", "unknown", AFTER})
UNCONFIRMED = "unconfirmed"  # also a status in words that nobody here knows


def _verification(resource: Json, context: Context) -> str:
    """How sure a diagnosis is: by its status, else by what stands beside one of its codes, as
    in Germany."""
    meanings = context.knowledge.verifications
    said = _status_words(resource.get("verificationStatus"), context)
    if said:
        return next((meanings[word] for word in said if word in meanings), UNCONFIRMED)
    beside = [
        word
        for coding in objs(obj(resource.get("code")).get("coding"))
        for item in objs(coding.get("extension"))
        for word in _status_words({"coding": [item.get("valueCoding")]}, context)
    ]
    return next((meanings[word] for word in beside if word in meanings), "")


def _status_words(value: object, context: Context) -> list[str]:
    """A plain code (before R4), or every code of a concept with and without the name of its
    system, and its text; none where it says why there is none."""
    if isinstance(value, str):
        return [value.casefold()] if value else []
    return [word for concept in objs(value) for word in _words_of(concept, context)]


def _words_of(concept: Json, context: Context) -> list[str]:
    codes = [(s, code) for s, code in codings(concept) if not s.lower().endswith(ABSENT_REASON)]
    said = text(concept.get("text")).casefold()
    return [*words_of_codes(codes, context.terminology.vocabulary), *([said] if said else ())]


CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})


def _status(value: object, known: frozenset[str]) -> str:
    """The first known code of a status: a CodeableConcept (R4) or a plain code (before)."""
    said = [text(value)] if isinstance(value, str) else [code for _, code in codings(value)]
    said.append(text(obj(value).get("text")))
    return next((word.lower() for word in said if word.lower() in known), "")


def _clinical_status(resource: Json) -> str:
    """Over where it says so, also by an abatement that is no date."""
    status = _status(resource.get("clinicalStatus"), CLINICAL)
    ended = any(
        value not in (None, False, "")
        for value in [item for name, item in resource.items() if name.startswith("abatement")]
    )
    return "resolved" if ended and status not in OVER else status


def onset(resource: Json, context: Context) -> date | None:
    return context.first_day(resource.get("onsetDateTime")) or context.first_day(
        obj(resource.get("onsetPeriod")).get("start")
    )


def _abatement(resource: Json, context: Context) -> date | None:
    return context.last_day(resource.get("abatementDateTime")) or context.last_day(
        obj(resource.get("abatementPeriod")).get("end")
    )


def read_procedure(resource: Json, reference: str, context: Context) -> Condition | None:
    """A procedure that was done, as something that began on its day."""
    concept = context.diagnosis(resource.get("code"))
    if not concept.coded or not was_done(resource):
        return None
    first, last = performed(resource, context)
    return Condition(
        reference, concept.coded, onset=first, abatement=last, is_status=concept.is_status
    )


def was_done(procedure: Json) -> bool:
    undone = procedure.get("notPerformed") is True or procedure.get("notDone") is True
    return not undone and text(procedure.get("status")).lower() not in NOT_DONE


def performed(procedure: Json, context: Context) -> tuple[date | None, date | None]:
    """The first day, and the last where a period names it."""
    period = obj(first_of(procedure, PERFORMED_PERIOD))
    first = context.first_day(first_of(procedure, PERFORMED) or period.get("start"))
    return first, context.last_day(period.get("end"))
