"""Everything a card may say, as read from its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cards.blanks import Text


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

    test: group whose recent result makes it superfluous.  tests: the suggestions that a set is
    made of.  rank: where each order must stand alone, the lower comes first.
    """

    label: Text
    description: str = ""
    text: str = ""
    loinc: str = ""
    test: str = ""
    note: str = ""
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
    """Everything a card may say.  review: who has signed the content, as a sentence."""

    texts: Mapping[str, CardText]
    phrases: Mapping[str, Mapping[str, str]]
    suggestions: Mapping[str, OrderText]
    references: Mapping[str, Reference]
    override_system: str
    override_reasons: Mapping[str, str]
    attributes: Attributes
    version: str
    review: str = ""

    def phrase(self, table: str, key: str) -> str:
        """The words for a code; the code itself where nobody wrote words for it."""
        return self.phrases[table].get(key, key)

    def sentence(self, name: str, /, **blanks: object) -> str:
        return self._sentences[name].fill(blanks)

    @cached_property
    def _sentences(self) -> Mapping[str, Text]:
        return {name: Text(written) for name, written in self.phrases["sentence"].items()}
