"""One application for the server, replaced whole when settings or content are read anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from flask import Flask

from service.content.faults import Fault, Faulty
from service.settings import load_settings
from service.watch import metrics
from service.watch.health import REFUSED
from service.watch.logs import ERROR, log


def pid_file() -> str | None:
    """Where the settings of the environment want the process id; their faults are said later."""
    try:
        path = load_settings().pid_file
    except Faulty:
        return None
    return str(path) if path else None


class Reloading:
    """A WSGI application that passes each request to the newest one that could be made.

    A request is answered to its end by the application that it began with, so that no answer
    mixes two versions; what that one remembers is written when its last request is answered.
    make: raises Faulty for settings or content that cannot be used.
    """

    def __init__(self, make: Callable[[], Flask]) -> None:
        self._make, self._one_at_a_time, self._lock = make, Lock(), Lock()
        self.app = make()
        self._under_way: Counter[Flask] = Counter()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with self._lock:
            app = self.app
            self._under_way[app] += 1
        try:
            return app(environ, start_response)
        finally:
            self._leave(app)

    def reload(self) -> None:
        """Read everything anew; what cannot be used leaves the last good one in place."""
        with self._one_at_a_time:
            try:
                newest = self._make()
            except Faulty as error:
                refuse(self.app, error.faults)
                return
            with self._lock:
                before, self.app = self.app, newest
                self._under_way[before] += 1
            _start(newest)
            self._leave(before)
            log("reloaded")
            metrics.reloaded(good=True)

    def _leave(self, app: Flask) -> None:
        """One less is under way; the last of an application that was replaced closes it."""
        with self._lock:
            self._under_way[app] -= 1
            done = app is not self.app and self._under_way[app] == 0
            if done:
                del self._under_way[app]
        if done:
            _close(app)

    def start(self) -> None:
        """Begin what the application does beside answering."""
        _start(self.app)

    def close(self) -> None:
        """Write what the application still holds; it answers nothing any more."""
        _close(self.app)


def _start(app: Flask) -> None:
    if memory := app.extensions.get("hpp-cds.memory"):
        memory.start()


def _close(app: Flask) -> None:
    if memory := app.extensions.get("hpp-cds.memory"):
        memory.close()


def refuse(app: Flask, faults: Iterable[Fault]) -> None:
    """Let an application that stays say why no newer one could be made."""
    found = tuple(faults)
    app.extensions[REFUSED] = found
    metrics.reloaded(good=False)
    for fault in found:
        where = ": ".join(filter(None, (fault.file, fault.key)))
        log("reload-refused", ERROR, where=where, problem=fault.message)
