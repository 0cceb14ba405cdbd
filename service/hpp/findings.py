"""Chart and Knowledge -> findings in three states.

Each finding is computed from what was seen.  It is `unknown` where data that was not seen could
turn it round; `unseen` says of which prefetch keys.  What each means stands in words beside the
decision table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from service.hpp import features
from service.hpp.assessment import (
    INVALID,
    LOW_ACUTE,
    NORMAL_MASKED,
    Evidence,
    Finding,
    JudgedResult,
    Presence,
)
from service.hpp.course import day_of
from service.hpp.facts import Facts
from service.hpp.long_lows import outlast_their_causes
from service.hpp.model import Condition
from service.hpp.unseen import missing_for

PRESENT, ABSENT, UNKNOWN = Presence
UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
# HPP that somebody wrote down: findings that a card says by their own evidence, and with which
# opening a chart draws none.
WRITTEN_DOWN = ("hpp-on-record", "hpp-unconfirmed", "asfotase-alfa")

# What a finding rests on where it was seen; None where it was not.  It may rest on nothing that
# could be pointed at.
Support = tuple[Evidence, ...] | None


def find(facts: Facts) -> dict[str, Finding]:
    """Every finding that decision_table.toml may name, by code."""
    supports = {
        **_hpp(facts),
        **_features(facts),
        **_lows(facts),
        **_courses(facts),
        **_before(facts),
        **_normals(facts),
        **_unclear(facts),
        **_rest(facts),
    }
    unseen = missing_for({code for code, e in supports.items() if e is not None}, facts)
    return {code: _finding(code, e, unseen.get(code)) for code, e in supports.items()}


def _finding(code: str, evidence: Support, missing: frozenset[str] | None) -> Finding:
    if missing:
        return Finding(code, evidence is not None, UNKNOWN, evidence or (), tuple(sorted(missing)))
    return _absent(code) if evidence is None else Finding(code, True, PRESENT, evidence)


@cache
def _absent(code: str) -> Finding:
    """Most findings are absent beyond doubt; each code needs one such finding."""
    return Finding(code, False, ABSENT)


def _hpp(facts: Facts) -> dict[str, Support]:
    """HPP as a written diagnosis, and enzyme replacement, which is given for nothing else."""
    known = features.hpp_conditions(facts.background)
    firm = [c for c in known if c.counts and c.verification not in UNSURE]
    enzyme = facts.background.exposures.with_effect("invalidates")
    return {
        "hpp-on-record": _conditions(firm),
        "hpp-unconfirmed": _conditions(c for c in known if c.verification in UNSURE),
        "hpp-excluded": _excluded(facts),
        "asfotase-alfa": _some(Evidence(use.reference, use.group, use.began) for use in enzyme),
    }


def _excluded(facts: Facts) -> Support:
    """Refuted, and it binds the latest low.

    Problems that were not seen may hold an atypical fracture: then nothing is taken for excluded.
    """
    lows = facts.history.lows
    if not lows or "conditions" in facts.missing:
        return None
    return _conditions(features.exclusions(facts.background, day_of(lows[-1])))


def _features(facts: Facts) -> dict[str, Support]:
    found, known = facts.features, facts.knowledge.features
    return {
        "alpl-variant": _some(e for e in found if e.what == features.GENE),
        "substrate-raised": _some(e for e in found if e.what == features.SUBSTRATE),
        "major-feature": _some(e for e in found if known[e.what].major),
        "any-feature": _some(found),
        "iwg-pattern": found if features.meets_pattern(found, facts.knowledge) else None,
        "family-history": _some(facts.family_history),
    }


def _lows(facts: Facts) -> dict[str, Support]:
    history, lows = facts.history, facts.history.lows
    return {
        "alp-low": _results(lows),
        "alp-very-low": _results(item for item in lows if item.very_low),
        "alp-unexplained-low": _results(history.clean),
        "alp-low-only-on-antiresorptive": _when(history.all_suppressed(), lows),
        "alp-lows-spaced": _when(facts.lows_spaced, lows),
        "alp-low-over-a-year": _when(outlast_their_causes(facts), lows),
        "last-alp-low": _when(history.last_low, [history.last_low]),
        "alp-acute-low": _results(history.of(LOW_ACUTE)),
    }


def _courses(facts: Facts) -> dict[str, Support]:
    history = facts.history
    last, last_low = history.last_eligible, history.last_low
    persistent = _when(facts.is_persistent, history.lows)
    perhaps = last_low is not None and (not history.clean or facts.is_persistent)
    not_recovered = bool(history.lows) and last is not None and not last.above_ceiling
    return {
        "alp-persistently-low": persistent,
        "alp-persistently-low-unexplained": _when(facts.is_persistent_clean, history.clean),
        "low-perhaps-explained": _when(perhaps, history.lows),
        "very-low-of-late": _when(facts.very_low_of_late, [facts.very_low_of_late]),
        "alp-not-recovered": _when(not_recovered, [last]),
    }


def _before(facts: Facts) -> dict[str, Support]:
    """Normals before the first low."""
    return {
        "normal-before-first-low": _results(facts.normals_before),
        "clear-normal-before-first-low": _results(facts.clear_before),
        "clear-adult-normal-before-first-low": _results(facts.clear_adult_before),
    }


def _normals(facts: Facts) -> dict[str, Support]:
    history, last = facts.history, facts.history.last_normal
    fresh = [item for item in history.normals if facts.is_fresh(item)]
    recovered = last is not None and last.above_ceiling and facts.is_fresh(last)
    below = last is not None and not last.above_ceiling
    return {
        "fresh-normal-alp": _results(fresh),
        "fresh-normal-or-masked": _when(
            not history.lows and (fresh or facts.is_fresh(facts.latest_masked)),
            [*history.normals, *history.masked],
        ),
        "alp-clearly-normal": _when(_never_low(facts), [i for i in fresh if i.above_ceiling]),
        "alp-recovered": _when(recovered, [last]),
        "last-normal-not-recovered": _when(below, [last]),
        "last-normal-near-limit": _when(below and _is_near_limit(last, facts), [last]),
        "old-clear-normal": _when(_has_old_clear_normal(facts), facts.clear_normals[-1:]),
    }


def _never_low(facts: Facts) -> bool:
    """Not even in acute illness, and a fresh normal is above its ceiling."""
    history = facts.history
    above = any(item.above_ceiling and facts.is_fresh(item) for item in history.normals)
    return above and not history.lows and not history.of(LOW_ACUTE)


def _is_near_limit(item: JudgedResult | None, facts: Facts) -> bool:
    if item is None or item.limit is None or item.result.value is None:
        return False
    return item.result.value <= facts.knowledge.number("near_limit_ratio") * item.limit.low


def _has_old_clear_normal(facts: Facts) -> bool:
    """Of adult life, and nothing on record speaks for HPP."""
    against = facts.history.lows or facts.features or facts.family_history
    return not against and any(facts.was_adult(item) for item in facts.clear_normals)


def _unclear(facts: Facts) -> dict[str, Support]:
    history, latest, masked = facts.history, facts.history.latest, facts.latest_masked
    latest_is_masked = latest is not None and latest.kind is NORMAL_MASKED
    return {
        "newer-alp-unread": _when(facts.newer_unread, [facts.newer_unread]),
        "latest-alp-masked": _when(latest_is_masked, [latest]),
        "low-normal-masked": _when(_is_low_normal_masked(facts), [masked]),
        "alp-masked": _results(history.masked),
        "latest-masked-fresh": _when(facts.is_fresh(masked), [masked]),
        "alp-judged": _results(history.eligible),
        "alp-unusable": _results(history.of(INVALID)),
    }


def _is_low_normal_masked(facts: Facts) -> bool:
    masked, normals = facts.latest_masked, facts.history.normals
    if masked is None or masked.above_ceiling or not facts.is_fresh(masked):
        return False
    later = bool(normals) and day_of(normals[-1]) >= day_of(masked)
    return not later and not any(i.above_ceiling and facts.is_fresh(i) for i in normals)


def _rest(facts: Facts) -> dict[str, Support]:
    return {
        "alp-looked-up": () if facts.could_look else None,
        "antiresorptive-in-use": _some(facts.renewals),
        "child": () if facts.child else None,
    }


def _results(items: Iterable[JudgedResult]) -> Support:
    return _some([item.evidence for item in items])


def _conditions(items: Iterable[Condition]) -> Support:
    return _some(Evidence(c.reference, min(c.groups, default=""), c.began) for c in items)


def _some(evidence: Iterable[Evidence]) -> Support:
    return tuple(evidence) or None


def _when(holds: object, items: Sequence[JudgedResult | None]) -> Support:
    if not holds:
        return None
    return tuple([item.evidence for item in items if item is not None])
