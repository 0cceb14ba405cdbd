"""Health: can this process answer truthfully?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from service.content.faults import Fault
from service.content.reviews import Review
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings

REFUSED = "hpp-cds.refused"  # of an application: the faults of a change that was refused
REVIEW_LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that has to hold, and what was seen; `ok` false makes /readyz answer 503.

    degraded: it holds, and somebody should look.
    """

    name: str
    ok: bool
    detail: str
    degraded: bool = False


def content_checks(settings: Settings, knowledge: Knowledge) -> list[HealthCheck]:
    """Configuration, and content (proven whole when it was loaded)."""
    active = sum(code.active for code in knowledge.codes)
    accepted = sorted({key for client in settings.callers for key in client.accepted_gaps})
    found = [
        HealthCheck("configuration", True, f"{settings.mode}, version {settings.version}"),
        HealthCheck("knowledge", active > 0, f"version {knowledge.version}, {active} active codes"),
    ]
    if accepted:
        found.append(HealthCheck("accepted_gaps", True, ", ".join(accepted)))
    off = switched_off(settings, knowledge)
    if off:
        found.append(HealthCheck("switched_off", True, "; ".join(off)))
    return found


def refused_changes(faults: Iterable[Fault]) -> list[HealthCheck]:
    """Settings or content that could not be used: the last good ones stay, which is seen."""
    where = "; ".join(": ".join(filter(None, (fault.file, fault.key))) for fault in faults)
    return [HealthCheck("reload", True, f"refused: {where}", degraded=True)] if where else []


def switched_off(settings: Settings, knowledge: Knowledge) -> list[str]:
    """All that this site took from the shipped content or shows less of, each in a sentence."""
    found = list(knowledge.switched_off)
    for client in settings.clients:
        if client.shadow:
            found.append(f"client {client.name}: shadow for {', '.join(client.shadow)}")
        for service, verdict, how in client.show:
            where = f" by {service}" if service else ""
            found.append(f"client {client.name}: {verdict} is shown{where} as {how}")
    return found


def review_warnings(review: Review, sentence: str, today: date) -> list[str]:
    """Content that nobody signed as it is, or long ago: warnings only."""
    warnings = [sentence]
    for file in review.files:
        if file.signed is None:
            since = f"; changed since {file.before} signed it" if file.before else ""
            warnings.append(f"{file.name}: not signed{since} (sha256 {file.sha256})")
        elif today - file.signed.day > REVIEW_LASTS:
            warnings.append(f"{file.name}: signed more than a year ago ({file.signed})")
        elif file.signed.day > today:
            warnings.append(f"{file.name}: signed on a day that is still to come ({file.signed})")
        if file.has_old_key:
            warnings.append(f"{file.name}: `review` is not read; sign the file in reviews.toml")
    return warnings
