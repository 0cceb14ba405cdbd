"""Read a TOML file that people edit, and say what they likely meant where it is none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from service.content.files import hidden_in

_AT = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_KEY = re.compile(r"""\[*\s*(?P<key>[\w."'-]+)\s*(?P<sign>[=:])?(?P<value>.*)""")
_NUMBER = re.compile(r"(\d+),(\d+)(?:\s*#.*)?")
_WORD = re.compile(r"[A-Za-z_][\w/.:-]*")
_CURLY = "“”„‟‘’«»"
CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class BadToml(Exception):
    """key: the line.  message: what is wrong and what was likely meant."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key, self.message = key, message


def parse_toml(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The tables of a TOML text.  Raises BadToml."""
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise _explained(text, str(error)) from None


def _explained(text: str, error: str) -> BadToml:
    found = _AT.search(error)
    number = int(found[1]) if found and found[1] else text.count("\n") + 1
    lines = text.split("\n")
    line = lines[min(number, len(lines)) - 1]
    guess = next(_guesses(line, error), "")
    plain = _AT.sub("", error).strip() or "cannot be read"
    return BadToml(f"line {number}", guess or f"is not TOML: {plain[:1].lower()}{plain[1:]}")


def _guesses(line: str, error: str) -> Iterator[str]:
    """What was likely meant, the surest first."""
    if hidden := hidden_in(line.replace("\t", " ")):
        yield hidden
    if line.startswith(CONFLICT):
        yield "is left of a merge that met a conflict: decide which lines stay"
    if line.strip().startswith((";", "//", "--", "%", "/*")):
        yield "a comment begins with #"
    match = _KEY.match(line.strip())
    key, value = (match["key"], match["value"].strip()) if match else ("", "")
    if "overwrite" in error or "twice" in error or "mutate" in error or "redefine" in error:
        yield f"{key or line.strip()} is written twice"
    if any(mark in line for mark in _CURLY):
        yield f'{key} has curly quotes; write straight ones (")'
    if "\\" in value and value.startswith('"'):
        path = value.split("#")[0].strip().strip('"').replace("\\", "/")
        yield f'{key}: a backslash in double quotes is an escape; write "{path}"'
    if match and match["sign"] == ":":
        yield f"{key}: write = between a key and its value, not a colon"
    if comma := _NUMBER.fullmatch(value):
        yield f"{key}: write a point for the decimal comma: {comma[1]}.{comma[2]}"
    if value.split("#")[0].strip() in ("True", "False", "TRUE", "FALSE", "yes", "no"):
        meant = "true" if value[0] in "Tty" else "false"
        yield f"{key}: write {meant}"
    if _WORD.fullmatch(value.split("#")[0].strip()):
        yield f'{key}: put the text in quotes: {key} = "{value.split("#")[0].strip()}"'
    if value[-1:] in (",", ";") and "xpected newline" in error:
        yield f"{key}: nothing stands behind a value; take the {value[-1]} away"
    if value.count('"') % 2:
        yield f"{key}: a quote is opened and not closed"
