"""Condition, FamilyMemberHistory and Procedure -> diagnoses, their groups and when they were."""

from __future__ import annotations

import re
from datetime import date

from service.fhir.codings import ABSENT_REASON, ConditionConcept, codings, texts
from service.fhir.context import Context
from service.fhir.folding import fold
from service.fhir.releases import PERFORMED, PERFORMED_PERIOD, RECORDED, first_of
from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.causes import OVER
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Condition

NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})
# The seventh character of ICD-10-CM in the chapters of injuries and fractures: sequela, and
# every later encounter (tabular list).
_SEVENTH = re.compile(r"[MSTVWXY][0-9][0-9A-Z]\.?[0-9A-Z]{3}(?P<last>[A-Z])", re.IGNORECASE)
SEQUELA, SUBSEQUENT = "S", frozenset("DEFGHJKMNPQR")
ICD10 = frozenset({"icd10", "icd10cm"})


def may_matter(concept: ConditionConcept) -> bool:
    """Most diagnoses have no code and no word that we know."""
    return bool(concept.groups or concept.mentions)


def read_condition(
    resource: Json, reference: str, concept: ConditionConcept, context: Context
) -> Condition | None:
    """A diagnosis that belongs to a group we know; None for any other."""
    words, roles = DiagnosisText(resource.get("code"), context.knowledge), context.knowledge.roles
    groups = _groups(concept, words, context)
    is_family = _is_family(concept, words)
    if not groups or (is_family and not groups & roles["hpp"]):
        return None
    known = _verification(resource, context)
    letters = _seventh(resource.get("code"), context)
    return Condition(
        reference=reference,
        groups=groups,
        verification=_doubt_in_words(concept, groups, known, context.knowledge) or known,
        clinical_status=_clinical_status(resource),
        onset=onset(resource, context),
        abatement=_abatement(resource, context),
        recorded=context.first_day(first_of(resource, RECORDED)),
        is_status=_is_status(groups, context, words, known) or SEQUELA in letters,
        is_subsequent=bool(letters & SUBSEQUENT),
        family_history=is_family,
    )


def read_family(resource: Json, reference: str, context: Context) -> Condition | None:
    """HPP of a relative (FamilyMemberHistory), by code or by text; None for anything else."""
    for item in objs(resource.get("condition")):
        concept = context.diagnosis(item.get("code"))
        words = DiagnosisText(item.get("code"), context.knowledge)
        groups = _groups(concept, words, context) & context.knowledge.roles["hpp"]
        if groups and not words.is_none_in_family:
            status = text(resource.get("status")).lower()
            return Condition(
                reference=reference,
                groups=groups,
                verification=status if status == "entered-in-error" else "",
                recorded=context.first_day(resource.get("date")),
                family_history=True,
            )
    return None


class DiagnosisText:
    """What the text of a diagnosis says beside its name."""

    def __init__(self, code: object, knowledge: Knowledge) -> None:
        self._said = [fold(item) for item in texts(code)]
        self._lists = knowledge.text

    def says(self, *words: str) -> bool:
        return any(word in item for item in self._said for word in words)

    @property
    def is_none_in_family(self) -> bool:
        return self.says(*self._lists["no_family"])

    @property
    def is_family(self) -> bool:
        """It is true of a relative, not of this patient."""
        return self.says(*self._lists["family"]) and not self.is_none_in_family

    @property
    def is_status(self) -> bool:
        """A text that begins with what says that something was."""
        return any(item.startswith(self._lists["status"]) for item in self._said)


def _groups(concept: ConditionConcept, words: DiagnosisText, context: Context) -> frozenset[str]:
    """By code; HPP, rickets and hypercalcaemia of malignancy also by text.  A code that covers
    other things too counts only where the text says which.

    The text `hypophosphatasi` never matches hypophosphataemia, the opposite disorder.
    """
    groups = concept.groups
    for wide, narrow in context.knowledge.by_text.items():
        if wide in groups:
            groups = (groups - {wide}) | ({narrow.group} if words.says(*narrow.words) else set())
    named = context.knowledge.in_words
    is_none = is_mention_only(concept, context.knowledge) and "relative" not in concept.mentions
    said = concept.mentions - {"hpp"} if is_none else concept.mentions
    return groups | {named[mention] for mention in said & named.keys()}


def _is_family(concept: ConditionConcept, words: DiagnosisText) -> bool:
    """Where a text names HPP, what it says of that; else what is said anywhere."""
    return "relative" in concept.mentions if "hpp" in concept.mentions else words.is_family


def _seventh(code: object, context: Context) -> set[str]:
    """The seventh characters of its ICD-10-CM codes, which some send as plain ICD-10."""
    system = context.terminology.vocabulary.codes.system
    found = (_SEVENTH.fullmatch(c) for s, c in codings(code) if system(s) in ICD10)
    return {match["last"].upper() for match in found if match}


def is_mention_only(concept: ConditionConcept, knowledge: Knowledge) -> bool:
    """HPP stands in the text, not as a diagnosis of this patient ("no ...", "carrier of")."""
    denied = concept.mentions >= {"hpp", "not_hpp"}
    return denied and not concept.groups & knowledge.roles["hpp"]


def _doubt_in_words(
    concept: ConditionConcept, groups: frozenset[str], known: str, knowledge: Knowledge
) -> str:
    """`unconfirmed` where only words name HPP and the same words doubt it."""
    in_words = knowledge.in_words["hpp"] in groups
    by_text = in_words and not concept.groups & knowledge.roles["hpp"]
    if not by_text or known not in FIRM:
        return ""
    return "unconfirmed" if "doubted" in concept.mentions else ""


AFTER = "after"
FIRM = frozenset({"", "confirmed", "unknown", AFTER})
UNREAD = "unconfirmed"  # a status in words that nobody here knows


def _verification(resource: Json, context: Context) -> str:
    """How sure a diagnosis is: by its status, else by what stands beside one of its codes, as
    in Germany."""
    meanings = context.knowledge.verifications
    said = _status_words(resource.get("verificationStatus"), context)
    if said:
        return next((meanings[word] for word in said if word in meanings), UNREAD)
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
    system = context.terminology.vocabulary.codes.system
    coded = [(s, code) for s, code in codings(value) if not s.lower().endswith(ABSENT_REASON)]
    said = [word for s, code in coded for word in (code, f"{system(s)}|{code}")]
    return [word.casefold() for word in (*said, text(obj(value).get("text"))) if word]


def _is_status(
    groups: frozenset[str], context: Context, words: DiagnosisText, known: str = ""
) -> bool:
    """Whether it says only that something was."""
    return bool(groups & context.knowledge.roles["status"]) or words.is_status or known == AFTER


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
    groups = context.diagnosis(resource.get("code")).groups
    if not groups or not was_done(resource):
        return None
    first, last = performed(resource, context)
    words = DiagnosisText(resource.get("code"), context.knowledge)
    is_status = _is_status(groups, context, words)
    return Condition(reference, groups, onset=first, abatement=last, is_status=is_status)


def was_done(procedure: Json) -> bool:
    undone = procedure.get("notPerformed") is True or procedure.get("notDone") is True
    return not undone and text(procedure.get("status")).lower() not in NOT_DONE


def performed(procedure: Json, context: Context) -> tuple[date | None, date | None]:
    """The first day, and the last where a period names it."""
    period = obj(first_of(procedure, PERFORMED_PERIOD))
    first = context.first_day(first_of(procedure, PERFORMED) or period.get("start"))
    return first, context.last_day(period.get("end"))
