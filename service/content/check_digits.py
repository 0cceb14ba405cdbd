"""Check digits of the code systems that have them."""

from __future__ import annotations

# Verhoeff's tables (SNOMED CT Release File Specification, "Check-digit").
_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTATION = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
_INVERSE = "0432156789"


def verhoeff(digits: str) -> str:
    """The check digit of SNOMED CT that follows these digits."""
    state = 0
    for place, digit in enumerate(reversed(digits), 1):
        state = int(_DIHEDRAL[state][int(_PERMUTATION[place % 8][int(digit)])])
    return _INVERSE[state]


def luhn(digits: str) -> str:
    """The check digit of LOINC ("mod 10") that follows these digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def gtin(digits: str) -> str:
    """The check digit of GTIN, EAN and CIP13 that follows these digits."""
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits)))
    return str(-total % 10)


def pzn(digits: str) -> str:
    """The check digit of a PZN that follows these seven; X where there is no such number."""
    rest = sum(int(digit) * weight for weight, digit in enumerate(digits, 1)) % 11
    return str(rest) if rest < 10 else "X"
