"""The limits of one call: a deadline, a number of bytes, and which addresses may be dialled."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Thread, local
from typing import Any, NoReturn

from service.settings.addresses import Base, Kind

Lookup = Callable[..., list[tuple[Any, ...]]]
Answer = Future[list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment by which all must be done.  Monotonic: a clock that is set does not move it."""

    ends: float
    budget: float

    @classmethod
    def after_ms(cls, milliseconds: float) -> Deadline:
        return cls(time.monotonic() + milliseconds / 1000, milliseconds / 1000)

    def left(self) -> float:
        return max(0.0, self.ends - time.monotonic())

    @property
    def expired(self) -> bool:
        return self.left() == 0.0

    def share(self, spent: float = 0.0) -> float:
        """The share of the budget that is left once `spent` more seconds are gone."""
        return (self.left() - spent) / self.budget if self.budget > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in two words of closed sets (see client.py)."""

    problem: str
    detail: str


class Stopped(OSError):
    """A call ended by its own limits.  Why is in its `HttpGet`, so no text can leak."""


class Resolver:
    """Name look-ups with a deadline: one at a time for each host, each in a thread of its own.

    A look-up cannot be interrupted.  In a thread of the shared pool, a resolver that is silent
    for 30 s would hold that thread long after the caller has gone; here all wait for one.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._lock = Lock()
        self._under_way: dict[tuple[str, int], Answer] = {}

    def resolve(self, host: str, port: int, limit_s: float) -> list[tuple[Any, ...]]:
        """What getaddrinfo says.  OSError or ValueError where it cannot."""
        with self._lock:
            found = self._under_way.get((host, port)) or self._start(host, port)
        return found.result(limit_s)

    def _start(self, host: str, port: int) -> Answer:
        found: Answer = Future()
        thread = Thread(target=self._run, args=(host, port, found), name="resolve", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no thread to be had
            raise OSError from error
        self._under_way[host, port] = found
        return found

    def _run(self, host: str, port: int, found: Answer) -> None:
        try:
            answer = self._lookup(host, port, 0, socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            self._forget(host, port)
            found.set_exception(error)
        else:
            self._forget(host, port)
            found.set_result(answer)

    def _forget(self, host: str, port: int) -> None:
        with self._lock:
            self._under_way.pop((host, port), None)


@dataclass(frozen=True, slots=True)
class Route:
    """The way to one base: its host and port, and which kinds of address may be dialled."""

    base: Base
    kinds: frozenset[Kind]
    connect_s: float
    resolver: Resolver


class HttpGet:
    """One GET under way: what its socket may still spend, and what stopped it.

    urllib3 has no way to hand such a thing down to the socket, so it is kept per thread.
    """

    def __init__(self, route: Route, deadline: Deadline, most_bytes: int) -> None:
        self.route, self.deadline, self.most_bytes = route, deadline, most_bytes
        self.stage = "connect"
        self.received = 0
        self.ended = False
        self.fault: Failure | None = None

    def __enter__(self) -> HttpGet:
        _thread.call = self
        return self

    def __exit__(self, *_: object) -> None:
        _thread.call = None

    def stop(self, problem: str, detail: str) -> NoReturn:
        self.fault = Failure(problem, detail)
        raise Stopped

    def left(self, stage: str, most: float = 3600.0) -> float:
        """Seconds the next step may take; stops the call where none are left."""
        self.stage = stage
        left = self.deadline.left()
        if left == 0.0:
            self.stop("timeout", stage)
        return min(left, most)

    def count(self, got: int) -> int:
        """Count at the socket, where headers, chunk sizes and trailers are seen as well."""
        self.received += got
        self.ended = self.ended or got == 0
        if self.received > self.most_bytes:
            self.stop("too-large", "page")
        return got

    @contextmanager
    def watch(self, stage: str) -> Iterator[None]:
        """Note why a step failed, by the class of the error and never by its text."""
        try:
            yield
        except Stopped:
            raise
        except (OSError, ValueError) as error:
            self.fault = _fault_of(error, stage)
            raise


def _fault_of(error: Exception, stage: str) -> Failure:
    if isinstance(error, TimeoutError):
        return Failure("timeout", stage)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure("refused", "certificate")
    if isinstance(error, ssl.SSLError):
        return Failure("refused", "tls")
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return Failure("refused", "reset")
    return Failure("refused", stage)


_thread = local()


def under_way() -> HttpGet:
    call: HttpGet | None = getattr(_thread, "call", None)
    if call is None:
        raise Stopped  # no socket without limits
    return call
