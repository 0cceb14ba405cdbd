"""Other requests that say the same, and requests that say less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

from tests.fhir import build
from tests.fhir.build import MISSING, Json
from tests.spec.request import FAILED, KEYS, NEXT_PAGE

U_PER_UKAT = 60
DAY = "2025-01-05"


def in_order(request: Json, *, reverse: bool = False, seed: int = 0) -> Json:
    """The same request with the entries of every prefetched Bundle in another order."""
    changed = deepcopy(request)
    for bundle in _bundles(changed):
        if reverse:
            bundle["entry"].reverse()
        else:
            Random(seed).shuffle(bundle["entry"])
    return changed


def _bundles(request: Json) -> Iterator[Json]:
    for value in (request.get("prefetch") or {}).values():
        if isinstance(value, dict) and value.get("entry"):
            yield value


def in_microkatal(request: Json) -> tuple[Json, int]:
    """ALP values in ukat/L instead of U/L, and how many were changed.

    Only values whose sixtieth is a finite decimal: a rounded one would be another value.
    The printed limits keep their own unit.
    """
    changed = deepcopy(request)
    count = 0
    for resource in _resources(changed, "alp"):
        quantity = resource.get("valueQuantity")
        if isinstance(quantity, dict) and _is_in_u_per_l(quantity) and _own_units(resource):
            exact = Decimal(str(quantity["value"])) / U_PER_UKAT
            if exact * U_PER_UKAT == Decimal(str(quantity["value"])) and exact == round(exact, 6):
                quantity |= {"value": float(exact), "unit": "ukat/L", "code": "ukat/L"}
                count += 1
    return changed, count


def _is_in_u_per_l(quantity: Mapping[str, Any]) -> bool:
    return quantity.get("unit") == quantity.get("code") == "U/L" and "value" in quantity


def _own_units(resource: Json) -> bool:
    """Every printed limit says its unit itself; one that does not would change with the value."""
    sides = [item[side] for item in resource.get("referenceRange", ()) for side in item]
    return all("unit" in side for side in sides if isinstance(side, dict))


def _resources(request: Json, key: str) -> Iterator[Json]:
    value = (request.get("prefetch") or {}).get(key)
    if isinstance(value, dict):
        yield from (entry["resource"] for entry in value.get("entry", ()) if "resource" in entry)


def padded(request: Json, count: int = 200) -> Json:
    """The same request among resources that have nothing to do with ALP."""
    changed = deepcopy(request)
    subject = {"reference": f"Patient/{changed['context']['patientId']}"}
    for key, make in PADDING.items():
        value = (changed.get("prefetch") or {}).get(key)
        if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
            continue
        added = [make(f"padding-{key}-{n}", subject) for n in range(count // len(PADDING))]
        value["entry"] = [*({"resource": item} for item in added), *value.get("entry", [])]
        if "total" in value:
            value["total"] += len(added)
    return changed


def _sodium(identity: str, subject: Json) -> Json:
    value = {"value": 139, "unit": "mmol/L"}
    return build.observation("2951-2", DAY, id=identity, subject=subject, valueQuantity=value)


def _amlodipine(identity: str, subject: Json) -> Json:
    return build.drug({"text": "amlodipine 5 mg"}, DAY, id=identity, subject=subject)


def _hypertension(identity: str, subject: Json) -> Json:
    silent = {"clinicalStatus": MISSING, "verificationStatus": MISSING}
    return build.condition("38341003", DAY, id=identity, subject=subject, **silent)


def _colonoscopy(identity: str, subject: Json) -> Json:
    return build.procedure("73761001", DAY, id=identity, subject=subject)


PADDING: Mapping[str, Callable[[str, Json], Json]] = {
    "labs": _sodium,
    "medications": _amlodipine,
    "conditions": _hypertension,
    "procedures": _colonoscopy,
}


def hidden(request: Json) -> Iterator[tuple[str, Json]]:
    """Each way to say less: (what was done, the request), one prefetch key at a time."""
    for key in KEYS:
        if key not in (request.get("prefetch") or {}):
            continue
        for name, hide in HIDING.items():
            changed = {**request, "prefetch": {**request["prefetch"]}}
            if hide(changed["prefetch"], key):
                yield f"{key} {name}", changed


def _remove(prefetch: Json, key: str) -> bool:
    del prefetch[key]
    return True


def _fail(prefetch: Json, key: str) -> bool:
    prefetch[key] = FAILED
    return True


def _cut(keep: int) -> Callable[[Json, str], bool]:
    """Only one entry and a link to the next page."""

    def cut(prefetch: Json, key: str) -> bool:
        bundle = prefetch[key]
        if not isinstance(bundle, dict) or not bundle.get("entry"):
            return False
        kept = [bundle["entry"][keep]]
        prefetch[key] = {**bundle, "entry": kept, "link": [NEXT_PAGE]}
        return True

    return cut


HIDING: Mapping[str, Callable[[Json, str], bool]] = {
    "removed": _remove,
    "failed": _fail,
    "cut after the first": _cut(0),
    "cut before the last": _cut(-1),
}
