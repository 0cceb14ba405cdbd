"""`hpp-cds check`: settings and content, all faults at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.app import load_content
from service.content.faults import Fault, Faulty
from service.content.reviews import load_review
from service.hpp.knowledge.model import Knowledge
from service.settings import Settings, load_settings
from service.trust.wiring import key_file_faults
from service.watch.health import review_warnings


@dataclass(frozen=True, slots=True)
class Report:
    faults: tuple[Fault, ...] = ()
    lines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check_all(config: Path | None) -> Report:
    """Everything wrong, or a summary with what a site should know."""
    faults: list[Fault] = []
    settings = Settings()
    try:
        settings = load_settings(config)
    except Faulty as error:
        faults += error.faults
    try:
        knowledge, words = load_content(settings)
    except Faulty as error:
        faults += error.faults
    faults += key_file_faults(settings)
    if faults:
        return Report(faults=tuple(faults))
    lines = _summary(settings, knowledge)
    today = datetime.now(settings.zone).date()
    review = load_review(settings.content_dir, lambda *_: None)  # its faults were found above
    warnings = [*review_warnings(review, words.review, today), *_inactive(knowledge)]
    warnings.append(
        "the feature lists of the International Working Group are from general knowledge; "
        "confirm them against the paper and its erratum"
    )
    return Report(lines=tuple(lines), warnings=tuple(warnings))


def _summary(settings: Settings, knowledge: Knowledge) -> list[str]:
    active = Counter(code.active for code in knowledge.codes)
    folder = settings.content_dir
    overlay = f"{folder} over the shipped files" if folder else "shipped files only"
    return [
        f"settings: {settings.file or 'embedded defaults'}, {settings.mode} mode",
        f"content: version {knowledge.version}, {overlay}",
        f"codes: {active[True]} active, {active[False]} inactive",
        f"clients: {', '.join(client.name for client in settings.clients) or 'none'}",
        f"decision table: {len(knowledge.table)} rows; thresholds: {len(knowledge.thresholds)}",
        "no fault found",
    ]


def _inactive(knowledge: Knowledge) -> list[str]:
    """Codes a site may want to confirm: HPP ones by name, the rest counted by group."""
    idle = [code for code in knowledge.codes if not code.active and code.code]
    named = [
        f"inactive code {code.code} ({code.system}) {code.display}: {code.note}"
        for code in idle
        if code.group.startswith("cond_hpp")
    ]
    rest = Counter(code.group for code in idle if not code.group.startswith("cond_hpp"))
    return named + [f"{count} inactive codes of {group}" for group, count in sorted(rest.items())]
