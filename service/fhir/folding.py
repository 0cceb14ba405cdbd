"""Written words -> the form in which they are compared.

Letters stay what they are; how they were written (case, accents, width, ligatures, signs of
registration, marks that nobody sees) is levelled.  Source of the properties and foldings:
Unicode Character Database and Unicode Standard Annex 15 (normalisation forms).
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 400  # characters of a text; what stands behind is not read
LONGEST_OF_ONE = 6  # characters that one sign may stand for; the longest has 18
MOST_LETTERS = 4096  # that are kept; the next one starts afresh
# Letters that no normalisation takes apart, as they are written where they are not at hand.
OTHER_LETTERS = {
    "ı": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
}  # fmt: skip
# A voiced sound is another letter in Japanese, though its mark is a combining one.
_VOICED = "\u3099\u309a"
_SIGNS = "©®℗"
_HIGH_OR_CIRCLED = ("<super>", "<circle>")
_SELECTORS = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"(\d+)")


def fold(written: str) -> str:
    """Lower case, no accents, single blanks, a digit apart from a letter (`70mg` -> `70 mg`).

    Of a text 400 characters are read, before and after signs are written out.
    """
    plain = written[:LONGEST]
    if plain.isascii() and plain.isprintable():
        plain = plain.lower()
    else:
        plain = unicodedata.normalize("NFC", plain.translate(_LETTERS)[:LONGEST])
    plain = plain.replace("_", " ")
    if _DIGIT.search(plain):
        plain = _apart(plain)
    return " ".join(plain.split())


def _apart(plain: str) -> str:
    """With a blank between a letter and a digit.  Split, as looking at every gap costs most of
    all that is done with a text of many digits."""
    pieces = _DIGITS.split(plain)
    for at in range(1, len(pieces), 2):
        before, after = pieces[at - 1][-1:], pieces[at + 1][:1]
        left, right = " " if before.isalnum() else "", " " if after.isalnum() else ""
        pieces[at] = f"{left}{pieces[at]}{right}"
    return "".join(pieces)


class _Letters(dict[int, str]):
    """Code point -> what it is compared as; filled as letters are met."""

    def __missing__(self, point: int) -> str:
        if len(self) >= MOST_LETTERS:
            self.clear()
        level = self[point] = _level(chr(point))
        return level


_LETTERS = _Letters()


def _level(sign: str) -> str:
    """One sign as it is compared: a blank, nothing, or the letters it stands for."""
    if sign.isspace() or sign in _SIGNS or _is_high_or_circled(sign):
        return " "
    kind = unicodedata.category(sign)
    if kind == "Pd":
        return "-"
    if kind.startswith("C") or _SELECTORS.match(sign):
        return ""
    letters = unicodedata.normalize("NFKD", sign.casefold())
    kept = (piece for piece in letters if piece in _VOICED or not unicodedata.combining(piece))
    plain = "".join(kept).casefold()
    return OTHER_LETTERS.get(plain, plain)[:LONGEST_OF_ONE]


def _is_high_or_circled(sign: str) -> bool:
    return unicodedata.decomposition(sign).startswith(_HIGH_OR_CIRCLED)
