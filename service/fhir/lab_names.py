"""How a laboratory names a result: total ALP, another test, or nothing we know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from service.fhir.folding import fold
from service.fhir.names import Names, is_wordless, words_of
from service.hpp.knowledge.model import Code
from service.hpp.model import ALP, BONE_ALP

LONGEST = 200  # characters of the name of a test
BESIDE_TOTAL = ("alp_exclude", BONE_ALP)  # how groups begin of what is measured beside total ALP


class Named(StrEnum):
    """What a text names.  PART: what is measured beside total ALP (bone ALP, a share).  UNSURE:
    a name of ALP beside words that we do not know."""

    ALP = "alp"
    PART = "part"
    UNSURE = "unsure"
    OTHER = "other"
    NOTHING = "nothing"


class LabNames:
    """The names of tests in the value sets, and the words of laboratories beside them.

    rows: names of tests.  text: the lists of concepts.toml: `alp_plain` are words that leave a
    name of ALP total ALP (specimen, method, kind of result, unit), `not_alp` those that do not,
    `other_tests` those that name something else.
    """

    def __init__(self, rows: Sequence[Code], text: Mapping[str, Sequence[str]]) -> None:
        self._alp = Names((row.code, ALP) for row in rows if row.group == ALP)
        self._exact: dict[str, str] = {}
        for row in rows:
            self._exact.setdefault(" ".join(words_of(fold(row.code))), row.group)
        self._plain = WordList(text["alp_plain"])
        self._not_alp = WordList(text["not_alp"])
        self._others = WordList(text["other_tests"])

    def read(self, folded: str) -> tuple[Named, str]:
        """What a folded text names, and the group where its whole is a name of a value set."""
        folded = folded[:LONGEST]
        words = words_of(folded)
        whole = self._exact.get(" ".join(words), "")
        left = self._plain.without_pieces(folded)  # `bone profile` says nothing of bone ALP
        alp, rest = self._alp.read(left)
        if (alp or whole == ALP) and self._not_alp.any_in(left, words_of(left)):
            return Named.PART, ""
        if whole:
            return _of_group(whole), whole
        if not alp:
            return (Named.OTHER if self._others.any_in(folded, words) else Named.NOTHING), ""
        return (Named.ALP, ALP) if self._plain.single.issuperset(rest) else (Named.UNSURE, "")


def _of_group(group: str) -> Named:
    if group == ALP:
        return Named.ALP
    return Named.PART if group.startswith(BESIDE_TOTAL) else Named.OTHER


class WordList:
    """A list of words.  single: those that stand for themselves; pieces: what is found anywhere,
    such as `u/l`, `%`, `血清` or `saure phosphatase`."""

    def __init__(self, entries: Iterable[str]) -> None:
        folded = {fold(entry) for entry in entries}
        whole = {entry for entry in folded if entry.isalnum() and not is_wordless(entry)}
        self.single = frozenset(word for entry in whole for word in words_of(entry))
        self.pieces = sorted(folded - whole, key=lambda piece: (-len(piece), piece))

    def any_in(self, folded: str, words: Iterable[str]) -> bool:
        """Whether one stands in a text or among its words."""
        return not self.single.isdisjoint(words) or any(piece in folded for piece in self.pieces)

    def without_pieces(self, folded: str) -> str:
        for piece in self.pieces:
            folded = folded.replace(piece, " ")
        return folded
