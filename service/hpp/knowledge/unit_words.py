"""An activity per volume, read from the words it is written in.

`U/L`, `[IU]/L{37Cel}`, `enheter per liter`, `nmol/(s·L)`, `µkat·L⁻¹`: the words and what each is
worth stand in unit_words.csv, the grammar is that of UCUM (a slash divides by the one next term
or group) with the freedoms of a printed report.  Two structures are an activity per volume, an
enzyme unit or katal per volume and an amount per time and volume; anything else has no factor.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from math import prod
from typing import NamedTuple

LONGEST_PLAIN = 120  # characters: one letter may stand for eighteen
KINDS = ("prefix", "activity", "amount", "time", "volume", "per", "remark")
PER_VOLUME = ([("activity", 1), ("volume", -1)], [("amount", 1), ("time", -1), ("volume", -1)])
MOST_TERMS = max(map(len, PER_VOLUME))
SIGNS = "/.()"  # beside which a blank says nothing
# A degree sign says nothing beside 37; a dot of any kind multiplies, as a blank does.
_SIGNS = str.maketrans(
    {"[": "", "]": "", "^": "", "{": "(", "}": ")", "_": " "}
    | dict.fromkeys("°º˚", "")
    | dict.fromkeys("·•⋅∙・*", ".")
    | {"−": "-", "⁄": "/", "∕": "/"}
)
_NOT_A_LETTER = r"(?![^\W\d_])"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_PLURAL = re.compile(r"\(s\)", re.IGNORECASE)
_BEFORE_A_REMARK = " /.,;@()-"


class UnitWord(NamedTuple):
    """A row of unit_words.csv.

    factor: of a prefix, what it multiplies by; of an activity, in U; of an amount, in umol; of
    a time and a volume, how often it goes into a minute and a litre.
    """

    kind: str
    word: str
    prefixes: tuple[str, ...]
    factor: Decimal


NO_WORD = UnitWord("", "", (), Decimal(0))


class Term(NamedTuple):
    """kind: of the word, as in unit_words.csv.  written: as it stands in the text."""

    kind: str
    power: int
    factor: Decimal
    prefix: str
    written: str


def plain(written: str) -> str:
    """The text in narrow letters, without accents, brackets, degree and hidden signs."""
    signs = written.translate(_SIGNS)
    if signs.isascii():
        return " ".join(signs.split())
    pieces = unicodedata.normalize("NFKD", signs)
    if len(pieces) > LONGEST_PLAIN and not pieces.isascii():
        return ""
    return " ".join(_BEYOND_ASCII.sub(_seen, pieces).translate(_SIGNS).split())


def _seen(sign: re.Match[str]) -> str:
    """Nothing for an accent and for what nobody sees."""
    is_hidden = unicodedata.combining(sign[0]) or unicodedata.category(sign[0]) == "Cf"
    return "" if is_hidden else sign[0]


class UnitWords:
    """The words of unit_words.csv, ready to read a text."""

    def __init__(self, rows: Iterable[UnitWord]) -> None:
        words = [row._replace(word=plain(row.word).casefold()) for row in rows]
        prefixes = {row.word: row.factor for row in words if row.kind == "prefix"}
        self._letters = frozenset(prefix for prefix in prefixes if len(prefix) == 1)
        self._whole: dict[str, UnitWord] = {}
        self._prefixed: dict[str, tuple[str, UnitWord]] = {}
        spelled = []
        for row in words:
            if row.kind in ("activity", "amount", "time", "volume"):
                spelled += [row.word]
                self._whole[_joined(row.word)] = row
                for prefix in (plain(written).casefold() for written in row.prefixes):
                    spelled += [f"{prefix} {row.word}"]
                    worth = row._replace(factor=prefixes[prefix] * row.factor)
                    self._prefixed[_joined(prefix + row.word)] = prefix, worth
        word = f"(?P<word>(?:{_any_of(spelled)}){_NOT_A_LETTER})(?P<power>-1(?!\\d))?"
        self._token = re.compile(f"[/() .]|{word}", re.IGNORECASE)
        self._compile_fringe(words)

    def _compile_fringe(self, words: Iterable[UnitWord]) -> None:
        """The words for a slash, and what may stand behind a unit: 37 °C, the method."""
        pers = _any_of(row.word for row in words if row.kind == "per")
        remarks = _any_of(row.word for row in words if row.kind == "remark")
        self._per = re.compile(rf" (?:{pers}) ", re.IGNORECASE)
        self._remark = re.compile(rf"\( ?(?:{remarks}) ?\)", re.IGNORECASE)
        lengths = (len(row.word) for row in words if row.kind == "remark")
        self._longest_remark = max(lengths, default=0)
        self._last_remark = re.compile(rf"(?<!\d)(?:{remarks})$", re.IGNORECASE)

    def slashed(self, text: str) -> str:
        """A plain text with a slash for the word `per`."""
        return self._per.sub("/", text)

    def factor(self, written: str) -> Decimal | None:
        """What one of this unit is in U/L; None for what is not plainly activity per volume."""
        text = self._without_remarks(plain(written).rstrip(" .,;:"))
        text = self.slashed(text)
        for sign in SIGNS:
            text = text.replace(f" {sign}", sign).replace(f"{sign} ", sign)
        terms = self._terms(_PLURAL.sub("", text))
        if sorted(term[:2] for term in terms) not in PER_VOLUME:
            return None
        return None if _mega(terms) else _exact(prod(term.factor for term in terms))

    def _without_remarks(self, text: str) -> str:
        text = " ".join(self._remark.sub("", text).split())
        while last := self._last_remark_of(text.rstrip(" )")):
            text = text[: last.start()].rstrip(_BEFORE_A_REMARK)
        return text

    def _last_remark_of(self, text: str) -> re.Match[str] | None:
        """Looked for no farther from the end than the longest is long."""
        return self._last_remark.search(text, max(0, len(text) - self._longest_remark))

    def _terms(self, text: str) -> list[Term]:
        """The words with their powers; none where the text holds anything else, or more."""
        terms: list[Term] = []
        outer, sign, at = [1], 1, 0
        while at < len(text):
            token = self._token.match(text, at)
            if token is None or len(terms) > MOST_TERMS:
                return []
            at = token.end()
            if token["word"]:
                power = outer[-1] * sign * (-1 if token["power"] else 1)
                terms.append(self._term(token["word"], power))
                sign = 1
            elif token[0] == "(":
                outer, sign = [*outer, outer[-1] * sign], 1
            elif token[0] in "/)" and (sign < 0 or (token[0] == ")" and len(outer) == 1)):
                return []
            elif token[0] == "/":
                sign = -1
            elif token[0] == ")":
                outer.pop()
        return terms if sign > 0 and len(outer) == 1 else []

    def _term(self, written: str, power: int) -> Term:
        """A small prefix letter before a capital is a prefix: `мЕ` is not the word `МЕ`."""
        key = _joined(written.casefold())
        whole = self._whole.get(key)
        if whole and whole.kind == "activity" and written[:1] in self._letters:
            whole = whole if not written[1:2].isupper() else None
        prefix, word = ("", whole) if whole else self._prefixed.get(key, ("", NO_WORD))
        return Term(word.kind, power, word.factor, prefix, written)


def _joined(word: str) -> str:
    return word.replace(" ", "")


def _any_of(words: Iterable[str]) -> str:
    """A pattern of the words, longest first; their blanks may be missing."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s?") for word in ordered) or "(?!)"


def _mega(terms: Iterable[Term]) -> bool:
    """Whether a capital M (P) may be mega (peta): it is milli only beside ML or DL in capitals."""
    capitals = any(
        term.kind == "volume" and len(term.written) > 1 and term.written.isupper() for term in terms
    )
    return not capitals and any(len(t.prefix) == 1 and t.written[:1] in "MPМ" for t in terms)


def _exact(factor: Decimal | int) -> Decimal:
    """Without trailing zeros and without an exponent."""
    number = Decimal(factor)
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()
