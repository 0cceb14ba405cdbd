"""Sentence, rule and source stand together: nothing cites a document that is not here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "service/hpp", "service/content", "service/fhir", "cards", "fhir_fixtures", "tests/spec",
    "tests/restatement",
)  # fmt: skip
KINDS = {".py", ".toml", ".csv", ".md", ".json"}
SECTION = re.compile(r"\b2[ab]\.[0-9]|\bsections? [0-9]|\btiers\.md", re.IGNORECASE)


@pytest.mark.parametrize("room", ROOMS)
def test_no_section_of_a_document_that_is_not_here_is_cited(room: str) -> None:
    files = [path for path in (ROOT / room).rglob("*") if path.suffix in KINDS]
    cited = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if SECTION.search(line)
    ]

    assert files
    assert cited == []
