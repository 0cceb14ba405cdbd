"""All stories, and a site's own cases, judged under the site's configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fhir_fixtures import Story, stories
from service.content.faults import Fault
from service.content.files import Unreadable, edited_in, read_text
from service.content.folder import CASES
from service.content.shape import misfits
from service.content.toml_files import BadToml, parse_toml
from service.evaluation.answer import EXTENSION
from service.evaluation.engine import Engine
from service.hooks.calls import outcome_of
from service.settings import Client

Json = dict[str, Any]
CASE_SHAPE = {
    "verdict": str,
    "today": date,
    "indicator?": str,
    "service?": str,
    "note?": str,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader of an answer sees of it.  indicators, summaries: one a card."""

    verdict: str
    status: str
    indicators: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was expected.  name: of the story or case."""

    name: str
    what: str
    expected: str
    here: str


@dataclass(frozen=True)
class Comparison:
    """How many were judged, and what differs."""

    stories: int
    cases: int
    differences: tuple[Difference, ...]
    faults: tuple[Fault, ...] = field(default=())


def judge_all(engine: Engine, client: Client, folder: Path | None) -> Comparison:
    """Every shipped story as the site answers it, beside our answer; and the site's cases.

    Stories are compared in English, so that another language is no difference.  Nothing is
    fetched: engine must have been built without servers.
    """
    known, reader = stories(), replace(client, language=Client().language)
    found = [d for story in known.values() for d in _story_differences(story, engine, reader)]
    faults: list[Fault] = []
    cases = list(_cases(folder, faults)) if folder else []
    for case in cases:
        found += _case_differences(case, engine, client)
    return Comparison(len(known), len(cases), tuple(found), tuple(faults))


def _said(status: int, body: Json) -> Said:
    if status != 200:
        return Said(f"HTTP {status}", f"HTTP {status}")
    extension, cards = body["extension"][EXTENSION], body["cards"]
    return Said(
        extension["verdict"],
        extension["status"],
        tuple(card["indicator"] for card in cards),
        tuple(card["summary"] for card in cards),
    )


def _story_differences(story: Story, engine: Engine, client: Client) -> Iterator[Difference]:
    raw = json.dumps(story.request).encode()
    outcome = outcome_of(raw, story.service, engine, story.today, client)
    here = _said(outcome.status, outcome.body)
    ours = _said(200 if "cards" in story.response else 412, story.response)
    if here.verdict != ours.verdict:
        yield Difference(story.id, "verdict", ours.verdict, here.verdict)
    elif here.status != ours.status:
        yield Difference(story.id, "status", ours.status, here.status)
    if here.indicators != ours.indicators:
        yield Difference(story.id, "cards", _cards(ours), _cards(here))
    elif here.summaries != ours.summaries:
        yield Difference(
            story.id, "summary", " / ".join(ours.summaries), " / ".join(here.summaries)
        )


def _cards(said: Said) -> str:
    return ", ".join(said.indicators) or "no card"


@dataclass(frozen=True, slots=True)
class Case:
    """A request of the site, and what is to be answered."""

    name: str
    request: bytes
    verdict: str
    today: date
    indicator: str = ""
    service: str = ""


def _cases(folder: Path, faults: list[Fault]) -> Iterator[Case]:
    """cases/NAME.json is a request as an EHR sent it, cases/NAME.toml what is expected."""
    if not (folder / CASES).is_dir():
        return
    for name in edited_in(folder / CASES):
        file = f"{CASES}{name}"
        if name.endswith((".md", ".txt")):
            continue
        if not name.endswith((".json", ".toml")):
            faults.append(Fault(file, "", "is no case: a case is NAME.json with NAME.toml"))
            continue
        path = folder / file
        partner = path.with_suffix(".json" if path.suffix == ".toml" else ".toml")
        if not partner.is_file():
            faults.append(Fault(file, "", f"has no {CASES}{partner.name} beside it"))
        elif path.suffix == ".toml" and (case := _case(path, file, faults)):
            yield case


def _case(path: Path, file: str, faults: list[Fault]) -> Case | None:
    try:
        data = parse_toml(read_text(path))
        request = read_text(path.with_suffix(".json")).encode()
    except (Unreadable, BadToml) as error:
        faults.append(Fault(file, error.key, error.message))
        return None
    problems = [Fault(file, key, message) for key, message in misfits(data, CASE_SHAPE)]
    faults += problems
    if problems:
        return None
    day = data["today"]
    return Case(
        name=path.stem,
        request=request,
        verdict=data["verdict"],
        today=day.date() if isinstance(day, datetime) else day,
        indicator=data.get("indicator", ""),
        service=data.get("service", ""),
    )


def _case_differences(case: Case, engine: Engine, client: Client) -> Iterator[Difference]:
    outcome = outcome_of(case.request, case.service, engine, case.today, client)
    here, name = _said(outcome.status, outcome.body), f"{CASES}{case.name}"
    if here.verdict != case.verdict:
        yield Difference(name, "verdict", case.verdict, here.verdict)
    shown = next(iter(here.indicators), "none")
    if case.indicator and shown != case.indicator:
        yield Difference(name, "indicator", case.indicator, shown)
