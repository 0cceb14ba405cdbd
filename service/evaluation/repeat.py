"""Is this the card that was overridden a while ago, with nothing new since?"""

from __future__ import annotations

from collections.abc import Mapping

from service.hpp.assessment import Indicator
from service.store.model import OVERRIDDEN, Decision, LastReport

ALWAYS_SHOWN = "hppConfirmed"
DAY_MS = 86_400_000


def is_repeat(
    decision: Decision, last: LastReport | None, days: Mapping[str, int], now_ms: int
) -> bool:
    """Whether a card is not shown again.  days: reason of an override -> for how long.

    Never a confirmed diagnosis, a more urgent card, another drug, or a card with anything new to
    say: a low ALP, a fracture, a feature, a substrate or gene result that was not there before.
    """
    if last is None or last.outcome != OVERRIDDEN or decision.verdict == ALWAYS_SHOWN:
        return False
    in_time = now_ms < last.at_ms + days.get(last.reason, 0) * DAY_MS
    more_urgent = Indicator(decision.indicator).rank > Indicator(last.indicator).rank
    is_new = not last.evidence.issuperset(decision.evidence)
    return in_time and not more_urgent and not is_new and last.drugs.issuperset(decision.drugs)
