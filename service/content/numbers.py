"""Numbers as content files write them: plain digits and a point."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_DIGITS = 12  # of a number that a person wrote on purpose
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")  # not 1_000, 1e3 or digits of other scripts


def decimal(value: object) -> Decimal | None:
    """A number from a content file; None where it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def shown(number: Decimal) -> str:
    """Without an exponent or closing zeros: 34.8, 140."""
    if number.adjusted() > MOST_DIGITS:
        return f"{number:.3e}"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
