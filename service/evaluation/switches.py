"""What a site or a client is shown of a verdict, beside what the decision table says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from service.content.faults import Fault, hint
from service.content.table_changes import NEVER_SILENT
from service.hpp.assessment import Assessment, Indicator
from service.hpp.knowledge.model import Knowledge
from service.settings import Client, Settings
from service.settings.switches import RECORDED, Shown


def is_recorded(assessment: Assessment, service_id: str, client: Client, known: Knowledge) -> bool:
    """Whether the verdict is kept and draws no card: a site's row, or a client's verdict."""
    if assessment.row.id in known.recorded:
        return True
    shown = assessment.indicator is not Indicator.NONE
    return shown and client.shown_as(assessment.verdict, service_id) == RECORDED


def as_shown(
    assessment: Assessment, service_id: str, client: Client, known: Knowledge
) -> Assessment:
    """With the indicator that this client is shown: the table's, or a lower one."""
    if is_recorded(assessment, service_id, client, known):
        return replace(assessment, indicator=Indicator.NONE)
    how = client.shown_as(assessment.verdict, service_id)
    if how in ("", RECORDED) or Indicator(how).rank >= assessment.indicator.rank:
        return assessment
    return replace(assessment, indicator=Indicator(how))


def switch_faults(settings: Settings, knowledge: Knowledge) -> Iterator[Fault]:
    """Switches for verdicts that there are not, that must never be silent, or that raise."""
    for position, client in enumerate(settings.clients, 1):
        for switch in client.show:
            problem = _problem(switch, knowledge)
            if problem:
                service = f".{switch.service}" if switch.service else ""
                key = f"clients[{position}].show{service}.{switch.verdict}"
                yield Fault(settings.file_name, key, problem)


def repeat_faults(settings: Settings, reasons: Collection[str]) -> Iterator[Fault]:
    """[repeat] names only reasons that a card offers."""
    for reason in settings.keeping.repeat:
        if reason not in reasons:
            key = f"repeat.days.{reason}"
            yield Fault(settings.file_name, key, "is no reason" + hint(reason, reasons))


def _problem(switch: Shown, knowledge: Knowledge) -> str:
    if switch.verdict not in knowledge.verdicts:
        return "is not a verdict" + hint(switch.verdict, knowledge.verdicts)
    ranks = [r.indicator.rank for r in knowledge.table if r.verdict == switch.verdict]
    if switch.how == RECORDED:
        never = switch.verdict in NEVER_SILENT
        return "can never be only recorded" if never else ""
    if Indicator(switch.how).rank > max(ranks, default=0):
        return f"{switch.how} is higher than the decision table says; only lower ones may be shown"
    return ""
