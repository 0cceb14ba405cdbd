"""Knowledge: thresholds, value sets, intervals and the decision table, frozen and indexed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from service.hpp.knowledge.units import Units
from service.hpp.model import Row

NOTHING: frozenset[str] = frozenset()
_WORD = re.compile(r"\w+")
# Code systems whose codes are hierarchical by prefix: a child code is a kind of its parent.
PREFIX_SYSTEMS = frozenset({"icd10cm", "icd10", "atc"})


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that decides, with its unit, the bounds a site may move it in, its source."""

    name: str
    value: Decimal
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a value set."""

    group: str
    system: str
    code: str
    display: str
    active: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class DrugClass:
    """What a class of drug does: whether it is judged, and its effect on ALP."""

    triggers: bool
    effect: str
    washout: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    name: str
    drug_class: str
    injected_class: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    name: str
    kind: str
    window: str = ""
    needs_tsh: bool = False
    suggest: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Mask:
    name: str
    window: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    major: bool
    adults: bool
    children: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """A laboratory finding that points at a cause and only words the card."""

    test: str
    threshold: str
    below: bool
    cause: str


@dataclass(frozen=True, slots=True)
class Test:
    name: str
    measure: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A lower limit in U/L for an age range in days (both ends included) and a sex."""

    sex: str
    age_min_days: int
    age_max_days: int
    low_u_per_l: Decimal


@dataclass(frozen=True, slots=True)
class ByText:
    """The group that a code belongs to where the text holds one of some words."""

    group: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Oncology:
    """How an antiresorptive given for cancer is recognised."""

    indications: frozenset[str]
    metabolic_indications: frozenset[str]
    malignant_calcium: str
    high_calcium: str
    drugs: frozenset[str]
    doses_mg: Mapping[str, Decimal]
    brands: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """All content, read once at start and passed to everything that judges."""

    version: str
    reviews: Mapping[str, str]
    thresholds: Mapping[str, Threshold]
    codes: Sequence[Code]
    systems: Mapping[str, str]
    units: Units
    intervals: Sequence[Interval]
    table: Sequence[Row]
    classes: Mapping[str, DrugClass]
    drugs: Mapping[str, Drug]
    injected_words: tuple[str, ...]
    causes: Mapping[str, Cause]
    masks: Mapping[str, Mask]
    features: Mapping[str, Feature]
    signs: Sequence[Sign]
    tests: Mapping[str, Test]
    oncology: Oncology
    text: Mapping[str, tuple[str, ...]]
    by_text: Mapping[str, ByText]
    encounter_classes: Mapping[str, str]
    review_dates: Mapping[str, date]

    def number(self, name: str) -> Decimal:
        """A threshold's value in its own unit."""
        return self.thresholds[name].value

    def days(self, name: str) -> int:
        """A threshold in days."""
        return self._whole_days[name]

    @cached_property
    def _whole_days(self) -> Mapping[str, int]:
        return {name: int(threshold.value) for name, threshold in self.thresholds.items()}

    @cached_property
    def by_code(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """(system name, code) -> groups, active rows only."""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self.codes:
            if row.active and row.code and row.system != "name":
                system = self.systems.get(row.system, row.system)
                found.setdefault((system, row.code.upper()), set()).add(row.group)
        return {key: frozenset(groups) for key, groups in found.items()}

    def groups_of(self, system: str, code: str) -> frozenset[str]:
        """Groups of one coding.  ICD-10 and ATC codes also belong to their parents' groups."""
        name, code = self.systems.get(system, system), code.upper()
        found = self.by_code.get((name, code), NOTHING)
        if name in PREFIX_SYSTEMS and (name, code[:3]) in self._stems:
            shortest = 3 if name != "atc" else 4
            for length in range(len(code) - 1, shortest - 1, -1):
                found |= self.by_code.get((name, code[:length].rstrip(".")), NOTHING)
        return found

    @cached_property
    def _stems(self) -> frozenset[tuple[str, str]]:
        """(system name, first three characters) of every code we know."""
        return frozenset((name, code[:3]) for name, code in self.by_code)

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """Folded name -> groups, for matching by ingredient, brand or synonym."""
        found: dict[str, set[str]] = {}
        for row in self.codes:
            if row.active and row.system == "name":
                found.setdefault(fold(row.code), set()).add(row.group)
        return {name: frozenset(groups) for name, groups in found.items()}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Group -> our own name of a drug, cause, mask or feature."""
        tables = (self.features, self.masks, self.causes, self.drugs)
        return {code: entry.name for table in tables for code, entry in table.items()}

    @cached_property
    def _drug_names(self) -> Sequence[str]:
        return [n for n, groups in self.names.items() if any(g in self.drugs for g in groups)]

    @cached_property
    def drug_name_pattern(self) -> re.Pattern[str]:
        """All drug names as whole words, longest first."""
        ordered = sorted(self._drug_names, key=lambda name: (-len(name), name))
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)")

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """The word each drug name begins with: most texts hold none of them."""
        return frozenset(word for name in self._drug_names for word in _WORD.findall(name)[:1])

    def drugs_named_in(self, said: str) -> frozenset[str]:
        """Drug groups whose ingredient or brand name stands as a whole word in a folded text."""
        if self._first_words.isdisjoint(_WORD.findall(said)):
            return frozenset()
        found: set[str] = set()
        for match in self.drug_name_pattern.findall(said):
            found |= self.names[match]
        return frozenset(group for group in found if group in self.drugs)

    def names_gene(self, text: str) -> bool:
        """Whether a name of the gene stands as a whole word in a text."""
        return bool(self.text["gene_words"]) and self.gene_pattern.search(text) is not None

    @cached_property
    def gene_pattern(self) -> re.Pattern[str]:
        """The names of the gene as whole words."""
        words = "|".join(map(re.escape, self.text["gene_words"]))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    def test_codes(self, groups: Sequence[str], system: str) -> list[str]:
        """Active codes of some groups in one code system, in the order of the files."""
        wanted = set(groups)
        return [
            row.code
            for row in self.codes
            if row.active and row.group in wanted and self.systems.get(row.system) == system
        ]


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: the form in which names are compared."""
    if not text.isascii():
        pieces = unicodedata.normalize("NFKD", text)
        text = "".join(piece for piece in pieces if not unicodedata.combining(piece))
    return " ".join(text.casefold().replace("_", " ").split())
