"""The codes and names of one content, made ready once to find what a record says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.fhir.codes import Codes
from service.fhir.folding import fold
from service.fhir.lab_names import LabNames
from service.fhir.names import Names
from service.hpp.knowledge.model import Code, Knowledge

# Lists of words in concepts.toml: what a diagnosis is also found by, and what takes HPP back.
NAMING = ("hpp", "rickets", "hypercalcaemia_malignancy")
TAKING_BACK = ("not_hpp", "not_hpp_before", "undecided", "doubted")
NOTHING: frozenset[str] = frozenset()


class Vocabulary:
    """codes: of every system.  drugs: their names.  tests: how a result is named.  genes: ALPL."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.codes = Codes(knowledge)
        named = [row for row in knowledge.codes if row.active and row.system == "name"]
        text = knowledge.text
        self.drugs = Names(_of(named, knowledge.drugs), text["salts"], text["not_in_it"])
        self.tests = LabNames([row for row in named if row.group not in knowledge.drugs], text)
        self.genes = Names((word, "gene") for word in text["gene_words"])
        self._words = {name: [fold(word) for word in text[name]] for name in NAMING + TAKING_BACK}
        stems = [*text["hpp"], *(name for name, _ in _of(named, knowledge.roles["hpp"]))]
        self._hpp = [letters_of(fold(stem)) for stem in stems]
        denials = self._words["not_hpp"]
        self._pseudo = [w for w in denials if " " not in w and _says(letters_of(w), self._hpp)]
        self._denied_before = [letters_of(word) for word in self._words["not_hpp_before"]]

    def mentions(self, said: str) -> frozenset[str]:
        """The lists of which a word is said in folded texts; what takes HPP back only where it is.

        HPP is found by the stem of its name in any language, also inside a word and where the
        word was parted.
        """
        found = [name for name in NAMING if name != "hpp" and _says(said, self._words[name])]
        letters = letters_of(said)
        if _says(letters, self._hpp):
            found += ["hpp", *self._taking_back(said, letters)]
        return frozenset(found) if found else NOTHING

    def _taking_back(self, said: str, letters: str) -> Iterator[str]:
        """`not_hpp` where a text that names HPP denies it, `doubted` where it leaves it open; a
        denial that is itself denied (`not ruled out`) leaves it open."""
        left = said
        for word in self._words["undecided"]:
            left = left.replace(word, " ")
        before = letters[: max(letters.rfind(stem) for stem in self._hpp)]
        denied = _says(left, self._words["not_hpp"]) or _says(letters, self._pseudo)
        if denied or _says(before, self._denied_before):
            yield "not_hpp"
        if left != said or _says(said, self._words["doubted"]):
            yield "doubted"


def letters_of(folded: str) -> str:
    """A folded text without blanks and hyphens."""
    return folded.replace(" ", "").replace("-", "")


def _says(said: str, words: Sequence[str]) -> bool:
    return any(word in said for word in words)


def _of(rows: Iterable[Code], groups: Iterable[str]) -> list[tuple[str, str]]:
    wanted = frozenset(groups)
    return [(row.code, row.group) for row in rows if row.group in wanted]
