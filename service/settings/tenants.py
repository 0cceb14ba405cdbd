"""[[clients.tenants]]: hospitals of one issuer, told apart by the token's `tenant` claim.

[[clients.tenants]]
id = "north"
fhir_base = "https://fhir.example.org/north"
accepted_gaps = ["procedures"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.settings import checks
from service.settings.checks import Check, Faults

KEYS = (
    "fhir_base", "fhir_release", "fhir_private_addresses", "ca_file", "accepted_gaps", "language",
)  # fmt: skip


def are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def read_tenants(
    at: str, value: list[Any], client_keys: Mapping[str, Check], faults: Faults
) -> Iterator[dict[str, Any]]:
    """What each tenant says over its client; `id` is the claim."""
    known = {"id": checks.claim, **{key: client_keys[key] for key in KEYS}}
    seen: set[str] = set()
    for position, entry in enumerate(value, 1):
        place = f"{at}[{position}]"
        good = checks.good_values(place, entry, known, faults)
        if "id" not in entry:
            faults.add(f"{place}.id", "is missing")
        elif good.get("id") in seen:
            faults.add(f"{place}.id", "is that of another tenant")
        elif "id" in good:
            seen.add(good["id"])
            yield good
