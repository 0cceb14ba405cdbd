"""Small histories as files, and a run over them.

Without the packages of the extra `replay` these tests are skipped, and counted as such.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

MISSING = "the extra `replay` is not installed (service/replay/requirements.lock)"
duckdb = pytest.importorskip("duckdb", reason=MISSING)

Json = dict[str, Any]
Export = Callable[[Sequence[Json]], Path]


@pytest.fixture(scope="module", autouse=True)
def stands_on_the_same_content(content_read_once: None) -> None:
    """Every run builds an engine."""


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Writes resources as a bulk export, one file for each type."""

    def write(resources: Sequence[Json]) -> Path:
        folder = tmp_path / f"export-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        lines: dict[str, list[str]] = {}
        for resource in resources:
            lines.setdefault(resource["resourceType"], []).append(json.dumps(resource))
        for kind, written in lines.items():
            (folder / f"{kind}.ndjson").write_text("\n".join(written) + "\n", "utf-8")
        return folder

    return write
