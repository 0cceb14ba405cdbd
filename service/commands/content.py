"""`hpp-cds content`: what is in force and whence, what differs, and who signed it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import click

from service.commands.options import config_option, configured
from service.content.accepted import Change, accept, changes
from service.content.faults import Fault, Faulty, hint
from service.content.layers import Layers, shipped_bytes
from service.content.origins import SITE, ContentEntry, all_names, entries, matching
from service.content.reviews import CONTENT_FILES
from service.content.reviews import FILE as REVIEWS
from service.settings import Settings, load_settings

LONGEST = 100  # characters of a value in a list


@click.group()
def content() -> None:
    """Show, compare and sign the content: thresholds, codes, table and texts.

    \b
    Example:
      hpp-cds content show adult_low_default
      hpp-cds content diff --config hpp-cds.toml
    """


@content.command()
@click.argument("wanted", metavar="FILE|KEY")
@config_option
@configured
def show(wanted: str, config: Path | None) -> None:
    """Print what is in force, with the layer and the line it came from.

    WANTED is a content file, a key (adult_low_default), a group (alp_total) or a code (6768-6).

    \b
    Example:
      hpp-cds content show adult_low_default
      hpp-cds content show 6768-6
    """
    found = list(entries(Layers(load_settings(config).content_dir)))
    shown = matching(wanted, found)
    if not shown:
        message = "is no file, key, group or code of the content" + hint(wanted, all_names(found))
        raise Faulty([Fault("content", wanted, message)])
    for entry in shown:
        click.echo(_line(entry))


def _line(entry: ContentEntry) -> str:
    where = f"{entry.layer} {entry.file} line {entry.line}"
    if not entry.key:
        return f"{where}\n{entry.value}"
    over = f"  (shipped: {_short(entry.ours)})" if entry.layer == SITE and entry.ours else ""
    return f"{entry.key} = {_short(entry.value)}{over}  [{where}]"


def _short(value: str) -> str:
    one = " ".join(value.split())
    return one if len(one) <= LONGEST else f"{one[: LONGEST - 1]}…"


@content.command()
@config_option
@configured
def diff(config: Path | None) -> None:
    """Print what this site says differently, and what of ours changed beneath it.

    \b
    Example:
      hpp-cds content diff --config hpp-cds.toml
    """
    found = changes(Layers(load_settings(config).content_dir))
    if not found:
        click.echo("nothing differs from the shipped content")
    for change in found:
        click.echo(_difference(change))


def _difference(change: Change) -> str:
    entry = change.entry
    where = f"{entry.file} line {entry.line}"
    said = {
        "same": "",
        "changed": "  CHANGED BENEATH since it was accepted",
        "unknown": "  (not accepted yet: hpp-cds content accept)",
    }[change.beneath]
    if not entry.key:
        return f"{where}: replaces the shipped text{said}"
    ours = f"{_short(entry.ours)} -> " if entry.ours else "+ "
    return f"{where}: {entry.key}: {ours}{_short(entry.value)}{said}"


@content.command("accept")
@config_option
@configured
def accept_beneath(config: Path | None) -> None:
    """Remember what of the shipped content this site's own lies over now.

    \b
    Example:
      hpp-cds content accept --config hpp-cds.toml
    """
    folder = _folder(load_settings(config))
    click.echo(f"{accept(Layers(folder), folder)} entries accepted in {folder / 'accepted.toml'}")


@content.command()
@click.argument("file")
@configured
def export(file: str) -> None:
    """Print a shipped content file.

    \b
    Example:
      hpp-cds content export thresholds.toml
    """
    click.echo(_shipped(file).decode("utf-8"), nl=False)


def _shipped(file: str) -> bytes:
    try:
        if file in CONTENT_FILES:
            return shipped_bytes(file)
    except OSError:
        pass
    raise Faulty([Fault(file, "", "is no shipped file" + hint(file, CONTENT_FILES))])


@content.command()
@click.argument("signed", metavar="FILE...", nargs=-1, required=True)
@click.option("--reviewer", required=True, help="Who has read the files, as cards will name them.")
@config_option
@configured
def sign(signed: tuple[str, ...], reviewer: str, config: Path | None) -> None:
    """Sign files as read: the reviewer, today and the hash of each, in reviews.toml.

    Of a file that a site lays over ours both are signed.  Any later change is unsigned again.

    \b
    Example:
      hpp-cds content sign thresholds.toml --reviewer "Dr A. Example" --config hpp-cds.toml
    """
    folder = _folder(load_settings(config))
    if not reviewer.strip() or not reviewer.isprintable():
        raise Faulty([Fault(REVIEWS, "--reviewer", "must be a name")])
    rows = [row for file in signed for row in _signatures(file, reviewer.strip(), folder)]
    path = folder / REVIEWS
    before = path.read_text("utf-8") if path.is_file() else ""
    path.write_text(before + "".join(rows), "utf-8")
    click.echo(f"{len(rows)} signatures of {reviewer.strip()} added to {path}")


def _signatures(file: str, reviewer: str, folder: Path) -> list[str]:
    """The rows of one file: of the site's, of ours, or of both layers."""
    raw = []
    if (folder / file).is_file():
        raw.append((folder / file).read_bytes())
    if file in CONTENT_FILES:
        raw.append(_shipped(file))
    if not raw:
        message = "is no content file of this site or of ours" + hint(file, CONTENT_FILES)
        raise Faulty([Fault(file, "", message)])
    today = date.today().isoformat()  # noqa: DTZ011 - the reviewer's own day
    return [
        f"[[signed]]\nfile = {json.dumps(file, ensure_ascii=False)}\n"
        f"reviewer = {json.dumps(reviewer, ensure_ascii=False)}\ndate = {today}\n"
        f'sha256 = "{hashlib.sha256(one).hexdigest()}"\n\n'
        for one in raw
    ]


def _folder(settings: Settings) -> Path:
    """The site's folder.  Raises Faulty where the settings name none."""
    if settings.content_dir is None:
        message = "is not set: this site has no folder of its own (hpp-cds init DIR makes one)"
        raise Faulty([Fault(settings.file_name, "content.dir", message)])
    return settings.content_dir
