"""Text from a record is inert in GitHub Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cards.markdown import MAX_LENGTH, escape

RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/?mrn)",
    "[click](javascript:alert(1))",
    "| a | b |\n| - | - |",
    "**bold** _it_ ~~s~~ `code`",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "https://evil.example www.evil.example a@evil.example",
    "&lt;b&gt; &#60;",
    "line\r\nbreak\u2028and\u202ebidi\x00nul\x1b[2J",
    "\\*",
    "<!-- -->",
    "[ref]: https://evil.example",
)


@pytest.mark.hazard("O1")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_renders_as_plain_text_in_a_paragraph(text: str) -> None:
    html = RENDER.render(f"Value {escape(text)} end")

    assert html.startswith("<p>Value ")
    assert html.count("<p>") == 1
    assert {"p", "/p"} == {tag.strip("<>") for tag in _tags(html)}


@pytest.mark.hazard("O1")
@given(st.text(max_size=200))
def test_any_text_renders_as_itself(text: str) -> None:
    tokens = RENDER.parseInline(f"x{escape(text)}x")[0].children or []

    assert {"text"} >= {token.type for token in tokens} - {"text_special"}


@pytest.mark.hazard("O1")
@given(st.text(max_size=200))
def test_any_text_stays_in_its_table_cell(text: str) -> None:
    html = RENDER.render(f"| a | b |\n| --- | --- |\n| {escape(text) or '-'} | end |\n")

    assert html.count("<td>") == 2


@given(st.text(max_size=400))
def test_the_length_is_bounded(text: str) -> None:
    assert len(escape(text).replace("\\", "")) <= MAX_LENGTH


@pytest.mark.parametrize("text", ["22 U/L", "<20 U/L", "0.35 ukat/L", ">=1.5"])
def test_a_plain_value_is_left_as_it_is(text: str) -> None:
    assert text == escape(text)


def _tags(html: str) -> list[str]:
    return [part.split(">")[0] for part in html.split("<")[1:]]
