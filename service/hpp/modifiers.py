"""An antiresorptive given for cancer or Paget disease: what is left of the card.

What each verdict keeps stands beside the verdict in decision_table.toml.
"""

from __future__ import annotations

from service.hpp.assessment import Indicator, Row
from service.hpp.background import is_above, is_at_least
from service.hpp.causes import is_active
from service.hpp.days import earlier
from service.hpp.facts import Facts
from service.hpp.model import CALCIUM, CORRECTED_CALCIUM, Result

URGENT, CANCER_OR_PAGET = "urgent-oncology", "cancer-or-paget"


def modified(row: Row, facts: Facts) -> tuple[Indicator, tuple[str, ...]]:
    """The indicator that is left of a row's, and the modifiers that a card names."""
    seen, verdict = _indications(facts), facts.knowledge.verdicts[row.verdict]
    if _is_urgent(facts, seen):
        return _left(verdict.urgent, row.indicator), (URGENT,)
    oncology = facts.knowledge.oncology
    if not seen & (oncology.indications | oncology.metabolic_indications):
        return row.indicator, ()
    rule = verdict.cancer
    if rule == "none-on-treatment":
        rule = "none" if _is_effect_of_cancer_dose(facts, seen) else "keep"
    return _left(rule, row.indicator), (CANCER_OR_PAGET,)


def _left(rule: str, indicator: Indicator) -> Indicator:
    """`keep`, or another indicator; a row without a card never gets one."""
    if rule == "keep" or indicator is Indicator.NONE:
        return indicator
    return Indicator(rule)


def _is_effect_of_cancer_dose(facts: Facts, seen: frozenset[str]) -> bool:
    """A draft of a dose used in cancer, with cancer, where every low was taken on treatment."""
    dosed = any(draft.oncology_dose for draft in facts.chart.drafts)
    cancer = facts.knowledge.oncology.indications & seen
    return dosed and bool(cancer) and facts.history.all_suppressed()


def _indications(facts: Facts) -> frozenset[str]:
    """Groups of conditions active today and of the reasons of the draft orders."""
    active = [c.groups for c in facts.chart.conditions if is_active(c, facts.today)]
    reasons = [draft.reasons for draft in facts.chart.drafts]
    return frozenset().union(*active, *reasons)


def _is_urgent(facts: Facts, seen: frozenset[str]) -> bool:
    oncology = facts.knowledge.oncology
    if oncology.malignant_calcium in seen or _calcium_urgent(facts):
        return True
    dosed = any(
        draft.group in oncology.drugs or draft.oncology_dose for draft in facts.chart.drafts
    )
    if not dosed or not oncology.indications & seen:
        return False
    return oncology.high_calcium in seen or _calcium_above_own_limit(facts)


def _recent_calcium(facts: Facts) -> list[Result]:
    """Calcium of the last days: corrected as reported, else total as it is."""
    oldest = earlier(facts.today, facts.knowledge.days("urgent_calcium_window"))
    for test in (CORRECTED_CALCIUM, CALCIUM):
        counted = facts.background.counted(test)
        recent = [result for result in counted if result.day and result.day >= oldest]
        if recent:
            return recent
    return []


def _calcium_urgent(facts: Facts) -> bool:
    limit = facts.knowledge.number("urgent_calcium")
    return any(is_at_least(result, limit) for result in _recent_calcium(facts))


def _calcium_above_own_limit(facts: Facts) -> bool:
    return any(
        result.printed.high is not None and is_above(result, result.printed.high)
        for result in _recent_calcium(facts)
    )
