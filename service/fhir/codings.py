"""CodeableConcepts -> what they mean here: every coding, by system, then by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.fhir.tolerant import obj, objs, text
from service.hpp.knowledge.model import Knowledge, fold

GENE_STUDIED, SIGNIFICANCE = "48018-6", "53037-8"
# Systems whose codes we know: where one of these codes a thing, its name is not consulted
# for tests, because a known code that is not in the value set means something else.
KNOWN_TEST_SYSTEMS = frozenset({"loinc", "snomed"})
ABSENT_REASON = "/data-absent-reason"
LONGEST = 400  # of a text; what stands behind is not read
# Lists of words in concepts.toml: what a diagnosis is also found by, and what takes HPP back.
NAMING, TAKING_BACK = ("hpp", "rickets", "hypercalcaemia_malignancy"), ("not_hpp", "doubted")
NOTHING: frozenset[str] = frozenset()


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


# What one CodeableConcept means here, by what it stands for.  Each holds words of ours alone and
# none of the concept's text.


@dataclass(frozen=True, slots=True)
class LabConcept:
    """What an Observation measured.  test: one of ours, or None.  is_empty: it does not say."""

    test: str | None
    names_gene: bool
    is_gene_studied: bool
    is_significance: bool
    is_empty: bool


def read_lab(concept: object, knowledge: Knowledge) -> LabConcept:
    codes, said = read_concept(concept)
    wanted = [code for _, code in codes]
    return LabConcept(
        test=_test(codes, said, knowledge),
        names_gene=any(knowledge.names_gene(item[:200]) for item in {*said}),
        is_gene_studied=GENE_STUDIED in wanted,
        is_significance=SIGNIFICANCE in wanted,
        is_empty=not codes and not said,
    )


def _test(
    codes: Sequence[tuple[str, str]], said: Sequence[str], knowledge: Knowledge
) -> str | None:
    """The test it names, or None.  An excluded code (isoenzyme, bone ALP) wins.

    Without a LOINC or SNOMED CT code the exact text decides (decision table, section 2.1).
    """
    groups = _groups_of(codes, knowledge)
    if any(group.startswith(("alp_exclude", "alp_bone")) for group in groups):
        return None
    coded = groups & knowledge.tests.keys()
    if coded:
        return min(coded)
    if KNOWN_TEST_SYSTEMS & {knowledge.systems.get(system) for system, _ in codes}:
        return None
    for words in dict.fromkeys(said):
        named = knowledge.names.get(fold(words[:200]), NOTHING) & knowledge.tests.keys()
        if named:
            return min(named)
    return None


@dataclass(frozen=True, slots=True)
class ConditionConcept:
    """What a diagnosis, a procedure or a reason is.

    groups: of all its codes.  mentions: the lists of words of which a text contains one.
    """

    groups: frozenset[str]
    mentions: frozenset[str]


def read_diagnosis(concept: object, knowledge: Knowledge) -> ConditionConcept:
    codes, said = read_concept(concept)
    mentions = _mentions("\n".join(_folded(said)), knowledge)
    return ConditionConcept(_groups_of(codes, knowledge), mentions)


def _mentions(said: str, knowledge: Knowledge) -> frozenset[str]:
    """The lists of which a word is said; those that take HPP back only where HPP is."""
    found = [name for name in NAMING if _says(said, knowledge.text[name])]
    if "hpp" in found:
        found += [name for name in TAKING_BACK if _says(said, knowledge.text[name])]
    return frozenset(found) if found else NOTHING


def _says(said: str, words: Sequence[str]) -> bool:
    return any(word in said for word in words)


@dataclass(frozen=True, slots=True)
class DrugConcept:
    """Which drugs of ours it is, by its codes and in its texts.

    has_name: a text that stands for the drug, and not for a reason why it is absent.
    """

    coded: frozenset[str]
    named: frozenset[str]
    has_code: bool
    has_name: bool
    has_known_system: bool


def read_drug(concept: object, knowledge: Knowledge) -> DrugConcept:
    codes, said = read_concept(concept)
    is_absent = any(system.endswith(ABSENT_REASON) for system, _ in codes)
    names = () if is_absent else _folded(said)
    return DrugConcept(
        coded=_groups_of(codes, knowledge).intersection(knowledge.drugs) or NOTHING,
        named=_union(map(knowledge.drugs_named_in, names)),
        has_code=bool(codes),
        has_name=bool(names),
        has_known_system=any(system in knowledge.systems for system, _ in codes),
    )


def merged(concepts: Sequence[DrugConcept]) -> DrugConcept:
    """What several concepts of one drug say together."""
    return DrugConcept(
        coded=_union(concept.coded for concept in concepts),
        named=_union(concept.named for concept in concepts),
        has_code=any(concept.has_code for concept in concepts),
        has_name=any(concept.has_name for concept in concepts),
        has_known_system=any(concept.has_known_system for concept in concepts),
    )


def _folded(said: Iterable[str]) -> list[str]:
    return [fold(item[:LONGEST]) for item in dict.fromkeys(said)]


def _groups_of(codes: Sequence[tuple[str, str]], knowledge: Knowledge) -> frozenset[str]:
    return _union(knowledge.groups_of(system, code) for system, code in codes)


def _union(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return NOTHING.union(*groups) or NOTHING


@dataclass(frozen=True, slots=True)
class Match:
    """Groups found for a concept, and whether only by its name."""

    groups: frozenset[str]
    by_name: bool = False


NO_DRUG = Match(NOTHING)


def drug_of(concepts: Sequence[DrugConcept], display: str, knowledge: Knowledge) -> Match:
    """Drug groups of the concepts of one order: by code, else by ingredient or brand name.

    Names are also consulted where the codes name only drugs that matter to nobody here: a
    combination may be coded by its vitamin alone.  display: that of the order's reference.
    """
    coded = _union(concept.coded for concept in concepts)
    if any(_matters(group, knowledge) for group in coded):
        return Match(most_specific(coded))
    named = _union(concept.named for concept in concepts)
    if display:
        named |= knowledge.drugs_named_in(fold(display[:LONGEST]))
    if not coded and not named:
        return NO_DRUG
    return Match(most_specific(coded | named), by_name=bool(named - coded))


def _matters(group: str, knowledge: Knowledge) -> bool:
    kind = knowledge.classes[knowledge.drugs[group].drug_class]
    return kind.triggers or kind.effect != "none"


def most_specific(groups: frozenset[str]) -> frozenset[str]:
    """A drug's own group wins over its class (ATC M05BA04 over M05BA)."""
    return groups - {"bp_class"} or groups
