"""How much text one request may bring that nobody read before.

Reading a name costs by its length.  The limits on bytes and members alone would let in several
million characters of names that are all different; what is known by its content costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

# 4,000 results, 2,000 conditions and 1,500 orders no two named alike, have less than 700,000.
MOST_NEW_CHARACTERS = 800_000
FEWEST_OF_A_NAME = 40  # what reading a short name costs is not told by its length
OF_A_FURTHER_DRUG = 40  # of an order; many orders may be of one Medication with all drugs
OF_A_DRAFT = 80  # thousands may lie in one plan, and refer to one Medication
OF_AN_UNKNOWN_UNIT = 100  # of a quantity or a limit, which may have two of 60 characters
# Of a text that names a disease, where each word around the name is looked at in many ways.
TIMES_AROUND_A_DISEASE = 8


class TooMuchText(Exception):
    """pointer: the member of the request in which the budget ended."""

    def __init__(self, pointer: str = "") -> None:
        super().__init__(pointer)
        self.pointer = pointer


@dataclass
class Budget:
    """left: characters; without a limit where no request is answered."""

    left: float = inf

    def spend(self, characters: int) -> None:
        """Raises TooMuchText."""
        self.left -= characters
        if self.left < 0:
            raise TooMuchText
