"""Where each code and name of the content was seen: a place that a reader can open."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import pytest

SHOWN = re.compile(r"https?://\S+\.\S+|(?<![/\w])[\w.-]+/[\w.-]+(?:@[\w.-]+)?:\S")


def listed() -> list[dict[str, str]]:
    folder = files("service.hpp.knowledge").joinpath("valuesets")
    return [
        row
        for entry in folder.iterdir()
        for row in csv.DictReader(entry.read_text("utf-8").splitlines())
    ]


def test_every_active_row_names_a_public_file_or_page_that_shows_it() -> None:
    """`owner/repository:path` or the address of a page; what was not found is not active."""
    rows = listed()

    assert len(rows) > 1000
    assert [r for r in rows if r["active"] == "yes" and not SHOWN.search(r["source"])] == []


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("owner/repository:a folder/file.csv", True),
        ("owner/repository@develop:file.json; https://example.org/page", True),
        ("https://example.org/page (what it says)", True),
        ("public source code (repository not named)", False),
        ("public file 123 of the code index (repository not named)", False),
        ("an implementation guide (public source code)", False),
        ("none: not confirmed", False),
        ("", False),
    ],
)
def test_a_source_that_names_no_place_is_none(source: str, shown: bool) -> None:
    assert bool(SHOWN.search(source)) is shown


def test_no_file_of_the_content_cites_what_nobody_can_find() -> None:
    folder = files("service.hpp.knowledge")
    texts = [
        entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith((".csv", ".toml"))
    ]
    active = [f"{row['source']} {row['note']}" for row in listed() if row["active"] == "yes"]

    assert len(texts) > 5
    assert [t for t in [*texts, *active] if "repository not named" in t or "code index" in t] == []
