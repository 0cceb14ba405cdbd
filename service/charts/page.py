"""One self-contained page: charts and tables in light, dark and print, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5a6675; --line: #d5dbe3; --paper: #fff;
  --grid: var(--line); --series-1: #d55e00; --series-2: #e69f00; --series-3: #0072b2;
  --series-4: #009e73; --series-5: #cc79a7; --series-6: #56b4e9;
  --series-7: #999; --series-8: #b8a800 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf2; --quiet: #9aa7b8; --line: #343f4d; --paper: #131a22 } }
@media print { :root { --ink: #000; --quiet: #444; --line: #bbb; --paper: #fff } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2.5rem }
p.note { color: var(--quiet) } p.warning { border-left: 4px solid #d55e00; padding-left: 1rem }
svg { width: 100%; height: auto; color: var(--ink) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
.number { text-align: right } .day { white-space: nowrap } section { break-inside: avoid }
div.wide { overflow-x: auto } div.wide svg { min-width: 34rem }
details { margin: .2rem 0 } summary { cursor: pointer }
details[open] { border-left: 3px solid var(--line); padding-left: .75rem; margin-bottom: 1rem }
details table { font-size: .875rem }
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page.  body: HTML made by this module or by drawing.py; note: plain text."""

    title: str
    body: str
    note: str = ""


def page(title: str, note: str, blocks: Iterable[Block], warning: str = "") -> str:
    """The whole page.  All plain text is escaped; a block's body is HTML already."""
    parts = "".join(
        f"<section><h2>{escape(b.title)}</h2>"
        + (f'<p class="note">{escape(b.note)}</p>' if b.note else "")
        + f"{b.body}</section>"
        for b in blocks
    )
    warned = f'<p class="warning">{escape(warning)}</p>' if warning else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{warned}"
        f'<p class="note">{escape(note)}</p>{parts}</body></html>\n'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; every cell is escaped, numbers and their heads stand at the right."""
    listed = [list(row) for row in rows]
    kinds = [_kind(value) for value in listed[0]] if listed else [""] * len(head)
    heads = "".join(
        f"<th{kind}>{escape(name)}</th>" for name, kind in zip(head, kinds, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in listed)
    return wide(f"<table><tr>{heads}</tr>{body}</table>")


def wide(body: str) -> str:
    """What is moved sideways where the window is narrow.  body: HTML already."""
    return f'<div class="wide">{body}</div>'


def _cell(value: object) -> str:
    return f"<td{_kind(value)}>{escape(_written(value))}</td>"


def _kind(value: object) -> str:
    """A count that is too small to show is one as well."""
    if isinstance(value, date):
        return ' class="day"'
    is_number = isinstance(value, int | float) or str(value).startswith("<")
    return ' class="number"' if is_number else ""


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def folded(heading: str, body: str) -> str:
    """A part that is opened by who wants to see it.  body: HTML already."""
    return f"<details><summary>{escape(heading)}</summary>{body}</details>"
