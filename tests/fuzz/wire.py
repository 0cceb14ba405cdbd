"""One call of the WSGI application, and all that comes out of it: answer, log, streams.

Called as a server calls it, with no test client between that might mend or hide anything.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from service.watch.logs import LOGGER
from tests.edge.test_logs import whole

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent."""

    path: str
    raw: bytes
    method: str = "POST"
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.  said: everything that was logged or printed meanwhile."""

    status: int
    content_type: str
    raw: bytes
    said: str


class Ear(logging.Handler):
    """Keeps every record of every logger, as any handler may show it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(whole(record))


class Line:
    """A line to the application; open it with `line_to`."""

    def __init__(self, app: Callable[..., Any], headers: Callable[[str], Mapping[str, str]]):
        self.app, self.headers = app, headers
        self.ear, self.stream = Ear(), io.StringIO()

    def send(self, call: Call) -> Reply:
        """Send one call.  An exception of the application is not caught: it is a finding."""
        started: list[Any] = []
        answer = self.app(self._environ(call), lambda *given: started.append(given))
        raw = b"".join(answer)
        status, given = started[-1][0], dict(started[-1][1])
        return Reply(int(status[:3]), given.get("Content-Type", ""), raw, self._said())

    def _said(self) -> str:
        said = "\n".join([*self.ear.heard, self.stream.getvalue()])
        self.ear.heard.clear()
        self.stream.seek(0)
        self.stream.truncate()
        return said

    def _environ(self, call: Call) -> dict[str, Any]:
        more = {**self.headers(call.path), **call.headers}
        return {
            "REQUEST_METHOD": call.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": call.path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "CONTENT_TYPE": call.content_type,
            "CONTENT_LENGTH": str(len(call.raw)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(call.raw),
            "wsgi.errors": self.stream,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in more.items()},
        }


@contextmanager
def line_to(app: Callable[..., Any], headers: Callable[[str], Mapping[str, str]]) -> Iterator[Line]:
    """A line that hears every log record and both streams while it is open."""
    line, root = Line(app, headers), logging.getLogger()
    before = LOGGER.propagate, LOGGER.level, root.level
    for logger in (LOGGER, root):
        logger.addHandler(line.ear)
        logger.setLevel(logging.DEBUG)
    LOGGER.propagate = False
    try:
        with redirect_stdout(line.stream), redirect_stderr(line.stream):
            yield line
    finally:
        LOGGER.removeHandler(line.ear)
        root.removeHandler(line.ear)
        LOGGER.propagate, level, root_level = before
        LOGGER.setLevel(level)
        root.setLevel(root_level)
