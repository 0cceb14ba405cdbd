"""Text from a record is inert in GitHub Markdown, and shows whole, whoever renders it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cards.markdown import MAX_LENGTH, escape, visible

GFM = MarkdownIt("gfm-like", {"html": True, "linkify": False})
MISTUNE = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "task_lists"])
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
# What a record may begin with that would begin a block of Markdown.
BEGINNINGS = (
    ">20 U/L", ">= 20 U/L", "<20 U/L", "- 20 U/L", "-20", "+ 20 U/L", "+20", "# 20", "#20 U/L",
    "1. 20 U/L", "20. U/L", "2) 20", "| 20 | 30 |", "|20", "* 20", "*20*", "~~~", "```", "---",
    "===", "[ ] 20", "    20 U/L", "\t20", "1.", "-", ">", "#", "+", "|", "\\", "22 U/L", "1.5",
    "<<20", "<20>", "a | b", ": --- |",
)  # fmt: skip


def render_gfm(text: str) -> str:
    return str(GFM.render(text))


def render_mistune(text: str) -> str:
    return str(MISTUNE(text))


RENDERERS = pytest.mark.parametrize(
    "render", [render_gfm, render_mistune], ids=["markdown-it", "mistune"]
)
Render = Callable[[str], str]


@pytest.mark.hazard("O1")
@RENDERERS
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_renders_as_plain_text_in_a_paragraph(text: str, render: Render) -> None:
    rendered = render(f"Value {escape(text)} end")

    assert rendered.startswith("<p>Value ")
    assert rendered.count("<p>") == 1
    assert {"p", "/p"} == {tag.strip("<>") for tag in _tags(rendered)}


PLACES = {
    "item": ("- {}\n- next\n", r"<li>(?:<p>)?(.*?)(?:</p>)?</li>"),
    "paragraph": ("before\n\n{}\n\nafter\n", r"</p>\s*<p>(.*?)</p>"),
    "cell": ("| a | b |\n| --- | --- |\n| {} | end |\n", r"<td[^>]*>(.*?)</td>"),
    "quote": ("> {}\n", r"<blockquote>\s*<p>(.*?)</p>"),
    "start": ("{}", r"^<p>(.*?)</p>"),
}


@pytest.mark.hazard("O1")
@RENDERERS
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", [*BEGINNINGS, *HOSTILE])
def test_a_value_shows_whole_at_the_start_of_any_block(
    text: str, place: str, render: Render
) -> None:
    block, shows = PLACES[place]
    found = re.search(shows, render(block.format(escape(text))), re.DOTALL)

    assert found
    assert visible(text) == html.unescape(found[1])


@pytest.mark.hazard("O1")
@given(st.text(max_size=200))
def test_any_text_renders_as_itself(text: str) -> None:
    tokens = GFM.parseInline(f"x{escape(text)}x")[0].children or []

    assert {"text"} >= {token.type for token in tokens} - {"text_special"}


@pytest.mark.hazard("O1")
@RENDERERS
@given(text=st.text(max_size=200))
def test_any_text_stays_in_its_table_cell(text: str, render: Render) -> None:
    rendered = render(f"| a | b |\n| --- | --- |\n| {escape(text) or '-'} | end |\n")

    assert len(re.findall(r"<td\b", rendered)) == 2


@pytest.mark.hazard("O1")
@given(st.text(max_size=200))
def test_no_control_nor_direction_mark_is_left(text: str) -> None:
    left = {unicodedata.category(c)[0] for c in escape(text) if c != " "}

    assert not left & {"C", "Z"}


@pytest.mark.hazard("O1")
@pytest.mark.parametrize(
    "mark", "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
def test_a_direction_mark_is_dropped(mark: str) -> None:
    assert escape(f"2{mark}2 U/L") == "22 U\\/L"


@given(st.text(max_size=400))
def test_the_length_is_bounded(text: str) -> None:
    assert len(visible(text)) <= MAX_LENGTH


@pytest.mark.parametrize("text", ["22 U/L", "0.35 ukat/L", "1.5"])
def test_a_plain_value_is_left_as_it_is(text: str) -> None:
    assert text == escape(text)


def _tags(rendered: str) -> list[str]:
    return [part.split(">")[0] for part in rendered.split("<")[1:]]
