"""Health: can this process answer truthfully?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from service.hpp.knowledge.model import Knowledge
from service.settings import Settings

REVIEW_LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that has to hold, and what was seen; `ok` false makes /readyz answer 503."""

    name: str
    ok: bool
    detail: str


def content_checks(settings: Settings, knowledge: Knowledge) -> list[HealthCheck]:
    """Configuration, and content (proven whole when it was loaded)."""
    active = sum(code.active for code in knowledge.codes)
    accepted = sorted({key for client in settings.clients for key in client.accepted_gaps})
    found = [
        HealthCheck("configuration", True, f"{settings.mode}, version {settings.version}"),
        HealthCheck("knowledge", active > 0, f"version {knowledge.version}, {active} active codes"),
    ]
    if accepted:
        found.append(HealthCheck("accepted_gaps", True, ", ".join(accepted)))
    return found


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
