"""Cards and reasoning in a terminal, with colour only where there is one (rich decides)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

if TYPE_CHECKING:
    from service.commands.check import Report
    from service.commands.doctor import Diagnosis
    from service.commands.judged_stories import Difference
    from service.trust.report import Entry

COLOURS = {"critical": "red", "warning": "yellow", "info": "blue", "none": "green"}
MOST_EVIDENCE = 4
MARKS = {"present": "●", "absent": "○", "unknown": "?"}
Json = dict[str, Any]


def draw_check(report: Report) -> None:
    """The summary as a result; faults and warnings as talk."""
    for fault in report.faults:
        click.secho(str(fault), err=True, fg="red")
    for line in report.lines:
        click.echo(line)
    if report.differences:
        _draw_differences(report.differences)
    for name, lines in (("review", report.review), ("switched off", report.switched_off)):
        for line in lines:
            click.echo(f"{name}: {line}")
    if not report.faults:
        click.echo("no fault found")
    for warning in report.warnings:
        click.secho(f"warning: {warning}", err=True, fg="yellow")


def _draw_differences(differences: Sequence[Difference]) -> None:
    """One line each; columns as wide as their longest entry."""
    head = ("story", "what", "expected", "here")
    rows = [head, *((d.name, d.what, d.expected, d.here) for d in differences)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        click.echo("  ".join((*cells, row[3])).rstrip())


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
    colour = COLOURS[card["indicator"]]
    parts: list[Any] = [Text(card["summary"], style=f"bold {colour}"), Text("")]
    parts.append(Markdown(card.get("detail", "")))
    parts += [
        Text(f"[{'x' if s.get('isRecommended') else ' '}] {s['label']}")
        for s in card.get("suggestions", [])
    ]
    parts += [Text(f"{link['label']}: {link['url']}") for link in card.get("links", [])]
    title = Text(card["indicator"].upper(), style=f"bold {colour}")
    return Panel(Group(*parts), title=title, title_align="left", border_style=colour)


def draw_about(attributes: Json, console: Console | None = None) -> None:
    """The source attributes, one paragraph each, and the sources."""
    console = console or Console()
    console.print(Text(f"hpp-cds {attributes['version']}, content {attributes['knowledge']}"))
    said = [attributes["purpose"], attributes["conformity"], attributes["review"]]
    console.print(Text("\n".join(said)))
    for item in attributes["attributes"]:
        console.print(Text(f"\n{item['title']}", style="bold"))
        console.print(Text(item["says"]))
    console.print(Text("\nSources", style="bold"))
    for source in attributes["sources"]:
        console.print(Text(f"- {source['label']} {source.get('url', '')}".rstrip()))


def draw_diagnosis(found: Diagnosis, console: Console | None = None) -> None:
    """One line for each query: works, how long, how many entries, what to look at."""
    console = console or Console()
    if found.unreachable:
        console.print(Text(f"no answer from the server ({found.unreachable})", style="red"))
        return
    console.print(Text(f"release: {found.release}"))
    if not found.patient_found:
        console.print(Text("no patient found; name one with --patient", style="red"))
    for row in found.rows:
        word, colour = ("works", "green") if row.ok else ("fails", "red")
        remarks = f"  {', '.join(row.remarks)}" if row.remarks else ""
        line = (
            f"{row.key:<12} {word}  {row.seconds * 1000:6.0f} ms  {row.entries:4d} entries{remarks}"
        )
        console.print(Text(line, style=colour))


def draw_clients(entries: list[Entry], console: Console | None = None) -> None:
    """Each client with its keys, and the reasons for which callers were refused."""
    console = console or Console()
    for entry in entries:
        console.print(Text(entry.name, style="bold"))
        for what, value in (*entry.facts, *(("keys", line) for line in entry.keys)):
            console.print(Text(f"  {what:<10}{value}"), soft_wrap=True)
        for line in entry.behaviour:
            console.print(Text(f"  {'changed':<10}{line}", style="yellow"), soft_wrap=True)
        for line in entry.refused:
            console.print(Text(f"  {'refused':<10}{line}", style="yellow"), soft_wrap=True)


def draw_explanation(said: Json, console: Console | None = None) -> None:
    """The whole reasoning: results, exclusions, findings, the table, what would change it."""
    console = console or Console()
    colour = COLOURS[said["indicator"]]
    console.print(
        Text(f"{said['verdictLabel']} ({said['verdict']})", style=f"bold {colour}"),
    )
    console.print(
        Text(
            f"row {said['row']}, indicator {said['indicator']}, {said['status']}; "
            f"judged on {said['today']}; {said['patient']['age']}, {said['patient']['sex']}"
        )
    )
    sections: tuple[tuple[str, list[str]], ...] = (
        ("Modifiers", [modifier["label"] for modifier in said["modifiers"]]),
        ("ALP results", [_result(r) for r in said["results"]]),
        ("Not used", [_excluded(e) for e in said["excluded"]]),
        ("Drugs", [_exposure(e) for e in said["exposures"]]),
        ("Findings", _findings(said["findings"])),
        ("Decision table", _rows(said["table"])),
        ("Not seen", [gap["label"] for gap in said["gaps"]]),
        ("What would change the answer", said["changes"]),
        ("Overridden before", _repeat(said["repeat"])),
    )
    for title, lines in sections:
        _section(console, title, lines)
    console.print(Text(f"\ncontent {said['knowledge']}, configuration {said['configuration']}"))


SHOWN_AGAIN = {
    "always-shown": "Shown: this verdict is never held back",
    "over": "Shown again: that time is over",
    "more-urgent": "Shown again: it is more urgent than then",
    "other-drug": "Shown again: it is another drug",
    "new": "Shown again: something is new",
}


def _repeat(repeat: Json | None) -> list[str]:
    """What an earlier override of the same card means for this one."""
    if repeat is None:
        return []
    held = f"reason {repeat['reason']}, which holds the card back until {repeat['until']}"
    shown = SHOWN_AGAIN.get(repeat["shown"], "Not shown (notShown: repeat)")
    return [held, shown, *(f"new: {what}" for what in repeat["new"])]


def _section(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(Text(f"\n{title}", style="bold"))
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 2)))


def _dated(entry: Json) -> str:
    return entry["date"] or "undated"


def _result(r: Json) -> str:
    limit = f"limit {r['limit']:g} U/L ({r['limitWhose']}), " if r["limit"] is not None else ""
    reasons = f": {', '.join(r['reasons'])}" if r["reasons"] else ""
    reading = f"{r['classLabel']}{', very low' if r['veryLow'] else ''}{reasons}"
    return f"{_dated(r)}  {r['shown'] or 'no value'}, {limit}{reading}  [{r['reference']}]"


def _excluded(e: Json) -> str:
    return f"{_dated(e)}  {e['shown']}: {e['reason']}  [{e['reference']}]"


def _exposure(use: Json) -> str:
    end = "running" if use["ongoing"] else use["end"] or "unknown"
    start = use["start"] or "unknown"
    return f"{use['drug']} from {start} to {end}, effect: {use['effect']}  [{use['reference']}]"


def _findings(findings: list[Json]) -> list[str]:
    """One line for each present or unknown finding, one for all absent ones."""
    lines = [_finding(f) for f in findings if f["state"] != "absent"]
    absent = "; ".join(f["label"] for f in findings if f["state"] == "absent")
    return [*lines, f"{MARKS['absent']} absent: {absent}"]


def _finding(finding: Json) -> str:
    seen = "; ".join(
        f"{_dated(e)} {e['what']} [{e['reference']}]" for e in finding["evidence"][:MOST_EVIDENCE]
    )
    more = len(finding["evidence"]) - MOST_EVIDENCE
    missing = f" (not seen: {', '.join(finding['missing'])})" if finding["missing"] else ""
    rest = f" and {more} more" if more > 0 else ""
    return (
        f"{MARKS[finding['state']]} {finding['label']}{missing}{': ' if seen else ''}{seen}{rest}"
    )


def _rows(table: list[Json]) -> list[str]:
    """The matched row, the open ones, and for each row above what kept it from matching."""
    lines = []
    for row in table:
        if row["state"] == "matched":
            cells = ", ".join(f"{c['finding']} {c['wanted']}" for c in row["when"])
            lines.append(f"= {row['id']} matched ({row['verdict']}): {cells}. {row['source']}")
        elif row["state"] != "not-reached":
            cells = ", ".join(
                f"{c['finding']} is {c['state']}" for c in row["when"] if c["state"] != c["wanted"]
            )
            lines.append(f"{'?' if row['state'] == 'open' else '-'} {row['id']}: {cells}")
    return lines
