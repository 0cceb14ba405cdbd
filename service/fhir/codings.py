"""CodeableConcepts -> value-set groups: every coding, by system, then by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.fhir.tolerant import Json, obj, objs, text
from service.hpp.knowledge.model import Knowledge, fold

# Systems whose codes we know: where one of these codes a thing, its name is not consulted
# for tests, because a known code that is not in the value set means something else.
KNOWN_TEST_SYSTEMS = frozenset({"loinc", "snomed"})


@dataclass(frozen=True, slots=True)
class Match:
    """Groups found for a concept, and whether only by its name."""

    groups: frozenset[str]
    by_name: bool = False


def codings(concept: object) -> Iterator[tuple[str, str]]:
    """(system, code) of every coding; blanks inside a system URI are dropped (seen in data)."""
    for coding in objs(obj(concept).get("coding")):
        code = text(coding.get("code"))
        if code:
            yield "".join(text(coding.get("system")).split()).rstrip("/"), code


def texts(concept: object) -> Iterator[str]:
    """The text of a concept and every display, as written."""
    found = [text(obj(concept).get("text"))]
    found += [text(coding.get("display")) for coding in objs(obj(concept).get("coding"))]
    yield from (item for item in found if item)


def groups_by_code(concept: object, knowledge: Knowledge) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for system, code in codings(concept):
        found |= knowledge.groups_of(system, code)
    return found


def drug_of(concepts: Sequence[object], words: Sequence[str], knowledge: Knowledge) -> Match:
    """Drug groups of the concepts of one order: by code, else by ingredient or brand name.

    Names are also consulted where the codes name only drugs that matter to nobody here: a
    combination may be coded by its vitamin alone.
    """
    coded: frozenset[str] = frozenset()
    for concept in concepts:
        coded |= groups_by_code(concept, knowledge) & knowledge.drugs.keys()
    if any(_matters(group, knowledge) for group in coded):
        return Match(most_specific(coded))
    named: frozenset[str] = frozenset()
    for item in words:
        named |= knowledge.drugs_named_in(item[:400])
    return Match(most_specific(coded | named), by_name=bool(named - coded))


def _matters(group: str, knowledge: Knowledge) -> bool:
    kind = knowledge.classes[knowledge.drugs[group].drug_class]
    return kind.triggers or kind.effect != "none"


def most_specific(groups: frozenset[str]) -> frozenset[str]:
    """A drug's own group wins over its class (ATC M05BA04 over M05BA)."""
    return groups - {"bp_class"} or groups


def test_of(concept: Json, knowledge: Knowledge) -> str | None:
    """The test a concept names, or None.  An excluded code (isoenzyme, bone ALP) wins.

    Without a LOINC or SNOMED CT code the exact text decides (decision table, section 2.1).
    """
    groups = groups_by_code(concept, knowledge)
    if any(group.startswith(("alp_exclude", "alp_bone")) for group in groups):
        return None
    known = sorted(groups & knowledge.tests.keys())
    if known:
        return known[0]
    systems = {knowledge.systems.get(system) for system, _ in codings(concept)}
    if systems & KNOWN_TEST_SYSTEMS:
        return None
    for words in texts(concept):
        named = sorted(knowledge.names.get(fold(words[:200]), frozenset()) & knowledge.tests.keys())
        if named:
            return named[0]
    return None


def mentions(concept: object, words: tuple[str, ...]) -> bool:
    """Whether any text of a concept contains one of the words (case and accents ignored)."""
    return any(word in fold(item[:400]) for item in texts(concept) for word in words)
