"""What a client is shown of a verdict: a card, a card of a lower indicator, or nothing.

[[clients]]
shadow = ["hpp-patient-view"]       # or true, for every service

[clients.show]
lowAlpOnce = "recorded"             # judged, logged and counted, no card
hppSuspected = "info"               # lower than in the decision table, never higher

[clients.show.hpp-order-select]     # for one service
hppProbable = "warning"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from service.content.faults import hint
from service.settings.checks import Faults, one_of

RECORDED = "recorded"
INDICATORS = ("critical", "warning", "info")
HOW = (RECORDED, *INDICATORS)


class Shown(NamedTuple):
    """One switch.  service: an id, or empty for every one.  how: recorded, or an indicator."""

    service: str
    verdict: str
    how: str


def read_shadow(value: object, services: Sequence[str]) -> tuple[str, ...] | str:
    """The services that are only judged, or what is wrong."""
    if isinstance(value, bool):
        return tuple(services) if value else ()
    if not isinstance(value, list):
        return "must be true, false or a list of services"
    wrong = [item for item in value if item not in services]
    known = ", ".join(services)
    return f"may hold only {known}{hint(str(wrong[0]), services)}" if wrong else tuple(value)


def read_show(at: str, value: object, services: Sequence[str], faults: Faults) -> tuple[Shown, ...]:
    """[clients.show]: verdict = how, or a table of a service with the same."""
    if not isinstance(value, dict):
        faults.add(at, "must be a table: verdict = how")
        return ()
    tables = [key for key, how in value.items() if isinstance(how, dict)]
    for unknown in sorted(set(tables) - set(services)):
        faults.add(f"{at}.{unknown}", f"is not a service{hint(unknown, services)}")
    plain = {k: v for k, v in value.items() if k not in (*services, *tables)}
    found = list(_read_one(at, "", plain, faults))
    for service in services:
        inner = value.get(service, {})
        if isinstance(inner, dict):
            found += _read_one(f"{at}.{service}", service, inner, faults)
        else:
            faults.add(f"{at}.{service}", "must be a table: verdict = how")
    return tuple(found)


def _read_one(at: str, service: str, table: Mapping[str, Any], faults: Faults) -> Iterator[Shown]:
    for verdict, how in table.items():
        if how == "none":
            faults.add(f"{at}.{verdict}", f"cannot be none; write {RECORDED!r} for no card")
        elif problem := one_of(HOW)(how):
            faults.add(f"{at}.{verdict}", problem)
        else:
            yield Shown(service, verdict, how)
