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
WORD_LISTS = ("hpp", "rickets", "hypercalcaemia_malignancy", "not_hpp", "doubted")
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


@dataclass(frozen=True, slots=True)
class Concept:
    """What one CodeableConcept means here.  It holds words of ours alone, none of its text.

    groups, drugs: of all its codes.  named_drugs: in its texts.  test: the test it names.
    mentions: the lists of words in concepts.toml of which a text contains one.
    has_name: a text that stands for the thing, and not for a reason why it is absent.
    is_empty: neither code nor text.
    """

    groups: frozenset[str]
    drugs: frozenset[str]
    named_drugs: frozenset[str]
    test: str | None
    mentions: frozenset[str]
    names_gene: bool
    is_gene_studied: bool
    is_significance: bool
    has_code: bool
    has_name: bool
    has_known_system: bool
    is_empty: bool


def meaning_of(written: object, knowledge: Knowledge) -> Concept:
    """Read a concept whole."""
    codes, said = read_concept(written)
    folded = [fold(item[:LONGEST]) for item in dict.fromkeys(said)]
    groups = _union(knowledge.groups_of(system, code) for system, code in codes)
    wanted = {code for _, code in codes}
    is_absent = any(system.endswith(ABSENT_REASON) for system, _ in codes)
    names = () if is_absent else folded
    return Concept(
        groups=groups,
        drugs=(groups & knowledge.drugs.keys()) or NOTHING,
        named_drugs=_union(map(knowledge.drugs_named_in, names)),
        test=_test(groups, codes, folded, knowledge),
        mentions=_mentions(folded, knowledge) or NOTHING,
        names_gene=any(knowledge.names_gene(item[:200]) for item in said),
        is_gene_studied=GENE_STUDIED in wanted,
        is_significance=SIGNIFICANCE in wanted,
        has_code=bool(codes),
        has_name=bool(names),
        has_known_system=any(system in knowledge.systems for system, _ in codes),
        is_empty=not codes and not said,
    )


def _union(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return NOTHING.union(*groups) or NOTHING


def _test(
    groups: frozenset[str],
    codes: Sequence[tuple[str, str]],
    names: Sequence[str],
    knowledge: Knowledge,
) -> str | None:
    """The test it names, or None.  An excluded code (isoenzyme, bone ALP) wins.

    Without a LOINC or SNOMED CT code the exact text decides (decision table, section 2.1).
    """
    if any(group.startswith(("alp_exclude", "alp_bone")) for group in groups):
        return None
    coded = groups & knowledge.tests.keys()
    if coded:
        return min(coded)
    if KNOWN_TEST_SYSTEMS & {knowledge.systems.get(system) for system, _ in codes}:
        return None
    for name in names:
        named = knowledge.names.get(name, NOTHING) & knowledge.tests.keys()
        if named:
            return min(named)
    return None


def _mentions(texts: Sequence[str], knowledge: Knowledge) -> frozenset[str]:
    """Lists of words of which any text contains one."""
    whole = "\n".join(texts)
    return frozenset(
        name for name in WORD_LISTS if any(word in whole for word in knowledge.text[name])
    )


@dataclass(frozen=True, slots=True)
class Match:
    """Groups found for a concept, and whether only by its name."""

    groups: frozenset[str]
    by_name: bool = False


NO_DRUG = Match(NOTHING)


def drug_of(concepts: Sequence[Concept], display: str, knowledge: Knowledge) -> Match:
    """Drug groups of the concepts of one order: by code, else by ingredient or brand name.

    Names are also consulted where the codes name only drugs that matter to nobody here: a
    combination may be coded by its vitamin alone.  display: that of the order's reference.
    """
    coded = _union(concept.drugs for concept in concepts)
    if any(_matters(group, knowledge) for group in coded):
        return Match(most_specific(coded))
    named = _union(concept.named_drugs for concept in concepts)
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
