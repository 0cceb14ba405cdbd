"""Does a client behave as it used to?  Counts by the hour -> alarms, by the client's own history.

Nights, weekends and quiet wards are in that history: a client is silent where it has been quiet
for half as long again as ever in the four weeks before.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

HOUR_S, DAY_H, WEEK_H = 3600, 24, 7 * 24
HISTORY_H = 4 * WEEK_H
FEWEST_HOURS = 20  # with calls: less is no history
EXPECTED_CARDS = 8  # fewer are chance: none of 8 expected comes once in 3000 times
FACTOR = 3.0
SHARE, FEWEST_CALLS = 0.2, 20  # of calls that could not look, or found no ALP they could read
DEVIATIONS = 4.0  # beyond which a share hardly changed by chance
SILENT, NO_CARDS, MORE_CARDS = "silent", "no-cards", "more-cards"
NO_FEEDBACK, CANNOT_LOOK, CODES_CHANGED = "no-feedback", "cannot-look", "codes-changed"
ALARMS = (SILENT, NO_CARDS, MORE_CARDS, NO_FEEDBACK, CANNOT_LOOK, CODES_CHANGED)


@dataclass(frozen=True, slots=True)
class Hour:
    """What a client did in one hour.  hour: since the epoch.  judged: orders of a drug of
    interest; unavailable: those of them for which the needed data could not be had; unread: those
    with results that were not recognised, or without a recent ALP."""

    client: str
    hour: int
    calls: int = 0
    judged: int = 0
    cards: int = 0
    unavailable: int = 0
    unread: int = 0
    reports: int = 0


def alarms(hours: Iterable[Hour], now_s: float) -> dict[str, list[str]]:
    """client -> what is otherwise than it used to be; every client that has called is there."""
    now = int(now_s // HOUR_S)
    by_client: dict[str, list[Hour]] = defaultdict(list)
    for item in hours:
        if now - HISTORY_H <= item.hour <= now:
            by_client[item.client].append(item)
    return {client: _of(items, now) for client, items in sorted(by_client.items())}


def _of(hours: Sequence[Hour], now: int) -> list[str]:
    calling = sorted({item.hour for item in hours if item.calls})
    if len(calling) < FEWEST_HOURS or now - calling[0] <= WEEK_H:
        return []  # whoever has not seen a weekend takes it for silence
    if _is_silent(calling, now):
        return [SILENT]  # all else follows from that
    found = {name for window in (DAY_H, WEEK_H) for name in _changes(hours, now, window)}
    return [name for name in ALARMS if name in found]


def _is_silent(calling: Sequence[int], now: int) -> bool:
    longest = max(b - a for a, b in pairwise(calling))
    return now - calling[-1] > max(2.0, 1.5 * longest)


def _changes(hours: Sequence[Hour], now: int, window: int) -> Iterable[str]:
    """The last hours of a window against all before."""
    late = _sums(item for item in hours if item.hour > now - window)
    before = [item for item in hours if item.hour <= now - window]
    early = _sums(before)
    if sum(item.calls > 0 for item in before) < FEWEST_HOURS:
        return
    if not early["judged"] or not late["calls"]:
        return
    of = "judged" if late["judged"] else "calls"  # none: its drugs may be no longer recognised
    expected = late[of] * early["cards"] / early[of]
    if expected >= EXPECTED_CARDS and not late["cards"]:
        yield NO_CARDS
    if late["cards"] >= max(EXPECTED_CARDS, FACTOR * expected):
        yield MORE_CARDS
    if early["cards"] and _stopped(early, late):
        yield NO_FEEDBACK
    if _looks_less(early, late):
        yield CANNOT_LOOK
    if _reads_less(early, late):
        yield CODES_CHANGED


def _stopped(early: Mapping[str, int], late: Mapping[str, int]) -> bool:
    expected = late["cards"] * early["reports"] / early["cards"]
    return expected >= EXPECTED_CARDS and not late["reports"]


def _looks_less(early: Mapping[str, int], late: Mapping[str, int]) -> bool:
    if late["judged"] < FEWEST_CALLS:
        return False
    share = late["unavailable"] / late["judged"]
    before = early["unavailable"] / early["judged"]
    return share > SHARE and share > FACTOR * before


def _reads_less(early: Mapping[str, int], late: Mapping[str, int]) -> bool:
    """A fifth more of the orders than before, and more than chance would have it."""
    judged = late["judged"]
    before = max(early["unread"], 1) / (early["judged"] + 1)
    expected, deviation = judged * before, math.sqrt(judged * before * (1 - before))
    more = late["unread"] - expected
    return judged >= FEWEST_CALLS and more > SHARE * judged and more > DEVIATIONS * deviation


def _sums(hours: Iterable[Hour]) -> dict[str, int]:
    sums = dict.fromkeys(("calls", "judged", "cards", "unavailable", "unread", "reports"), 0)
    for item in hours:
        for name in sums:
            sums[name] += getattr(item, name)
    return sums
