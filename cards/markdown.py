"""Make text from a record inert in GitHub Flavored Markdown."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 80
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_PLAIN_VALUE = re.compile(
    r"(?:<=?|>=?)?[0-9]{1,9}(?:\.[0-9]{1,12})?(?: (?:[mIn]?U|[unmµμ]kat)/m?[Ll])?"
)


def escape(text: str) -> str:
    """Escape every ASCII punctuation mark, drop control and direction marks, cap the length.

    A plain number with a plain enzyme unit is returned as it is: it can mean nothing else.
    """
    if _PLAIN_VALUE.fullmatch(text):
        return text
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    short = " ".join(visible.split())
    if len(short) > MAX_LENGTH:
        short = short[: MAX_LENGTH - 1] + "…"
    return _PUNCTUATION.sub(r"\\\1", short)
