"""Names that stand in a text: whole words where a script has words, else anywhere in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.fhir.folding import fold

NOTHING: frozenset[str] = frozenset()
SHORTEST_JOINED = 7  # letters of a name that is also known with its words written together
# Chinese and Japanese write no blanks between words, and Korean none before what ends one.
_SIGNS = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_WORDLESS = re.compile(f"[{_SIGNS}]")
_WORD = re.compile(rf"[^\W{_SIGNS}]+|[{_SIGNS}]+")
_WORDS_ALONE = "".join(c if c.isalnum() or c == "_" else " " for c in map(chr, range(128)))


def words_of(folded: str) -> list[str]:
    """The words of a folded text, a written-out umlaut like the letter (`saeure`, `säure`)."""
    plain = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return plain.translate(_WORDS_ALONE).split() if plain.isascii() else _WORD.findall(plain)


def _turned(name: str) -> tuple[str, ...]:
    """The words of a name, the other way round where two were written."""
    written = name.split()
    return tuple(words_of(fold(" ".join(written[::-1] if len(written) == 2 else written))))


def is_wordless(text: str) -> bool:
    """Whether any of it is written in a script without blanks."""
    return _WORDLESS.search(text) is not None


class Names:
    """Names, each with the groups it stands for.

    Two words are known in either order, and a longer name also written together.  starts: words
    that may be written before a name in one (`Natriumalendronat`).  ends: those that may be behind
    it (`alendronatnatrium`).  denials: words behind a name and a hyphen that say that it is not in
    it (`alendronate-free`).
    """

    def __init__(
        self,
        named: Iterable[tuple[str, str]],
        starts: Iterable[str] = (),
        denials: Iterable[str] = (),
        ends: Iterable[str] = (),
    ) -> None:
        self._known: dict[tuple[str, ...], frozenset[str]] = {}
        self._sizes: dict[str, list[int]] = {}
        self._anywhere: dict[str, frozenset[str]] = {}
        self._starts, self._ends, self._denials = tuple(starts), tuple(ends), tuple(denials)
        for name, group in named:
            self._add(name, group)

    def _add(self, name: str, group: str) -> None:
        folded = fold(name)
        if is_wordless(folded):
            plain = folded.replace(" ", "")
            self._anywhere[plain] = self._anywhere.get(plain, NOTHING) | {group}
            return
        words = tuple(words_of(folded))
        ways = {words, _turned(name)}
        if len("".join(words)) >= SHORTEST_JOINED:
            ways.add(("".join(words),))
        for way in ways - {()}:
            self._known[way] = self._known.get(way, NOTHING) | {group}
            sizes = {len(way), *self._sizes.get(way[0], ())}
            self._sizes[way[0]] = sorted(sizes, reverse=True)

    def groups_in(self, folded: str) -> frozenset[str]:
        """The groups of every name that a folded text holds, the longest at each place."""
        return self.read(folded)[0]

    def read(self, folded: str) -> tuple[frozenset[str], list[str]]:
        """The groups of every name in a folded text, and the words that belong to none."""
        found, left = self._without_words(folded)
        for denial in self._denials:
            left = f"{left} ".replace(f"-{denial} ", f"{denial} ")
        words, others, position = words_of(left), [], 0
        if not any(map(self._first, {*words})):  # as most
            return found, words
        while position < len(words):
            first = self._first(words[position])
            size, groups = self._at(first, words, position) if first else (0, NOTHING)
            if not size:
                others.append(words[position])
            found |= groups
            position += size or 1
        return found, others

    def _first(self, word: str) -> str:
        """The word that begins a name, without what may be written before or behind it in one; or
        nothing."""
        if word in self._sizes:
            return word
        if not (word.startswith(self._starts) or word.endswith(self._ends)):
            return ""
        shorter = {word, *(word.removesuffix(end) for end in self._ends)}
        shorter |= {rest.removeprefix(start) for rest in shorter for start in self._starts}
        return max(shorter & self._sizes.keys(), key=len, default="")

    def _at(self, first: str, words: Sequence[str], position: int) -> tuple[int, frozenset[str]]:
        """How many words from a position on are a name, and its groups."""
        for size in self._sizes[first]:
            groups = self._known.get((first, *words[position + 1 : position + size]))
            if groups is not None:
                return size, groups
        return 0, NOTHING

    def _without_words(self, folded: str) -> tuple[frozenset[str], str]:
        """The groups of names that stand anywhere, and the text without them."""
        if folded.isascii() or not self._anywhere:
            return NOTHING, folded
        plain, found = folded.replace(" ", ""), NOTHING
        for name, groups in self._anywhere.items():
            if name in plain:
                folded, found = folded.replace(name, " "), found | groups
        return found, folded
