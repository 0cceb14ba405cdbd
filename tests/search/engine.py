"""The FHIR search server as a process: install its packages once, start it, end it.

The packages go to a folder under the system's temporary directory, named by what is pinned.
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
from types import TracebackType
from typing import Any
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

HERE = Path(__file__).parent
OLDEST_NODE = (20, 19)
INSTALL_SECONDS = 300
INSTALL = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
DIRECT = build_opener(ProxyHandler({}))  # past any proxy of the machine


class NoSearchServer(Exception):
    """The search_server cannot be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Tools:
    node: str
    npm: str


def packages() -> Path:
    """The folder with the installed packages.  Raises NoSearchServer."""
    tools = _tools()
    pinned = (HERE / "package.json").read_bytes()
    user = os.getuid() if hasattr(os, "getuid") else 0
    name = f"hpp-cds-search-{user}-{hashlib.sha256(pinned).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    wanted = [folder / "node_modules" / package for package in json.loads(pinned)["dependencies"]]
    if not all((package / "package.json").is_file() for package in wanted):
        _install(tools, pinned, folder)
    return folder


def _tools() -> Tools:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise NoSearchServer("Node.js with npm is not installed")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2] if part.isdigit())
    if version < OLDEST_NODE:
        raise NoSearchServer(
            f"Node.js {said.strip()} is older than {'.'.join(map(str, OLDEST_NODE))}"
        )
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
        raise NoSearchServer(f"npm install did not end within {INSTALL_SECONDS} s") from None
    if done.returncode:
        raise NoSearchServer(f"npm install failed with status {done.returncode}")


class SearchServer:
    """A running search_server that holds an export.  Use as a context manager."""

    def __init__(self, installed: Path, export: Path) -> None:
        self._process = subprocess.Popen(
            [_tools().node, str(HERE / "server.mjs"), str(installed), str(export)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.origin = self._process.stdout.readline().strip()
        if not self.origin:
            self.close()
            raise RuntimeError("the search server ended before it listened")

    def base(self, most: int = 0) -> str:
        """The FHIR base; most: entries a page, however many are asked for."""
        return f"{self.origin}/pages-of-{most}/fhir" if most else f"{self.origin}/fhir"

    @property
    def as_is(self) -> str:
        """The base of the search_server alone: it does not complete `patient=ID`."""
        return f"{self.origin}/as-is/fhir"

    def get(self, path: str, base: str = "") -> dict[str, Any]:
        """What an EHR would read for a prefetch template."""
        url = f"{base or self.base()}/{quote(path, safe='/?=&:,%')}"
        with DIRECT.open(url, timeout=60) as response:
            body: dict[str, Any] = json.load(response)
        return body

    def close(self) -> None:
        self._process.communicate(timeout=10)  # closes its standard input, so it ends

    def __enter__(self) -> SearchServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
