"""What the findings are computed from: one chart on one day, judged once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.hpp import features
from service.hpp.alp import Judge
from service.hpp.as_of import as_of
from service.hpp.assessment import Evidence, JudgedResult
from service.hpp.background import Background
from service.hpp.causes import Causes
from service.hpp.course import History, span_days
from service.hpp.days import earlier
from service.hpp.knowledge.model import Knowledge
from service.hpp.masks import Masks
from service.hpp.model import Chart

# Without these nothing can be said of an ALP.
NEEDED = frozenset({"patient", "alp"})
# These only excuse a low ALP, or are not asked of every client: a gap here opens no row.
OPENS_NOTHING = frozenset({"procedures", "encounters", "administrations"})


@dataclass(frozen=True)
class Facts:
    """today: the order date.  Path, features, spacing and freshness follow the age on it."""

    background: Background
    causes: Causes
    masks: Masks
    history: History

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
    def missing(self) -> frozenset[str]:
        """Prefetch keys whose unseen part could open a row."""
        return self.chart.missing() - OPENS_NOTHING

    @cached_property
    def could_look(self) -> bool:
        return not self.chart.not_looked_up & NEEDED and not self.history.undecided

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
    def spacing_days(self) -> int:
        return self.knowledge.days(f"spacing_{self.life_stage}")

    @cached_property
    def oldest_fresh(self) -> date:
        return earlier(self.today, self.knowledge.days(f"fresh_{self.life_stage}"))

    def is_fresh(self, item: JudgedResult | None) -> bool:
        return item is not None and item.day is not None and item.day >= self.oldest_fresh

    @cached_property
    def features(self) -> tuple[Evidence, ...]:
        return features.on_record(self.background, self.child)

    @cached_property
    def family_history(self) -> tuple[Evidence, ...]:
        return features.family_history(self.background)

    @cached_property
    def renewals(self) -> tuple[Evidence, ...]:
        """Antiresorptives that make today's order a renewal."""
        in_use = self.background.exposures.in_use()
        return tuple(Evidence(use.reference, use.group, use.began) for use in in_use)

    # --- The course of the ALP

    @cached_property
    def is_persistent_clean(self) -> bool:
        return self._is_persistent(self.history.clean)

    @cached_property
    def is_persistent(self) -> bool:
        return self.is_persistent_clean or self._is_persistent(self.history.lows)

    def _is_persistent(self, anchors: list[JudgedResult]) -> bool:
        part = self.knowledge.number("persist_fraction")
        return self.history.is_persistent(anchors, self.spacing_days, part)

    @cached_property
    def lows_spaced(self) -> bool:
        return bool(self.history.lows) and span_days(self.history.lows) >= self.spacing_days

    @cached_property
    def normals_before(self) -> list[JudgedResult]:
        """Above their ceiling, before the first low."""
        return self.history.normals_before_low(lambda item: item.above_ceiling)

    @cached_property
    def clear_before(self) -> list[JudgedResult]:
        """Clearly normal, before the first low."""
        return self.history.normals_before_low(lambda item: item.clear)

    @cached_property
    def clear_adult_before(self) -> list[JudgedResult]:
        """The same, of adult life."""
        return [item for item in self.clear_before if self.was_adult(item)]

    def was_adult(self, item: JudgedResult) -> bool:
        return item.day is not None and self.background.is_adult(item.day)

    @cached_property
    def clear_normals(self) -> list[JudgedResult]:
        return [item for item in self.history.normals if item.clear]

    @cached_property
    def very_low_of_late(self) -> JudgedResult | None:
        return self.history.very_low_of_late(self.knowledge.days("very_low_recent"))

    @cached_property
    def newer_unread(self) -> JudgedResult | None:
        """The newest result, where it could not be read and that matters: not in a child whose
        last eligible result is stale, nor after a clear normal of late."""
        newest, last = self.history.newest_unread(), self.history.last_eligible
        if self.child and last is not None and not self.is_fresh(last):
            return None
        oldest = earlier(self.today, self.knowledge.days("clear_recent"))
        clear = self.clear_normals[-1].day if self.clear_normals else None
        return None if clear is not None and clear >= oldest else newest

    @cached_property
    def latest_masked(self) -> JudgedResult | None:
        return self.history.masked[-1] if self.history.masked else None

    @cached_property
    def is_settled(self) -> bool:
        """The last ALP is fresh, normal and above its ceiling, none was low, none is unread."""
        last = self.history.last_normal
        return (
            self.could_look
            and last is not None
            and last.above_ceiling
            and self.is_fresh(last)
            and not self.history.lows
            and self.newer_unread is None
        )


def gather_facts(chart: Chart, today: date, knowledge: Knowledge) -> Facts:
    """The chart as it was known today, judged."""
    background = Background(as_of(chart, today), today, knowledge)
    causes, masks = Causes(background), Masks(background)
    return Facts(background, causes, masks, Judge(background, causes, masks).history())
