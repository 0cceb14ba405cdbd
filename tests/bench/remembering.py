"""`python -m tests.bench store`: what a call costs that is remembered, beside one that is not.

With a card the row is committed before the answer is sent; without one a thread writes it later, in
the same process, whose CPU time counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import service.app
from service.settings import Settings
from tests.bench.arms import calling
from tests.bench.bodies import SIZES, TODAY, body
from tests.bench.measure import Arm, Ratio, ratio
from tests.store.databases import binaries, postgres

ROUNDS, BODIES = 20, 10
SILENT = "alpNotLow"


def main(row: Callable[..., None], shown: Callable[[Ratio], str]) -> int:
    """row and shown: how a line and a ratio are printed."""
    plain = without_store()
    bodies = [body(number, SIZES["typical"]) for number in range(BODIES * 4)]
    kinds = {
        "with a card": [b for b in bodies if b.verdict != SILENT][:BODIES],
        "without": [b for b in bodies if b.verdict == SILENT][:BODIES],
    }
    print(f"CPU time of typical bodies, over the same without a store; {ROUNDS} rounds\n")
    row("", *kinds)
    row("control", *(shown(ratio(plain, plain, of, ROUNDS)) for of in kinds.values()))
    for name, settings in stores():
        with remembering(settings) as arm:
            row(name, *(shown(ratio(arm, plain, of, ROUNDS)) for of in kinds.values()))
    return 0


def stores() -> Iterator[tuple[str, Settings]]:
    with TemporaryDirectory(prefix="hpp-cds-bench-") as folder:
        yield "SQLite", Settings(data_dir=Path(folder) / "sqlite")
        if binaries() is None:
            return
        with postgres() as server:
            url = server.url
            yield "PostgreSQL", Settings(data_dir=Path(folder) / "key", store_url=url)


@contextmanager
def remembering(settings: Settings) -> Iterator[Arm]:
    app = service.app.create_app(settings, today=lambda: TODAY)
    yield Arm(calling(app))
    memory = app.extensions["hpp-cds.memory"]
    memory.close()
    memory.store.close()


def without_store(headers: Callable[[], Mapping[str, str]] = dict) -> Arm:
    """As where nothing is configured and the folder cannot be written."""
    opening = service.app._open_store
    service.app._open_store = lambda _: None
    try:
        return Arm(calling(service.app.create_app(today=lambda: TODAY), headers))
    finally:
        service.app._open_store = opening
