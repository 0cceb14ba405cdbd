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
    return read_concept(concept)[0]


def texts(concept: object) -> list[str]:
    """The text of a concept and every display, as written."""
    return read_concept(concept)[1]


def read_concept(concept: object) -> tuple[list[tuple[str, str]], list[str]]:
    """The codings and the texts of a concept."""
    written = obj(concept)
    codes, said = [], [text(written.get("text"))]
    for coding in objs(written.get("coding")):
        code, system = text(coding.get("code")), text(coding.get("system"))
        if code:
            codes.append(("".join(system.split()).rstrip("/"), code))
        said.append(text(coding.get("display")))
    return codes, [item for item in said if item]


class Concept:
    """What one CodeableConcept means here; each part is worked out when it is asked for."""

    def __init__(self, written: object, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.codes, self.texts = read_concept(written)

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
        if self.groups:
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
        for said in self._folded:
            for word in words:
                if word in said:
                    return True
        return False

    @lazy
    def _folded(self) -> list[str]:
        return [fold(item[:400]) for item in dict.fromkeys(self.texts)]

    @lazy
    def drugs(self) -> frozenset[str]:
        """The drugs of all its codes."""
        return self.groups & self._knowledge.drugs.keys() if self.groups else self.groups

    @lazy
    def names_gene(self) -> bool:
        """ALPL as a whole word in any text."""
        return any(self._knowledge.names_gene(said[:200]) for said in {*self.texts})

    @lazy
    def is_absent(self) -> bool:
        """A data-absent reason that stands where something else should."""
        return any(system.endswith("/data-absent-reason") for system, _ in self.codes)

    def has_code(self, wanted: str) -> bool:
        return any(code == wanted for _, code in self.codes)

    @lazy
    def is_gene_studied(self) -> bool:
        return self.has_code(GENE_STUDIED)


@dataclass(frozen=True, slots=True)
class Match:
    """Groups found for a concept, and whether only by its name."""

    groups: frozenset[str]
    by_name: bool = False


NO_DRUG = Match(frozenset())


def drug_of(concepts: Sequence[Concept], words: Sequence[str], knowledge: Knowledge) -> Match:
    """Drug groups of the concepts of one order: by code, else by ingredient or brand name.

    Names are also consulted where the codes name only drugs that matter to nobody here: a
    combination may be coded by its vitamin alone.
    """
    coded = frozenset().union(*(concept.drugs for concept in concepts))
    if any(_matters(group, knowledge) for group in coded):
        return Match(most_specific(coded))
    named = frozenset().union(*(knowledge.drugs_named_in(said[:400]) for said in {*words}))
    if not coded and not named:
        return NO_DRUG
    return Match(most_specific(coded | named), by_name=bool(named - coded))


def _matters(group: str, knowledge: Knowledge) -> bool:
    kind = knowledge.classes[knowledge.drugs[group].drug_class]
    return kind.triggers or kind.effect != "none"


def most_specific(groups: frozenset[str]) -> frozenset[str]:
    """A drug's own group wins over its class (ATC M05BA04 over M05BA)."""
    return groups - {"bp_class"} or groups


def test_of(concept: object, knowledge: Knowledge) -> str | None:
    return Concept(concept, knowledge).test
