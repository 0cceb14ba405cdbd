"""`hpp-cds replay`: a site's own history through the same judgement."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from service.commands.options import config_option, configured, outside_content
from service.content.faults import Fault, Faulty

if TYPE_CHECKING:
    from service.replay.run import Plan

INSTALL = "python -m pip install --require-hashes -r service/replay/requirements.lock"
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument(
    "source", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Folder for the result; made if need be.")  # fmt: skip
@click.option("--from", "first", type=_DAY, metavar="YYYY-MM-DD",
              help="Only orders (or last days) from this day on.")  # fmt: skip
@click.option("--to", "last", type=_DAY, metavar="YYYY-MM-DD",
              help="Only orders (or last days) up to this day.")  # fmt: skip
@click.option("--patients", "everyone", is_flag=True,
              help="Judge each patient's last day instead of each order.")  # fmt: skip
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Other settings to compare with: who moves, and by which row.")  # fmt: skip
@click.option("--list-patients", is_flag=True,
              help="Write patients.csv: who got a card, by the site's own ids.")  # fmt: skip
@click.option("--small-numbers", is_flag=True, help="Show counts below 5 in the report, too.")
@click.option("--demo", type=click.IntRange(1), is_flag=False, flag_value=10_000, metavar="[N]",
              help="A synthetic population instead of SOURCE (10,000 people).")  # fmt: skip
@click.option("--engine", type=click.Choice(["embedded", "spark"]), default="embedded",
              show_default=True, help="DuckDB on this machine, or Spark on many.")  # fmt: skip
@click.option("--master", default="local[*]", show_default=True, help="Spark's master URL.")
@click.option("--resume", is_flag=True, help="Go on with a run that was ended.")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1,
              show_default=True, help="Worker processes.")  # fmt: skip
@config_option
@configured
def replay(
    source: Path | None,
    out: Path,
    first: datetime | None,
    last: datetime | None,
    everyone: bool,
    against: Path | None,
    list_patients: bool,
    small_numbers: bool,
    demo: int | None,
    engine: str,
    master: str,
    resume: bool,
    processes: int,
    config: Path | None,
) -> None:
    """What would it have said, and on whom?  Judges each order of a site's history.

    SOURCE is a folder with the NDJSON files of a FHIR bulk export (plain or gzip), or with CSV
    extracts of a warehouse; service/replay/README.md names their columns.
    Each order of a drug of interest is judged on its own day with what was known then.

    \b
    Example:
      hpp-cds replay --demo --out result/
      hpp-cds replay export/ --out result/ --config hpp-cds.toml
    """
    from service.settings import load_settings

    if (source is None) == (demo is None):
        raise click.UsageError("give either SOURCE, the folder of a history, or --demo")
    if first and last and first > last:
        raise click.UsageError(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}")
    settings = load_settings(config)
    outside_content(settings, out)
    try:
        from service.replay.run import Plan
    except ImportError:
        raise Faulty([Fault("hpp-cds replay", "", f"needs more packages: {INSTALL}")]) from None
    plan = Plan(
        source=source or out / f"synthetic-{demo}",
        out=out,
        settings=settings,
        everyone=everyone,
        against=load_settings(against) if against else None,
        list_patients=list_patients,
        small_numbers=small_numbers,
        first=first.date() if first else date.min,
        last=last.date() if last else date.max,
        processes=processes,
        resume=resume,
        spark_master=master if engine == "spark" else "",
        synthetic=demo is not None,
    )
    _tell(_run(plan, demo or 0), plan)


def _tell(summary: dict[str, Any], plan: Plan) -> None:
    is_seen = sys.stdout.isatty()
    click.echo(_in_words(summary, plan.everyone) if is_seen else json.dumps(summary, indent=2))
    names = ["report.html", "summary.json", "decisions.parquet"]
    names += ["patients.csv"] * plan.list_patients
    click.echo(f"wrote {', '.join(names)} in {plan.out}", err=True)


def _in_words(summary: dict[str, Any], everyone: bool) -> str:
    """For a person who looks on; a program reads all of it."""
    what = "{patients:,} patients" if everyone else "{orders:,} orders of {patients:,} patients"
    said = f"{what}: {{shown:,}} would have got a card; {{malformed_lines:,}} lines were not read"
    return said.format_map(summary)


def _populated(people: int, folder: Path) -> None:
    """A synthetic population, made whole where it is not there from a run before."""
    from service.replay.synthetic import write_population

    if not folder.is_dir():
        click.echo(f"making {people:,} synthetic people", err=True)
        beside = folder.with_name(f".{folder.name}.part")
        write_population(people, beside)
        beside.rename(folder)


def _run(plan: Plan, people: int) -> dict[str, Any]:
    """people: of the synthetic population, if it is one."""
    from service.replay.ending import INPUT, CannotReplay
    from service.replay.run import replay as run

    try:
        if people:
            _populated(people, plan.source)
        with _progress() as bar:
            task = bar.add_task("patients", total=None)
            return run(plan, lambda done, of: bar.update(task, completed=done, total=of))
    except KeyboardInterrupt:
        click.echo("interrupted; the same command with --resume goes on", err=True)
        raise click.exceptions.Exit(130) from None
    except CannotReplay as error:
        for fault in error.faults:
            click.secho(str(fault), err=True, fg="red")
        raise click.exceptions.Exit(error.status) from None
    except BrokenProcessPool:
        message = "a worker process was ended, perhaps for want of memory; --resume goes on with it"
        click.secho(f"{message}, --processes 1 needs the least", err=True, fg="red")
        raise click.exceptions.Exit(INPUT) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = f"{plan.out}: --out: could not be written ({why}); make room or choose another"
        click.secho(f"{message} folder; --resume goes on with what is there", err=True, fg="red")
        raise click.exceptions.Exit(INPUT) from None


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def _progress() -> Progress:
    """On standard error, and only where a person looks at it."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
