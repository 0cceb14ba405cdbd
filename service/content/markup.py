"""What of a card's words an EHR would show otherwise than it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.content.shape import leaves

_HTML = re.compile(r"</?[A-Za-z][^<>\n]{0,40}>|<!--|&(?:#x?[0-9A-Fa-f]+|[A-Za-z]{2,8});")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\]\((?!https?://)[^)\n]*\)")
# A blank as other templates write it.
_BLANK = re.compile(r"\{\{ *(\w+) *\}\}|(?<!\$)\{(\w+)\}|%\((\w+)\)s")
_MARKDOWN = re.compile(r"\*\*|__|`|^#+ |\]\(")


def odd_in(text: str, blanks: Iterable[str] = ()) -> Iterator[str]:
    """What is odd in a text that is shown as Markdown.  blanks: names that ours has."""
    if html := _HTML.search(text):
        yield f"{html[0]} is HTML, which an EHR shows as it stands or drops; write Markdown"
    if _IMAGE.search(text):
        yield "holds an image, which an EHR drops or loads from outside"
    elif link := _LINK.search(text):
        yield f"{link[0][1:]} is a link that is not http or https"
    names = {name for found in _BLANK.findall(text) for name in found if name}
    for name in sorted(names & set(blanks)):
        yield f"{name} is no blank as it is written here; write ${{{name}}}"


def odd_in_plain(text: str) -> Iterator[str]:
    """What is odd in a text that is shown as it stands: a summary, a label, a reason."""
    yield from odd_in(text)
    if mark := _MARKDOWN.search(text):
        yield f"holds Markdown ({mark[0].strip()}), which an EHR shows here as it stands"


def odd_in_words(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, what is odd) of every text of a table of words, by key in key."""
    for key, value in leaves(table):
        yield from ((key, message) for message in odd_in(value))
