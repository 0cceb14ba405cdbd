"""Markdown as an EHR renders it: what in it would be more than words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
# What a text from a record becomes: words, an escaped mark, and the paragraph around them.
PLAIN = frozenset({"text", "text_special", "inline", "paragraph_open", "paragraph_close"})
ACTIVE = frozenset({"html_inline", "html_block", "image", "link_open"})


def tokens(text: str) -> Iterator[Token]:
    """Every token, at any depth."""
    yield from _flat(RENDER.parse(text))


def _flat(found: Sequence[Token]) -> Iterator[Token]:
    for token in found:
        yield token
        yield from _flat(token.children or ())


def active(text: str) -> set[str]:
    """Kinds of tokens that load, run or lead somewhere."""
    return {token.type for token in tokens(text)} & ACTIVE


def not_plain(text: str) -> set[str]:
    """Kinds of tokens that are not words of one paragraph."""
    return {token.type for token in tokens(text)} - PLAIN
