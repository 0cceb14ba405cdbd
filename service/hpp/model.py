"""The words of the clinical core for what was read from a record.

Nothing here knows FHIR, HTTP or Markdown.  Values are exact decimals in the unit that
their concept names; dates are whole calendar days in the site's time zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

# Tests of which a rule of the core speaks, by their name in concepts.toml.
ALP = "alp_total"
BONE_ALP = "alp_bone"  # shown, and never judged
PLP, PEA = "lab_plp", "lab_pea_urine"
GGT, EGFR = "lab_ggt", "lab_egfr"
CALCIUM, CORRECTED_CALCIUM = "lab_calcium", "lab_calcium_corrected"
# Those whose printed limits a rule asks for; of others they need not be read.
WITH_PRINTED_LIMITS = frozenset({ALP, PLP, PEA, GGT, CALCIUM, CORRECTED_CALCIUM})
DENOSUMAB = "denosumab"  # the class of drugs whose end a card speaks of
UNKNOWN_CODE, UNRECOGNISED = "unknown-code", "unrecognised"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was asked of the record and not seen.

    kind: `not-sent`, `failed`, `truncated`, `unreadable`, `foreign-patient`, ...; `unknown-code`
    is a drug with only a code that nobody can tell: listed, though most are other drugs, and
    nothing waits for it.
    key: the prefetch key it belongs to.  count: resources concerned, 0 for a whole key.
    where: positions or references of the resources, never their content.
    """

    kind: str
    key: str
    count: int = 0
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """Birth as the first and last day it can have been (FHIR allows a bare year)."""

    born_first: date | None = None
    born_last: date | None = None
    sex: Sex | None = None

    def ages_days(self, on: date) -> tuple[int, int] | None:
        """The youngest and the oldest age in days on a day; None where birth is unknown."""
        if self.born_first is None or self.born_last is None:
            return None
        return (on - self.born_last).days, (on - self.born_first).days


@dataclass(frozen=True, slots=True)
class PrintedRange:
    """What the laboratory printed beside a result, in the unit of the result's value."""

    low: Decimal | None = None
    high: Decimal | None = None


class Result(NamedTuple):
    """One laboratory value.

    value: in the unit that the test's concept names; None where `problem` says why.
    problem: `no-value`, `text`, `ratio`, `no-unit`, `unit`, `unit-conflict`, `number`,
    `comparator`, `status` (of no kind that is known), `unrecognised` (sent under the ALP key, and
    not known as another test), or empty.
    shown: value and unit as the record wrote them (text from a record: escape it).
    printed: of a test WITH_PRINTED_LIMITS.
    day: of the specimen, else of issue.  issued: the day it was known; None where not said.
    encounter_classes: of an ALP, v3-ActCode classes of the Encounter that it names, else of
    those whose period holds its day.
    """

    reference: str
    test: str
    day: date | None
    value: Decimal | None = None
    comparator: str = ""
    status: str = "final"
    printed: PrintedRange = PrintedRange()
    problem: str = ""
    shown: str = ""
    specimen: str = ""
    partial_date: bool = False
    issued: date | None = None
    encounter_classes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Condition:
    """A diagnosis or a procedure: which groups it belongs to, and when it was active.

    is_status: a code that says only that something was (history of, status post, aftercare,
    sequela).  is_subsequent: a later encounter for an injury, not the injury itself.
    family_history: what it says is true of a relative; it counts for nothing else.
    """

    reference: str
    groups: frozenset[str]
    verification: str = ""
    clinical_status: str = ""
    onset: date | None = None
    abatement: date | None = None
    recorded: date | None = None
    is_status: bool = False
    is_subsequent: bool = False
    family_history: bool = False

    @property
    def counts(self) -> bool:
        """Of this patient, and neither refuted nor entered in error."""
        return not self.family_history and self.verification not in (
            "refuted",
            "entered-in-error",
        )

    @property
    def began(self) -> date | None:
        return self.onset or self.recorded


@dataclass(frozen=True, slots=True)
class DrugUse:
    """A medication order on record: which drug, by what class, from when to when.

    administered: it was given, not ordered; start and end are the day it was given.
    """

    reference: str
    group: str
    drug_class: str
    status: str = "active"
    start: date | None = None
    end: date | None = None
    authored: date | None = None
    by_name: bool = False
    administered: bool = False

    @property
    def began(self) -> date | None:
        return self.start or self.authored


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A draft order of a drug of interest.

    reference: `Type/id` to name in a delete action, empty where the draft has no id.
    by_name: matched by ingredient or brand name, not by code.
    reasons: value-set groups of its reason codes.  oncology_dose: a dose used in cancer.
    """

    reference: str
    group: str
    drug_class: str
    by_name: bool = False
    reasons: frozenset[str] = frozenset()
    oncology_dose: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A genetic result that names ALPL, with whether its significance counts.

    likely: it says "likely pathogenic", not "pathogenic".  issued: the day it was known.
    """

    reference: str
    pathogenic: bool
    day: date | None = None
    likely: bool = False
    issued: date | None = None


@dataclass(frozen=True)
class Chart:
    """Everything the core may know of a patient, and what it could not see."""

    patient: Patient = Patient()
    results: tuple[Result, ...] = ()
    conditions: tuple[Condition, ...] = ()
    drugs: tuple[DrugUse, ...] = ()
    variants: tuple[Variant, ...] = ()
    drafts: tuple[DraftOrder, ...] = ()
    gaps: tuple[Gap, ...] = ()
    accepted_gaps: frozenset[str] = frozenset()
    excluded: tuple[Excluded, ...] = ()

    def missing(self) -> frozenset[str]:
        """Prefetch keys of which something was not seen and no one accepted that."""
        return self.not_seen - self.accepted_gaps

    @cached_property
    def not_seen(self) -> frozenset[str]:
        """Prefetch keys of which something was not seen, accepted or not."""
        return frozenset(gap.key for gap in self.gaps if gap.kind != UNKNOWN_CODE)

    @cached_property
    def not_looked_up(self) -> frozenset[str]:
        """Missing keys, without those of which only single results were not recognised."""
        kinds = (UNKNOWN_CODE, UNRECOGNISED)
        return frozenset(g.key for g in self.gaps if g.kind not in kinds) - self.accepted_gaps

    def of(self, test: str) -> Sequence[Result]:
        """The results of one test, in the order of the record."""
        return self._by_test.get(test, ())

    def of_any(self, *tests: str) -> Sequence[Result]:
        """The results of some tests, in the order of the record."""
        if not any(map(self.of, tests)):
            return ()
        return [result for result in self.results if result.test in tests]

    @cached_property
    def _by_test(self) -> Mapping[str, Sequence[Result]]:
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.test, []).append(result)
        return found


@dataclass(frozen=True, slots=True)
class Excluded:
    """A result or order that was read and not used, and why (a key of phrases.toml).

    count: of the facts that are said together in one line; the other members are the first's.
    """

    reference: str
    reason: str
    day: date | None = None
    shown: str = ""
    count: int = 1
