"""The application as a stranger meets it: what is answered, and what only the log is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Settings
from service.watch.logs import LOGGER
from tests.fhir.build import TODAY, request
from tests.trust.callers import BASE, SIGN, Caller

URL = f"{BASE}{SIGN}"


class Listener(logging.Handler):
    """Keeps the fields of every line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.__dict__["fields"])


@contextmanager
def listening() -> Iterator[Listener]:
    listener, level = Listener(), LOGGER.level
    LOGGER.addHandler(listener)
    LOGGER.setLevel(logging.DEBUG)
    try:
        yield listener
    finally:
        LOGGER.removeHandler(listener)
        LOGGER.setLevel(level)


@dataclass
class Door:
    """One application; `ask` with an Authorization header, or with none.

    Each call comes from an address of its own: hundreds of refusals a minute are no flood here.
    """

    settings: Settings
    client: FlaskClient
    calls: Iterator[int] = field(default_factory=count)

    def ask(self, authorization: str | None, path: str = SIGN, **more: Any) -> TestResponse:
        headers = {} if authorization is None else {"Authorization": authorization}
        headers |= more.pop("headers", {})
        more.setdefault("environ_overrides", {"REMOTE_ADDR": f"caller-{next(self.calls)}"})
        return self.client.post(path, json=request(), headers=headers, **more)

    def let_in(self, token: str, path: str = SIGN) -> bool:
        """Whether a token is good; anything but 200 and 401 is a fault."""
        answer = self.ask(f"Bearer {token}", path)
        assert answer.status_code in (200, 401), answer.data
        return answer.status_code == 200

    def reason(self, authorization: str | None, path: str = SIGN) -> str:
        """Why a caller is refused, from the log; the answer must be the one 401."""
        with listening() as listener:
            answer = self.ask(authorization, path)
        (line,) = [line for line in listener.lines if "reason" in line]
        assert answer.status_code == 401, answer.data
        assert (answer.data, answer.headers["WWW-Authenticate"]) == THE_ANSWER
        return str(line["reason"])


THE_ANSWER = (
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login",'
    b'"diagnostics":"A valid client token is needed."}]}',
    "Bearer",
)


def open_door(settings: Settings) -> Door:
    return Door(settings, create_app(settings, today=lambda: TODAY).test_client())


def bearer(caller: Caller, url: str = URL, **changes: Any) -> str:
    return f"Bearer {caller.token(url, **changes)}"
