"""`hpp-cds check`: settings, content and what they reach, all faults at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service.app import build_engine
from service.commands.judged_stories import Comparison, Difference, judge_all
from service.commands.reach import folder_faults, key_set_line, secret_faults, store_faults
from service.content.code_checks import kind_of
from service.content.faults import Fault, Faulty
from service.content.folder import CASES, SETTINGS
from service.content.reviews import review_in_use
from service.evaluation.engine import ANYONE, Engine
from service.hpp.knowledge.model import Knowledge
from service.server.serve import LOOPBACK, may_listen
from service.settings import Settings, load_settings
from service.trust.wiring import key_file_faults
from service.watch.health import review_warnings, switched_off

Json = dict[str, Any]
MANY = 0.1  # of all stories


@dataclass(frozen=True, slots=True)
class Report:
    """faults stop a start.  lines: the summary.  warnings: what is odd.

    review: who signed what.  switched_off: what a site took from the shipped content.
    differences: of the stories and the site's cases from what was expected.
    """

    faults: tuple[Fault, ...] = ()
    lines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()

    def as_json(self) -> Json:
        return {
            "faults": [{"file": f.file, "key": f.key, "message": f.message} for f in self.faults],
            "summary": list(self.lines),
            "warnings": list(self.warnings),
            "review": list(self.review),
            "switchedOff": list(self.switched_off),
            "differences": [
                {"story": d.name, "what": d.what, "expected": d.expected, "here": d.here}
                for d in self.differences
            ],
        }


@dataclass
class _Found:
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def check_all(config: Path | None, offline: bool = False) -> Report:
    """Everything wrong, or a summary with what a site should know.

    offline: nothing is asked of a store or a key set.
    """
    found = _Found()
    settings = _settings(config, found)
    engine = _engine(settings, found)
    found.faults += [*key_file_faults(settings), *_unservable(settings, offline)]
    found.warnings += _unread_settings(settings)
    if engine is None or found.faults:
        return Report(tuple(found.faults), warnings=tuple(map(str, found.warnings)))
    knowledge, words = engine.knowledge, engine.cards.words
    client = next(iter(settings.clients), ANYONE)
    judged = judge_all(engine, client, settings.content_dir)
    if judged.faults:
        return Report(judged.faults, warnings=tuple(map(str, found.warnings)))
    today = datetime.now(settings.zone).date()
    review = review_in_use(settings.content_dir, engine.languages)
    return Report(
        lines=(
            *_summary(settings, knowledge),
            *_clients(settings, offline),
            _judged_line(judged),
        ),
        warnings=(*map(str, found.warnings), *_otherwise(judged), *_unconfirmed(knowledge)),
        review=tuple(review_warnings(review, words.review, today)),
        switched_off=tuple(switched_off(settings, knowledge)),
        differences=judged.differences,
    )


def _engine(settings: Settings, found: _Found) -> Engine | None:
    """What judges, and asks nobody; None after its faults were said."""
    try:
        return build_engine(settings, warnings=found.warnings)
    except Faulty as error:
        found.faults += error.faults
        return None


def _otherwise(judged: Comparison) -> Iterator[str]:
    """Many stories with another verdict are an accident more often than a decision."""
    count = sum(d.what == "verdict" and not d.name.startswith(CASES) for d in judged.differences)
    if count > judged.stories * MANY:
        yield f"{count} of {judged.stories} stories have another verdict than as shipped"


def _judged_line(judged: Comparison) -> str:
    cases = f" and {judged.cases} cases of this site" if judged.cases else ""
    differ = len({difference.name for difference in judged.differences})
    return f"judged: {judged.stories} stories{cases}; {differ or 'none'} not as expected"


def _settings(config: Path | None, found: _Found) -> Settings:
    try:
        return load_settings(config)
    except Faulty as error:
        found.faults += error.faults
        return Settings()


def _unread_settings(settings: Settings) -> Iterator[Fault]:
    """A second settings file, beside the content: nobody reads it."""
    folder, read = settings.content_dir, settings.file
    if folder is None or read is None or not (folder / SETTINGS).is_file():
        return
    if not (folder / SETTINGS).samefile(read):
        yield Fault(SETTINGS, "", f"{folder / SETTINGS} is not read; the settings are in {read}")


def _unservable(settings: Settings, offline: bool) -> Iterator[Fault]:
    """What `serve` would refuse on loopback."""
    refused = may_listen(settings, LOOPBACK[0], allow_anyone=False)
    if refused:
        yield refused
    yield from folder_faults(settings)
    yield from secret_faults(settings)
    if not offline:
        yield from store_faults(settings)


def _summary(settings: Settings, knowledge: Knowledge) -> list[str]:
    active = Counter(code.active for code in knowledge.codes)
    folder = settings.content_dir
    overlay = f"{folder} over the shipped files" if folder else "shipped files only"
    return [
        f"settings: {settings.file or 'embedded defaults'}, {settings.mode} mode",
        f"content: version {knowledge.version}, {overlay}",
        f"codes: {active[True]} active, {active[False]} inactive",
        f"decision table: {len(knowledge.table)} rows; thresholds: {len(knowledge.thresholds)}",
    ]


def _clients(settings: Settings, offline: bool) -> Iterator[str]:
    """Who may call, so that a reader sees whose keys and whose server stand together."""
    if not settings.clients:
        yield "clients: none, so that `serve` listens on loopback only"
    for client in settings.clients:
        keys = key_set_line(client, settings, offline)
        server = client.fhir_base or "none: only what is sent is judged"
        said = f"client {client.name}: issuer {client.issuer}; {keys}; FHIR server {server}"
        yield f"{said}; cards in {client.language}"


def _unconfirmed(knowledge: Knowledge) -> Iterator[str]:
    yield from _inactive(knowledge)
    features = knowledge.pattern
    yield f"list of features (International Working Group): {features.list}; {features.source}"


def _inactive(knowledge: Knowledge) -> list[str]:
    """Codes a site may want to confirm: HPP ones by name, the rest counted by group."""
    idle = [code for code in knowledge.codes if not code.active and code.code]
    named = [
        f"inactive code {code.code} ({code.system}) {code.display}: {code.note}"
        for code in idle
        if kind_of(code.group) == "HPP"
    ]
    rest = Counter(code.group for code in idle if kind_of(code.group) != "HPP")
    return named + [f"{count} inactive codes of {group}" for group, count in sorted(rest.items())]
