"""What lies in a site's folder, and what of it nobody would ever read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from service.content.faults import hint
from service.content.files import EDITED, SPREADSHEETS, Unreadable, files_in, is_litter, is_lock
from service.content.layers import TEXTS, Layers

# Read by others: settings, cases of the site, what `hpp-cds` itself writes.
OTHERS = ("hpp-cds.toml", "reviews.toml", "accepted.toml")
FOLDERS = ("codes", "cases", "valuesets", "texts")
CODES, CASES = "codes/", "cases/"


def check_folder(layers: Layers, known: Iterable[str]) -> None:
    """Say what is no content file; a spreadsheet that is open is a warning.  Texts are not ours."""
    if layers.overlay is None:
        return
    if not _may_be_folder(layers.overlay):
        layers.notes.fault(str(layers.overlay), "", "is not a folder")
        return
    try:
        names = list(files_in(layers.overlay))
    except Unreadable as error:
        layers.notes.fault(str(layers.overlay), error.key, error.message)
        return
    for name in names:
        if is_lock(name):
            message = "is open in a spreadsheet: what is not saved yet is not read"
            layers.notes.warn(name, "", message)
        elif not is_litter(name) and not name.startswith((TEXTS, CASES)):
            problem = next(_problems(name, (*known, *OTHERS)), "")
            if problem:
                layers.notes.fault(name, "", problem)


def _may_be_folder(path: Path) -> bool:
    """One that lies where nobody may look is found wanting when it is listed."""
    try:
        return path.is_dir()
    except PermissionError:
        return True


def _problems(name: str, known: tuple[str, ...]) -> Iterator[str]:
    path = PurePosixPath(name)
    if name in known or path.suffix.lower() not in EDITED:
        return
    if path.suffix.lower() in SPREADSHEETS:
        yield "is a spreadsheet and is not read; save it as CSV UTF-8"
    if name.startswith(CODES) and path.suffix == ".csv" and len(path.parts) == 2:
        return
    yield "is not a content file" + (hint(name, known) or _elsewhere(path))


def _elsewhere(path: PurePosixPath) -> str:
    """A file of codes in the wrong folder, or in a folder that is nearly ours."""
    if len(path.parts) > 1 and (close := hint(path.parts[0], FOLDERS)):
        return f"{close.removesuffix('?')}/{'/'.join(path.parts[1:])}?"
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return f"; rows of codes belong into codes/{path.stem}.csv"
    return ""
