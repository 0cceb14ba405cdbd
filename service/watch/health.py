"""Health: can this process answer truthfully?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from service.hpp.knowledge.model import Knowledge
from service.settings import Settings

if TYPE_CHECKING:
    from service.trust.wiring import Trust

REVIEW_LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to hold, and what was seen; `ok` false makes /readyz answer 503."""

    name: str
    ok: bool
    detail: str


def checks(settings: Settings, knowledge: Knowledge, trust: Trust | None) -> list[Check]:
    """Configuration, content (proven whole when it was loaded), store and callers' keys."""
    active = sum(code.active for code in knowledge.codes)
    accepted = sorted({key for client in settings.clients for key in client.accepted_gaps})
    found = [
        Check("configuration", True, f"{settings.mode}, version {settings.version}"),
        Check("knowledge", active > 0, f"version {knowledge.version}, {active} active codes"),
    ]
    if accepted:
        found.append(Check("accepted_gaps", True, ", ".join(accepted)))
    if trust is not None:
        found += _trust_checks(trust)
    return found


def _trust_checks(trust: Trust) -> list[Check]:
    """Someone can be let in: replay can be ruled out, and a key set is there."""
    up, keys = trust.store.is_up(), trust.gate.readiness()
    usable = sum(keys)
    return [
        Check("store", up, "answers" if up else "does not answer"),
        Check("callers", usable > 0, f"{usable} of {len(keys)} key sets can be used"),
    ]


def review_warnings(knowledge: Knowledge, today: date) -> list[str]:
    """Content that nobody reviewed, or whose review is older than a year: warnings only."""
    warnings = []
    for name, reviewer in knowledge.reviews.items():
        reviewed = knowledge.review_dates.get(name)
        if reviewer == "none":
            warnings.append(f"{name}: no clinician has reviewed it")
        elif reviewed is None or today - reviewed > REVIEW_LASTS:
            warnings.append(f"{name}: the review of {reviewer} is older than a year or undated")
    return warnings
