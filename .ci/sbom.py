"""Checks a bill of materials: `sbom.py LOCK SBOM` prints each package of the lock with its licence.

Exit status 1 where the bill lacks a package of the lock, or an installed one names no licence.
"""

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path


def locked(lock: str) -> dict[str, str]:
    """Package -> version."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))


def licence_of(package: str) -> str:
    """As its own metadata says, in the newest of the three ways there are."""
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return "not installed here"
    classified = [c.split(" :: ")[-1] for c in said.get_all("Classifier", []) if "License ::" in c]
    written = (said.get("License") or "").strip().splitlines()[:1]
    return said.get("License-Expression") or ", ".join(classified) or "".join(written)


def main(lock_file: str, sbom_file: str) -> int:
    wanted = locked(Path(lock_file).read_text("utf-8"))
    bill = json.loads(Path(sbom_file).read_text("utf-8"))
    listed = {part["name"]: part["version"] for part in bill["components"]}
    licences = {package: licence_of(package) for package in wanted}
    for package, licence in licences.items():
        sys.stdout.write(f"{package} {wanted[package]}: {licence or 'NO LICENCE NAMED'}\n")
    return int(listed != wanted or not all(licences.values()))


sys.exit(main(*sys.argv[1:]))
