"""A reference range that is only text -> the structured range it plainly is."""

from __future__ import annotations

import re

from service.fhir.tolerant import NOTHING, Json

LONGEST_RANGE = 80  # characters; a longer text is prose
_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_UNIT = r"\s*(?P<unit>[^\s\d.,;:<>=≤≥‐‑–−-].*)?"
_BOTH = re.compile(rf"(?P<low>{_NUMBER})\s*(?:[-‐‑–—−~〜]|to)\s*(?P<high>{_NUMBER}){_UNIT}")
_CLOSED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_LOW = re.compile(rf"(?:>=?|≥)\s*(?P<low>{_NUMBER}){_UNIT}")
_HIGH = re.compile(rf"(?:<=?|≤)\s*(?P<high>{_NUMBER}){_UNIT}")
# Full-width ASCII, and the signs of `at most` and `at least` as they are written beside it.
NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | str.maketrans("≦≧", "≤≥")


def read_range_text(written: str) -> Json:
    """The `low` and `high` that a FHIR referenceRange of this text would have; {} if it is none.

    `40-130 U/L` -> {"low": {"value": "40", "unit": "U/L"}, "high": {"value": "130", ...}}.
    A range is two numbers joined by a hyphen, a dash or minus, a tilde or `to`, or one number
    behind `<`, `<=`, `≤` (high) or `>`, `>=`, `≥` (low); spaces free, a decimal point, at most a
    unit behind; all of it may stand in brackets.
    Sides have no unit where the text has none; whether a named one is a unit is for who converts
    the sides, as of a structured range.
    """
    if len(written) > LONGEST_RANGE:
        return NOTHING
    text = written.translate(NARROW).strip()
    closed = _CLOSED.fullmatch(text)
    if closed is not None:
        text = (closed[1] or closed[2] or "").strip()
    match = _BOTH.fullmatch(text) or _LOW.fullmatch(text) or _HIGH.fullmatch(text)
    if match is None:
        return NOTHING
    unit = {"unit": match["unit"]} if match["unit"] else {}
    return {
        side: {"value": value, **unit}
        for side, value in match.groupdict().items()
        if side != "unit"
    }
