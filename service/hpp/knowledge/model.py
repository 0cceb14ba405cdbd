"""Knowledge: thresholds, value sets, intervals and the decision table, frozen and indexed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from service.hpp.assessment import Row
from service.hpp.knowledge.units import Units

NOTHING: frozenset[str] = frozenset()
# What rules speak of that is one group or several; which ones, concepts.toml says.
ROLES = (
    "hpp", "against_exclusion", "fracture", "liver", "status", "procedure", "shown_result",
    "general_drug",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that decides, with its unit, its source, and what it means in words."""

    name: str
    value: Decimal
    unit: str
    source: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a value set.  unit: of a result with this code that carries none."""

    group: str
    system: str
    code: str
    display: str
    active: bool
    source: str
    note: str
    unit: str = ""


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
    """What may lower an ALP.

    kind: `explains` or `acute`.  window: threshold, of an acute cause or of an event.
    stands: `recent`, `lifelong` or `proven`.  long: `never`, `always`, or the sign with which it
    explains lows over more than a year.  advice: which line of a card it draws.
    """

    name: str
    kind: str
    window: str = ""
    stands: str = "recent"
    long: str = "never"
    advice: str = ""
    suggest: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Mask:
    """What may raise an ALP.  kind: `injury`, `pregnancy`, `disease` or `lifelong`."""

    name: str
    kind: str
    window: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """A criterion of HPP.

    of: the group whose diagnoses it is read from, where it has not the feature's name.
    before_age, apart: thresholds of an age, and of a time between the first and the last.
    """

    name: str
    major: bool
    adults: bool
    children: bool
    of: str = ""
    before_age: str = ""
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How many criteria make the pattern, and how far their list was read."""

    major: int
    minor_beside_one_major: int
    list: str
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A laboratory value that confirms causes: below or above a threshold.

    name: what it points at, in words.
    contradicts: the threshold on whose other side it rules its causes out, or nothing.
    """

    name: str
    test: str
    threshold: str
    below: bool
    causes: Sequence[str]
    contradicts: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verdict means, and what is left of its card in cancer.

    urgent: `keep`, `warning` or `none`.  cancer: `keep`, `none` or `none-on-treatment`.
    chart: shown where a chart is opened, without an order.
    """

    says: str
    urgent: str
    cancer: str
    chart: bool = False


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


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All content, read once at start and passed to everything that judges.

    recorded: ids of rows that a site switched off: they give their verdict and draw no card.
    roles: what a rule speaks of -> groups.  in_words: list of words in `text` -> group.
    switched_off: what a site took away from the shipped content, each in a sentence.
    own_limits: whose limits (`default`, `age-sex-table` ...) are a site's own instead of ours.
    """

    version: str
    thresholds: Mapping[str, Threshold]
    codes: Sequence[Code]
    systems: Mapping[str, str]
    units: Units
    intervals: Sequence[Interval]
    table: Sequence[Row]
    verdicts: Mapping[str, Verdict]
    findings: Mapping[str, str]
    classes: Mapping[str, DrugClass]
    drugs: Mapping[str, Drug]
    injected_words: tuple[str, ...]
    causes: Mapping[str, Cause]
    masks: Mapping[str, Mask]
    features: Mapping[str, Feature]
    pattern: Pattern
    signs: Mapping[str, Sign]
    acute_encounters: frozenset[str]
    inactive: Mapping[str, str]
    recognised: Mapping[str, str]
    tests: Mapping[str, Test]
    oncology: Oncology
    text: Mapping[str, tuple[str, ...]]
    by_text: Mapping[str, ByText]
    in_words: Mapping[str, str]
    roles: Mapping[str, frozenset[str]]
    encounter_classes: Mapping[str, str]
    verifications: Mapping[str, str]
    most_alp_kinds: int
    recorded: frozenset[str] = NOTHING
    switched_off: tuple[str, ...] = ()
    own_limits: frozenset[str] = NOTHING

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
    def labels(self) -> Mapping[str, str]:
        """Group -> our own name of a drug, cause, mask or feature: of an atypical femoral
        fracture the feature's, though it masks as well."""
        tables = (self.masks, self.causes, self.drugs, self.signs, self.features)
        return {code: entry.name for table in tables for code, entry in table.items()}

    @cached_property
    def judged_groups(self) -> frozenset[str]:
        """Groups of diagnoses that lower or raise an ALP or are a feature of HPP."""
        read_from = (feature.of for feature in self.features.values() if feature.of)
        return frozenset((*self.causes, *self.masks, *self.features, *read_from))
