"""Kill the service again and again while it answers, and count what it lost.

    python -m tests.feedback.crash --rounds 200
    python -m tests.feedback.crash --rounds 50 --postgresql

Callers repeat what was not acknowledged, as an EHR does.  At the end every acknowledged report is
there once, every one is joined, and every card that a caller received is known.  Ctrl-C ends it
early, and it counts all the same.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import select

from fhir_fixtures import stories
from service.settings import Settings
from service.store.database import open_store
from service.store.tables import DECISIONS, FEEDBACK
from tests.store.databases import postgres

ROOT = Path(__file__).parents[2]
SIGN = "/cds-services/hpp-order-sign"
BODY = json.dumps(stories()["persistently-low-adult"].request).encode()
START = datetime(2026, 1, 1, tzinfo=UTC)
CALLERS, ITEMS = 4, 25


@dataclass
class Seen:
    """What callers were told.  acknowledged: (card, milliseconds) of each report.  rounds: kills
    of the service."""

    rounds: int = 0
    cards: set[str] = field(default_factory=set)
    acknowledged: set[tuple[str, int]] = field(default_factory=set)
    retried: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)


class Service:
    """The served process; killed without a word, and started again."""

    def __init__(self, folder: Path, store_url: str) -> None:
        self._folder, self.port = folder, 0
        store = f'[store]\nurl = "{store_url}"\n' if store_url else ""
        settings = f'[site]\nmode = "development"\ndata_dir = "data"\n{store}'
        (folder / "hpp-cds.toml").write_text(settings)

    def start(self) -> None:
        log = self._folder / "log"
        with log.open("wb") as said:
            command = [sys.executable, "-m", "service", "serve", "--port", "0", "--config"]
            self._process = subprocess.Popen(
                [*command, str(self._folder / "hpp-cds.toml")], cwd=ROOT, stderr=said
            )
        while True:
            found = re.search(r"listening on 127\.0\.0\.1:(\d+)", log.read_text())
            if found:
                self.port = int(found[1])
                return
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def post(self, path: str, body: bytes) -> tuple[int, Any]:
        line = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("POST", path, body, {"Content-Type": "application/json"})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()


def call(service: Service, path: str, body: bytes, seen: Seen, until: Event) -> Any:
    """The answer of 200, however often that takes; None at the end."""
    while not until.is_set():
        try:
            status, answer = service.post(path, body)
        except (OSError, HTTPException, ValueError):
            with seen.lock:
                seen.retried += 1
            time.sleep(0.05)
            continue
        with seen.lock:
            seen.statuses[status] += 1
        if status == 200:
            return answer
        time.sleep(0.1)
    return None


def caller(service: Service, seen: Seen, until: Event, number: int) -> None:
    """A card, then reports of it in one batch."""
    count = number
    while not until.is_set():
        answer = call(service, SIGN, BODY, seen, until)
        if answer is None:
            return
        card = answer["cards"][0]["uuid"]
        with seen.lock:
            seen.cards.add(card)
        items, keys = [], set()
        for _ in range(ITEMS):
            count += CALLERS
            at = START + timedelta(seconds=count)
            items.append({"card": card, "outcome": "accepted", "outcomeTimestamp": at.isoformat()})
            keys.add((card, int(at.timestamp() * 1000)))
        body = json.dumps({"feedback": items}).encode()
        if call(service, f"{SIGN}/feedback", body, seen, until) is not None:
            with seen.lock:
                seen.acknowledged |= keys


def play(folder: Path, store_url: str, rounds: int, seed: int) -> tuple[Seen, dict[str, int]]:
    dice, seen, until = random.Random(seed), Seen(), Event()
    service = Service(folder, store_url)
    service.start()
    threads = [Thread(target=caller, args=(service, seen, until, n)) for n in range(CALLERS)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(rounds):
            time.sleep(dice.uniform(0.3, 2.0))
            service.kill()
            seen.rounds += 1
            service.start()
            if sys.stderr.isatty() or seen.rounds % 10 == 0:
                print(f"{seen.rounds}: {len(seen.acknowledged)} acknowledged", file=sys.stderr)
    except KeyboardInterrupt:
        print("ended early", file=sys.stderr)
    until.set()
    for thread in threads:
        thread.join()
    service.kill()
    return seen, count_losses(Settings(data_dir=folder / "data", store_url=store_url), seen)


def count_losses(settings: Settings, seen: Seen) -> dict[str, int]:
    store = open_store(settings)
    with store.begin() as connection:
        asked = select(FEEDBACK.c.card, FEEDBACK.c.outcome_ms, FEEDBACK.c.matched)
        rows = connection.execute(asked).all()
        cards = set(connection.execute(select(DECISIONS.c.card)).scalars())
    store.close()
    kept = Counter((row.card, row.outcome_ms) for row in rows)
    return {
        "cards received": len(seen.cards),
        "cards unknown": len(seen.cards - cards),
        "acknowledged": len(seen.acknowledged),
        "lost": len(seen.acknowledged - kept.keys()),
        "doubled": sum(count > 1 for count in kept.values()),
        "not joined": sum(not row.matched for row in rows),
        "asked again": seen.retried,
    }


@contextmanager
def database(is_postgresql: bool) -> Iterator[str]:
    if not is_postgresql:
        yield ""
        return
    with postgres() as server:
        yield server.url


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=uuid.uuid4().int % 10_000)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    with database(given.postgresql) as url, TemporaryDirectory(prefix="hpp-cds-crash-") as folder:
        seen, found = play(Path(folder), url, given.rounds, given.seed)
    print(json.dumps({"seed": given.seed, "rounds": seen.rounds, **found}, indent=2))
    print(f"statuses: {dict(seen.statuses)}", file=sys.stderr)
    bad = ("cards unknown", "lost", "doubled", "not joined")
    sys.exit(any(found[name] for name in bad))


if __name__ == "__main__":
    main()
