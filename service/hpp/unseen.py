"""What data that was not seen could do to a finding.

Unseen results may add to the history.  Unseen problems and drugs may change the class of a
result: a low one may turn out acute, suppressed or explained; a normal one acute or masked.
Unseen laboratory values may prove or disprove a cause, mask a normal, or hold a feature; that
they could also show EDTA in a tube opens nothing, for it could only take a result away.  For each
finding this names the prefetch keys that could turn it round; none means that it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from service.hpp import features
from service.hpp.assessment import INVALID, LOW_EXPLAINED, LOW_SUPPRESSED, JudgedResult
from service.hpp.course import day_of, span_days
from service.hpp.facts import NEEDED, Facts

Keys = frozenset[str]
NONE: Keys = frozenset()
CONDITIONS, MEDICATIONS = frozenset({"conditions"}), frozenset({"medications"})
LABS, ALP = frozenset({"labs"}), frozenset({"alp"})


def missing_for(seen: Set[str], facts: Facts) -> Mapping[str, Keys]:
    """Finding -> the keys that could turn it round, given which findings were seen.

    A finding that is not named stands beyond doubt.
    """
    if facts.could_look and not facts.missing and facts.child is not None:
        return _undated(seen, facts)
    unseen = Unseen(facts)
    always = frozenset({"patient"}) if facts.history.undecided else NONE
    rests_on = {**unseen.if_not_seen, **{c: k for c, k in unseen.if_seen.items() if c in seen}}
    of_alp = {code: (keys & facts.missing) | always for code, keys in rests_on.items()}
    return {**of_alp, **_others(seen, facts, unseen)}


def _undated(seen: Set[str], facts: Facts) -> Mapping[str, Keys]:
    """With everything seen only a child's tooth loss may be left open."""
    keys = _when_teeth_were_lost(facts)
    return dict.fromkeys(OF_FEATURES - seen, keys) if keys else {}


OF_FEATURES = frozenset({"major-feature", "any-feature", "iwg-pattern"})
# Findings outside the ALP history, and what could bring them.
BROUGHT_BY: Mapping[str, Keys] = {
    "hpp-on-record": CONDITIONS,
    "hpp-unconfirmed": CONDITIONS,
    "hpp-excluded": CONDITIONS,
    "family-history": CONDITIONS,
    "asfotase-alfa": MEDICATIONS,
    "antiresorptive-in-use": MEDICATIONS,
    "alpl-variant": LABS,
    "substrate-raised": LABS,
    **dict.fromkeys(OF_FEATURES, LABS | CONDITIONS),
}


def _others(seen: Set[str], facts: Facts, unseen: Unseen) -> dict[str, Keys]:
    found = {c: keys & facts.missing for c, keys in BROUGHT_BY.items() if c not in seen}
    for code in OF_FEATURES - seen:
        found[code] |= _age_of_features(facts)
    if "hpp-excluded" in seen:
        found["hpp-excluded"] = (ALP | CONDITIONS) & facts.missing
    found["child"] = frozenset({"patient"}) if facts.child is None else NONE
    found["alp-looked-up"] = facts.chart.not_looked_up & NEEDED
    found["old-clear-normal"] = unseen.old_clear_normal & facts.missing
    return found


def _age_of_features(facts: Facts) -> Keys:
    """Which features count depends on the age."""
    return frozenset({"patient"}) if facts.child is None else _when_teeth_were_lost(facts)


def _when_teeth_were_lost(facts: Facts) -> Keys:
    undated = facts.child and any(features.undated_of_age(facts.background, child=True))
    return CONDITIONS if undated else NONE


@dataclass(frozen=True)
class Unseen:
    """Keys that could turn the findings about ALP, before those that were seen are taken off."""

    facts: Facts

    @cached_property
    def _alp(self) -> Keys:
        """Further results; also a low one that a contaminated one of its day hides, unless HPP
        was excluded for it: what binds the latest of them binds all."""
        hidden = [day_of(i) for i in self.facts.history.shadowed if i.kind.eligible_low]
        bound = hidden and features.exclusions(self.facts.background, max(hidden))
        return ALP | LABS if hidden and not bound else ALP

    # A normal result may be acute, or masked: by a gamma-GT, too.
    _normal_goes = CONDITIONS | MEDICATIONS | LABS
    # A low result may be acute.
    _low_goes = CONDITIONS

    @cached_property
    def _course(self) -> Keys:
        """Whether lows or normals last: only where there are both can it turn."""
        history = self.facts.history
        return self._normal_goes if history.lows and history.normals else NONE

    @cached_property
    def _unproven(self) -> Keys:
        """A cause that explains a low may be disproved by a laboratory value."""
        explained = any(i.kind is LOW_EXPLAINED for i in self.facts.history.lows)
        return LABS if explained else NONE

    @property
    def old_clear_normal(self) -> Keys:
        return self._alp | CONDITIONS | MEDICATIONS | LABS

    @cached_property
    def if_seen(self) -> Mapping[str, Keys]:
        """What could take a finding away that was seen."""
        alp, low, normal = self._alp, self._low_goes, self._normal_goes
        masked = CONDITIONS
        return {
            "alp-low": low,
            "alp-very-low": low,
            "alp-lows-spaced": low,
            "alp-unexplained-low": CONDITIONS | MEDICATIONS | LABS,
            "alp-low-only-on-antiresorptive": alp | low,
            "alp-low-over-a-year": CONDITIONS | MEDICATIONS | LABS,
            "alp-acute-low": NONE,
            "alp-unusable": NONE,
            "alp-judged": low if self.facts.history.lows else normal,
            "alp-masked": masked,
            "alp-clearly-normal": alp | normal,
            "fresh-normal-alp": normal,
            "fresh-normal-or-masked": CONDITIONS,
            "latest-masked-fresh": alp | masked,
            "latest-alp-masked": alp | masked,
            "low-normal-masked": alp | masked,
            "last-alp-low": alp | low,
            "low-perhaps-explained": alp | low | self._unproven,
            "very-low-of-late": alp | low,
            "alp-persistently-low": alp | low,
            "alp-persistently-low-unexplained": alp | CONDITIONS | MEDICATIONS | LABS,
            "alp-not-recovered": alp | normal,
            "alp-recovered": alp | normal,
            "last-normal-not-recovered": alp | normal,
            "last-normal-near-limit": alp | normal,
            "normal-before-first-low": alp | normal,
            "clear-normal-before-first-low": alp | normal,
            "clear-adult-normal-before-first-low": alp | normal,
            "newer-alp-unread": alp,
        }

    @cached_property
    def if_not_seen(self) -> Mapping[str, Keys]:
        """What could bring a finding that was not seen."""
        alp, course, history = self._alp, self._course, self.facts.history
        turned = self._normal_goes if history.normals else NONE
        lows = self._low_goes if history.lows else NONE
        return {
            "alp-low": alp,
            "alp-very-low": alp,
            "alp-lows-spaced": alp,
            "alp-unexplained-low": alp | self._unproven,
            "alp-low-only-on-antiresorptive": alp | self._suppressed,
            "alp-low-over-a-year": alp | self._over_a_year,
            "alp-acute-low": alp | lows,
            "alp-unusable": alp,
            "alp-judged": alp,
            "alp-masked": alp | turned,
            "alp-clearly-normal": NONE if history.lows else alp,
            "fresh-normal-alp": alp,
            "fresh-normal-or-masked": alp | lows,
            "latest-masked-fresh": alp | turned,
            "latest-alp-masked": alp | turned | (CONDITIONS if history.masked else NONE),
            "low-normal-masked": alp | turned,
            "last-alp-low": alp | course,
            "low-perhaps-explained": alp | course | (lows | MEDICATIONS if lows else NONE),
            "very-low-of-late": alp | course,
            "alp-persistently-low": alp | (course if self._is_spaced(history.lows) else NONE),
            "alp-persistently-low-unexplained": alp | self._persistently_clean,
            "alp-not-recovered": alp | course,
            "alp-recovered": alp | course,
            "last-normal-not-recovered": alp | course,
            "last-normal-near-limit": alp | course,
            **dict.fromkeys(BEFORE, alp | (lows if history.normals else NONE)),
            "newer-alp-unread": alp | (turned if history.of(INVALID) else NONE),
        }

    @cached_property
    def _suppressed(self) -> Keys:
        """Lows may have been taken on a drug; or those that were not were acute, and only those
        that were are left."""
        lows = self.facts.history.lows
        on_drug = any(low.kind is LOW_SUPPRESSED for low in lows)
        return (MEDICATIONS if lows else NONE) | (self._low_goes if on_drug else NONE)

    @cached_property
    def _over_a_year(self) -> Keys:
        """Lows that last may lose a cause to a value that disproves it."""
        lows = self.facts.history.lows
        lasting = span_days(lows) >= self.facts.knowledge.days("low_long")
        return self._unproven if lasting else NONE

    @cached_property
    def _persistently_clean(self) -> Keys:
        """Spaced clean lows may turn out to last; explained ones may lose their cause."""
        history = self.facts.history
        turned = self._course if self._is_spaced(history.clean) else NONE
        return turned | (self._unproven if self.facts.lows_spaced else NONE)

    def _is_spaced(self, items: Sequence[JudgedResult]) -> bool:
        return bool(items) and span_days(items) >= self.facts.spacing_days


BEFORE = (
    "normal-before-first-low",
    "clear-normal-before-first-low",
    "clear-adult-normal-before-first-low",
)
