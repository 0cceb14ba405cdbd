"""The codes and names of one content, made ready once to find what a record says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.fhir.codes import Codes
from service.fhir.folding import fold
from service.fhir.lab_names import LabNames
from service.fhir.names import Names
from service.hpp.features import HPP_GROUPS
from service.hpp.knowledge.model import Code, Knowledge

# Lists of words in concepts.toml: what a diagnosis is also found by, and what takes HPP back.
NAMING, TAKING_BACK = ("hpp", "rickets", "hypercalcaemia_malignancy"), ("not_hpp", "doubted")
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
        stems = [*text["hpp"], *(name for name, _ in _of(named, HPP_GROUPS))]
        self._hpp = [letters_of(fold(stem)) for stem in stems]
        self._pseudo = [letters_of(word) for word in self._words["not_hpp"] if " " not in word]

    def mentions(self, said: str) -> frozenset[str]:
        """The lists of which a word is said in folded texts; what takes HPP back only where it is.

        HPP is found by the stem of its name in any language, also inside a word and where the
        word was parted.
        """
        found = [name for name in NAMING if name != "hpp" and _says(said, self._words[name])]
        letters = letters_of(said)
        if _says(letters, self._hpp):
            found += ["hpp", *(name for name in TAKING_BACK if _says(said, self._words[name]))]
            if _says(letters, self._pseudo):
                found.append("not_hpp")
        return frozenset(found) if found else NOTHING


def letters_of(folded: str) -> str:
    """A folded text without blanks and hyphens."""
    return folded.replace(" ", "").replace("-", "")


def _says(said: str, words: Sequence[str]) -> bool:
    return any(word in said for word in words)


def _of(rows: Iterable[Code], groups: Iterable[str]) -> list[tuple[str, str]]:
    wanted = frozenset(groups)
    return [(row.code, row.group) for row in rows if row.group in wanted]
