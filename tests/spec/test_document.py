"""The specification is what the tests say."""

from pathlib import Path

import pytest

from tests.spec.contents import HERE, chapters
from tests.spec.render import COMMAND, documents, engine


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.parent.name + "/" + path.name)
def test_the_committed_document_is_the_one_that_the_tests_write(path: Path) -> None:
    written = path.read_text(encoding="utf-8") if path.exists() else ""

    assert written == documents()[path], f"{path.name} is stale; write it with: {COMMAND}"


def test_the_first_page_holds_the_table_and_every_finding_in_words() -> None:
    page, knowledge = documents()[HERE / "SPEC.md"], engine().knowledge

    assert [row.id for row in knowledge.table if f"| `{row.id}` | {row.says} |" not in page] == []
    assert [code for code, says in knowledge.findings.items() if says not in page] == []


def test_every_paragraph_shows_something_and_says_why() -> None:
    for chapter in chapters():
        assert chapter.title
        assert chapter.text
        for section in chapter.sections:
            assert section.text, section.title
            for paragraph in section.paragraphs:
                assert paragraph.text, paragraph.title
                assert paragraph.examples, paragraph.title


def test_sections_stand_in_an_order_that_is_written_down() -> None:
    for folder in HERE.glob("c[0-9]*_*"):
        orders = sorted(_order(path.read_text("utf-8")) for path in folder.glob("test_*.py"))

        assert orders == list(range(1, len(orders) + 1)), folder.name


def _order(text: str) -> int:
    line = next(row for row in text.splitlines() if row.startswith("title, order = "))
    return int(line.rsplit(",", 1)[1])


def test_titles_are_not_used_twice() -> None:
    for chapter in chapters():
        for section in chapter.sections:
            titles = [paragraph.title for paragraph in section.paragraphs]

            assert len(set(titles)) == len(titles), section.title
