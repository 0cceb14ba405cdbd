"""Condition and Procedure -> diagnoses with their groups and when they were active."""

from __future__ import annotations

from datetime import date, tzinfo

from service.fhir.codings import codings, groups_by_code, mentions
from service.fhir.dates import first_day, last_day
from service.fhir.releases import PERFORMED, PERFORMED_PERIOD, RECORDED, first_of
from service.fhir.tolerant import Json, obj, text
from service.hpp.causes import OVER
from service.hpp.features import HPP_GROUPS
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Condition

HPP_BY_TEXT = "cond_hpp"
NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})


def read_condition(
    resource: Json, reference: str, knowledge: Knowledge, zone: tzinfo
) -> Condition | None:
    """A diagnosis that belongs to a group we know; None for any other."""
    groups = _groups(resource, knowledge)
    if not groups:
        return None
    verification = _doubt_in_words(resource, groups, knowledge)
    return Condition(
        reference=reference,
        groups=groups,
        verification=verification or _status(resource.get("verificationStatus"), VERIFICATIONS),
        clinical_status=_clinical_status(resource),
        onset=_onset(resource, zone),
        abatement=_abatement(resource, zone),
        recorded=first_day(first_of(resource, RECORDED), zone),
    )


def _groups(resource: Json, knowledge: Knowledge) -> frozenset[str]:
    """By code; HPP, rickets and hypercalcaemia of malignancy also by text.

    The text `hypophosphatasi` never matches hypophosphataemia, the opposite disorder.
    """
    concept = resource.get("code")
    groups = groups_by_code(concept, knowledge)
    by_text = (
        ("rickets", "cond_rickets"),
        ("hypercalcaemia_malignancy", knowledge.oncology.malignant_calcium),
    )
    for words, group in by_text:
        if mentions(concept, knowledge.text[words]):
            groups |= {group}
    if mentions(concept, knowledge.text["hpp"]) and not is_mention_only(resource, knowledge):
        groups |= {HPP_BY_TEXT}
    return groups


def is_mention_only(resource: Json, knowledge: Knowledge) -> bool:
    """HPP stands in the text, not as a diagnosis of this patient (family history, "no ...")."""
    concept = resource.get("code")
    coded = groups_by_code(concept, knowledge) & HPP_GROUPS
    named = mentions(concept, knowledge.text["hpp"])
    return named and not coded and mentions(concept, knowledge.text["not_hpp"])


def _doubt_in_words(resource: Json, groups: frozenset[str], knowledge: Knowledge) -> str:
    """`unconfirmed` where only words name HPP and the same words doubt it."""
    concept = resource.get("code")
    by_text = HPP_BY_TEXT in groups and not groups_by_code(concept, knowledge) & HPP_GROUPS
    known = _status(resource.get("verificationStatus"), VERIFICATIONS)
    doubted = mentions(concept, knowledge.text["doubted"])
    return "unconfirmed" if by_text and doubted and known in ("", "confirmed") else ""


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
        name.startswith("abatement") and value not in (None, False, "")
        for name, value in resource.items()
    )
    return "resolved" if ended and status not in OVER else status


def _onset(resource: Json, zone: tzinfo) -> date | None:
    return first_day(resource.get("onsetDateTime"), zone) or first_day(
        obj(resource.get("onsetPeriod")).get("start"), zone
    )


def _abatement(resource: Json, zone: tzinfo) -> date | None:
    return last_day(resource.get("abatementDateTime"), zone) or last_day(
        obj(resource.get("abatementPeriod")).get("end"), zone
    )


def read_procedure(
    resource: Json, reference: str, knowledge: Knowledge, zone: tzinfo
) -> Condition | None:
    """A procedure that was done, as something that began on its day."""
    groups = groups_by_code(resource.get("code"), knowledge)
    undone = resource.get("notPerformed") is True or resource.get("notDone") is True
    if not groups or undone or text(resource.get("status")) in NOT_DONE:
        return None
    period = obj(first_of(resource, PERFORMED_PERIOD))
    done = first_day(first_of(resource, PERFORMED) or period.get("start"), zone)
    return Condition(reference, groups, onset=done, abatement=last_day(period.get("end"), zone))
