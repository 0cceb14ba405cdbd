"""What a worker does, on this machine or on another: the lines of a patient -> rows."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from service.content.faults import Faulty
from service.evaluation.building import build_engine
from service.evaluation.engine import ANYONE, Engine
from service.replay.history import (
    Judges,
    PastDecision,
    PlacedOrder,
    judge_last_day,
    judge_orders,
    placed_orders,
)
from service.replay.lines import read_resource
from service.replay.results import MALFORMED, UNDATED, note_of, row_of
from service.settings import Client, Settings
from service.store.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class Task:
    """Everything a worker is told, small enough to send.

    against: the settings to compare with.  everyone: judge each patient's last day instead of
    each order.  first, last: only orders of these days.  missing: as in history.Judges.
    """

    settings: Settings
    against: Settings | None
    pseudonyms: Pseudonyms
    everyone: bool
    first: date
    last: date
    missing: frozenset[str] = frozenset()

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def judges(self) -> Judges:
        """Built anew: once in each process, which never looks again for what of it to free."""
        judges = Judges(
            build_engine(self.settings),
            _other_engine(self.against) if self.against else None,
            self.missing,
            _client(self.settings),
            _client(self.against) if self.against else ANYONE,
        )
        gc.collect()
        gc.freeze()
        return judges


def _other_engine(settings: Settings) -> Engine:
    """Two configurations are read; a fault says which of them it is of."""
    try:
        return build_engine(settings)
    except Faulty as error:
        raise Faulty(replace(f, file=f"--against: {f.file}") for f in error.faults) from None


def _client(settings: Settings) -> Client:
    """The first that is configured; what it would be shown, though it is shown nothing yet."""
    return replace(next(iter(settings.clients), ANYONE), shadow=())


@dataclass(frozen=True, slots=True)
class Worker:
    """A task, and who judges it."""

    task: Task
    judges: Judges

    def rows_of(self, patient: str, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """The rows of one patient.  lines: of the source, in one order whoever found them.

        A line that stands in several files says nothing more.
        """
        task, sent = self.task, list(lines)
        found = {line: read_resource(line) for line in sent}
        resources = [resource for resource in found.values() if resource is not None]
        placed = [] if task.everyone else placed_orders(resources, self.judges)
        for decision in self._decisions(patient, resources, placed):
            if task.holds(decision.day):
                yield row_of(decision, task.pseudonyms)
        undated = sum(item.day is None for item in placed)
        malformed = sum(found[line] is None for line in sent)
        for what, count in ((UNDATED, undated), (MALFORMED, malformed)):
            for _ in range(count):
                yield note_of(patient, what, task.pseudonyms)

    def _decisions(
        self, patient: str, resources: list[dict[str, Any]], placed: list[PlacedOrder]
    ) -> Iterator[PastDecision]:
        if self.task.everyone:
            return judge_last_day(patient, resources, self.judges)
        chosen = [item for item in placed if item.day and self.task.holds(item.day)]
        return judge_orders(patient, resources, chosen, self.judges)
