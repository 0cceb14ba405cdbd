"""Patient -> birth and sex, and the identities by which other resources name the patient."""

from __future__ import annotations

from datetime import date, tzinfo

from service.fhir.dates import read_days
from service.fhir.gather import Record
from service.fhir.references import Subject, base_key, identity_of
from service.fhir.tolerant import NOTHING, Json, objs, text
from service.hpp.model import Gap, Patient, Sex

SEXES = {"male": Sex.MALE, "female": Sex.FEMALE}


def find_patient(record: Record, patient_id: str) -> tuple[Json, Gap | None]:
    """The Patient that was sent, or an empty object with the gap that says why."""
    sent = [r for _, r in record.resources.get("patient", ()) if r["resourceType"] == "Patient"]
    for resource in sent:
        if text(resource.get("id")) == patient_id:
            return resource, None
    if sent:
        return NOTHING, Gap("foreign-patient", "patient", len(sent))
    if any(gap.key == "patient" for gap in record.gaps):
        return NOTHING, None
    wrong = record.resources.get("patient", ())
    return NOTHING, Gap("unreadable" if wrong else "not-found", "patient", len(wrong))


def read_patient(resource: Json, zone: tzinfo, today: date) -> Patient:
    """Birth as the days it can have been, none in the future; a sex that is not male or
    female stays unknown."""
    born = read_days(resource.get("birthDate"), zone)
    sex = SEXES.get(text(resource.get("gender")))
    if born is None or born.first > today:
        return Patient(sex=sex)
    return Patient(born.first, min(born.last, today), sex)


def is_replaced(resource: Json) -> bool:
    """A merged record (`replace` in DSTU2) or one no longer in use: it goes on elsewhere."""
    kinds = {text(link.get("type")) for link in objs(resource.get("link"))}
    return resource.get("active") is False or bool(kinds & {"replaced-by", "replace"})


def subject_of(resource: Json, patient_id: str, bases: tuple[str, ...], record: Record) -> Subject:
    sent = objs(resource.get("identifier"))
    identifiers = {identity for item in sent if (identity := identity_of(item))}
    urls = {
        url
        for url, sent in record.index.items()
        if sent is resource and url.startswith("urn:uuid:")
    }
    known = tuple(base_key(base) for base in bases if base)
    return Subject(patient_id, known, frozenset(identifiers), frozenset(urls))
