"""What the fault server does, by the name in the first segment of the path; pages are in paging.py.

A scenario answers True where the connection may serve another request.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from typing import Any

import orjson

from service.strict_json import MOST_MEMBERS
from tests.faults.server import Play, Talk

SCENARIOS: dict[str, Play] = {}
JSON: dict[str, Any] = {"Content_Type": "application/fhir+json"}
BUNDLE = orjson.dumps({"resourceType": "Bundle", "id": "1", "type": "searchset"})
METADATA = "http://169.254.169.254/latest/meta-data/"
REDIRECTS = (301, 302, 303, 307, 308)
TARGETS = ("same", "other", "metadata", "loop", "scheme")


def plays(name: str) -> Callable[[Play], Play]:
    def register(play: Play) -> Play:
        SCENARIOS[name] = play
        return play

    return register


@plays("fine")
def fine(talk: Talk) -> bool:
    return talk.bundle()


@plays("fine-then-close")
def fine_then_close(talk: Talk) -> bool:
    """Without a word: the client believes that the connection stays."""
    talk.bundle()
    return False


@plays("reset-at-once")
def reset_at_once(talk: Talk) -> bool:
    return talk.reset()


@plays("reset-once")
def reset_once(talk: Talk) -> bool:
    return talk.bundle() if talk.server.tries(talk.seen.token) > 1 else talk.reset()


@plays("reset-mid-body")
def reset_mid_body(talk: Talk) -> bool:
    talk.head(Content_Length="1000", **JSON)
    talk.send(BUNDLE)
    talk.pause(0.02)
    return talk.reset()


@plays("close-at-once")
def close_at_once(talk: Talk) -> bool:
    return False


@plays("late-100ms")
def late(talk: Talk) -> bool:
    talk.pause(0.1)
    return talk.bundle()


@plays("silent")
def silent(talk: Talk) -> bool:
    talk.pause(10)
    return False


@plays("header-drip")
def header_drip(talk: Talk) -> bool:
    talk.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000, 0.03)
    return False


@plays("body-drip")
def body_drip(talk: Talk) -> bool:
    talk.head(Content_Length="1000", **JSON)
    talk.drip(BUNDLE.ljust(1000), 0.03)
    return False


@plays("chunk-drip")
def chunk_drip(talk: Talk) -> bool:
    talk.head(Transfer_Encoding="chunked", **JSON)
    talk.drip(b"1\r\n \r\n" * 200, 0.03)
    return False


@plays("stall-mid-body")
def stall(talk: Talk) -> bool:
    talk.head(Content_Length="1000", **JSON)
    talk.send(BUNDLE)
    talk.pause(10)
    return False


@plays("hundreds-of-100")
def hundreds(talk: Talk) -> bool:
    talk.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.01)
    return False


@plays("cut-length")
def cut_length(talk: Talk) -> bool:
    talk.head(Content_Length="1000", **JSON)
    talk.send(BUNDLE)
    return False


@plays("cut-chunk")
def cut_chunk(talk: Talk) -> bool:
    talk.head(Transfer_Encoding="chunked", **JSON)
    talk.send(f"{len(BUNDLE):x}\r\n".encode() + BUNDLE + b"\r\n")
    return False


@plays("not-http")
def not_http(talk: Talk) -> bool:
    talk.send(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n")
    talk.pause(10)
    return False


def redirect(talk: Talk, status: int, target: str) -> bool:
    where = {
        "same": f"{talk.server.origin}/fine/Patient",
        "other": f"{talk.server.other}/fine/Patient",
        "metadata": METADATA,
        "loop": f"{talk.server.origin}{talk.seen.target}",
        "scheme": talk.server.other.replace("http:", "https:"),
    }[target]
    return talk.answer(b"{}", status, Location=where)


for _status in REDIRECTS:
    for _target in TARGETS:
        SCENARIOS[f"redirect-{_status}-{_target}"] = partial(
            redirect, status=_status, target=_target
        )


def refuse(talk: Talk, status: int) -> bool:
    return talk.answer(b'{"resourceType":"OperationOutcome"}', status)


for _status in (400, 401, 403, 404, 410, 500, 502, 503, 504):
    SCENARIOS[f"status-{_status}"] = partial(refuse, status=_status)


@plays("503-once")
def unavailable_once(talk: Talk) -> bool:
    again = talk.server.tries(talk.seen.token) > 1
    return talk.bundle() if again else refuse(talk, 503)


def busy(talk: Talk, after: Callable[[], str]) -> bool:
    if talk.server.tries(talk.seen.token) > 1:
        return talk.bundle()
    return talk.answer(b"{}", 429, Retry_After=after())


AFTER: dict[str, Callable[[], str]] = {
    "0": lambda: "0",
    "1": lambda: "1",
    "60": lambda: "60",
    "date": lambda: formatdate(time.time() + 60, usegmt=True),
    "past": lambda: formatdate(time.time() - 60, usegmt=True),
    "garbage": lambda: "soon\x0b; -1",
    "huge": lambda: "9" * 400,
}
for _name, _after in AFTER.items():
    SCENARIOS[f"busy-{_name}"] = partial(busy, after=_after)

# Whole answers that are not one JSON object: body, content type.
NOT_FHIR: dict[str, tuple[bytes, str]] = {
    "html": (b"<!doctype html><title>Log in</title>", "text/html"),
    "html-as-json": (b"<!doctype html><title>Log in</title>", "application/json"),
    "text": (BUNDLE, "text/plain"),
    "xml": (b'<Bundle xmlns="http://hl7.org/fhir"/>', "application/fhir+xml"),
    "empty": (b"", "application/fhir+json"),
    "blank": (b" \r\n", "application/fhir+json"),
    "null": (b"null", "application/fhir+json"),
    "list": (b"[%s]" % BUNDLE, "application/fhir+json"),
    "broken": (BUNDLE[:-1], "application/fhir+json"),
    "nan": (b'{"resourceType":"Bundle","total":NaN}', "application/fhir+json"),
    "infinity": (b'{"resourceType":"Bundle","total":-Infinity}', "application/fhir+json"),
    "bom": (b"\xef\xbb\xbf" + BUNDLE, "application/fhir+json"),
    "utf16": (BUNDLE.decode().encode("utf-16"), "application/fhir+json"),
    "latin1": ('{"id":"é"}'.encode("latin-1"), "application/fhir+json; charset=iso-8859-1"),
    "surrogate": (b'{"id":"\\ud800"}', "application/fhir+json"),
    "deep": (b'{"a":' * 100_000, "application/fhir+json"),
    "twice": (BUNDLE + BUNDLE, "application/fhir+json"),
    "duplicate-keys": (b'{"resourceType":"Bundle","id":"2","id":"1"}', "application/fhir+json"),
}
# Whole answers that are: what they mean is for others to judge.
FHIR: dict[str, bytes] = {
    "outcome": b'{"resourceType":"OperationOutcome","issue":[{"severity":"error"}]}',
    "wrong-type": b'{"resourceType":"Practitioner"}',
    "link-not-a-list": b'{"resourceType":"Bundle","link":{"relation":"self"}}',
    "patient-links": b'{"resourceType":"Patient","link":[{"relation":"next","url":"x"}]}',
}


def whole(talk: Talk, body: bytes, kind: str) -> bool:
    return talk.answer(body, Content_Type=kind)


for _name, (_body, _kind) in NOT_FHIR.items():
    SCENARIOS[f"body-{_name}"] = partial(whole, body=_body, kind=_kind)
for _name, _body in FHIR.items():
    SCENARIOS[f"body-{_name}"] = partial(whole, body=_body, kind="application/fhir+json")


@plays("no-content-type")
def no_content_type(talk: Talk) -> bool:
    talk.head(Content_Length=str(len(BUNDLE)))
    talk.send(BUNDLE)
    return True


@plays("status-204")
def no_content(talk: Talk) -> bool:
    talk.head(204)
    return True


@plays("page-too-long")
def too_long(talk: Talk) -> bool:
    """One byte more than the 5 MB that the default policy allows."""
    return talk.answer(BUNDLE.ljust(5_000_001))


@plays("page-just-fits")
def just_fits(talk: Talk) -> bool:
    return talk.answer(BUNDLE.ljust(100_000))


@plays("chunked-too-long")
def chunked_too_long(talk: Talk) -> bool:
    talk.head(Transfer_Encoding="chunked", **JSON)
    body = BUNDLE.ljust(100_001)
    talk.send(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
    return True


@plays("chunked-endless")
def chunked_endless(talk: Talk) -> bool:
    talk.head(Transfer_Encoding="chunked", **JSON)
    return talk.endless(b"2000\r\n" + b" " * 0x2000 + b"\r\n")


@plays("length-unsaid-endless")
def unsaid_endless(talk: Talk) -> bool:
    talk.head(Connection="close", **JSON)
    return talk.endless(b" " * 8192)


@plays("chunk-size-endless")
def size_endless(talk: Talk) -> bool:
    talk.head(Transfer_Encoding="chunked", **JSON)
    return talk.endless(b"0" * 8192)


@plays("header-endless")
def header_endless(talk: Talk) -> bool:
    talk.send(b"HTTP/1.1 200 OK\r\n")
    return talk.endless(b"X-More: " + b"a" * 8000)


@plays("headers-endless")
def headers_endless(talk: Talk) -> bool:
    talk.send(b"HTTP/1.1 200 OK\r\n")
    return talk.endless(b"X-More: a\r\n" * 500)


@plays("continue-endless")
def continue_endless(talk: Talk) -> bool:
    return talk.endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 200)


BOMB = gzip.compress(b" " * 200_000_000, 6)


@plays("gzip-bomb")
def bomb(talk: Talk) -> bool:
    return talk.answer(BOMB, Content_Encoding="gzip")


# Objects of them would take a hundred times what these bytes do.
MANY_MEMBERS = {"numbers": b"1", "empty-names": b'{"":0}', "empty-lists": b"[]"}


def _many(member: bytes, count: int) -> Play:
    entries = b",".join([member] * count)
    return lambda talk: talk.answer(b'{"resourceType":"Bundle","entry":[' + entries + b"]}")


for _kind, _member in MANY_MEMBERS.items():
    plays(f"members-{_kind}")(_many(_member, 4_900_000 // (len(_member) + 1)))
plays("members-just-over")(_many(b"1", MOST_MEMBERS - 1))  # beside two of the page itself


@plays("encoding-made-up")
def made_up(talk: Talk) -> bool:
    return talk.answer(BUNDLE, Content_Encoding="aes128gcm")


@plays("cookie")
def cookie(talk: Talk) -> bool:
    return talk.answer(BUNDLE, Set_Cookie="session=ZZPHI; Path=/")
