"""One GET: what is sent, and what is accepted as an answer."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from secrets import SystemRandom
from threading import Lock
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from service import strict_json
from service.outbound.calls import Failure, HttpGet

CHUNK_BYTES = 65_536
FRAMING_BYTES = 262_144  # headers and chunk sizes, beyond the body
JITTER_S = (0.02, 0.08)
TOKEN = re.compile(r"[\x21-\x7e]{0,8192}")
_WORTH_A_RETRY = frozenset({"connect", "reset", "closed", "429", "502", "503", "504"})
_SECONDS = re.compile(r"[0-9]{1,6}")


class Allowance:
    """What all answers to one request may have together: bytes, and members of objects and
    arrays, as objects take many times the bytes they were read from."""

    def __init__(self, most_bytes: int, most_members: int = strict_json.MOST_MEMBERS) -> None:
        self._bytes, self._members, self._lock = most_bytes, most_members, Lock()

    def take(self, size: int) -> bool:
        with self._lock:
            self._bytes -= size
            return self._bytes >= 0

    def take_members(self, count: int) -> bool:
        """Nothing is taken where there is not enough: a smaller answer may still have room."""
        with self._lock:
            if count > self._members:
                return False
            self._members -= count
            return True


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, or why there is none.  wait_s: how long to wait before asking again."""

    body: dict[str, Any] | None = field(default=None, repr=False)
    fault: Failure | None = None
    wait_s: float = 0.0

    @property
    def worth_a_retry(self) -> bool:
        """A GET changes nothing, so what may have been a mishap is asked once more."""
        fault = self.fault
        return fault is not None and fault.problem != "timeout" and fault.detail in _WORTH_A_RETRY


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one request: what a page may have, and what all pages may have together."""

    page_bytes: int
    allowance: Allowance


def exchange(
    session: requests.Session,
    url: str,
    token: str,
    call: HttpGet,
    limits: Limits,
    trace: Mapping[str, str] = {},
) -> Page:
    """Ask once.  Whatever happens is a value; no text of an exception leaves this function.

    trace: headers by which the server's log can be joined with ours.
    """
    headers = {**trace, **({"Authorization": f"Bearer {token}"} if token else {})}
    waits = (call.route.connect_s, max(call.deadline.left(), 0.001))
    try:
        request = session.prepare_request(requests.Request("GET", url, headers=headers))
        if not call.route.base.covers(request.url or ""):  # requests undoes escapes of its own
            return Page(fault=Failure("blocked", "path"))
        with (
            call,
            session.send(request, stream=True, timeout=waits, allow_redirects=False) as response,
        ):
            return _read(response, call, limits)
    except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError):
        return Page(fault=_why(call), wait_s=_jitter())


def _why(call: HttpGet) -> Failure:
    """As the socket noted it, else from how far the answer had come."""
    if call.fault is not None:
        return call.fault
    if call.ended:
        return Failure("refused", "cut" if call.received else "closed")
    return Failure("malformed", "protocol")


def _read(response: requests.Response, call: HttpGet, limits: Limits) -> Page:
    if response.status_code >= 400:
        return _unhappy(response)
    fault = _unusable(response, limits.page_bytes)
    return Page(fault=fault) if fault else _parse(_body(response, call, limits), limits.allowance)


def _unhappy(response: requests.Response) -> Page:
    status = response.status_code
    kind = "http-4xx" if status < 500 else "http-5xx"
    wanted = _retry_after(response.headers.get("Retry-After", ""))
    return Page(fault=Failure(kind, str(status)), wait_s=_jitter() if wanted is None else wanted)


def _unusable(response: requests.Response, most: int) -> Failure | None:
    """What the head of an answer already says against it."""
    if 300 <= response.status_code < 400:
        return Failure("refused", "redirect")
    if response.status_code != 200:
        return Failure("malformed", "status")
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return Failure("malformed", "encoded")
    if "json" not in response.headers.get("Content-Type", "json").lower():
        return Failure("malformed", "type")
    if (response.raw.length_remaining or 0) > most:
        return Failure("too-large", "page")
    return None


def _body(response: requests.Response, call: HttpGet, limits: Limits) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(CHUNK_BYTES):
        size += len(chunk)
        if size > limits.page_bytes:
            call.stop("too-large", "page")
        if not limits.allowance.take(len(chunk)):
            call.stop("too-large", "total")
        chunks.append(chunk)
    return b"".join(chunks)


def _parse(body: bytes, allowance: Allowance) -> Page:
    """Only one JSON object is an answer, read as strictly as what callers send."""
    if not body.strip():
        return Page(fault=Failure("malformed", "empty"))
    if not allowance.take_members(strict_json.most_members(body)):
        return Page(fault=Failure("too-large", "total"))
    try:
        value = strict_json.load(body)
    except strict_json.BadJson:
        return Page(fault=Failure("malformed", "json"))
    return Page(value) if isinstance(value, dict) else Page(fault=Failure("malformed", "shape"))


def _jitter() -> float:
    return SystemRandom().uniform(*JITTER_S)


def _retry_after(written: str) -> float | None:
    """Seconds, from a number or an HTTP date; None where it is neither."""
    if _SECONDS.fullmatch(written.strip()):
        return float(written)
    try:
        return max(0.0, parsedate_to_datetime(written).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
