"""The words of the clinical core for what it makes of a record: findings and an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from service.hpp.model import DraftOrder, Excluded, Gap, Result


class Presence(StrEnum):
    """Looked and seen, looked and not seen, or could not look."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Indicator(StrEnum):
    """How urgent a card is; `NONE` is a verdict without a card."""

    NONE = "none"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Indicator).index(self)


class AlpClass(StrEnum):
    """What one ALP result means; of a low or a normal one the first that applies."""

    INVALID = "invalid"
    LOW_ACUTE = "low-acute"
    LOW_SUPPRESSED = "low-suppressed"
    LOW_EXPLAINED = "low-explained"
    LOW_CLEAN = "low-unexplained"
    NORMAL_ACUTE = "normal-acute"
    NORMAL_MASKED = "normal-masked"
    NORMAL = "normal"

    def __init__(self, value: str) -> None:
        self.low = value.startswith("low")
        self.eligible_low = value in ("low-suppressed", "low-explained", "low-unexplained")
        self.eligible = self.eligible_low or value == "normal"


# What is asked of each result: a name is looked up ten times as fast as a member (Python 3.11).
(
    INVALID, LOW_ACUTE, LOW_SUPPRESSED, LOW_EXPLAINED, LOW_CLEAN,
    NORMAL_ACUTE, NORMAL_MASKED, NORMAL,
) = AlpClass  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """The lower limit a result was compared with, in U/L, and whose it is.

    whose: `laboratory`, `laboratory-raised`, `laboratory-lowered`, `default`, `age-sex-table`,
    or `age-sex-table-adult-range` where an adult's range was printed for a child.
    clear: from here on a normal value is clearly normal.
    """

    low: Decimal
    very_low: Decimal
    ceiling: Decimal
    clear: Decimal
    whose: str


class Evidence(NamedTuple):
    """One thing a finding rests on: where it is in the record, when, and what it is.

    what: a group, feature or class code; the words for it are content.
    """

    reference: str
    what: str
    day: date | None = None
    shown: str = ""


class JudgedResult(NamedTuple):
    """An ALP result with its class, its limit and the reasons of its class.

    reasons: value-set groups (a cause, a mask, a drug) or, when invalid, a problem code.
    clear: so far above its limit that an enzyme deficient for life is unlikely.
    evidence: itself, as many findings point at it.
    """

    result: Result
    day: date | None
    kind: AlpClass
    evidence: Evidence
    limit: Limit | None = None
    very_low: bool = False
    above_ceiling: bool = False
    reasons: tuple[str, ...] = ()
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A named fact about the patient in three states.

    seen: whether it was seen in what could be read.  presence is `unknown` where data that
    was not seen could turn `seen` round; missing names the prefetch keys of that data.
    """

    code: str
    seen: bool
    presence: Presence
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of decision_table.toml: what must hold, the verdict, and how urgent it is.

    says: the same in words.
    """

    id: str
    verdict: str
    indicator: Indicator
    when: Mapping[str, Presence]
    source: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class DoubtedCause:
    """A cause or mask on record that explains nothing, and why it does not.

    cause: its value-set group.  why: `contradicted` (by a laboratory value), `old` (long ago or
    undated, and no value confirms it), `unproven` (it explains only with a value that confirms
    it) or `inactive` (said to be over, without a date).
    by: the value that contradicts it (`what` is the test).
    """

    cause: str
    reference: str
    why: str
    day: date | None = None
    by: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The ALP results that a card speaks of; None where there is no such result.

    last: the last that counts.  lowest: of the lows.  normal_before: the last normal above its
    ceiling before the first low.  clear_before: the last clear normal before the first low.
    masked: the last masked one.  very_low: the very low value that decided.  unread: the newest
    result that could not be read.
    """

    last: JudgedResult | None = None
    first_low: JudgedResult | None = None
    last_low: JudgedResult | None = None
    lowest: JudgedResult | None = None
    last_normal: JudgedResult | None = None
    normal_before: JudgedResult | None = None
    clear_before: JudgedResult | None = None
    masked: JudgedResult | None = None
    very_low: JudgedResult | None = None
    unread: JudgedResult | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement, with everything a card, a log line or a test needs to explain it.

    settled: the last ALP is normal beyond doubt and none was low, so that a gap is not worth a
    card.  causes: on record at the last low; doubted: those that explain nothing, and why.
    not_seen: prefetch keys of which something was not seen, also where a site accepts that.
    undated: facts that count although nobody knows when.  new_start: no antiresorptive of late.
    egfr_low: an eGFR too low for denosumab without a warning of its own.
    """

    row: Row
    indicator: Indicator
    findings: Mapping[str, Finding]
    open_rows: tuple[Row, ...] = ()
    alp: tuple[JudgedResult, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    modifiers: tuple[str, ...] = ()
    causes: tuple[Evidence, ...] = ()
    signs: tuple[Evidence, ...] = ()
    features: tuple[Evidence, ...] = ()
    child: bool = False
    gaps: tuple[Gap, ...] = ()
    drafts: tuple[DraftOrder, ...] = ()
    settled: bool = False
    course: Course = Course()
    doubted: tuple[DoubtedCause, ...] = ()
    family_history: tuple[Evidence, ...] = ()
    undated: tuple[Evidence, ...] = ()
    not_seen: frozenset[str] = frozenset()
    new_start: bool = True
    egfr_low: Evidence | None = None
    denosumab_before: Evidence | None = None

    @property
    def verdict(self) -> str:
        return self.row.verdict
