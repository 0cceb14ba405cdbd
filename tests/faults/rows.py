"""The fault matrix as data: what is played, and what the client must make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.faults.paging import ELSEWHERE
from tests.faults.scenarios import FHIR, NOT_FHIR, REDIRECTS, TARGETS

SHORT_MS, LONG_MS = 500, 5000
SMALL: dict[str, Any] = {"max_page_bytes": 100_000}


@dataclass(frozen=True)
class Row:
    """where: which server of the world.  requests: seen there for one caller.

    waits: the row ends at the deadline (or at the connect limit), not before it.
    """

    number: str
    what: str
    scenario: str
    problem: str = ""
    detail: str = ""
    pages: int = 0
    requests: int = 1
    where: str = "plain"
    waits: bool = False
    policy: dict[str, Any] = field(default_factory=dict)

    @property
    def budget_ms(self) -> int:
        return SHORT_MS if self.waits else LONG_MS

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


def _hangs(number: str, what: str, scenario: str, detail: str = "answer", **more: Any) -> Row:
    return Row(number, what, scenario, "timeout", detail, waits=True, **more)


def _refused(number: str, what: str, scenario: str, detail: str, **more: Any) -> Row:
    return Row(number, what, scenario, "refused", detail, **more)


def _bad(number: str, name: str, detail: str) -> Row:
    return Row(number, f"body: {name}", f"body-{name}", "malformed", detail)


def _fine(number: str, what: str, scenario: str, **more: Any) -> Row:
    return Row(number, what, scenario, **{"pages": 1, **more})


def _left(number: str, what: str, scenario: str, detail: str, **more: Any) -> Row:
    return Row(number, what, scenario, "truncated", detail, **{"pages": 1, **more})


REACHING = [
    _refused("F1", "name unknown", "fine", "dns", where="unknown-name", requests=0),
    _hangs("F1", "resolver silent", "fine", "dns", where="silent-resolver", requests=0),
    _refused("F2", "connection refused", "fine", "connect", where="closed", requests=0),
    _refused("F2", "reset after accept", "reset-at-once", "reset", requests=2),
    _fine("F2", "reset once", "reset-once", requests=2),
    _refused("F2", "reset in the body", "reset-mid-body", "reset", requests=2),
    _refused("F2", "closed without an answer", "close-at-once", "closed", requests=2),
    _hangs(
        "F3",
        "SYN black hole",
        "fine",
        "connect",
        where="black-hole",
        requests=0,
        policy={"connect_ms": 300},
    ),
    _fine("F4", "TLS as it should be", "fine", where="tls"),
    _hangs("F4", "TLS never answers", "fine", "tls", where="tls-mute", requests=0),
    _hangs("F4", "TLS handshake drips", "fine", "tls", where="tls-drip", requests=0),
    *(
        _refused("F4", f"TLS {what}", "fine", "certificate", where=f"tls-{what}", requests=0)
        for what in ("expired", "self-signed", "wrong-name", "unknown-authority")
    ),
    _refused("F4", "TLS 1.1 only", "fine", "tls", where="tls-1.1", requests=0),
    _refused("F4", "plain HTTP on the TLS port", "fine", "tls", where="tls-plain", requests=0),
]
TIMES = [
    _fine("F5", "100 ms late", "late-100ms"),
    _hangs("F5", "later than the deadline", "silent"),
    _hangs("F6", "header drips", "header-drip"),
    _hangs("F6", "body drips", "body-drip"),
    _hangs("F6", "body drips over TLS", "body-drip", where="tls"),
    _hangs("F6", "chunks drip", "chunk-drip"),
    _hangs("F6", "100 Continue drips", "hundreds-of-100"),
    _hangs("F6", "stalls in the body", "stall-mid-body"),
    _refused("F7", "shorter than announced", "cut-length", "cut"),
    _refused("F7", "last chunk missing", "cut-chunk", "cut"),
    Row("F7", "not HTTP", "not-http", "malformed", "protocol"),
]
STATUSES = [
    *(
        _refused("F8", f"{status} to {target}", f"redirect-{status}-{target}", "redirect")
        for status in REDIRECTS
        for target in TARGETS
    ),
    *(
        Row(number, str(status), f"status-{status}", "http-4xx", str(status))
        for number, status in (("F9", 400), ("F9", 404), ("F9", 410), ("F10", 401), ("F10", 403))
    ),
    _fine("F11", "429, Retry-After 0", "busy-0", requests=2),
    _fine("F11", "429, Retry-After 1", "busy-1", requests=2),
    _fine("F11", "429, Retry-After in the past", "busy-past", requests=2),
    _fine("F11", "429, Retry-After garbage", "busy-garbage", requests=2),
    _fine("F11", "429, Retry-After 400 digits", "busy-huge", requests=2),
    Row("F11", "429, Retry-After 60", "busy-60", "http-4xx", "429"),
    Row("F11", "429, Retry-After a date", "busy-date", "http-4xx", "429"),
    Row("F12", "500", "status-500", "http-5xx", "500"),
    *(
        Row("F12", str(status), f"status-{status}", "http-5xx", str(status), requests=2)
        for status in (502, 503, 504)
    ),
    _fine("F12", "503 once", "503-once", requests=2),
]
DETAIL = {
    "html": "type",
    "text": "type",
    "xml": "type",
    "empty": "empty",
    "blank": "empty",
    "null": "shape",
    "list": "shape",
}
BODIES = [
    *(
        _bad("F13" if name in DETAIL else "F15", name, DETAIL.get(name, "json"))
        for name in NOT_FHIR
    ),
    Row("F13", "204", "status-204", "malformed", "status"),
    *(_fine("F14", f"body: {name}", f"body-{name}") for name in FHIR),
    _fine("F13", "no content type", "no-content-type"),
    _fine("F16", "a page at the limit", "page-just-fits", policy=SMALL),
    Row("F16", "5 MB + 1, announced", "page-too-long", "too-large", "page"),
    Row("F16", "too long, chunked", "chunked-too-long", "too-large", "page", policy=SMALL),
    *(
        Row("F16", what, scenario, "too-large", "page", policy=SMALL)
        for what, scenario in (
            ("endless chunks", "chunked-endless"),
            ("endless, no length", "length-unsaid-endless"),
            ("endless 100 Continue", "continue-endless"),
        )
    ),
    Row("F16", "endless chunk size", "chunk-size-endless", "malformed", "protocol"),
    Row("F16", "endless header", "header-endless", "malformed", "protocol"),
    Row("F16", "endless headers", "headers-endless", "malformed", "protocol"),
    Row("F16", "gzip bomb of 200 MB", "gzip-bomb", "malformed", "encoded"),
    Row("F16", "too many members", "members-just-over", "malformed", "json"),
    Row("F16", "unknown encoding", "encoding-made-up", "malformed", "encoded"),
    Row(
        "F16",
        "all pages together",
        "paging-big",
        "too-large",
        "total",
        pages=3,
        requests=4,
        policy={"max_total_bytes": 200_000},
    ),
    Row(
        "F16",
        "members of all pages together",
        "paging-full",
        "too-large",
        "total",
        pages=2,
        requests=3,
        policy={"max_total_members": 250},
    ),
]
PAGES = [
    _fine("F19", "four pages", "paging-fine", pages=4, requests=4),
    _fine("F19", "relative links", "paging-relative", pages=3, requests=3),
    _left("F19", "next is itself", "paging-self", "next-cycle"),
    _left("F19", "cycle of three", "paging-cycle", "next-cycle", pages=3, requests=3),
    _left("F19", "pages without end", "paging-endless", "pages", pages=5, requests=5),
    *(
        _left("F19", f"next leads out: {way}", f"paging-out-{way}", "next-outside")
        for way in ELSEWHERE
    ),
    _left("F19", "next unreadable", "paging-unreadable", "next-outside"),
    Row("F19", "500 on page 2", "paging-then-500", "http-5xx", "500", 1, 2),
    Row("F19", "next has expired", "paging-then-410", "http-4xx", "410", 1, 2),
    Row("F19", "page 2 cut", "paging-then-cut", "refused", "cut", 1, 2),
    Row("F19", "page 2 is a log-in page", "paging-then-html", "malformed", "type", 1, 2),
    _left("F27", "page 2 silent", "paging-then-silent", "deadline", requests=2, waits=True),
    _left("F27", "page 2 drips", "paging-then-drip", "deadline", requests=2, waits=True),
]
ROWS = [*REACHING, *TIMES, *STATUSES, *BODIES, *PAGES]
