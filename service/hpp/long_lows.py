"""Whether causes on record explain an ALP that is low for more than a year."""

from __future__ import annotations

from service.hpp.assessment import LOW_SUPPRESSED, JudgedResult
from service.hpp.course import day_of, span_days
from service.hpp.facts import Facts
from service.hpp.limits import is_under


def outlast_their_causes(facts: Facts) -> bool:
    """The lows span so long, and one of them has no cause that explains so long a time: neither
    an antiresorptive, nor a lifelong disease, nor advanced kidney disease, nor a drug."""
    lows = facts.history.lows
    if span_days(lows) < facts.knowledge.days("low_long"):
        return False
    others = [low for low in lows if low.kind is not LOW_SUPPRESSED]
    groups = {group for low in others for group in low.reasons}
    drugs = groups & facts.knowledge.drugs.keys()
    lasting = {group for group in groups - drugs if _lasts(group, facts)}
    if drugs and not any(_is_too_low_for_a_drug(low, facts) for low in lows):
        lasting |= drugs
    return any(lasting.isdisjoint(low.reasons) for low in others)


def _lasts(group: str, facts: Facts) -> bool:
    long, last = facts.knowledge.causes[group].long, day_of(facts.history.lows[-1])
    return long == "always" or facts.causes.proof.sign_near(long, last)  # `never` is no sign


def _is_too_low_for_a_drug(low: JudgedResult, facts: Facts) -> bool:
    """Of an adult below the drug limit, of a child very low."""
    if not facts.background.is_adult(day_of(low)):
        return low.very_low
    return is_under(low.result, facts.knowledge.number("drug_low"))
