"""`hpp-cds report`, `purge` and `audit`: what the store says, and what it gives up."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.commands.options import config_option, configured, no_such, outside_content
from service.content.faults import Fault, Faulty
from service.settings import Client, Settings, load_settings

if TYPE_CHECKING:
    from service.store.database import Store
    from service.store.reading import Row

_UNITS_S = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
MANY_ROWS = 20_000


class Since(click.ParamType[float]):
    """`30d`, `12h`, `8w` ago, or a day: seconds since the epoch."""

    name = "since"

    def convert(self, value: object, param: object, ctx: object) -> float:
        written = str(value)
        number, unit = written[:-1], written[-1:]
        if unit in _UNITS_S and number.isdecimal() and number.isascii() and len(number) < 6:
            return time.time() - int(number) * _UNITS_S[unit]
        try:
            return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        except ValueError:
            self.fail("write 30d, 12h, 8w or a day such as 2026-03-01")


since_option = click.option(
    "--since", type=Since(), default="30d", show_default=True, help="How far back, or since when."
)
only_client_option = click.option(
    "--client", default="", help="Only this client's calls, its tenants' among them."
)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """The site's store.  Raises Faulty where there is none, or where it stops answering."""
    from service.store import StoreDown
    from service.store.database import is_new, open_store

    if is_new(settings):
        message = "there is no store yet; it is made when the service starts"
        raise Faulty([Fault(settings.file_name, "site.data_dir", message)])
    store = open_store(settings)
    try:
        yield store
    except StoreDown:
        raise Faulty([Fault("store", "", "does not answer")]) from None
    finally:
        store.close()


@click.command()
@since_option
@only_client_option
@click.option("--json", "as_json", is_flag=True,
              help="The figures as JSON, for machines: whole, small counts too.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Folder for CSV, JSON and a page with charts.")  # fmt: skip
@click.option("--small-numbers", is_flag=True, help="Write counts below 5, too.")
@config_option
@configured
def report(
    since: float, client: str, as_json: bool, out: Path | None, small_numbers: bool,
    config: Path | None,
) -> None:  # fmt: skip
    """How often it fired, and what became of its cards.

    \b
    Example:
      hpp-cds report --since 30d
      hpp-cds report --since 2026-01-01 --client main-ehr --out report/
    """
    from service.commands.tables import draw_report
    from service.reports.figures import figures_of
    from service.store import reading

    settings = load_settings(config)
    if out is not None:
        outside_content(settings, out)
    with _store(settings) as store:
        reading.note_reading(store, "report", time.time())
        span = reading.Span(int(since * 1000), client)
        rows = reading.decisions(store, span)
        total = reading.count(store, span)
        if client and not total:
            _check_name(client, settings)
        with _progress(rows, total) as shown:
            codes = reading.unmapped(store, span)
            figures = figures_of(shown, reading.feedback(store, span), codes)
    if out is not None:
        from service.reports.export import write_all

        day = datetime.fromtimestamp(since, UTC).date()
        title = f"hpp-cds since {day}" + (f", {client}" if client else "")
        for path in write_all(figures, out, title, small_numbers):
            click.echo(f"wrote {path}", err=True)
    if as_json:
        click.echo(json.dumps(figures.as_json(), indent=2, ensure_ascii=False))
    elif out is None:
        draw_report(figures)


def _check_name(client: str, settings: Settings) -> None:
    """Of a client that nothing is kept of; a misspelt one is said, too."""
    known = [one.name for one in settings.callers] or [Client().name]
    if client not in known:
        raise no_such("--client", "client", client, known)


@contextmanager
def _progress(rows: Iterator[Row], total: int) -> Iterator[Iterator[Row]]:
    """A bar on standard error where there is much to read and a person looks."""
    hidden = total < MANY_ROWS or not sys.stderr.isatty()
    with click.progressbar(
        rows, length=total, label="decisions", file=sys.stderr, hidden=hidden
    ) as shown:
        yield iter(shown)


@click.command()
@config_option
@configured
def purge(config: Path | None) -> None:
    """Forget now what is older than [retention] says; the service does it once a day.

    \b
    Example:
      hpp-cds purge --config hpp-cds.toml
    """
    from service.store import purge as purging

    settings = load_settings(config)
    with _store(settings) as store:
        gone = purging.purge(store, settings.keeping, time.time())
    for table, count in gone.items():
        click.echo(f"{table}: {count} rows")


@click.group()
def audit() -> None:
    """What was answered, for an archive outside the store."""


@audit.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@since_option
@config_option
@configured
def export(out: Path, since: float, config: Path | None) -> None:
    """Write decisions, feedback and readings as JSON lines, each with a running hash.

    \b
    Example:
      hpp-cds audit export --since 365d --out audit.jsonl
    """
    from service.reports import audit as auditing
    from service.store import reading

    with _store(load_settings(config)) as store:
        reading.note_reading(store, "audit export", time.time())
        span = reading.Span(int(since * 1000))
        count = auditing.export(out, reading.everything(store, span))
    click.echo(f"{out}: {count} lines", err=True)


@audit.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@configured
def verify(file: Path) -> None:
    """Check the running hash of an export; exit status 1 and the first line that is wrong.

    \b
    Example:
      hpp-cds audit verify audit.jsonl
    """
    from service.reports import audit as auditing

    lines, broken = auditing.verify(file)
    if broken:
        click.secho(f"{file}: line {broken} is not as it was written", err=True, fg="red")
        sys.exit(1)
    click.echo(f"{file}: {lines} lines, whole")
