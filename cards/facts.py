"""The short strings an assessment fills into a card's blanks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property

from cards.words import Words
from service.hpp.assessment import AlpClass, Assessment, JudgedResult
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import UNKNOWN_CODE, Gap

ONE_HUNDREDTH = Decimal("0.01")
# Most EHRs send neither, and no verdict waits for them: the answer lists them, a card does not.
SELDOM_SENT = {("not-sent", "encounters"), ("not-sent", "administrations")}


def shown_number(value: Decimal) -> str:
    """At most two decimals, rounded down, so that a low value never shows as its limit."""
    plain = _without_zeros(f"{value:f}")
    if len(plain.partition(".")[2]) <= 2:
        return plain
    return _without_zeros(f"{value.quantize(ONE_HUNDREDTH, ROUND_FLOOR):f}")


def _without_zeros(plain: str) -> str:
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@dataclass(frozen=True)
class CardFacts:
    """One assessment, with words; computed once for each card."""

    assessment: Assessment
    words: Words
    knowledge: Knowledge
    today: date
    accepted_gaps: frozenset[str] = frozenset()

    @cached_property
    def lows(self) -> list[JudgedResult]:
        """Eligible lows; where there are none, the lows of acute illness."""
        eligible = [item for item in self.assessment.alp if item.kind.eligible_low]
        return eligible or [i for i in self.assessment.alp if i.kind is AlpClass.LOW_ACUTE]

    @cached_property
    def last(self) -> JudgedResult | None:
        """The result a summary speaks of: the last that counts, else the last low one."""
        dated = [item for item in self.assessment.alp if item.kind.eligible]
        return dated[-1] if dated else (self.lows[-1] if self.lows else None)

    @property
    def last_value(self) -> str:
        return value_of(self.last) if self.last else ""

    @property
    def last_date(self) -> str:
        return self.last.day.isoformat() if self.last and self.last.day else ""

    @property
    def last_limit(self) -> str:
        return shown_number(self.last.limit.low) if self.last and self.last.limit else ""

    def name_of(self, code: str) -> str:
        """Our own name of a drug, cause, mask or feature group, or the words for a reason."""
        return self.knowledge.labels.get(code) or self.words.phrase("reason", code)

    @cached_property
    def causes(self) -> list[str]:
        """Names of what explains or suppresses the lows, newest result first."""
        codes = [code for item in reversed(self.lows) for code in item.reasons]
        return _unique(self.name_of(code) for code in codes)

    @cached_property
    def cause_codes(self) -> list[str]:
        return _unique(code for item in reversed(self.lows) for code in item.reasons)

    @property
    def masks(self) -> list[str]:
        masked = [i for i in self.assessment.alp if i.kind is AlpClass.NORMAL_MASKED]
        return _unique(self.name_of(code) for item in reversed(masked) for code in item.reasons)

    @property
    def unusable(self) -> str:
        invalid = [i for i in self.assessment.alp if i.kind is AlpClass.INVALID]
        return self.name_of(invalid[-1].reasons[0]) if invalid and invalid[-1].reasons else ""

    @cached_property
    def drug_names(self) -> list[str]:
        return _unique(self.knowledge.drugs[d.group].name for d in self.assessment.drafts)

    @cached_property
    def drugs_short(self) -> str:
        """For a summary: one drug by name, several as their kind."""
        if len(self.drug_names) == 1:
            return self.drug_names[0]
        return "antiresorptives" if self.drug_names else "the order"

    @cached_property
    def gaps(self) -> list[Gap]:
        """Gaps that nobody accepted, needed keys first; a code that nobody can tell is not said."""
        order = {"patient": 0, "alp": 1, "draftOrders": 2}
        unaccepted = [
            gap
            for gap in self.assessment.gaps
            if gap.kind != UNKNOWN_CODE
            and gap.key not in self.accepted_gaps
            and (gap.kind, gap.key) not in SELDOM_SENT
        ]
        return sorted(unaccepted, key=lambda gap: order.get(gap.key, 3))

    @property
    def first_gap(self) -> str:
        gap = self._deciding_gap
        key, kind = (gap.key, gap.kind) if gap else ("patient", "partial-birth-date")
        return f"{self.key_name(key)} ({self.kind_name(kind)})"

    @property
    def _deciding_gap(self) -> Gap | None:
        """The gap a summary names: one that keeps a row open, else the first."""
        waiting = {
            key
            for row in self.assessment.open_rows
            for code in row.when
            for key in self.assessment.findings[code].missing
        } | {"patient", "alp", "draftOrders"}
        return next((g for g in self.gaps if g.key in waiting), next(iter(self.gaps), None))

    def key_name(self, key: str) -> str:
        return self.words.phrase("key", key)

    def kind_name(self, kind: str) -> str:
        return self.words.phrase("gap", kind)


# Values for the blanks of a summary; plain text, nothing from the record.
OF_SUMMARY: Mapping[str, Callable[[CardFacts], str]] = {
    "last": lambda facts: facts.last_value,
    "last_date": lambda facts: facts.last_date,
    "n": lambda facts: str(len(facts.lows)),
    "limit": lambda facts: facts.last_limit,
    "cause": lambda facts: next(iter(facts.causes), ""),
    "mask": lambda facts: next(iter(facts.masks), ""),
    "unusable": lambda facts: facts.unusable,
    "drugs": lambda facts: facts.drugs_short,
    "gap": lambda facts: facts.first_gap,
}


def value_of(item: JudgedResult) -> str:
    """A judged value in U/L, with its comparator."""
    value = item.result.value
    return f"{item.result.comparator}{shown_number(value)}" if value is not None else ""


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(item for item in items if item))


def longest_blanks(knowledge: Knowledge, phrases: Words) -> dict[str, str]:
    """The longest value of each summary blank that this content can produce."""
    names = [drug.name for drug in knowledge.drugs.values()]
    names += [cause.name for cause in knowledge.causes.values()]
    names += [mask.name for mask in knowledge.masks.values()]
    reason = phrases.phrases["reason"]
    keys, kinds = phrases.phrases["key"].values(), phrases.phrases["gap"].values()
    return {
        "last": ">=9999.99",
        "last_date": "2026-11-22",
        "n": "999",
        "limit": "999.99",
        "cause": max((*names, reason["inpatient"]), key=len),
        "mask": max((*names, reason["lab_ggt"]), key=len),
        "unusable": max(reason.values(), key=len),
        "drugs": max((*(d.name for d in knowledge.drugs.values()), "antiresorptives"), key=len),
        "gap": f"{max(keys, key=len)} ({max(kinds, key=len)})",
    }
