"""Which call is under way: its ids, what is known of it, and how long each step took.

Log lines, metrics and the FHIR server are told; nothing here is of a patient.  An id that a caller
gives is taken only where it has the form of one: it stands in every line.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

REQUEST_ID, TRACE = "X-Request-ID", "traceparent"
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{16,64}")
# https://www.w3.org/TR/trace-context/#traceparent-header; a later version may say more behind it.
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.{0,64})?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


@dataclass(slots=True)
class Question:
    """One request to a FHIR server.  headers: what it is told.  outcome: nothing where it answered,
    else what was wrong, in words of closed sets."""

    headers: Mapping[str, str]
    outcome: str = ""


class TracedCall(Protocol):
    """A call as a collector of traces is told of it (spans.py)."""

    def asking(self, key: str) -> AbstractContextManager[Question]: ...


@dataclass(slots=True)
class Call:
    """One call.  facts: fields of every log line about it.  steps: milliseconds by step.

    parent: id of the caller's span, or empty.  http_status: 0 until it is answered.
    """

    request_id: str
    trace_id: str
    flags: str
    parent: str = ""
    http_status: int = 0
    span: TracedCall | None = None
    facts: dict[str, str] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    began_s: float = field(default_factory=time.perf_counter)
    last_s: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """What passed since the last step was this one."""
        now_s = time.perf_counter()
        self.steps[step] = self.steps.get(step, 0.0) + (now_s - self.last_s) * 1000
        self.last_s = now_s

    @property
    def milliseconds(self) -> float:
        return (time.perf_counter() - self.began_s) * 1000

    def headers(self, span_id: str = "") -> dict[str, str]:
        """What a FHIR server is told, so that its log can be joined with ours."""
        parent = f"00-{self.trace_id}-{span_id or secrets.token_hex(8)}-{self.flags}"
        return {TRACE: parent, REQUEST_ID: self.request_id}


_UNDER_WAY: ContextVar[Call | None] = ContextVar("call", default=None)


@contextmanager
def beginning(request_id: str, trace: str) -> Iterator[Call]:
    """A call with the ids that came in its headers, where they are well formed, else with new."""
    call = _read(request_id, trace)
    token = _UNDER_WAY.set(call)
    try:
        yield call
    finally:
        _UNDER_WAY.reset(token)


def under_way() -> Call | None:
    return _UNDER_WAY.get()


def lap(step: str) -> None:
    """The step that was just done; offline there is no call, and no time is taken."""
    call = _UNDER_WAY.get()
    if call is not None:
        call.lap(step)


def note(**facts: str) -> None:
    """What is now known of the call under way."""
    call = _UNDER_WAY.get()
    if call is not None:
        call.facts.update(facts)


@contextmanager
def asking(call: Call | None, key: str) -> Iterator[Question]:
    """While one question to a FHIR server is under way; by whichever thread.  key: prefetch key."""
    if call is None or call.span is None:
        yield Question(call.headers() if call else {})
        return
    with call.span.asking(key) as question:
        yield question


def uuid_or_nothing(written: str) -> str:
    """A hookInstance as it may stand in a line: anything but a UUID may hold anything."""
    return written.lower() if _UUID.fullmatch(written) else ""


def _read(request_id: str, trace: str) -> Call:
    given = _TRACE.fullmatch(trace)
    known = given is not None and any(given[1].strip("0")) and any(given[2].strip("0"))
    trace_id = given[1] if given and known else secrets.token_hex(16)
    flags = given[3] if given and known else "00"
    own = request_id if _REQUEST_ID.fullmatch(request_id) else trace_id
    return Call(own, trace_id, flags, given[2] if given and known else "")
