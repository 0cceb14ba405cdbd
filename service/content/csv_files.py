"""Read a CSV file as spreadsheets write it: comma, semicolon or tab, columns in any order."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from service.content.faults import hint

Row = dict[str, str]
SayLine = Callable[[str, str], None]  # line, what is wrong
DELIMITERS = (",", ";", "\t")
OTHER_SIGNS = ("|", "^")  # by which no list is read
QUOTE = 'a quote (") that is opened here is not closed'


def read_rows(
    text: str, columns: Sequence[str], say: SayLine, optional: Sequence[str] = ()
) -> list[Row]:
    """The rows by column; `line` says where each stands.  Empty rows and `#` lines are left out.

    columns: those that must be there.  optional: those that may be; empty where they are not.
    """
    first, _, rest = text.partition("\n")
    delimiter = _delimiter(first, (*columns, *optional))
    header = [
        name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])
    ]
    wrong = next(_header_problems(header, columns, optional), "")
    if wrong:
        say("first line", wrong)
        return []
    found = []
    for line, cells in _records(rest, delimiter, say):
        if len(cells) < len(header) and set(header[len(cells) :]) <= set(optional):
            cells += [""] * (len(header) - len(cells))
        if len(cells) != len(header):
            say(line, _wrong_count(len(cells), len(header), delimiter))
        else:
            cell = dict(zip(header, cells, strict=True))
            found.append({**dict.fromkeys(optional, ""), **cell, "line": line})
    return found


def _delimiter(first: str, known: Sequence[str]) -> str:
    """The one by which most of the first line are columns that we know."""

    def columns(delimiter: str) -> int:
        cells = (cell.strip(' "').casefold() for cell in first.split(delimiter))
        return sum(cell in known for cell in cells)

    return max(DELIMITERS, key=columns)


def _header_problems(
    header: Sequence[str], columns: Sequence[str], optional: Sequence[str]
) -> Iterator[str]:
    must = ",".join(columns)
    known = (*columns, *optional)
    if len(header) == 1 and (sign := next((s for s in OTHER_SIGNS if s in header[0]), "")):
        yield f"must be: {must}; columns are parted by comma, semicolon or tab, not by {sign!r}"
    for name in header:
        if name not in known:
            yield f"must be: {must}; {name!r} is not a column" + hint(name, known)
        if header.count(name) > 1:
            yield f"must be: {must}; {name!r} is there twice"
    if missing := [name for name in columns if name not in header]:
        yield f"must be: {must}" + (f"; {', '.join(missing)} missing" if any(header) else "")


def _records(text: str, delimiter: str, say: SayLine) -> Iterator[tuple[str, list[str]]]:
    """Each record with the line it begins on; nothing after a quote that is left open."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    while True:
        line = f"line {reader.line_num + 2}"
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            say(line, QUOTE)
            return
        if reader.line_num - before > 1:
            say(line, f"{QUOTE}, or a cell holds a line break")
            return
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            yield line, cells


def _wrong_count(found: int, wanted: int, delimiter: str) -> str:
    name = {",": "comma", ";": "semicolon"}.get(delimiter, "tab")
    more = f"; a {name} inside a text needs quotes around the text" if found > wanted else ""
    return f"must have {wanted} fields and has {found}{more}"
