"""CodeableConcept -> what a diagnosis, a procedure or a reason is, by its codes and its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.fhir.budget import Budget
from service.fhir.codings import NOTHING, fold_all, groups_of, new_concept
from service.fhir.vocabulary import Vocabulary
from service.hpp.knowledge.model import Knowledge

# The seventh character of ICD-10-CM in the chapters of injuries and fractures: sequela, and
# every later encounter (tabular list).
_SEVENTH = re.compile(r"[MSTVWXY][0-9][0-9A-Z]\.?[0-9A-Z]{3}(?P<last>[A-Z])", re.IGNORECASE)
SEQUELA, SUBSEQUENT = "S", frozenset("DEFGHJKMNPQR")
ICD10 = frozenset({"icd10", "icd10cm"})


@dataclass(frozen=True, slots=True)
class ConditionConcept:
    """What a diagnosis says, by what it stands for.

    coded: groups of all its codes.  mentions: the lists of words of which its text holds one.
    groups: by codes and words.  is_mention_only: HPP stands in the text, not as a diagnosis of
    this patient ("no ...", "carrier of").  is_doubted: only words name HPP, and leave it open.
    is_family: it is true of a relative; where its text names HPP, by what it says of that.
    is_none_in_family: of none.  is_status: it says only that something was.  is_subsequent: a later
    encounter for an injury, not the injury itself.
    """

    coded: frozenset[str]
    mentions: frozenset[str]
    groups: frozenset[str] = NOTHING
    is_mention_only: bool = False
    is_doubted: bool = False
    is_family: bool = False
    is_none_in_family: bool = False
    is_status: bool = False
    is_subsequent: bool = False


def read_diagnosis(concept: object, vocabulary: Vocabulary, budget: Budget) -> ConditionConcept:
    """Most have no code and no word that we know."""
    codes, texts = new_concept(concept, budget)
    said, coded = fold_all(texts), groups_of(codes, vocabulary)
    mentions = vocabulary.mentions(lines := "\n".join(said), budget)
    if not coded and not mentions:
        return ConditionConcept(coded, mentions)
    knowledge, letters = vocabulary.knowledge, _seventh(codes, vocabulary)
    by_word = coded.isdisjoint(knowledge.roles["hpp"])
    is_mention_only = by_word and mentions >= {"hpp", "not_hpp"}
    named = mentions - {"hpp"} if is_mention_only and "relative" not in mentions else mentions
    of_none = _says(said, vocabulary.lists["no_family"])
    of_family = not of_none and _says(said, vocabulary.lists["family"])
    return ConditionConcept(
        coded,
        mentions,
        groups=_narrowed(coded, lines, vocabulary, budget) | _named(named, knowledge),
        is_mention_only=is_mention_only,
        is_doubted=by_word and "doubted" in named and "hpp" in named,
        is_family="relative" in mentions if "hpp" in mentions else of_family,
        is_none_in_family=of_none,
        is_status=_is_status(coded, said, vocabulary) or SEQUELA in letters,
        is_subsequent=not letters.isdisjoint(SUBSEQUENT),
    )


def _says(said: Sequence[str], words: Iterable[str]) -> bool:
    return any(word in item for word in words for item in said)


def _narrowed(
    coded: frozenset[str], lines: str, vocabulary: Vocabulary, budget: Budget
) -> frozenset[str]:
    """A code that covers other things too counts only where the text says which."""
    for wide, narrow in vocabulary.knowledge.by_text.items():
        if wide in coded:
            is_it = vocabulary.is_narrow(wide, lines, budget)
            coded = (coded - {wide}) | ({narrow.group} if is_it else NOTHING)
    return coded


def _named(mentions: frozenset[str], knowledge: Knowledge) -> frozenset[str]:
    """HPP, rickets, liver disease that lasts and hypercalcaemia of malignancy, by text.

    The text `hypophosphatasi` never matches hypophosphataemia, the opposite disorder.
    """
    return frozenset(knowledge.in_words[name] for name in mentions & knowledge.in_words.keys())


def _is_status(coded: frozenset[str], said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """A code that says that something was, or a text that begins with it."""
    was = any(item.startswith(vocabulary.lists["status"]) for item in said)
    return was or not coded.isdisjoint(vocabulary.knowledge.roles["status"])


def _seventh(codes: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> set[str]:
    """The seventh characters of its ICD-10-CM codes, which some send as plain ICD-10."""
    system = vocabulary.codes.system
    found = (_SEVENTH.fullmatch(code) for uri, code in codes if system(uri) in ICD10)
    return {match["last"].upper() for match in found if match}
