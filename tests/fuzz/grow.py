"""Much of one thing, up to the limits on a body: copies, many-to-many references, one long text."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from service.app import MAX_BODY_BYTES
from service.strict_json import MOST_MEMBERS
from tests.bench.growth import measure
from tests.bench.kinds import KINDS
from tests.fuzz.mutate import somewhere

SHARE = 0.004  # of the turns; one costs as much as hundreds of others
SIZES = (0.02, 0.1, 0.5, 0.9, 1.0, 1.05)  # of what a body may have
SAMPLE = 40
KEYS = ("alp", "labs", "medications", "conditions", "encounters")
Json = dict[str, Any]
Grow = Callable[[Json, int], None]


def grow(body: Any, random: Random) -> None:
    """So much of one thing that the body has a share of what the limits let in, if it is one."""
    chart = _entries(body)
    if chart is None:
        return
    one = random.choice([*KINDS.values(), _copying(random), _lengthening(body, random)])
    share, held, before = random.choice(SIZES), measure(body), measure(chart)
    tried = copy.deepcopy(chart)
    one(tried, SAMPLE)
    each = [(after - had) / SAMPLE for after, had in zip(measure(tried), before, strict=True)]
    room = min(
        (most * share - had) / max(more, 1)
        for most, had, more in zip((MAX_BODY_BYTES, MOST_MEMBERS), held, each, strict=True)
        if more > 0 or most == MAX_BODY_BYTES
    )
    old = {key: len(entries) for key, entries in chart.items()}
    one(chart, max(int(room), 1))
    for key, entries in chart.items():
        _make_ours(entries[old[key] :], body)


def _entries(body: Any) -> dict[str, list[Any]] | None:
    """The entries by their keys, those of the draft orders as `drafts`."""
    try:
        bundles = {key: body["prefetch"].setdefault(key, {}) for key in KEYS}
        bundles["drafts"] = body["context"].setdefault("draftOrders", {})
        for bundle in bundles.values():
            bundle.setdefault("resourceType", "Bundle")
        found = {key: bundle.setdefault("entry", []) for key, bundle in bundles.items()}
    except (AttributeError, KeyError, TypeError):  # damaged before
        return None
    return found if all(isinstance(entries, list) for entries in found.values()) else None


def _make_ours(entries: list[Any], body: Json) -> None:
    """New resources are of the patient whose chart it is."""
    patient = body["context"].get("patientId")
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and "subject" in resource:
            resource["subject"] = {"reference": f"Patient/{patient}"}


def _copying(random: Random) -> Grow:
    """n copies of whatever stands in the chart, each with an id of its own."""

    def grow(chart: Json, n: int) -> None:
        full = [entries for entries in chart.values() if entries] or [[{"resource": {}}]]
        entries = random.choice(full)
        one = random.choice(entries)
        resource = one.get("resource") if isinstance(one, dict) else None
        inner = resource if isinstance(resource, dict) else {}
        entries += [{"resource": {**inner, "id": f"ZZPHI-{i}"}} for i in range(n)]

    return grow


def _lengthening(body: Json, random: Random) -> Grow:
    """One text, wherever it stands, n times as long."""

    def grow(_: Json, n: int) -> None:
        for _try in range(20):
            holder, step = somewhere(body, random)
            if holder is not None and isinstance(holder[step], str) and holder[step]:
                holder[step] = (holder[step] * n)[:n]
                return

    return grow
