"""Who has signed the content: reviews.toml names a reviewer, a day and the hash of what was read.

A signature holds for the very bytes that were read, so a file that was changed since is unsigned.
The shipped reviews.toml stands beside the shipped content, a site's at the top of its folder; a
site may sign shipped files there as well.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from cards.words import Words
from service.content import knowledge, languages, text_files
from service.content.codes import FOLDER, local_files
from service.content.faults import Say, hint
from service.content.layers import TEXTS, Layers, shipped_bytes
from service.content.shape import misfits

FILE = knowledge.REVIEWS
OLD_KEY = re.compile(rb"^review(?:_date)?[ \t]*=", re.MULTILINE)
SHAPE = {"signed?": [{"file": str, "reviewer": str, "date": date, "sha256": str}]}
ENGLISH_FILES = (*knowledge.CONTENT_FILES, *text_files.TEXT_FILES)
CONTENT_FILES = (
    *ENGLISH_FILES,
    *chain.from_iterable(map(languages.files_of, languages.shipped_languages())),
)
TEXT = ".md"  # is replaced whole by a site's file
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One reviewer's signature under what a file held on a day."""

    file: str
    reviewer: str
    day: date
    sha256: str

    def __str__(self) -> str:
        return f"{self.reviewer}, {self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A content file in use.

    signed: who signed what it holds; before: who signed last, perhaps an older state.
    has_old_key: it names a reviewer by a key that is not read any more.
    """

    name: str
    sha256: str
    signed: Signature | None = None
    before: Signature | None = None
    has_old_key: bool = False


@dataclass(frozen=True)
class Review:
    """The state of review of all content in use."""

    files: tuple[ContentFile, ...]

    @property
    def unsigned(self) -> tuple[ContentFile, ...]:
        return tuple(file for file in self.files if file.signed is None)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        return tuple(file.signed for file in self.files if file.signed)

    def sentence(self, said: Words) -> str:
        """The one sentence that discovery, cards, page, `serve` and `check` say of it."""
        signed = self.signatures
        if not signed:
            return said.sentence("review_none")
        reviewers = ", ".join(dict.fromkeys(signature.reviewer for signature in signed))
        blanks = {"reviewers": reviewers, "date": said.day(max(s.day for s in signed))}
        if not self.unsigned:
            return said.sentence("review_all", **blanks)
        counts = {"unsigned": len(self.unsigned), "files": len(self.files)}
        return said.sentence("review_part", **counts, **blanks)


def load_review(overlay: Path | None, say: Say, spoken: Iterable[str] = ()) -> Review:
    """The content in use with its signatures.  A reviews.toml that does not fit is a fault.

    spoken: the languages in use beside English.
    """
    signatures = [*_read(overlay, say), *_read(None, say)] if overlay else list(_read(None, say))
    return Review(tuple(_file(name, raw, signatures) for name, raw in _in_use(overlay, spoken)))


def review_in_use(overlay: Path | None, spoken: Iterable[str]) -> Review:
    """The same of content that was loaded: the faults of its reviews.toml ended that."""
    return load_review(overlay, lambda *_: None, spoken)


def _in_use(overlay: Path | None, spoken: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Every content file that is read: the shipped one, the site's, or both."""
    layers = Layers(overlay)
    others = chain.from_iterable(map(languages.files_of, spoken))
    for name in (*ENGLISH_FILES, *others, *local_files(layers)):
        theirs = overlay / name if overlay else None
        has_theirs = layers.has(name)
        if name in CONTENT_FILES and not (has_theirs and name.endswith(TEXT)):
            yield name, shipped_bytes(name)
        if theirs is not None and has_theirs and os.access(theirs, os.R_OK):
            yield name, theirs.read_bytes()  # one that cannot be read is a fault already


def _file(name: str, raw: bytes, signatures: Sequence[Signature]) -> ContentFile:
    sha256 = hashlib.sha256(raw).hexdigest()
    of_file = [signature for signature in signatures if signature.file == name]
    signed = [signature for signature in of_file if signature.sha256 == sha256]
    newest = max(of_file, key=lambda s: s.day, default=None)
    last = max(signed, key=lambda s: s.day, default=None)
    return ContentFile(name, sha256, last, newest, bool(OLD_KEY.search(raw)))


def _read(overlay: Path | None, say: Say) -> Iterator[Signature]:
    data = _table(overlay, say)
    problems = list(misfits(data, SHAPE))
    for key, message in problems:
        say(FILE, key, message)
    for entry in () if problems else data.get("signed", ()):
        if not _problem(entry, say):
            yield Signature(entry["file"], entry["reviewer"], entry["date"], entry["sha256"])


def _table(overlay: Path | None, say: Say) -> dict[str, Any]:
    layers = Layers(overlay)
    if overlay is not None and not layers.has(FILE):
        return {}
    data = layers.table(FILE, shipped=overlay is None)
    for fault in layers.notes.faults:
        say(fault.file, fault.key, fault.message)
    return data


def _problem(entry: Mapping[str, Any], say: Say) -> bool:
    if entry["file"] not in CONTENT_FILES and not entry["file"].startswith((FOLDER, TEXTS)):
        say(FILE, entry["file"], "is not a content file" + hint(entry["file"], CONTENT_FILES))
    elif not HASH.fullmatch(entry["sha256"]):
        say(FILE, entry["file"], "sha256 must be 64 hexadecimal digits, as sha256sum prints them")
    else:
        return False
    return True
