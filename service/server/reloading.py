"""One application for the server, replaced whole when settings or content are read anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from flask import Flask

from service.content.faults import Fault, Faulty
from service.settings import load_settings
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
    mixes two versions.  make: raises Faulty for settings or content that cannot be used.
    """

    def __init__(self, make: Callable[[], Flask]) -> None:
        self._make, self._lock = make, Lock()
        self.app = make()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return self.app(environ, start_response)

    def reload(self) -> None:
        """Read everything anew; what cannot be used leaves the last good one in place."""
        with self._lock:
            try:
                self.app = self._make()
            except Faulty as error:
                refuse(self.app, error.faults)
            else:
                log("reloaded")


def refuse(app: Flask, faults: Iterable[Fault]) -> None:
    """Let an application that stays say why no newer one could be made."""
    found = tuple(faults)
    app.extensions[REFUSED] = found
    for fault in found:
        where = ": ".join(filter(None, (fault.file, fault.key)))
        log("reload-refused", ERROR, where=where, problem=fault.message)
