"""The bill of materials: what the lock pins, with the hash of each file that it allows."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from service import __version__

Json = dict[str, Any]
LOCK = "requirements.lock"
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill_of_materials() -> Json:
    """CycloneDX 1.5, the same for the same lock."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "hpp-cds", "version": __version__}
        },
        "components": _components(_lock()),
    }


def _lock() -> str:
    """The lock that the wheel carries; in a checkout it lies at the top."""
    inside = files("service").joinpath(LOCK)
    if inside.is_file():
        return inside.read_text("utf-8")
    return (Path(__file__).parents[2] / LOCK).read_text("utf-8")


def _components(lock: str) -> list[Json]:
    found: list[Json] = []
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            name, version = pin["name"], pin["version"]
            found.append({
                "type": "library", "name": name, "version": version,
                "purl": f"pkg:pypi/{name}@{version}", "hashes": [],
            })  # fmt: skip
        elif found:
            hashes = ({"alg": "SHA-256", "content": h} for h in _HASH.findall(line))
            found[-1]["hashes"] += hashes
    return found
