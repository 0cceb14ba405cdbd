"""Cards and reasoning in a terminal, with colour only where there is one (rich decides)."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

if TYPE_CHECKING:
    from fhir_fixtures import Story
    from service.commands.check import Report
    from service.commands.doctor import Diagnosis
    from service.commands.judged_stories import Difference
    from service.trust.report import ClientReport

COLOURS = {"critical": "red", "warning": "yellow", "info": "blue", "none": "green"}
MOST_EVIDENCE = 4
MARKS = {"present": "●", "absent": "○", "unknown": "?"}
Json = dict[str, Any]


def say(line: str, colour: str = "", err: bool = False) -> None:
    """A line, in a terminal on as many as it needs with no word broken."""
    if (sys.stderr if err else sys.stdout).isatty():
        line = wrapped(line, shutil.get_terminal_size().columns)
    click.secho(line, err=err, fg=colour or None)


def wrapped(line: str, columns: int, indent: str = "    ") -> str:
    return textwrap.fill(
        line, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def draw_stories(stories: Iterable[Story]) -> None:
    """Name, verdict and title: a line each, in a terminal two where one is too narrow."""
    listed = list(stories)
    width = max((len(story.id) for story in listed), default=0)
    for story in listed:
        line = f"{story.id:<{width}}  {story.verdict:<25} {story.title}"
        columns = shutil.get_terminal_size().columns
        click.echo(in_two(story, columns) if sys.stdout.isatty() and len(line) > columns else line)


def in_two(story: Story, columns: int) -> str:
    return f"{story.id}  {story.verdict}\n{wrapped(f'    {story.title}', columns)}"


def draw_check(report: Report) -> None:
    """The summary as a result; faults and warnings as talk."""
    for fault in report.faults:
        say(str(fault), "red", err=True)
    for line in report.lines:
        say(line)
    if report.differences:
        _draw_differences(report.differences)
    for name, lines in (("review", report.review), ("switched off", report.switched_off)):
        for line in lines:
            say(f"{name}: {line}")
    if not report.faults:
        say("no fault found")
    for warning in report.warnings:
        say(f"warning: {warning}", "yellow", err=True)


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


OUTCOME_COLOURS = {"works": "green", "empty": "yellow"}
# What helps where no patient could be found to ask for, by how the question ended.
NO_PATIENT = {
    "empty": "name one with --patient",
    "refused": "hand in the server's token with --token-file",
    "fails": "is this the base URL of a FHIR server?",
}


def draw_diagnosis(found: Diagnosis, console: Console | None = None) -> None:
    """One line for each query: how it ended, how long, how many entries, what to look at."""
    console = console or Console()
    if found.unreachable:
        console.print(Text(f"unreachable: no answer from the server ({found.unreachable})", "red"))
        return
    console.print(Text(f"release: {found.release}"))
    if not found.patient_found:
        helps = NO_PATIENT.get(found.rows[0].outcome, "ask again")
        console.print(Text(f"no patient found; {helps}", style="red"))
    for row in found.rows:
        remarks = f"  {', '.join(row.remarks)}" if row.remarks else ""
        line = (
            f"{row.key:<15} {row.outcome:<11} {row.seconds * 1000:6.0f} ms  "
            f"{row.entries:4d} entries{remarks}"
        )
        console.print(Text(line, style=OUTCOME_COLOURS.get(row.outcome, "red")))


def draw_clients(entries: list[ClientReport], console: Console | None = None) -> None:
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
    numbers = _numbers(said)
    sections: tuple[tuple[str, list[str]], ...] = (
        ("Modifiers", [modifier["label"] for modifier in said["modifiers"]]),
        ("ALP results", _numbered(said["results"], _result, numbers)),
        ("Not used", _numbered(said["excluded"], _excluded, numbers)),
        ("Drugs", _numbered(said["exposures"], _exposure, numbers)),
        ("Findings (numbers are those of the lists above)", _findings(said["findings"], numbers)),
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


def _numbers(said: Json) -> dict[str, int]:
    """A number for each thing of the record that is listed, by which findings name it."""
    listed = (*said["results"], *said["excluded"], *said["exposures"])
    references = dict.fromkeys(entry["reference"] for entry in listed)
    return {reference: number for number, reference in enumerate(references, 1)}


def _numbered(
    entries: list[Json], line: Callable[[Json], str], numbers: Mapping[str, int]
) -> list[str]:
    return [f"{numbers[entry['reference']]:>2}  {line(entry)}" for entry in entries]


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


def _findings(findings: list[Json], numbers: Mapping[str, int]) -> list[str]:
    """One line for each finding with evidence; one for all absent ones, and for all unknown ones
    for which the same was not seen."""
    shown: set[str] = set()
    unseen: dict[str, list[str]] = {}
    lines = []
    for finding in findings:
        if finding["state"] == "unknown" and finding["missing"] and not finding["evidence"]:
            unseen.setdefault(", ".join(finding["missing"]), []).append(finding["label"])
        elif finding["state"] != "absent":
            lines.append(_finding(finding, numbers, shown))
    for keys, labels in unseen.items():
        lines.append(f"{MARKS['unknown']} unknown, not seen {keys}: {'; '.join(labels)}")
    absent = "; ".join(f["label"] for f in findings if f["state"] == "absent")
    return [*lines, f"{MARKS['absent']} absent: {absent}"]


def _finding(finding: Json, numbers: Mapping[str, int], shown: set[str]) -> str:
    """shown: references that an earlier finding said in full; each is said once."""
    cited = sorted(
        {numbers[e["reference"]] for e in finding["evidence"] if e["reference"] in numbers}
    )
    others = {e["reference"]: e for e in finding["evidence"] if e["reference"] not in numbers}
    parts = [", ".join(map(str, cited))] if cited else []
    parts += [_evidence(others[name], name in shown) for name in list(others)[:MOST_EVIDENCE]]
    shown.update(list(others)[:MOST_EVIDENCE])
    more = len(others) - MOST_EVIDENCE
    missing = f" (not seen: {', '.join(finding['missing'])})" if finding["missing"] else ""
    rest = f" and {more} more" if more > 0 else ""
    said = f": {'; '.join(parts)}" if parts else ""
    return f"{MARKS[finding['state']]} {finding['label']}{missing}{said}{rest}"


def _evidence(evidence: Json, was_shown: bool) -> str:
    reference = f"[{evidence['reference']}]"
    return reference if was_shown else f"{_dated(evidence)} {evidence['what']} {reference}"


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
