"""Chart and Knowledge -> findings in three states.

Each finding is computed from what was seen.  It is `unknown` where data that was not seen
could turn it round: `_UNSEEN` says which prefetch keys a finding rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

from service.hpp import alp, drugs, features
from service.hpp.background import Background
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import AlpClass, Chart, Condition, Evidence, Finding, JudgedResult, Presence
from service.hpp.unseen import Unseen

PRESENT, ABSENT, UNKNOWN = Presence
# Without these nothing can be said of an ALP.
NEEDED = frozenset({"patient", "alp"})

_FEATURES = frozenset({"major-feature", "any-feature", "iwg-pattern"})

# finding -> keys whose unseen data could make an absent finding present.
_UNSEEN: Mapping[str, frozenset[str]] = {
    "hpp-on-record": frozenset({"conditions"}),
    "hpp-unconfirmed": frozenset({"conditions"}),
    "hpp-excluded": frozenset({"conditions"}),
    "asfotase-alfa": frozenset({"medications"}),
    "antiresorptive-in-use": frozenset({"medications"}),
    "alpl-pathogenic": frozenset({"labs"}),
    "major-feature": frozenset({"labs", "conditions"}),
    "any-feature": frozenset({"labs", "conditions"}),
    "iwg-pattern": frozenset({"labs", "conditions"}),
}


@dataclass(frozen=True)
class Facts:
    """What the findings are computed from; one per evaluation."""

    background: Background
    history: alp.History

    @property
    def chart(self) -> Chart:
        return self.background.chart

    @property
    def today(self) -> date:
        return self.background.today

    @property
    def knowledge(self) -> Knowledge:
        return self.background.knowledge

    @cached_property
    def ages(self) -> tuple[int, int] | None:
        return self.chart.patient.ages_days(self.today)

    @cached_property
    def child(self) -> bool | None:
        """Under the adult age today; None where the birth date leaves it open."""
        if self.ages is None:
            return None
        limit = self.knowledge.days("adult_age")
        if self.ages[0] >= limit:
            return False
        return True if self.ages[1] < limit else None

    @cached_property
    def life_stage(self) -> str:
        """adult, child or infant: which spacing and freshness apply today."""
        if not self.child:
            return "adult"
        youngest = self.ages[0] if self.ages else 0
        return "infant" if youngest < self.knowledge.days("infant_age") else "child"

    @cached_property
    def features(self) -> tuple[Evidence, ...]:
        return features.on_record(self.background, self.child)

    @cached_property
    def spacing_days(self) -> int:
        return self.knowledge.days(f"spacing_{self.life_stage}")

    @cached_property
    def oldest_fresh(self) -> date:
        return self.today - timedelta(days=self.knowledge.days(f"fresh_{self.life_stage}"))

    @cached_property
    def unseen(self) -> Unseen:
        missing = self.chart.missing()
        return Unseen(self.history, missing, self.spacing_days, self.oldest_fresh)

    def is_fresh(self, item: JudgedResult | None) -> bool:
        return item is not None and item.day is not None and item.day >= self.oldest_fresh


def gather_facts(chart: Chart, today: date, knowledge: Knowledge) -> Facts:
    background = Background(chart, today, knowledge)
    return Facts(background, alp.judge(background))


Seen = tuple[Evidence, ...] | None  # None: not seen; an empty tuple: seen, nothing to point at


def find(facts: Facts) -> dict[str, Finding]:
    """Every finding that decision_table.toml may name, by code."""
    of_alp = {**_lows(facts), **_normals(facts)}
    others = {**_hpp(facts), **_features(facts), **_rest(facts)}
    return {
        **{
            code: _finding(code, e, facts.unseen.of(code, e is not None))
            for code, e in of_alp.items()
        },
        **{code: _finding(code, e, _unseen(code, e, facts)) for code, e in others.items()},
    }


def _finding(code: str, evidence: Seen, missing: frozenset[str]) -> Finding:
    if missing:
        return Finding(code, evidence is not None, UNKNOWN, evidence or (), tuple(sorted(missing)))
    return _absent(code) if evidence is None else Finding(code, True, PRESENT, evidence)


@cache
def _absent(code: str) -> Finding:
    """Most findings are absent beyond doubt; each code needs one such finding."""
    return Finding(code, False, ABSENT)


def _unseen(code: str, evidence: Seen, facts: Facts) -> frozenset[str]:
    """Keys whose unseen part could turn a finding outside the ALP history round."""
    if code == "child":
        return frozenset({"patient"} if facts.child is None else ())
    if code == "alp-looked-up":
        return facts.chart.missing() & NEEDED
    if code == "hpp-excluded" and evidence is not None:
        return (facts.chart.missing() & {"alp"}) | facts.unseen.low_may_go()
    if evidence is not None:
        return frozenset()
    keys = facts.chart.missing() & _UNSEEN[code]
    return keys | _age_of_features(facts) if code in _FEATURES else keys


def _age_of_features(facts: Facts) -> frozenset[str]:
    """Which features count depends on the age; when a tooth was lost, on its date."""
    if facts.child is None:
        return frozenset({"patient"})
    undated = facts.child and features.tooth_loss_undated(facts.chart)
    return frozenset({"conditions"} if undated else ())


def _hpp(facts: Facts) -> dict[str, Seen]:
    """HPP as a written diagnosis, and enzyme replacement, which is given for nothing else."""
    known = features.hpp_conditions(facts.chart)
    unsure = ("unconfirmed", "provisional", "differential")
    asfotase = [
        Evidence(use.reference, use.group, use.began)
        for use in drugs.taken(facts.chart)
        if use.drug_class == "enzyme-replacement"
    ]
    firm = [c for c in known if c.counts and c.verification not in unsure]
    variants = [evidence for evidence in facts.features if evidence.what == "alpl"]
    return {
        "hpp-on-record": _conditions(firm),
        "hpp-unconfirmed": _conditions([c for c in known if c.verification in unsure]),
        "hpp-excluded": _excluded(facts, [c for c in known if c.verification == "refuted"]),
        "asfotase-alfa": _some(asfotase),
        "alpl-pathogenic": _some(variants),
    }


def _excluded(facts: Facts, refuted: list[Condition]) -> Seen:
    """Refuted no longer than a year before the latest low, and no atypical fracture (2a.9)."""
    days = [c.recorded or c.onset for c in refuted]
    newest = max((day for day in days if day is not None and day <= facts.today), default=None)
    lows = facts.history.lows
    if newest is None or not lows or lows[-1].day is None:
        return None
    age_days = (lows[-1].day - newest).days
    fracture = any("cond_aff" in c.groups and c.counts for c in facts.chart.conditions)
    late = age_days > facts.knowledge.days("exclusion_window")
    if fracture or late or "conditions" in facts.chart.missing():
        return None
    return _conditions(refuted)


def _features(facts: Facts) -> dict[str, Seen]:
    known = facts.knowledge.features
    major = [evidence for evidence in facts.features if known[evidence.what].major]
    pattern = features.meets_iwg_pattern(facts.features, facts.knowledge)
    return {
        "major-feature": _some(major),
        "any-feature": _some(list(facts.features)),
        "iwg-pattern": facts.features if pattern else None,
    }


def _lows(facts: Facts) -> dict[str, Seen]:
    history, lows = facts.history, facts.history.lows
    part = facts.knowledge.number("persist_fraction")
    clean = [item for item in lows if item.kind is AlpClass.LOW_CLEAN]
    last = history.last_eligible
    return {
        "alp-low": _results(lows),
        "alp-very-low": _results([item for item in lows if item.very_low]),
        "alp-unexplained-low": _results(clean),
        "alp-low-off-antiresorptive": _results(
            [item for item in lows if item.kind is not AlpClass.LOW_SUPPRESSED]
        ),
        "alp-lows-spaced": _when(history.span_days(lows) >= facts.spacing_days and lows, lows),
        "alp-persistently-low": _when(history.is_persistent(lows, facts.spacing_days, part), lows),
        "alp-persistently-low-unexplained": _when(
            history.is_persistent(clean, facts.spacing_days, part), clean
        ),
        "last-alp-low": _when(last is not None and last.kind.eligible_low, [last]),
        "normal-before-first-low": _when(history.normal_before_first_low, []),
        "alp-acute-low": _results(history.of(AlpClass.LOW_ACUTE)),
        "alp-unusable": _results(history.of(AlpClass.INVALID)),
        "alp-judged": _results(history.eligible),
    }


def _normals(facts: Facts) -> dict[str, Seen]:
    history, last, latest = facts.history, facts.history.last_eligible, facts.history.latest
    normals = history.of(AlpClass.NORMAL)
    masked = history.of(AlpClass.NORMAL_MASKED)
    ends_normal = last is not None and last.kind is AlpClass.NORMAL
    above = last is not None and last.above_ceiling
    return {
        "alp-recovered": _when(ends_normal and above and facts.is_fresh(last), [last]),
        "last-normal-not-recovered": _when(ends_normal and not above, [last]),
        "fresh-normal-alp": _results([item for item in normals if facts.is_fresh(item)]),
        "fresh-normal-or-masked": _when(
            not history.lows and any(facts.is_fresh(item) for item in [*normals, *masked]),
            [*normals, *masked],
        ),
        "alp-masked": _results(masked),
        "latest-alp-masked": _when(
            latest is not None and latest.kind is AlpClass.NORMAL_MASKED, [latest]
        ),
        "latest-masked-fresh": _when(bool(masked) and facts.is_fresh(masked[-1]), masked[-1:]),
    }


def _rest(facts: Facts) -> dict[str, Seen]:
    in_use = drugs.in_use(facts.chart, facts.today, facts.knowledge)
    return {
        "alp-looked-up": None if _could_not_look(facts) else (),
        "antiresorptive-in-use": _some(
            [Evidence(use.reference, use.group, use.began) for use in in_use]
        ),
        "child": () if facts.child else None,
    }


def _could_not_look(facts: Facts) -> bool:
    return bool(facts.chart.missing() & NEEDED) or facts.history.undecided


def _results(items: list[JudgedResult]) -> Seen:
    return _some([item.evidence for item in items])


def _conditions(items: list[Condition]) -> Seen:
    return _some([Evidence(c.reference, next(iter(sorted(c.groups)), ""), c.began) for c in items])


def _some(evidence: list[Evidence]) -> Seen:
    return tuple(evidence) if evidence else None


def _when(holds: object, items: list[JudgedResult] | list[JudgedResult | None]) -> Seen:
    if not holds:
        return None
    return _results([item for item in items if item is not None]) or ()
