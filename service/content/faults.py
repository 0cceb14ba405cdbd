"""Faults in files that people edit: where it is, what is wrong, the likely mistake."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Say = Callable[[str, str, str], None]  # file, key or line, what is wrong
SHORTENED = 3  # letters from which on the beginning of a word stands for it


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a settings or content file, or worth a warning."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.key, self.message)))


class Faulty(Exception):
    """Files that cannot be used; `faults` holds all that is wrong with them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


@dataclass
class Notes:
    """What was found in some files: faults stop a start, warnings do not."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(self, file: str, key: str, message: str) -> None:
        self.faults.append(Fault(file, key, message))

    def warn(self, file: str, key: str, message: str) -> None:
        self.warnings.append(Fault(file, key, message))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was likely meant: in another case or folder, a slip away, or begun."""
    names = list(known)
    same = [name for name in names if name.casefold() == word.casefold()]
    last = word.casefold().rsplit("/", 1)[-1]
    beside = [name for name in names if "/" in name and name.casefold().rsplit("/", 1)[-1] == last]
    close = difflib.get_close_matches(word, names, 1, 0.6)
    begun = [name for name in names if len(word) >= SHORTENED and name.startswith(word.casefold())]
    only = begun if len(begun) == 1 else []
    return next(iter([*same, *(beside if "://" not in word else ()), *close, *only]), "")


def hint(word: str, known: Iterable[str]) -> str:
    """The likely mistake, as the end of a sentence; empty where nothing is close."""
    close = nearest(word, known)
    return f"; did you mean {close}?" if close else ""
