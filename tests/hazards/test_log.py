"""The hazard log is whole, and is what the tests say."""

from __future__ import annotations

import pytest

from tests.hazards.log import EVERY_ID, ROOT, Hazard, checks_of, marked_functions, read_log
from tests.hazards.render import COMMAND, DOCUMENT, document

ROWS = read_log()


def test_every_row_of_every_table_is_there_once() -> None:
    assert list(EVERY_ID) == [row.id for row in ROWS]
    assert len(EVERY_ID) == 120


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_says_all_it_has_to_say(row: Hazard) -> None:
    said = (row.hazard, row.cause, row.effect, row.control)

    assert all(len(words) > 8 and words.endswith(".") for words in said)
    assert "|" not in "".join(said)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_control_has_a_test_or_a_reason_why_not(row: Hazard) -> None:
    assert row.shown or row.open


def test_markers_name_rows_that_exist_on_functions_that_are_tests() -> None:
    unknown = [
        (file, name, row)
        for file, name, rows in marked_functions()
        for row in rows
        if row not in EVERY_ID or not name.startswith("test_")
    ]

    assert unknown == []


def test_no_test_names_a_row_twice() -> None:
    assert [name for _, name, rows in marked_functions() if len(set(rows)) < len(rows)] == []


def test_checks_of_scripts_exist() -> None:
    named = [script for row in ROWS for script in row.scripts]
    lost = [
        script
        for script in named
        if script.split(": ", 1)[1] not in checks_of(ROOT / script.split(": ")[0])
    ]

    assert named
    assert lost == []


def test_the_committed_document_is_the_one_that_the_log_and_the_tests_write() -> None:
    written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""

    assert written == document(ROWS), f"HAZARDS.md is stale; write it with: {COMMAND}"
