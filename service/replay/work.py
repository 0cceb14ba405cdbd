"""What a worker does, on this machine or on another: the lines of a patient -> rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson

from service.evaluation.building import build_engine
from service.evaluation.engine import ANYONE
from service.replay.history import (
    Judges,
    judge_last_day,
    judge_orders,
    undated_orders,
)
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

    def judges(self) -> Judges:
        """Built anew: once in each process."""
        return Judges(
            build_engine(self.settings),
            build_engine(self.against) if self.against else None,
            self.missing,
            _client(self.settings),
            _client(self.against) if self.against else ANYONE,
        )


def _client(settings: Settings) -> Client:
    """The first that is configured; what it would be shown, though it is shown nothing yet."""
    return replace(next(iter(settings.clients), ANYONE), shadow=())


@dataclass(frozen=True, slots=True)
class Worker:
    """A task, and who judges it."""

    task: Task
    judges: Judges

    def rows_of(self, patient: str, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """The rows of one patient.  lines: of the source, in one order whoever found them."""
        task, found = self.task, [_read(line) for line in lines]
        resources = [resource for resource in found if resource is not None]
        judge = judge_last_day if task.everyone else judge_orders
        for decision in judge(patient, resources, self.judges):
            if task.first <= decision.day <= task.last:
                yield row_of(decision, task.pseudonyms)
        undated = 0 if task.everyone else len(undated_orders(resources, self.judges))
        for what, count in ((UNDATED, undated), (MALFORMED, len(found) - len(resources))):
            for _ in range(count):
                yield note_of(patient, what, task.pseudonyms)


def _read(line: bytes) -> dict[str, Any] | None:
    """A line that only a database takes for JSON, with a NaN in it, say, is none."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
