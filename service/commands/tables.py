"""Figures of a report as tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import click
from rich import box
from rich.console import Console
from rich.table import Table

from service.reports.figures import Figures


def draw_report(figures: Figures) -> None:
    """The figures of a time as tables."""
    said = figures.as_json()
    sums = {name: said[name] for name in ("decisions", "judged", "shown")}
    _count_table("In all", {**sums, "held back": sum(said["heldBack"].values())})
    _count_table("Verdicts", said["verdicts"])
    _count_table("What became of cards", said["cards"])
    if said["clientsWithoutFeedback"]:
        since = ", ".join(f"{c} ({day})" for c, day in said["clientsWithoutFeedback"].items())
        click.echo(f"No feedback since: {since}")
    reports = {name: said["feedback"][name] for name in ("accepted", "overridden", "unmatched")}
    _count_table("Reports of cards", reports)
    _count_table("Overrides by reason", said["overrideReasons"])
    _count_table("Could not look, by cause", said["couldNotLook"])
    for row in said["unmapped"][:20]:
        what = " ".join(filter(None, (row["kind"], row["system"], row["code"], row["unit"])))
        click.echo(f"not recognised: {what} ({row['count']})")


def _count_table(title: str, counts: Mapping[str, int]) -> None:
    if not counts:
        return
    table = Table(title=title, title_justify="left", show_header=False, box=box.SIMPLE)
    table.add_column()
    table.add_column(justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    Console().print(table)
