"""Condition and Procedure -> diagnoses with their groups and when they were active."""

from __future__ import annotations

from datetime import date, tzinfo

from service.fhir.codings import codings, groups_by_code, mentions
from service.fhir.dates import first_day, last_day
from service.fhir.releases import PERFORMED, PERFORMED_PERIOD, RECORDED, first_of
from service.fhir.tolerant import Json, obj, text
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Condition

NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})


def read_condition(
    resource: Json, reference: str, knowledge: Knowledge, zone: tzinfo
) -> Condition | None:
    """A diagnosis that belongs to a group we know; None for any other."""
    groups = _groups(resource, knowledge)
    if not groups:
        return None
    return Condition(
        reference=reference,
        groups=groups,
        verification=_status(resource.get("verificationStatus")),
        clinical_status=_status(resource.get("clinicalStatus")),
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
        ("hpp", "cond_hpp"),
        ("rickets", "cond_rickets"),
        ("hypercalcaemia_malignancy", knowledge.oncology.malignant_calcium),
    )
    for words, group in by_text:
        if mentions(concept, knowledge.text[words]):
            groups |= {group}
    return groups


def _status(value: object) -> str:
    """A status as CodeableConcept (R4) or as plain code (DSTU2, STU3)."""
    if isinstance(value, str):
        return text(value).lower()
    for _, code in codings(value):
        return code.lower()
    return text(obj(value).get("text")).lower()


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
