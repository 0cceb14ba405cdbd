"""What lies in a site's folder, and what of it nobody would ever read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from service.content.faults import Notes, hint, nearest
from service.content.files import (
    EDITED,
    SPREADSHEETS,
    Unreadable,
    files_in,
    is_litter,
    is_lock,
    without_litter,
)
from service.content.layers import TEXTS, Layers
from service.content.text_files import TEXT_FILES

# Read by others: settings, cases of the site, what `hpp-cds` itself writes.
SETTINGS = "hpp-cds.toml"
OTHERS = (SETTINGS, "reviews.toml", "accepted.toml")
FOLDERS = ("codes", "cases", "valuesets", "texts")
CODES, CASES = "codes/", "cases/"
ONLY_OURS = ("codes", "valuesets")
# What settings and tables are written in elsewhere.  DATA may be read by others (keys, exports).
UNREAD = (
    ".yaml", ".yml", ".ini", ".cfg", ".properties", ".tab", ".psv", ".numbers", ".xlsm", ".xlsb",
)  # fmt: skip
DATA = (".json", ".xml", ".dat", ".text")
VALUE_SET = (
    "is a FHIR ValueSet and is not read; `hpp-cds codes import --valueset FILE --group GROUP` "
    "prints its rows for a file in codes/"
)


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
        if _is_value_set(layers.overlay, name):
            layers.notes.warn(name, "", VALUE_SET)
        elif not name.startswith((TEXTS, CASES)) or is_litter(name):
            _check_file(name, (*known, *OTHERS), layers.notes)
    lists = (f"{CODES}{path.name}" for path in layers.overlay.glob(f"{CODES}*.csv"))
    _check_kinds(layers.overlay, (*known, *OTHERS, *TEXT_FILES, *lists), layers.notes)


def _check_kinds(folder: Path, names: Iterable[str], notes: Notes) -> None:
    """A link that leads nowhere and a folder that is called as a file would be left out."""
    for name in names:
        path = folder / name
        if not os.path.lexists(path) or os.path.isfile(path):
            continue
        if os.path.isdir(path):
            notes.fault(name, "", "is a folder and not a file")
        elif os.path.exists(path):
            notes.fault(name, "", "is no plain file")
        else:
            notes.fault(name, "", "is a link to a file that is not there")


def _is_value_set(folder: Path, name: str) -> bool:
    """Whether a terminology server's value set lies where codes are read."""
    path = PurePosixPath(name)
    if path.suffix.lower() not in (".json", ".xml") or str(path.parent) not in (".", *ONLY_OURS):
        return False
    try:
        return b"ValueSet" in (folder / name).read_bytes()[:4096]
    except OSError:
        return False


def _check_file(name: str, known: tuple[str, ...], notes: Notes) -> None:
    if is_lock(name):
        notes.warn(name, "", "is open in a spreadsheet: what is not saved yet is not read")
    elif is_litter(name):
        kept = without_litter(name)
        edited = PurePosixPath(kept).suffix in EDITED
        if kept in known or (edited and kept.startswith((CODES, TEXTS))):
            notes.warn(name, "", f"lies beside {kept} and is not read")
    elif problem := next(_problems(name, known), ""):
        notes.fault(name, "", problem)
    elif PurePosixPath(name).suffix.lower() in UNREAD:
        notes.warn(name, "", "is not read: content is TOML, CSV and Markdown")


def _may_be_folder(path: Path) -> bool:
    """One that lies where nobody may look is found wanting when it is listed."""
    try:
        return path.is_dir()
    except PermissionError:
        return True


def _problems(name: str, known: tuple[str, ...]) -> Iterator[str]:
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if name in known:
        return
    if suffix not in EDITED:
        if _may_be_meant(suffix):
            yield from _misnamed(path, known)
        return
    if suffix in SPREADSHEETS:
        yield "is a spreadsheet and is not read; save it as CSV UTF-8"
    if name.startswith(CODES) and path.suffix == ".csv" and len(path.parts) == 2:
        return
    close = _elsewhere(path) or hint(name, (*known, *TEXT_FILES))
    yield "is not a content file" + (close or _as_codes(path))


def _may_be_meant(suffix: str) -> bool:
    """A file of another format, of none, or of ours with a slip."""
    return suffix in ("", *DATA, *UNREAD) or bool(get_close_matches(suffix, EDITED, 1, 0.6))


def _misnamed(path: PurePosixPath, known: Iterable[str]) -> Iterator[str]:
    """A file that is called as one of ours, or lies where only ours lie, and is of no format
    that is read."""
    stems = {PurePosixPath(name).stem: name for name in known if name != SETTINGS}
    close = get_close_matches(path.name.split(".")[0].lower(), stems, 1, 0.75)
    if close:
        yield f"is not a content file; did you mean {stems[close[0]]}?"
    elif (where := _elsewhere(path)) or path.parts[0] in ONLY_OURS:
        yield f"is not a content file{where}"


def _elsewhere(path: PurePosixPath) -> str:
    """Where a file belongs that lies in a folder of ours, or in one that is nearly ours."""
    close = nearest(path.parts[0], FOLDERS) if len(path.parts) > 1 else ""
    name = "/".join(path.parts[1:])
    if close == CODES.rstrip("/"):
        name = f"{path.stem}.csv"
    return f"; did you mean {close}/{name}?" if close and f"{close}/{name}" != str(path) else ""


def _as_codes(path: PurePosixPath) -> str:
    is_list = path.suffix.lower() in (".csv", ".tsv", ".txt")
    return f"; rows of codes belong into codes/{path.stem}.csv" if is_list else ""
