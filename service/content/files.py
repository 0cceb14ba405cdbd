"""Read what people edit, as bytes on a disk: encodings, permissions, and what lies beside it."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

# What editors, spreadsheets, file managers and version control leave behind; never content.
LITTER = (
    ".*", "~$*", "*~", "*.bak", "*.old", "*.orig", "*.tmp", "*.swp", "#*#", "thumbs.db",
    "desktop.ini", "__macosx", "readme*", "license*",
)  # fmt: skip
COPIES = (".bak", ".old", ".orig", ".tmp", "~")
LOCK = "~$*"  # a spreadsheet has the file of the same name open
# Only such a file can be mistaken for content.
EDITED = (".csv", ".tsv", ".toml", ".md", ".txt", ".xlsx", ".xls", ".ods")
SPREADSHEETS = (".xlsx", ".xls", ".ods")
# How a file begins that no editor of text wrote.
BINARY = {
    b"PK\x03\x04": "is a spreadsheet or an archive and not text; save it as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "is a spreadsheet or a document and not text; save it as CSV UTF-8",
    b"%PDF": "is a PDF and not text",
}
NOT_ENTERED = "lies in a folder that this user may not enter; check its permissions"
NOT_THERE = "is not there"


class Unreadable(Exception):
    """A file whose text cannot be had.  key: the line where it is known."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.message, self.key = message, key


def read_text(path: Path) -> str:
    """The text of a file, whatever ends its lines.  Raises Unreadable in the reader's words."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would never end
            raise Unreadable("is no plain file")
        raw = path.read_bytes()
    except IsADirectoryError:
        raise Unreadable("is a folder; name the file in it") from None
    except PermissionError:
        raise Unreadable("cannot be read: its permissions do not let this user") from None
    except (OSError, ValueError):
        raise Unreadable("cannot be read") from None
    return decoded(raw)


def missing(path: Path) -> str:
    """NOT_ENTERED or NOT_THERE where nothing can be read at a path; empty where something is."""
    try:
        path.stat()
    except PermissionError:
        return NOT_ENTERED
    except (OSError, ValueError):
        return NOT_THERE
    return ""


def hidden_in(text: str) -> str:
    """A character that nobody sees; a plain blank is none."""
    hidden = [c for c in text if unicodedata.category(c) in ("Cf", "Cc", "Zl", "Zp", "Co", "Cs")]
    odd = hidden or [c for c in text if c != " " and unicodedata.category(c) == "Zs"]
    return f"holds a character that nobody sees (U+{ord(odd[0]):04X})" if odd else ""


def decoded(raw: bytes) -> str:
    """UTF-8 with or without its mark.  Raises Unreadable for UTF-16, Windows-1252 and no text."""
    if said := next((said for begin, said in BINARY.items() if raw.startswith(begin)), ""):
        raise Unreadable(said)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in (raw[:1], raw[1:2]):
        raise Unreadable("is UTF-16 and not UTF-8 text; save it as UTF-8", "line 1")
    if (place := raw.find(b"\0")) >= 0:
        line = raw.count(b"\n", 0, place) + 1
        raise Unreadable("holds a character that is no text (U+0000)", f"line {line}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        shown = raw[error.start : error.start + 1].decode("cp1252", "replace")
        message = f"is not UTF-8 text ({shown!r} as Windows-1252 writes it); save it as UTF-8"
        raise Unreadable(message, f"line {line}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_litter(name: str) -> bool:
    """Whether a path inside a folder, written with slashes, is nobody's content."""
    parts = PurePosixPath(name.lower()).parts
    return any(fnmatch(part, pattern) for part in parts for pattern in LITTER)


def edited_in(folder: Path) -> list[str]:
    """What people wrote below a folder: its files, without what systems leave behind."""
    return [name for name in files_in(folder) if not is_litter(name)]


def without_litter(name: str) -> str:
    """What a copy of an editor or by hand was made of: `tests.csv` of `tests.csv.bak`."""
    path = PurePosixPath(name)
    plain = path.name.removesuffix(".swp").strip("~#.")
    for ending in COPIES:
        plain = plain.removesuffix(ending)
    return str(path.with_name(plain)) if plain else name


def is_lock(name: str) -> bool:
    return fnmatch(PurePosixPath(name).name, LOCK)


def files_in(folder: Path) -> Iterator[str]:
    """Every file below a folder, by its path with slashes, in order.  Raises Unreadable."""

    def refuse(error: OSError) -> None:
        raise Unreadable(f"{error.filename} cannot be listed; check its permissions") from None

    found = []
    for where, folders, names in os.walk(folder, onerror=refuse):
        if not os.access(where, os.X_OK):  # its names can be had, and nothing behind them
            raise Unreadable(f"{where} cannot be entered; check its permissions")
        folders[:] = [name for name in folders if not is_litter(name)]
        found += [(Path(where) / name).relative_to(folder).as_posix() for name in names]
    yield from sorted(found)
