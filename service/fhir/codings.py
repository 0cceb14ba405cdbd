"""CodeableConcepts -> what they mean here: every coding, by system, then by name.

Three outcomes: recognised, recognised as another thing, not recognised.  The third is never
treated as the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.fhir.budget import FEWEST_OF_A_NAME, Budget
from service.fhir.folding import LONGEST, fold
from service.fhir.lab_names import BESIDE_TOTAL, Named
from service.fhir.systems import LONGEST_CODE, LONGEST_SYSTEM, is_atc_substance, is_loinc
from service.fhir.tolerant import Json, obj, objs, text
from service.fhir.vocabulary import Vocabulary
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import ALP, BONE_ALP

# Whose list of total ALP, or of our drugs, is complete: any other code is another thing.
COMPLETE_FOR_TESTS, COMPLETE_FOR_DRUGS = "loinc", "atc"
# Of several texts: bone ALP and its like, then total ALP, then a text that may mean it.
DECIDING = (Named.PART, Named.ALP, Named.UNSURE, Named.OTHER, Named.NOTHING)
ABSENT_REASON = "/data-absent-reason"
LARGEST_CODE = 10**18  # SNOMED CT identifiers have at most 18 digits
NOTHING: frozenset[str] = frozenset()


class Recognition(StrEnum):
    """What we make of something that was sent; EMPTY: it has neither a code nor a name."""

    RECOGNISED = "recognised"
    ANOTHER = "another"
    UNRECOGNISED = "unrecognised"
    EMPTY = "empty"


CERTAINTY = tuple(Recognition)  # what tells more comes first
EMPTY = Recognition.EMPTY


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
        code, system = code_of(coding), text(coding.get("system"))
        if code:
            system = "".join(system[:LONGEST_SYSTEM].split()).rstrip("/")
            codes.append((system, code[:LONGEST_CODE]))
        said.append(text(coding.get("display")))
    return codes, [item for item in said if item]


def new_concept(concept: object, budget: Budget) -> tuple[list[tuple[str, str]], list[str]]:
    """The same of one that is read for what it means: its characters, of a long text only the
    first, are taken off a budget, and of a short one more than it has."""
    codes, said = read_concept(concept)
    texts = sum(min(max(len(item), FEWEST_OF_A_NAME), LONGEST) for item in said)
    budget.spend(texts + sum(len(code) for _, code in codes))
    return codes, said


def words_of_codes(codes: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Iterator[str]:
    """Each code alone and behind our name of its system, as concepts.toml lists what they mean."""
    for system, code in codes:
        yield code.casefold()
        yield f"{vocabulary.codes.system(system)}|{code}".casefold()


def code_of(coding: Json) -> str:
    """Its code; some write one of digits as a JSON number."""
    code = coding.get("code")
    return str(code) if type(code) is int and abs(code) < LARGEST_CODE else text(code)


# What one CodeableConcept means here, by what it stands for.  Each holds words of ours alone and
# none of the concept's text.


@dataclass(frozen=True, slots=True)
class LabConcept:
    """What an Observation measured.  test: one of ours, or None.

    is_alp: it is of ALP, be it total, an isoenzyme or a share.  says_alp: nothing is recognised
    but a name of ALP, beside words that we do not know.
    """

    test: str | None
    outcome: Recognition
    names_gene: bool
    is_gene_studied: bool
    is_significance: bool
    is_alp: bool = False
    says_alp: bool = False

    @property
    def is_empty(self) -> bool:
        """It does not say."""
        return self.outcome is EMPTY

    @property
    def is_genetic(self) -> bool:
        """It may name a variant."""
        return self.names_gene or self.is_gene_studied


def read_lab(concept: object, vocabulary: Vocabulary, budget: Budget) -> LabConcept:
    codes, said = new_concept(concept, budget)
    folded = fold_all(said)
    wanted, lists = {code for _, code in codes}, vocabulary.knowledge.text
    test, outcome, kind = _test(codes, folded, vocabulary)
    return LabConcept(
        test=test,
        outcome=outcome,
        names_gene=any(map(vocabulary.genes.groups_in, folded)),
        is_gene_studied=not wanted.isdisjoint(lists["gene_studied_codes"]),
        is_significance=not wanted.isdisjoint(lists["significance_codes"]),
        is_alp=kind in (Named.ALP, Named.PART, Named.UNSURE),
        says_alp=kind is Named.UNSURE,
    )


def _test(
    codes: Sequence[tuple[str, str]], folded: Sequence[str], vocabulary: Vocabulary
) -> tuple[str | None, Recognition, Named]:
    """The test it names, or none.  An excluded code (isoenzyme, bone ALP) wins.

    Names are looked at where no code was recognised.  What a LOINC code names is known even if
    the code is not: our list for total ALP is complete.
    """
    groups = groups_of(codes, vocabulary)
    if any(group.startswith(BESIDE_TOTAL) for group in groups):
        return _bone_alp(groups), Recognition.ANOTHER, Named.PART
    tests = vocabulary.knowledge.tests
    coded = groups & tests.keys()
    if coded:
        kind = Named.ALP if min(coded) == ALP else Named.OTHER
        return min(coded), Recognition.RECOGNISED, kind
    if groups or _is_other_loinc(codes, vocabulary):
        return None, Recognition.ANOTHER, Named.OTHER
    named = [vocabulary.tests.read(item) for item in folded]
    kind = min((kind for kind, _ in named), key=DECIDING.index, default=Named.NOTHING)
    if kind is Named.ALP:
        return ALP, Recognition.RECOGNISED, kind
    if kind is Named.PART:
        return _bone_alp({group for _, group in named}), Recognition.ANOTHER, kind
    if kind is Named.OTHER:
        ours = sorted(group for _, group in named if group in tests)
        test = ours[0] if ours else None
        return test, Recognition.RECOGNISED if test else Recognition.ANOTHER, kind
    return None, Recognition.UNRECOGNISED if folded or codes else Recognition.EMPTY, kind


def _bone_alp(groups: Collection[str]) -> str | None:
    """Bone-specific ALP, which is shown beside total ALP; nothing else that is not total ALP."""
    others = any(group.startswith(BESIDE_TOTAL) and group != BONE_ALP for group in groups)
    return BONE_ALP if BONE_ALP in groups and not others else None


def _is_other_loinc(codes: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> bool:
    return any(
        is_loinc(code) and vocabulary.codes.system(system) == COMPLETE_FOR_TESTS
        for system, code in codes
    )


@dataclass(frozen=True, slots=True)
class DrugConcept:
    """Which drugs of ours it is, by its codes and in its texts.

    outcome: of its codes and names together.  is_readable: it has a code of a system whose codes
    we list.  is_absent: it says why no drug is told.  is_substance: an ATC code names
    one substance.
    """

    coded: frozenset[str]
    named: frozenset[str]
    outcome: Recognition
    is_readable: bool = False
    is_absent: bool = False
    is_substance: bool = False


def read_drug(concept: object, vocabulary: Vocabulary, budget: Budget) -> DrugConcept:
    codes, said = new_concept(concept, budget)
    if any(system.lower().endswith(ABSENT_REASON) for system, _ in codes):
        return DrugConcept(NOTHING, NOTHING, Recognition.EMPTY, is_absent=True)
    folded, written = fold_all(said), [fold(code) for _, code in codes]
    as_names = [code for code in written if _has_letters(code)]  # as some hospitals write codes
    budget.spend(FEWEST_OF_A_NAME * len(as_names))
    coded = groups_of(codes, vocabulary).intersection(vocabulary.knowledge.drugs) or NOTHING
    named = _union(map(vocabulary.drugs.groups_in, dict.fromkeys((*folded, *as_names))))
    # The code over again does not tell that it is another drug.
    is_named = any(_has_letters(item) and item not in written for item in folded)
    is_substance = any(_is_substance(*coding, vocabulary) for coding in codes)
    return DrugConcept(
        coded=coded,
        named=named,
        outcome=_outcome(coded | named, is_named or is_substance, bool(codes)),
        is_readable=any(vocabulary.codes.lists(system) for system, _ in codes),
        is_substance=is_substance,
    )


def _outcome(found: frozenset[str], is_told: bool, is_coded: bool) -> Recognition:
    """is_told: a name, or the code of a substance, tells what it is."""
    if found:
        return Recognition.RECOGNISED
    if is_told:
        return Recognition.ANOTHER
    return Recognition.UNRECOGNISED if is_coded else Recognition.EMPTY


def _is_substance(system: str, code: str, vocabulary: Vocabulary) -> bool:
    return is_atc_substance(code) and vocabulary.codes.system(system) == COMPLETE_FOR_DRUGS


def _has_letters(folded: str) -> bool:
    """Two at least, as any name."""
    return sum(map(str.isalpha, folded)) > 1


def names_of(concept: object) -> str:
    """The texts of a concept, folded, in one."""
    return " ".join(fold_all(texts(concept)))


def merged(concepts: Sequence[DrugConcept]) -> DrugConcept:
    """What several concepts of one drug say together; a name or a code of one tells for all."""
    return DrugConcept(
        coded=_union(concept.coded for concept in concepts),
        named=_union(concept.named for concept in concepts),
        outcome=min((c.outcome for c in concepts), key=CERTAINTY.index, default=Recognition.EMPTY),
        is_readable=any(concept.is_readable for concept in concepts),
        is_absent=any(concept.is_absent for concept in concepts),
        is_substance=any(concept.is_substance for concept in concepts),
    )


def fold_all(said: Iterable[str]) -> list[str]:
    """Each text once, as it is compared."""
    return [fold(item) for item in dict.fromkeys(item[:LONGEST] for item in said)]


def groups_of(codes: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> frozenset[str]:
    """Of all codings together."""
    return _union(vocabulary.codes.groups_of(system, code) for system, code in codes)


def _union(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return NOTHING.union(*groups) or NOTHING


@dataclass(frozen=True, slots=True)
class Match:
    """Groups found for a concept, and whether only by its name."""

    groups: frozenset[str]
    by_name: bool = False


NO_DRUG = Match(NOTHING)


def drug_of(concept: DrugConcept, knowledge: Knowledge) -> Match:
    """Drug groups of one order: by code, else by ingredient or brand name.

    Names are also consulted where the codes name only drugs that matter to nobody here: a
    combination may be coded by its vitamin alone.
    """
    coded, named = concept.coded, concept.named
    if any(_matters(group, knowledge) for group in coded):
        return Match(most_specific(coded, knowledge))
    if not coded and not named:
        return NO_DRUG
    return Match(most_specific(coded | named, knowledge), by_name=bool(named - coded))


def _matters(group: str, knowledge: Knowledge) -> bool:
    kind = knowledge.classes[knowledge.drugs[group].drug_class]
    return kind.triggers or kind.effect != "none"


def most_specific(groups: frozenset[str], knowledge: Knowledge) -> frozenset[str]:
    """A drug's own group wins over its class (ATC M05BA04 over M05BA)."""
    return groups - knowledge.roles["general_drug"] or groups
