"""Cards and reasoning in a terminal, with colour only where there is one (rich decides)."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

COLOURS = {"critical": "red", "warning": "yellow", "info": "blue", "none": "green"}
MARKS = {"present": "●", "absent": "○", "unknown": "?"}
Json = dict[str, Any]


def draw_cards(body: Json, console: Console | None = None) -> None:
    """The cards of a response, or what an OperationOutcome says."""
    console = console or Console()
    for issue in body.get("issue", []):
        console.print(Text(issue["diagnostics"], style="red"))
    for card in body.get("cards", []):
        console.print(_card(card))
    said = body.get("extension", {}).get("org.hpp-cds.evaluation", {})
    if "cards" in body and not body["cards"]:
        console.print(
            Text(f"No card: {said.get('verdict')} ({said.get('status')}).", style="green")
        )


def _card(card: Json) -> Panel:
    parts: list[Any] = [Markdown(card.get("detail", ""))]
    parts += [
        Text(f"[{'x' if s.get('isRecommended') else ' '}] {s['label']}")
        for s in card.get("suggestions", [])
    ]
    parts += [Text(f"{link['label']}: {link['url']}") for link in card.get("links", [])]
    colour = COLOURS[card["indicator"]]
    title = Text(f"{card['indicator'].upper()}  {card['summary']}", style=f"bold {colour}")
    return Panel(Group(*parts), title=title, title_align="left", border_style=colour)


def draw_explanation(said: Json, console: Console | None = None) -> None:
    """The whole reasoning: results, exclusions, findings, the table, what would change it."""
    console = console or Console()
    colour = COLOURS[said["indicator"]]
    console.print(
        Text(
            f"{said['verdictLabel']} ({said['verdict']}), {said['status']}", style=f"bold {colour}"
        )
    )
    console.print(
        Text(f"row {said['row']}; indicator {said['indicator']}; judged on {said['today']}")
    )
    console.print(Text(f"patient: {said['patient']['age']}, {said['patient']['sex']}"))
    for modifier in said["modifiers"]:
        console.print(Text(modifier["label"]))
    console.print(_results(said))
    _lines(
        console,
        "Not used",
        [f"{_dated(e)} {e['shown']}: {e['reason']} ({e['reference']})" for e in said["excluded"]],
    )
    _lines(console, "Drugs", [_exposure(e) for e in said["exposures"]])
    console.print(_findings(said))
    console.print(_rows(said))
    _lines(console, "Not seen", [gap["label"] for gap in said["gaps"]])
    _lines(console, "What would change the answer", said["changes"])
    console.print(Text(f"content {said['knowledge']}, configuration {said['configuration']}"))


def _dated(entry: Json) -> str:
    return entry["date"] or "undated"


def _exposure(use: Json) -> str:
    end = "running" if use["ongoing"] else use["end"] or "unknown"
    start, where = use["start"] or "unknown", use["reference"]
    return f"{use['drug']} from {start} to {end} ({use['effect']}, {where})"


def _lines(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(Text(f"\n{title}", style="bold"))
    for line in lines:
        console.print(Text(f"  {line}"))


def _results(said: Json) -> Table:
    table = Table(title="ALP results", title_justify="left")
    for name in ("date", "value", "limit", "whose", "reading", "because", "where"):
        table.add_column(name, overflow="fold")
    for r in said["results"]:
        limit = f"{r['limit']:g}" if r["limit"] is not None else ""
        reading = r["classLabel"] + (", very low" if r["veryLow"] else "")
        cells = (
            _dated(r),
            r["shown"],
            limit,
            r["limitWhose"],
            reading,
            ", ".join(r["reasons"]),
            r["reference"],
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _findings(said: Json) -> Table:
    table = Table(title="Findings (● present, ○ absent, ? unknown)", title_justify="left")
    for name in ("", "finding", "evidence", "not seen"):
        table.add_column(name, overflow="fold")
    for finding in said["findings"]:
        evidence = "; ".join(f"{_dated(e)} {e['what']}" for e in finding["evidence"][:4])
        cells = (MARKS[finding["state"]], finding["label"], evidence, ", ".join(finding["missing"]))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _rows(said: Json) -> Table:
    """The rows down to the matched one, and open rows wherever they are."""
    table = Table(title="Decision table", title_justify="left")
    for name in ("row", "verdict", "state", "cells"):
        table.add_column(name, overflow="fold")
    for row in said["table"]:
        if row["state"] == "not-reached":
            continue
        cells = "; ".join(
            f"{c['finding']} {c['state']} (wanted {c['wanted']})" for c in row["when"]
        )
        style = "bold" if row["state"] == "matched" else ""
        table.add_row(row["id"], row["verdict"], row["state"], Text(cells), style=style)
    return table
