"""What the service does by itself while it runs: it purges, looks at itself and at its clients."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from service import __version__
from service.evaluation.engine import Engine
from service.evaluation.selfcheck import State, differences, judge_stories
from service.hooks.messages import read_request
from service.settings import Settings
from service.watch import metrics
from service.watch.health import HealthCheck
from service.watch.logs import ERROR, WARNING, log

if TYPE_CHECKING:
    from service.store.chores import Chores
    from service.store.database import Store

STORIES_EVERY_S, CLIENTS_EVERY_S, PURGE_EVERY_S, DAY_S = 3600, 600, 3600, 86_400
STORIES = "stories"
MOST_NAMED = 5


@dataclass
class Upkeep:
    """unexplained: stories that are answered otherwise under the same versions: a fault of ours.
    changed: those that settings, content or a release changed.  alarmed: client -> alarms."""

    settings: Settings
    engine: Engine
    store: Store
    unexplained: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    alarmed: dict[str, list[str]] = field(default_factory=dict)

    def chores(self) -> Chores:
        from service.store.chores import Chore, Chores

        return Chores(
            [
                Chore("stories", STORIES_EVERY_S, self.look_at_stories),
                Chore("clients", CLIENTS_EVERY_S, self.look_at_clients),
                Chore("purge", PURGE_EVERY_S, self.purge),
            ],
            failed=lambda name, error: log("chore-failed", ERROR, problem=name, error=error),
        )

    def look_at_stories(self) -> None:
        """Compare with the last good state; where the versions explain it, this is the next."""
        from service.store import good_states

        state = judge_stories(replace(self.engine, servers=None), read_request)
        versions = f"{__version__} {self.engine.knowledge.version} {self.engine.configuration}"
        good = good_states.read(self.store, STORIES)
        if good and good.versions == versions:
            self.unexplained = _told("stories-unexplained", good.state, state, ERROR)
        else:
            if good:
                self.changed = _told("stories-changed", good.state, state, WARNING)
            good_states.write(self.store, STORIES, versions, state, time.time())
        metrics.STORIES_CHANGED.set(len(self.unexplained) or len(self.changed))

    def look_at_clients(self) -> None:
        """Calls, cards and feedback of each client against its own four weeks."""
        from service.reports.clients import alarms_of
        from service.store import reading

        last = reading.last_heard(self.store)
        for gauge, heard in zip((metrics.LAST_CALL, metrics.LAST_FEEDBACK), last, strict=True):
            for client, at_s in heard.items():
                gauge.labels(client).set(at_s)
        found = alarms_of(self.store, time.time())
        for client, names in found.items():
            for name in metrics.ALARM_NAMES:
                metrics.ALARMS.labels(client, name).set(name in names)
            for name in set(names) - set(self.alarmed.get(client, ())):
                log("client-changed", WARNING, client=client, alarm=name)
        self.alarmed = {client: names for client, names in found.items() if names}

    def purge(self) -> None:
        """Once a day, by one process of all."""
        from service.store.purge import claim, purge

        now_s = time.time()
        if claim(self.store, "purge", DAY_S, now_s):
            gone = purge(self.store, self.settings.keeping, now_s)
            log("purged", items=sum(gone.values()))

    def health_checks(self) -> list[HealthCheck]:
        """Clients are details: whoever is silent, this process can answer truthfully."""
        said = "; ".join(f"{client}: {', '.join(names)}" for client, names in self.alarmed.items())
        return [
            HealthCheck(
                STORIES,
                not self.unexplained,
                _named(self.unexplained, self.changed),
                degraded=bool(self.changed),
            ),
            HealthCheck("client behaviour", True, said or "as before"),
        ]


def _told(event: str, before: State, now: State, level: int) -> list[str]:
    found = differences(before, now)
    if found:
        log(event, level, items=len(found), problem=", ".join(found[:MOST_NAMED]))
    return found


def _named(unexplained: list[str], changed: list[str]) -> str:
    for names, why in ((unexplained, "with nothing changed"), (changed, "since the last change")):
        if names:
            listed = ", ".join(names[:MOST_NAMED])
            return f"{len(names)} answered otherwise {why}: {listed}"
    return "answered as before"
