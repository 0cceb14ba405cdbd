"""Condition and Procedure -> diagnoses with their groups and when they were active."""

from __future__ import annotations

from datetime import date

from service.fhir.codings import ConditionConcept, codings
from service.fhir.context import Context
from service.fhir.releases import PERFORMED, PERFORMED_PERIOD, RECORDED, first_of
from service.fhir.tolerant import Json, obj, text
from service.hpp.causes import OVER
from service.hpp.features import HPP_GROUPS
from service.hpp.model import Condition

HPP_BY_TEXT = "cond_hpp"
NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})


def may_matter(concept: ConditionConcept) -> bool:
    """Most diagnoses have no code and no word that we know."""
    return bool(concept.groups or concept.mentions)


def read_condition(
    resource: Json, reference: str, concept: ConditionConcept, context: Context
) -> Condition | None:
    """A diagnosis that belongs to a group we know; None for any other."""
    groups = _groups(concept, context)
    if not groups:
        return None
    known = _status(resource.get("verificationStatus"), VERIFICATIONS)
    return Condition(
        reference=reference,
        groups=groups,
        verification=_doubt_in_words(concept, groups, known) or known,
        clinical_status=_clinical_status(resource),
        onset=_onset(resource, context),
        abatement=_abatement(resource, context),
        recorded=context.first_day(first_of(resource, RECORDED)),
    )


def _groups(concept: ConditionConcept, context: Context) -> frozenset[str]:
    """By code; HPP, rickets and hypercalcaemia of malignancy also by text.

    The text `hypophosphatasi` never matches hypophosphataemia, the opposite disorder.
    """
    groups = concept.groups
    if "rickets" in concept.mentions:
        groups |= {"cond_rickets"}
    if "hypercalcaemia_malignancy" in concept.mentions:
        groups |= {context.knowledge.oncology.malignant_calcium}
    if "hpp" in concept.mentions and not is_mention_only(concept):
        groups |= {HPP_BY_TEXT}
    return groups


def is_mention_only(concept: ConditionConcept) -> bool:
    """HPP stands in the text, not as a diagnosis of this patient (family history, "no ...")."""
    return concept.mentions >= {"hpp", "not_hpp"} and not concept.groups & HPP_GROUPS


def _doubt_in_words(concept: ConditionConcept, groups: frozenset[str], known: str) -> str:
    """`unconfirmed` where only words name HPP and the same words doubt it."""
    by_text = HPP_BY_TEXT in groups and not concept.groups & HPP_GROUPS
    if not by_text or known not in ("", "confirmed"):
        return ""
    return "unconfirmed" if "doubted" in concept.mentions else ""


VERIFICATIONS = frozenset(
    {"confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error"}
)
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


def _onset(resource: Json, context: Context) -> date | None:
    return context.first_day(resource.get("onsetDateTime")) or context.first_day(
        obj(resource.get("onsetPeriod")).get("start")
    )


def _abatement(resource: Json, context: Context) -> date | None:
    return context.last_day(resource.get("abatementDateTime")) or context.last_day(
        obj(resource.get("abatementPeriod")).get("end")
    )


def read_procedure(resource: Json, reference: str, context: Context) -> Condition | None:
    """A procedure that was done, as something that began on its day."""
    groups = context.terminology.diagnosis(resource.get("code")).groups
    undone = resource.get("notPerformed") is True or resource.get("notDone") is True
    if not groups or undone or text(resource.get("status")) in NOT_DONE:
        return None
    period = obj(first_of(resource, PERFORMED_PERIOD))
    done = context.first_day(first_of(resource, PERFORMED) or period.get("start"))
    return Condition(reference, groups, onset=done, abatement=context.last_day(period.get("end")))
