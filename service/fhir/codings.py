"""CodeableConcepts -> value-set groups: every coding, by system, then by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.fhir.tolerant import obj, objs, text
from service.hpp.knowledge.model import Knowledge, fold
from service.lazy import lazy

GENE_STUDIED = "48018-6"
# Systems whose codes we know: where one of these codes a thing, its name is not consulted
# for tests, because a known code that is not in the value set means something else.
KNOWN_TEST_SYSTEMS = frozenset({"loinc", "snomed"})


def codings(concept: object) -> list[tuple[str, str]]:
    """(system, code) of every coding; blanks inside a system URI are dropped (seen in data)."""
    found = []
    for coding in objs(obj(concept).get("coding")):
        code = text(coding.get("code"))
        if code:
            found.append(("".join(text(coding.get("system")).split()).rstrip("/"), code))
    return found


def texts(concept: object) -> list[str]:
    """The text of a concept and every display, as written."""
    written = obj(concept)
    found = [text(written.get("text"))]
    found += [text(coding.get("display")) for coding in objs(written.get("coding"))]
    return [item for item in found if item]


class Concept:
    """What one CodeableConcept means here; each part is worked out when it is asked for."""

    def __init__(self, written: object, knowledge: Knowledge) -> None:
        self._written = written
        self._knowledge = knowledge

    @lazy
    def codes(self) -> list[tuple[str, str]]:
        return codings(self._written)

    @lazy
    def texts(self) -> list[str]:
        return texts(self._written)

    @property
    def says_anything(self) -> bool:
        return bool(self.codes or self.texts)

    @lazy
    def groups(self) -> frozenset[str]:
        """The groups of all its codes."""
        found: frozenset[str] = frozenset()
        for system, code in self.codes:
            found |= self._knowledge.groups_of(system, code)
        return found

    @lazy
    def test(self) -> str | None:
        """The test it names, or None.  An excluded code (isoenzyme, bone ALP) wins.

        Without a LOINC or SNOMED CT code the exact text decides (decision table, section 2.1).
        """
        known = self._knowledge
        if any(group.startswith(("alp_exclude", "alp_bone")) for group in self.groups):
            return None
        coded = self.groups & known.tests.keys()
        if coded:
            return min(coded)
        systems = {known.systems.get(system) for system, _ in self.codes}
        if systems & KNOWN_TEST_SYSTEMS:
            return None
        for words in self.texts:
            named = known.names.get(fold(words[:200]), frozenset()) & known.tests.keys()
            if named:
                return min(named)
        return None

    def mentions(self, words: Iterable[str]) -> bool:
        """Whether any text contains one of the words (case and accents ignored)."""
        return any(word in said for said in self._folded for word in words)

    @lazy
    def _folded(self) -> list[str]:
        return [fold(item[:400]) for item in dict.fromkeys(self.texts)]

    @lazy
    def names_gene(self) -> bool:
        """ALPL as a whole word in any text."""
        search = self._knowledge.gene_pattern.search
        return any(search(item[:200]) for item in dict.fromkeys(self.texts))

    @lazy
    def is_gene_studied(self) -> bool:
        return any(code == GENE_STUDIED for _, code in self.codes)


@dataclass(frozen=True, slots=True)
class Match:
    """Groups found for a concept, and whether only by its name."""

    groups: frozenset[str]
    by_name: bool = False


def drug_of(concepts: Sequence[Concept], words: Sequence[str], knowledge: Knowledge) -> Match:
    """Drug groups of the concepts of one order: by code, else by ingredient or brand name.

    Names are also consulted where the codes name only drugs that matter to nobody here: a
    combination may be coded by its vitamin alone.
    """
    coded: frozenset[str] = frozenset()
    for concept in concepts:
        coded |= concept.groups & knowledge.drugs.keys()
    if any(_matters(group, knowledge) for group in coded):
        return Match(most_specific(coded))
    named: frozenset[str] = frozenset()
    for item in dict.fromkeys(words):
        named |= knowledge.drugs_named_in(item[:400])
    return Match(most_specific(coded | named), by_name=bool(named - coded))


def _matters(group: str, knowledge: Knowledge) -> bool:
    kind = knowledge.classes[knowledge.drugs[group].drug_class]
    return kind.triggers or kind.effect != "none"


def most_specific(groups: frozenset[str]) -> frozenset[str]:
    """A drug's own group wins over its class (ATC M05BA04 over M05BA)."""
    return groups - {"bp_class"} or groups


def test_of(concept: object, knowledge: Knowledge) -> str | None:
    return Concept(concept, knowledge).test
