"""Packages of Node.js that tests use: installed once, under the system's temporary directory.

Each folder there is named by what its package.json pins.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

OLDEST_NODE = (20, 19)
INSTALL_SECONDS = 300
INSTALL = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")


class NotHere(Exception):
    """The packages cannot be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Tools:
    node: str
    npm: str


def packages(package_json: Path) -> Path:
    """The folder with the packages that a package.json pins.  Raises NotHere."""
    tools = node_tools()
    pinned = package_json.read_bytes()
    user = os.getuid() if hasattr(os, "getuid") else 0
    name = f"hpp-cds-tests-{user}-{hashlib.sha256(pinned).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    wanted = [folder / "node_modules" / package for package in json.loads(pinned)["dependencies"]]
    if not all((package / "package.json").is_file() for package in wanted):
        _install(tools, pinned, folder)
    return folder


def node_tools() -> Tools:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise NotHere("Node.js with npm is not installed")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2] if part.isdigit())
    if version < OLDEST_NODE:
        raise NotHere(f"Node.js {said.strip()} is older than {'.'.join(map(str, OLDEST_NODE))}")
    return Tools(node, npm)


def _install(tools: Tools, pinned: bytes, folder: Path) -> None:
    """Into a folder of our own, then into place: another run may be doing the same."""
    place = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
    try:
        (place / "package.json").write_bytes(pinned)
        _npm_install(tools, place)
        shutil.rmtree(folder, ignore_errors=True)  # what a cleaner of old files has left of it
        with contextlib.suppress(OSError):  # the other run was faster
            place.rename(folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _npm_install(tools: Tools, place: Path) -> None:
    try:
        done = subprocess.run(
            [tools.npm, *INSTALL],
            cwd=place,
            capture_output=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotHere(f"npm install did not end within {INSTALL_SECONDS} s") from None
    if done.returncode:
        raise NotHere(f"npm install failed with status {done.returncode}")
