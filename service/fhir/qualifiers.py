"""What the words around the name of a disease say of it: denied, left open, a relative's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from service.fhir.folding import fold
from service.fhir.names import Names, words_of

DENIED, DOUBTED, RELATIVE = "denied", "doubted", "relative"
# What is said in one clause is not said of what another names (`HPP, fracture ruled out`).
_CLAUSES = re.compile(r"[,;()\[\]、。（）]| - |(?<=[^\W\d_]{4})\. ")
_NO_LETTER = re.compile(r"[ ,-]")
_REST_OF_WORD = re.compile(r"[^\W_]*")
# Lists whose words count wherever they stand in a clause, also inside a longer word.
ANYWHERE = ("not_hpp", "not_hpp_aim", "undecided", "doubted", "family", "no_family")
NOBODY = Names(())
BEGINNING = 3  # letters
FURTHEST_RELATIVE = 4  # words behind the name: `in the second daughter`


class Stems:
    """Which of many words stand in a text, also inside longer ones; found by how they begin."""

    def __init__(self, words: Iterable[str]) -> None:
        self._starting: dict[str, list[str]] = {}
        for word in dict.fromkeys(words):
            self._starting.setdefault(word[:BEGINNING], []).append(word)
        self._short = [start for start in self._starting if len(start) < BEGINNING]

    def in_text(self, text: str) -> set[str]:
        starts = {text[at : at + BEGINNING] for at in range(len(text))} & self._starting.keys()
        starts.update(start for start in self._short if start in text)
        return {word for start in starts for word in self._starting[start] if word in text}


class Qualifiers:
    """The lists of concepts.toml that speak of a diagnosis, ready to read a text.

    not_hpp denies it in its own clause, and where it begins a clause beside (`HPP - ruled out`);
    not_hpp_aim says what else the name stands there for (`HPP screening`); not_hpp_before and
    negators count before the name only; undecided and doubted leave it open; family, relatives
    and others say whose it is, others that it is of no relative by blood.  plain: words that may
    stand beside these.
    """

    def __init__(self, text: Mapping[str, Sequence[str]], pseudo: Sequence[str]) -> None:
        self._pseudo = frozenset(map(letters_of, pseudo))
        self._words = {name: [fold(word) for word in text[name]] for name in ANYWHERE}
        self._heard = Stems(word for words in self._words.values() for word in words)
        self._before = {letters_of(fold(word)) for word in text["not_hpp_before"]}
        self._heard_before = Stems(self._before | self._pseudo)
        self._has_words = True
        self._relatives = Names((word, RELATIVE) for word in text["relatives"])
        self._others = Names((word, DENIED) for word in text["others"])
        kinds = (("relatives", RELATIVE), ("others", DENIED), ("negators", "negator"))
        self._people = Names((word, whose) for name, whose in kinds for word in text[name])
        self._negators, self._plain, self._in = (
            frozenset(words_of(" ".join(map(fold, text[name]))))
            for name in ("negators", "plain", "relative_in")
        )

    def of(self, said: str, stems: Sequence[str]) -> frozenset[str]:
        """What folded texts, one a line, say of the name whose letters begin with a stem.

        A line that names it twice says only what it says both times.
        """
        found: set[str] = set()
        for line in said.split("\n"):
            narrow = self._narrowed(line)
            if narrow is not None:
                found |= narrow._of_line(line, stems)
        return frozenset(found)

    def _narrowed(self, line: str) -> Qualifiers | None:
        """With the words alone that stand in a line, which may have many clauses; None where
        there are none, as in most."""
        heard, people = self._heard.in_text(line), self._people.groups_in(line)
        before = self._heard_before.in_text(letters_of(line))
        if not (heard or people or before):
            return None
        narrow = copy(self)
        narrow._words = {
            name: [word for word in words if word in heard] if heard else []
            for name, words in self._words.items()
        }
        narrow._before = before - self._pseudo
        narrow._relatives = self._relatives if RELATIVE in people else NOBODY
        narrow._others = self._others if DENIED in people else NOBODY
        narrow._has_words = bool(heard or people)
        return narrow

    def _of_line(self, line: str, stems: Sequence[str]) -> set[str]:
        clauses = [line]
        if says(line, stems):
            clauses = [clause for c in _CLAUSES.split(line) if (clause := c.strip())]
        own = [clause for clause in clauses if says(clause, stems)]
        if not own and says(line, stems):  # the name itself is parted by what ends a clause
            clauses = own = [line]
        others = [c for c in clauses if c not in own] if self._has_words else []
        found = {quality for clause in others for quality in self._beside(clause)}
        said = [{*self._own(clause, stems)} for clause in own]
        return found.union(set.intersection(*said) if said else ())

    def _says(self, name: str, text: str) -> bool:
        return any(word in text for word in self._words[name])

    def _own(self, clause: str, stems: Sequence[str]) -> Iterator[str]:
        """What a clause says that names it."""
        before, after = _around(clause, stems)
        left = self._decided(clause)
        if left != clause or self._says("doubted", clause):
            yield DOUBTED
        words = words_of(before)
        is_none = self._says("no_family", before) or bool(words and words[-1] in self._negators)
        is_none = is_none or any(word in letters_of(before) for word in self._before)
        if not is_none and self._is_of_relative(clause, before, after):
            yield RELATIVE
        elif is_none or self._is_denied(clause, left, before, after):
            yield DENIED

    def _is_denied(self, clause: str, left: str, before: str, after: str) -> bool:
        letters = letters_of(clause)
        if self._says("not_hpp", left) or self._says("not_hpp_aim", left):
            return True
        return any(word in letters for word in self._pseudo) or self._is_in(
            self._others, before, after
        )

    def _is_of_relative(self, clause: str, before: str, after: str) -> bool:
        """`Hypophosphatasia with no family history` is the patient's."""
        in_family = self._says("family", self._without("no_family", clause))
        return in_family or self._is_in(self._relatives, before, after)

    def _is_in(self, people: Names, before: str, after: str) -> bool:
        """Whether it is said of such a person: before the name, or behind it as `in her son`."""
        if people.groups_in(before):
            return True
        near = words_of(after)[:FURTHEST_RELATIVE]
        linked = bool(near) and near[0] in self._in
        named, others = people.read(" ".join(near))
        return bool(named) and (linked or self._plain.issuperset(others))

    def _beside(self, clause: str) -> Iterator[str]:
        """What a clause says of a name in another one: only what has no other subject."""
        left = self._decided(clause)
        start = self._without_plain(left)
        if left != clause or start.startswith(tuple(self._words["doubted"])):
            yield DOUBTED
        if start.startswith(tuple(self._words["not_hpp"])):
            yield DENIED
        is_none = self._says("no_family", clause)
        for name, meaning in (("not_hpp_aim", DENIED), ("family", RELATIVE)):
            if self._says(name, clause) and self._is_only(name, clause) and not is_none:
                yield meaning
        for people, meaning in ((self._relatives, RELATIVE), (self._others, DENIED)):
            named, others = people.read(clause)
            if named and self._plain.issuperset(others):
                yield meaning

    def _decided(self, clause: str) -> str:
        """A clause without denials that are denied themselves or still to come."""
        return self._without("undecided", clause)

    def _is_only(self, name: str, clause: str) -> bool:
        return self._plain.issuperset(words_of(self._without(name, clause)))

    def _without(self, name: str, text: str) -> str:
        for word in self._words[name]:
            text = text.replace(word, " ")
        return text

    def _without_plain(self, clause: str) -> str:
        words = clause.split()
        while words and words[0] in self._plain:
            words = words[1:]
        return " ".join(words)


def letters_of(folded: str) -> str:
    """A folded text without blanks, commas and hyphens."""
    return folded.replace(" ", "").replace(",", "").replace("-", "")


def says(folded: str, stems: Sequence[str]) -> bool:
    """Whether letters stand in a text, also inside a word and where the word was parted."""
    letters = letters_of(folded)
    return any(stem in letters for stem in stems)


def _around(clause: str, stems: Sequence[str]) -> tuple[str, str]:
    """The text before the last name, and behind the word that it is or ends."""
    letters = letters_of(clause)
    start = max(letters.rfind(stem) for stem in stems)
    stem = next(stem for stem in stems if letters.startswith(stem, start))
    places = [at for at, sign in enumerate(clause) if not _NO_LETTER.match(sign)]
    end = places[start + len(stem) - 1] + 1
    word = _REST_OF_WORD.match(clause, end)
    return clause[: places[start]], clause[word.end() if word else end :]
