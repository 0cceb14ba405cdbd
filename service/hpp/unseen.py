"""What data that was not seen could do to a finding about ALP.

Unseen results may add to the history.  Unseen background may change the class of a result:
a low one may turn out acute or contaminated, suppressed or explained; a normal one acute,
masked or contaminated.  For each finding this names the prefetch keys that could turn it
round; an empty set means it stands beyond doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.hpp.alp import History
from service.hpp.model import AlpClass, JudgedResult

Keys = frozenset[str]
NONE: Keys = frozenset()


@dataclass(frozen=True)
class Unseen:
    """missing: keys of which something was not seen.  oldest_fresh: the first fresh day."""

    history: History
    missing: Keys
    spacing_days: int
    oldest_fresh: date

    def of(self, code: str, seen: bool) -> Keys:
        """The keys that could turn a finding round, given whether it was seen."""
        if not self.missing and not self.history.undecided:
            return NONE
        always = frozenset({"patient"} if self.history.undecided else ())
        return always | (self._if_seen if seen else self._if_not)[code]

    def low_may_go(self) -> Keys:
        """A low result may be acute (conditions, procedures) or contaminated (labs)."""
        return self.missing & {"conditions", "procedures", "labs"}

    @cached_property
    def _alp(self) -> Keys:
        """Further results; also a low one that a higher, contaminated one of its day hides."""
        hidden = any(item.kind.eligible_low for item in self.history.shadowed)
        return self.missing & ({"alp", "labs"} if hidden else {"alp"})

    @cached_property
    def _normal_may_go(self) -> Keys:
        """A normal result may be acute, contaminated, or masked (also by a drug)."""
        return self.missing & {"conditions", "procedures", "labs", "medications"}

    @cached_property
    def _acute(self) -> Keys:
        return self.missing & {"conditions", "procedures"}

    @cached_property
    def _masked_may_go(self) -> Keys:
        return self._acute | (self.missing & {"labs"})

    @cached_property
    def _may_be_masked(self) -> Keys:
        has_normal = bool(self.history.of(AlpClass.NORMAL))
        return self.missing & {"conditions", "labs", "medications"} if has_normal else NONE

    @cached_property
    def _may_be_explained(self) -> Keys:
        return self.missing & {"conditions", "medications"}

    @cached_property
    def _if_seen(self) -> Mapping[str, Keys]:
        """What could take a finding away that was seen."""
        low, normal, masked = self.low_may_go(), self._normal_may_go, self._masked_may_go
        return {
            "alp-low": low,
            "alp-very-low": low,
            "alp-lows-spaced": low,
            "alp-unexplained-low": low | self._may_be_explained,
            "alp-low-off-antiresorptive": low | (self.missing & {"medications"}),
            "alp-acute-low": NONE,
            "alp-unusable": NONE,
            "alp-judged": low if self.history.lows else normal,
            "alp-masked": masked,
            "fresh-normal-alp": normal,
            "fresh-normal-or-masked": self._acute | self._contaminated_before_stale,
            "latest-masked-fresh": self._alp | masked,
            "latest-alp-masked": self._alp | masked,
            "last-alp-low": self._alp | low,
            "alp-persistently-low": self._alp | low,
            "alp-persistently-low-unexplained": self._alp | low | self._may_be_explained,
            "alp-recovered": self._alp | normal | low,
            "last-normal-not-recovered": self._alp | normal | low,
            "normal-before-first-low": self._alp | normal,
        }

    @cached_property
    def _contaminated_before_stale(self) -> Keys:
        """A contaminated fresh value leaves an older one to go by: then no recent ALP is left."""
        older = [i for i in self.history.eligible if i.day and i.day < self.oldest_fresh]
        return self.missing & {"labs"} if older else NONE

    @cached_property
    def _if_not(self) -> Mapping[str, Keys]:
        """What could bring a finding that was not seen."""
        history, alp = self.history, self._alp
        lows, normals = history.lows, history.of(AlpClass.NORMAL)
        low, normal = self.low_may_go(), self._normal_may_go
        course = normal | low if lows and normals else NONE
        clean = [item for item in lows if item.kind is AlpClass.LOW_CLEAN]
        above = any(item.above_ceiling for item in normals)
        raised = normals or history.of(AlpClass.NORMAL_MASKED)
        latest = self._may_be_masked | self._masked_may_go if lows and raised else NONE
        return {
            "alp-low": alp,
            "alp-very-low": alp,
            "alp-lows-spaced": alp,
            "alp-unexplained-low": alp,
            "alp-low-off-antiresorptive": alp,
            "alp-acute-low": alp | (self._acute if lows else NONE),
            "alp-unusable": alp | (self.missing & {"labs"} if history.dated else NONE),
            "alp-judged": alp,
            "alp-masked": alp | self._may_be_masked,
            "fresh-normal-alp": alp,
            "fresh-normal-or-masked": alp | (low if lows else NONE),
            "latest-masked-fresh": alp | self._may_be_masked,
            "latest-alp-masked": alp | latest,
            "last-alp-low": alp | course,
            "alp-persistently-low": alp | (course if self._spaced(lows) else NONE),
            "alp-persistently-low-unexplained": alp | (course if self._spaced(clean) else NONE),
            "alp-recovered": alp | course,
            "last-normal-not-recovered": alp | course,
            "normal-before-first-low": alp | (low if above else NONE),
        }

    def _spaced(self, items: Sequence[JudgedResult]) -> bool:
        return self.history.span_days(items) >= self.spacing_days
