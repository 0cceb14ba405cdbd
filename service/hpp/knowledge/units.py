"""Units -> exact factors to the unit that a measure is judged in.

units.csv lists the spellings of each measure.  What is not listed is read once and kept where
it was understood: an activity per volume by its structure (unit_words.py), any other measure as
a respelling of a listed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from service.hpp.knowledge.unit_words import UnitWord, UnitWords, plain

STRUCTURED = "activity"  # the measure whose units are read by their structure
LONGEST = 60  # characters: a longer text is no unit
MOST_KEPT = 1024  # texts and hashes, the next one starts afresh
_MEGA = re.compile(r"[MGP](?=[a-z]|/[lL]$)")
_MICRO = re.compile(r"^(?:μ|mc)(?=g|mol|iu|ui|u)")
_LITRE = re.compile(r"lit(?:er|re)")
_PLURAL = re.compile(r"(?<=[a-z]{4})s\b")


class Units:
    """What the units of the content files are worth."""

    def __init__(
        self, listed: Mapping[tuple[str, str], Decimal], words: Iterable[UnitWord]
    ) -> None:
        self._listed = listed
        self._words = UnitWords(words)
        self._measures = sorted({measure for measure, _ in listed})
        self._folded = {(measure, self._fold(text)): x for (measure, text), x in listed.items()}
        self._respelled = {text for measure, text in self._folded if measure != STRUCTURED}
        self._kept: dict[tuple[str, str], Decimal] = {}
        self._unread: set[int] = set()

    def factor(self, measure: str, written: str) -> Decimal | None:
        """What one of this unit is in the unit of the measure; None where that is not plain."""
        factor = self._listed.get((measure, written))
        return factor if factor is not None else self._read(measure, written)

    @property
    def measures(self) -> list[str]:
        return self._measures

    def is_unit(self, written: str) -> bool:
        """Whether some measure has this unit."""
        if len(written) > LONGEST:
            return False
        if any((measure, written) in self._listed for measure in self._measures):
            return True
        is_activity = self.factor(STRUCTURED, written) is not None
        return is_activity or self._fold(written) in self._respelled

    def _read(self, measure: str, written: str) -> Decimal | None:
        """Of what is no unit only a hash is kept: people type there."""
        key = measure, written
        factor = self._kept.get(key)
        if factor is not None or len(written) > LONGEST or hash(key) in self._unread:
            return factor
        if measure == STRUCTURED:
            factor = self._words.factor(written)
        else:
            factor = self._folded.get((measure, self._fold(written)))
        self._keep(key, factor)
        return factor

    def _keep(self, key: tuple[str, str], factor: Decimal | None) -> None:
        if len(self._kept) + len(self._unread) >= MOST_KEPT:
            self._kept.clear()
            self._unread.clear()
        if factor is None:
            self._unread.add(hash(key))
        else:
            self._kept[key] = factor

    def _fold(self, written: str) -> str:
        """The same for every respelling: case, width, blanks, brackets, per, u and mc for µ.

        Mmol/L, Mg/dL and G/L may be mega or giga by their capital and fold to nothing.
        """
        text = self._words.slashed(plain(written))
        if _MEGA.match(text):
            return ""
        text = _LITRE.sub("l", _PLURAL.sub("", text.casefold())).replace(",", ".")
        return _MICRO.sub("u", re.sub(r"[\s()*]", "", text))
