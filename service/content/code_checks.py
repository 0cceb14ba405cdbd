"""Whether a row that a site adds to a value set, or takes from one, can be right."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from service.content.code_forms import problems, unseen_in
from service.content.faults import Notes, hint
from service.fhir.folding import fold
from service.hpp.knowledge.model import Code

NAME = "name"  # the system of names
SHORTEST_NAME = 4  # letters of the Latin alphabet; a shorter one stands in too many texts
MANY = 3  # groups that share a word: it names none of them
_WILD = re.compile(r"[*?]|\.\+|%$")  # as searches write "and whatever follows"
_WORD = re.compile(r"[^\W\d_]+")
# How the ids of groups begin, which is what tells a test from a drug in the value-set files.
KINDS = {
    "test": ("alp_", "lab_", "vital_"),
    "drug": ("bp_", "ar_", "bone_", "ert_", "drug"),
    "HPP": ("cond_hpp",),
}


def kind_of(group: str) -> str:
    """What the codes of a group are: tests, drugs, HPP, or another condition."""
    return next((kind for kind, starts in KINDS.items() if group.startswith(starts)), "condition")


@cache
def general_words() -> frozenset[str]:
    text = files("service.content").joinpath("general_words.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


class CodeChecks:
    """Compares a site's rows with ours.

    systems: address -> short name.  groups: all that may be named.
    """

    def __init__(
        self, ours: Sequence[Code], systems: Mapping[str, str], groups: Collection[str],
        notes: Notes,
    ) -> None:  # fmt: skip
        self._systems, self._groups, self._notes = systems, groups, notes
        self._ours = ours
        self._places = {(code.group, code.system, code.code) for code in ours}
        self._taken: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._words: dict[str, set[str]] = defaultdict(set)
        for code in ours:
            if code.active:
                self._taken[self._key(code)][code.group] = code.display
                self._remember_words(code)
        self._named: dict[str, set[str]] = defaultdict(set)
        for code in ours:
            if code.active and code.system == NAME and kind_of(code.group) == "drug":
                self._named[fold(code.code)].add(code.group)

    def _key(self, code: Code) -> tuple[str, str]:
        name = fold(code.code) if code.system == NAME else code.code.upper()
        return self._systems.get(code.system, code.system), name

    def _remember_words(self, code: Code) -> None:
        said = f"{code.display} {code.code}" if code.system == NAME else code.display
        family = "cond_hpp" if kind_of(code.group) == "HPP" else code.group
        for word in _WORD.findall(fold(said)):
            self._words[word].add(family)

    def removal(self, code: Code) -> str:
        """What is wrong with taking a row, or a whole group, away."""
        if code.group not in self._groups:
            return self._unknown_group(code.group)
        if not code.code and not code.note:
            return f"the group {code.group} is switched off only with a reason, in `note`"
        if code.code and (code.group, code.system, code.code) not in self._places:
            inside = [c.code for c in self._ours if c.group == code.group]
            return f"{code.code} is not in {code.group}{hint(code.code, inside)}"
        return ""

    def addition(self, code: Code, file: str, line: str) -> str:
        """What is wrong with a row to add; what is only odd is a warning."""
        if code.group in self._taken.get(self._key(code), {}):
            return ""  # a row of ours, with another display, source or unit
        for message, serious in self._problems(code):
            if serious:
                return message
            self._notes.warn(file, line, message)
        self._taken[self._key(code)][code.group] = code.display
        return ""

    def _problems(self, code: Code) -> Iterator[tuple[str, bool]]:
        if code.group not in self._groups:
            yield self._unknown_group(code.group), True
        if code.system != NAME and code.system not in self._systems:
            known = (*self._systems, *self._systems.values(), NAME)
            yield f"{code.system} is not in systems.csv{hint(code.system, known)}", True
        if not code.code:
            yield "an active row needs a code", True
        name = self._systems.get(code.system, code.system)
        yield from problems(name, code.system, code.code)
        if wrong := unseen_in(code.display):
            yield f"the display {wrong}", False
        yield from self._other_groups(code)
        yield from self._name_problems(code) if code.system == NAME else self._display(code)

    def _unknown_group(self, group: str) -> str:
        return f"{group!r} is not a group{hint(group, self._groups)}"

    def _other_groups(self, code: Code) -> Iterator[tuple[str, bool]]:
        """One code means one test, one drug; conditions may be of several kinds at once."""
        others = {g: d for g, d in self._taken.get(self._key(code), {}).items() if g != code.group}
        for group, display in others.items():
            same = kind_of(group) == kind_of(code.group) and kind_of(group) in ("condition", "HPP")
            yield (
                f"{code.code} is in two groups: {code.group} here, and {group} ({display})",
                not same,
            )

    def _name_problems(self, code: Code) -> Iterator[tuple[str, bool]]:
        """A name must tell its group from the others in whatever text it stands."""
        words = _WORD.findall(fold(code.code))
        letters = sum(map(len, words))
        if sign := _WILD.search(code.code):
            yield f"{sign[0]} stands for itself in a name: write each name out", True
        if not words:
            yield f"{code.code!r} is not a name", True
        elif code.code.isascii() and letters < SHORTEST_NAME and kind_of(code.group) != "test":
            yield f"the name {code.code!r} is too short: it stands in too many texts", True
        elif all(self._is_general(word) for word in words):
            shared = sorted(set().union(*(self._words.get(word, ()) for word in words)))
            also = f"; it stands in names of {', '.join(shared[:3])}" if shared else ""
            yield f"the name {code.code!r} is too general{also}", True

    def _is_general(self, word: str) -> bool:
        return word in general_words() or len(self._words.get(word, ())) >= MANY

    def _display(self, code: Code) -> Iterator[tuple[str, bool]]:
        """A code that we know too, shown with words that none of ours has."""
        known = [d for d in self._taken.get(self._key(code), {}).values() if d]
        theirs = {word[:4] for word in _WORD.findall(fold(code.display))}
        ours = {word[:4] for display in known for word in _WORD.findall(fold(display))}
        if known and theirs and not theirs & ours:
            yield f"{code.code} is shown as {code.display!r}; we know it as {known[0]!r}", False
        elif named := self._names_another(code):
            yield (
                f"the display {code.display!r} names {named}, and the row is of {code.group}",
                False,
            )

    def _names_another(self, code: Code) -> str:
        """A group of another kind of drug or test whose name the display holds."""
        said = f" {fold(code.display)} "
        found = {
            group for name, groups in self._named.items() if f" {name} " in said for group in groups
        }
        mine = {g for g in found if g == code.group or g[:6] == code.group[:6]}
        return "" if mine else next(iter(sorted(found)), "")
