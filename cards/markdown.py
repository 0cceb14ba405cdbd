"""Make text from a record inert in GitHub Flavored Markdown, wherever in a card it stands."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 80
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_PLAIN_VALUE = re.compile(
    r"([<>]=?)?[0-9]{1,9}(?:[.,][0-9]{1,12})?(?: (?:[mIn]?U|[unmµμ]kat)/m?[Ll])?"
)


def escape(text: str) -> str:
    """Escape every ASCII punctuation mark, drop control and direction marks, cap the length.

    A plain number with a plain enzyme unit is left as it is: it can mean nothing else; only its
    comparator is escaped, which at the start of a block would begin a quote.
    """
    plain = _PLAIN_VALUE.fullmatch(text)
    if plain:
        return f"\\{text}" if plain[1] else text
    return _PUNCTUATION.sub(r"\\\1", visible(text))


def visible(text: str) -> str:
    """Only what is seen: blanks for line breaks and control characters, nothing for marks that
    order or join others (bidirectional ones, zero widths), at most MAX_LENGTH characters."""
    short = " ".join("".join(map(_seen, text)).split())
    return short if len(short) <= MAX_LENGTH else short[: MAX_LENGTH - 1] + "…"


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" or category[0] == "Z":
        return " "
    return "" if category[0] == "C" else character
