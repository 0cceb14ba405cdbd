"""Is this the card that was overridden a while ago, with nothing new since?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.evaluation.answer import Answer, not_shown
from service.evaluation.decision import HookCall, decision_of
from service.hpp.assessment import Indicator
from service.hpp.knowledge.model import Knowledge
from service.store.model import OVERRIDDEN, Decision, LastReport, Repeat

if TYPE_CHECKING:
    from service.store.memory import Memory

# Here, not in content: no site may hold it back.
ALWAYS_SHOWN = "hppConfirmed"
DAY_MS = 86_400_000


def repeat_of(
    decision: Decision, last: LastReport | None, days: Mapping[str, int], now_ms: int
) -> Repeat | None:
    """What the last override of such a card means for this one; None where it was none with a
    listed reason.  days: reason of an override -> for how long the card is not shown again.

    Never held back: a confirmed diagnosis, a more urgent card, another drug, or a card with
    anything new to say: a low ALP, a fracture, a feature, a substrate or gene result.
    """
    if last is None or last.outcome != OVERRIDDEN or last.reason not in days:
        return None
    until_ms = last.at_ms + days[last.reason] * DAY_MS
    new = tuple(sorted(set(decision.evidence) - last.evidence))
    shown = "over" if now_ms >= until_ms else _why_shown(decision, last, bool(new))
    return Repeat(last.reason, until_ms, shown, new)


def _why_shown(decision: Decision, last: LastReport, has_new: bool) -> str:
    if decision.verdict == ALWAYS_SHOWN:
        return "always-shown"
    if Indicator(decision.indicator).rank > Indicator(last.indicator).rank:
        return "more-urgent"
    if not last.drugs.issuperset(decision.drugs):
        return "other-drug"
    return "new" if has_new else ""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Answers as they are after what became of the same patient's earlier cards."""

    memory: Memory
    days: Mapping[str, int]
    knowledge: Knowledge

    def applied(self, answer: Answer, asked: HookCall, patient_id: str) -> Answer:
        """The same answer, or without its card, where an override holds it back."""
        if answer.card is None:
            return answer
        decision = decision_of(answer, asked, self.knowledge, "", 0.0)
        last = self.memory.last_report(decision, patient_id)
        repeat = repeat_of(decision, last, self.days, int(time.time() * 1000))
        held = repeat is not None and not repeat.shown
        return replace(not_shown(answer, "repeat") if held else answer, repeat=repeat)
