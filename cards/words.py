"""Everything a card may say, as read from its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property

from cards.blanks import Text

ONE_HUNDREDTH = Decimal("0.01")
MOST_DIGITS = 16  # from here on a number that was sent as a float has no decimals
# A number with decimals as it stands at the start of a value, alone or before one unit.
_MEASURED = re.compile(r"((?:[<>]=?)?\d+)\.(\d+(?: [^\s\d]\S*)?)")


def shown_number(value: Decimal) -> str:
    """At most two decimals, rounded down, so that a low value never shows as its limit; what no
    laboratory measures with its power of ten, as it would not fit a card."""
    if value.adjusted() >= MOST_DIGITS:
        return f"{value:.3g}"
    plain = _without_zeros(f"{value:f}")
    if len(plain.partition(".")[2]) <= 2:
        return plain
    return _without_zeros(f"{value.quantize(ONE_HUNDREDTH, ROUND_FLOOR):f}")


def _without_zeros(plain: str) -> str:
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion of a card text.

    name: of suggestions.toml; `@cause` stands for the tests that fit the causes found.
    condition: a word of the situation, as in `referral-child?child`.  preselected: a `!` at the
    end; of a draft it counts on critical cards only.
    """

    name: str
    condition: str
    preselected: bool


@dataclass(frozen=True, slots=True)
class CardText:
    """One card text.

    summary_for, opening_for: others, by words of the situation that must all hold ("several
    renewal"); the first that fits wins.  override_reasons_for: further ones, in the same way.
    consider_for: lines of the notes, each where its words hold.  leaves_out: sentences of
    phrases.toml that a card of this text does not say (`open_rows`, `denosumab_first`).
    """

    verdict: str
    summary: Text
    summary_child: Text | None
    summary_for: Mapping[str, Text]
    opening_for: Mapping[str, str]
    consider_for: Mapping[str, str]
    leaves_out: tuple[str, ...]
    body: Text
    source: str
    source_child: str
    suggestions: tuple[Offer, ...]
    references: tuple[str, ...]
    references_child: tuple[str, ...]
    override_reasons: tuple[str, ...]
    override_reasons_for: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class OrderText:
    """A suggestion of suggestions.toml.

    text: what is ordered, in words.  display: the name that goes with the code, in the language
    of the code system; the text where nothing is said.  test: group whose recent result makes it
    superfluous.  tests: the suggestions that a set is made of.  rank: where each order must stand
    alone, the lower comes first.
    """

    label: Text
    description: str = ""
    text: str = ""
    loinc: str = ""
    test: str = ""
    note: str = ""
    display: str = ""
    tests: tuple[str, ...] = ()
    rank: int = 9


@dataclass(frozen=True, slots=True)
class Reference:
    label: str
    says: str
    publisher: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is said of the product itself.  each: attribute -> its title and what it says."""

    purpose: str
    conformity: str
    each: Mapping[str, tuple[str, Text]]


@dataclass(frozen=True)
class Words:
    """Everything a card may say, in one language.

    review: who has signed the content, as a sentence.
    names: kind of group (drug, cause ...) -> its names, in a language other than English.
    others: the same words in the other languages in use.
    """

    texts: Mapping[str, CardText]
    phrases: Mapping[str, Mapping[str, str]]
    suggestions: Mapping[str, OrderText]
    references: Mapping[str, Reference]
    override_system: str
    override_reasons: Mapping[str, str]
    attributes: Attributes
    version: str
    review: str = ""
    language: str = "en"
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    others: Mapping[str, Words] = field(default_factory=dict)

    def phrase(self, table: str, key: str) -> str:
        """The words for a code; the code itself where nobody wrote words for it."""
        return self.phrases[table].get(key, key)

    def sentence(self, name: str, /, **blanks: object) -> str:
        return self._sentences[name].fill(blanks)

    def number(self, value: Decimal) -> str:
        """As this language writes it."""
        return shown_number(value).replace(".", self.phrases["format"]["decimal"])

    def measured(self, shown: str) -> str:
        """A value of the record with the decimal sign of this language; any other text as it is."""
        found = _MEASURED.fullmatch(shown)
        return self.phrases["format"]["decimal"].join(found.groups()) if found else shown

    def day(self, day: date) -> str:
        parts = {"year": day.year, "month": f"{day.month:02}", "day": f"{day.day:02}"}
        return self._date.fill(parts)

    @cached_property
    def _date(self) -> Text:
        return Text(self.phrases["format"]["date"])

    @cached_property
    def _sentences(self) -> Mapping[str, Text]:
        return {name: Text(written) for name, written in self.phrases["sentence"].items()}
