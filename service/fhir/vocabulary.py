"""The codes and names of one content, made ready once to find what a record says."""

from __future__ import annotations

from collections.abc import Iterable

from service.fhir.budget import FEWEST_OF_A_NAME, TIMES_AROUND_A_DISEASE, Budget
from service.fhir.codes import Codes
from service.fhir.folding import fold
from service.fhir.lab_names import LabNames
from service.fhir.names import Names
from service.fhir.qualifiers import DENIED, DOUBTED, RELATIVE, Qualifiers, letters_of, says
from service.hpp.knowledge.model import Code, Knowledge

LISTS = ("family", "no_family", "status")  # by which a text says something of others or of then
MENTIONS = {DENIED: ("not_hpp",), DOUBTED: ("doubted",), RELATIVE: ("not_hpp", "relative")}
WIDER = {"lasting_liver": "wide_liver"}  # words of a line that names something wider
NOTHING: frozenset[str] = frozenset()


class Vocabulary:
    """codes: of every system.  drugs: their names.  tests: how a result is named.  genes: ALPL.

    lists: words of concepts.toml, folded like what they are looked for in.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.codes = Codes(knowledge)
        named = [row for row in knowledge.codes if row.active and row.system == "name"]
        text = knowledge.text
        written = (text["salts"], text["not_in_it"], text["salts_behind"])
        self.drugs = Names(_of(named, knowledge.drugs), *written)
        self.tests = LabNames([row for row in named if row.group not in knowledge.drugs], text)
        self.genes = Names((word, "gene") for word in text["gene_words"])
        stems = {n: [letters_of(fold(word)) for word in text[n]] for n in knowledge.in_words}
        of_hpp = _of(named, knowledge.roles["hpp"])
        stems["hpp"] += [letters_of(fold(name)) for name, _ in of_hpp]
        denials = [fold(word) for word in text["not_hpp"]]
        pseudo = [w for w in denials if " " not in w and says(w, stems["hpp"])]
        self.lists = {name: tuple(map(fold, text[name])) for name in LISTS}
        self._narrow = {
            wide: [letters_of(fold(word)) for word in narrow.words]
            for wide, narrow in knowledge.by_text.items()
        }
        self._wider = {name: [fold(word) for word in text[wide]] for name, wide in WIDER.items()}
        self._stems, self._qualifiers = stems, Qualifiers(text, pseudo)

    def mentions(self, said: str, budget: Budget) -> frozenset[str]:
        """The lists of which a word is said in folded texts, and what they say of HPP.

        HPP is found by the stem of its name in any language.  `not_hpp`: it is no diagnosis of
        this patient; `relative`: one of a relative; `doubted`: it is left open.  Any other is
        named only where it is the patient's.
        """
        found = set[str]()
        for name, stems in self._stems.items():
            if not says(said, stems):
                continue
            budget.spend(_around_a_disease(said))
            if name in WIDER and self._is_wider(name, said):
                continue
            qualities = self._qualifiers.of(said, stems)
            if name == "hpp":
                found |= {name, *(mention for q in qualities for mention in MENTIONS[q])}
            elif not qualities & {DENIED, RELATIVE}:
                found.add(name)
        return frozenset(found) if found else NOTHING

    def is_narrow(self, wide: str, said: str, budget: Budget) -> bool:
        """Whether folded texts beside a wide code name what counts of it, as this patient's."""
        stems = self._narrow[wide]
        if not says(said, stems):
            return False
        budget.spend(_around_a_disease(said))
        return not self._qualifiers.of(said, stems) & {DENIED, RELATIVE}

    def _is_wider(self, name: str, said: str) -> bool:
        """Whether every text that names it names something wider with it."""
        lines = [line for line in said.split("\n") if says(line, self._stems[name])]
        return all(any(word in line for word in self._wider[name]) for line in lines)


def _around_a_disease(said: str) -> int:
    return TIMES_AROUND_A_DISEASE * max(len(said), FEWEST_OF_A_NAME)


def _of(rows: Iterable[Code], groups: Iterable[str]) -> list[tuple[str, str]]:
    wanted = frozenset(groups)
    return [(row.code, row.group) for row in rows if row.group in wanted]
