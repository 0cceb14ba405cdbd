"""The FHIR search server as a process: start it, end it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from tests.npm import node_tools

HERE = Path(__file__).parent
PACKAGES = HERE / "package.json"
DIRECT = build_opener(ProxyHandler({}))  # past any proxy of the machine


class SearchServer:
    """A running search_server that holds an export.  Use as a context manager."""

    def __init__(self, installed: Path, export: Path) -> None:
        self._process = subprocess.Popen(
            [node_tools().node, str(HERE / "server.mjs"), str(installed), str(export)],
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
