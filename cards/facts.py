"""One assessment with words: what summaries, reasons and suggestions are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cards.words import Words
from service.hpp.assessment import (
    INVALID,
    LOW_ACUTE,
    NORMAL_MASKED,
    Assessment,
    Evidence,
    JudgedResult,
    Limit,
)
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import UNKNOWN_CODE, Chart, Gap

# Without these nobody can say that a low ALP has no cause.
CAUSE_KEYS = frozenset({"conditions", "medications", "labs"})
# Most EHRs send neither, and no verdict waits for them: the answer lists them, a card does not.
SELDOM_SENT = {("not-sent", "encounters"), ("not-sent", "administrations")}


@dataclass(frozen=True)
class CardFacts:
    """One assessment, with words; computed once for each card."""

    assessment: Assessment
    words: Words
    knowledge: Knowledge
    today: date
    chart: Chart

    # --- Results

    def value_of(self, item: JudgedResult | None) -> str:
        """A judged value in U/L, with its comparator; nothing where there is none."""
        if item is None or item.result.value is None:
            return ""
        return f"{item.result.comparator}{self.words.number(item.result.value)}"

    def date_of(self, item: JudgedResult | Evidence | None) -> str:
        return self.words.day(item.day) if item and item.day else ""

    def whose(self, limit: Limit) -> str:
        """Whose limit it is, in words; a site's own where the site changed ours."""
        changed = f"{limit.whose}-of-site"
        own = changed in self.words.phrases["whose"] and limit.whose in self.knowledge.own_limits
        return self.words.phrase("whose", changed if own else limit.whose)

    @cached_property
    def lows(self) -> list[JudgedResult]:
        """Eligible lows; where there are none, the lows of acute illness."""
        eligible = [item for item in self.assessment.alp if item.kind.eligible_low]
        return eligible or [i for i in self.assessment.alp if i.kind is LOW_ACUTE]

    @cached_property
    def last(self) -> JudgedResult | None:
        """The result a summary speaks of: the last that counts, else the last low one."""
        return self.assessment.course.last or (self.lows[-1] if self.lows else None)

    @cached_property
    def used(self) -> list[JudgedResult]:
        """Dated results that could be read, oldest first."""
        return [i for i in self.assessment.alp if i.day and i.kind is not INVALID]

    @cached_property
    def judged(self) -> list[JudgedResult]:
        """Lows that count and normals, oldest first."""
        return [item for item in self.used if item.kind.eligible]

    # --- Names

    def name_of(self, code: str) -> str:
        """Our own name of a drug, cause or feature, the words for a reason, the name of a test."""
        named = self.knowledge.labels.get(code) or self.words.phrases["reason"].get(code)
        test = self.knowledge.tests.get(code)
        return named or (test.name if test else code)

    def short_name_of(self, code: str) -> str:
        """For a summary."""
        return self.words.phrases["short"].get(code) or self.name_of(code)

    def mask_name_of(self, code: str) -> str:
        """What raises ALP, by the name it has as a mask and never as a feature."""
        mask = self.knowledge.masks.get(code)
        return mask.name if mask else self.name_of(code)

    def test_of(self, evidence: Evidence) -> str:
        """The test whose result a piece of evidence is; its own code where it is none."""
        return self._tests.get(evidence.reference, evidence.what)

    @cached_property
    def _tests(self) -> Mapping[str, str]:
        """Reference -> test; of two of one reference the first."""
        return {result.reference: result.test for result in reversed(self.chart.results)}

    def key_name(self, key: str) -> str:
        return self.words.phrase("key", key)

    def kind_name(self, kind: str) -> str:
        return self.words.phrase("gap", kind)

    # --- Causes, masks, features

    @cached_property
    def cause_codes(self) -> list[str]:
        """Groups of what explains or suppresses the lows, newest result first."""
        return unique(code for item in reversed(self.lows) for code in item.reasons)

    @cached_property
    def mask_codes(self) -> list[str]:
        """Groups of what may raise a normal result, newest result first."""
        masked = [i for i in self.used if i.kind is NORMAL_MASKED]
        return unique(code for item in reversed(masked) for code in item.reasons)

    @property
    def causes_seen(self) -> bool:
        """Whether "no cause seen" may be said: all was looked at, and no value hints at one."""
        return not CAUSE_KEYS & self.assessment.not_seen and not self.assessment.signs

    @cached_property
    def features(self) -> dict[str, list[Evidence]]:
        """Feature -> its evidence, major features first."""
        found: dict[str, list[Evidence]] = {}
        for evidence in self.assessment.features:
            found.setdefault(evidence.what, []).append(evidence)
        known = self.knowledge.features
        return dict(sorted(found.items(), key=lambda item: not known[item[0]].major))

    # --- The order

    @cached_property
    def drug_names(self) -> list[str]:
        return unique(self.knowledge.drugs[d.group].name for d in self.assessment.drafts)

    @property
    def drugs_short(self) -> str:
        """For a summary: one drug by name, several by their class."""
        if len(self.drug_names) == 1:
            return self.drug_names[0]
        return self.words.sentence("antiresorptives" if self.drug_names else "the_order")

    # --- What was not seen

    @cached_property
    def gaps(self) -> list[Gap]:
        """Gaps that nobody accepted, needed keys first; a code that nobody can tell is not said."""
        order = {"patient": 0, "alp": 1, "draftOrders": 2}
        unaccepted = [gap for gap in self.assessment.gaps if self._is_said(gap)]
        return sorted(unaccepted, key=lambda gap: order.get(gap.key, 3))

    def _is_said(self, gap: Gap) -> bool:
        accepted = gap.key in self.chart.accepted_gaps
        return not accepted and gap.kind != UNKNOWN_CODE and (gap.kind, gap.key) not in SELDOM_SENT

    @property
    def first_gap(self) -> str:
        gap = self._deciding_gap
        key, kind = (gap.key, gap.kind) if gap else ("patient", "partial-birth-date")
        return f"{self.key_name(key)} ({self.kind_name(kind)})"

    @property
    def _deciding_gap(self) -> Gap | None:
        """The gap a summary names: one that keeps a row open, else the first."""
        waiting = set(self.keys_waited_for()) | {"patient", "alp", "draftOrders"}
        return next((g for g in self.gaps if g.key in waiting), next(iter(self.gaps), None))

    def keys_waited_for(self) -> Iterator[str]:
        """Prefetch keys that keep more urgent rows open."""
        for row in self.assessment.open_rows:
            for code in row.when:
                yield from self.assessment.findings[code].missing


def unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(item for item in items if item))


def days_of(evidence: Sequence[Evidence]) -> list[date]:
    return sorted({item.day for item in evidence if item.day})
