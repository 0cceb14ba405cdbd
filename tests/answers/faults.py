"""Ways to answer one query badly.  Each gets the answer that would have been right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial

import orjson

from tests.answers.ward import Fault, Json
from tests.faults.server import Talk
from tests.fhir.build import MISSING, bundle, outcome

OTHER = "ZZPHI-somebody-else"
OUTCOME = outcome(code="exception")


def _status(talk: Talk, _: Json, status: int, **headers: str) -> bool:
    return talk.answer(orjson.dumps(OUTCOME), status, **headers)


def _words(talk: Talk, _: Json, body: bytes, content_type: str = "application/fhir+json") -> bool:
    return talk.answer(body, Content_Type=content_type)


def _redirect(talk: Talk, _: Json) -> bool:
    return talk.answer(b"", 302, Location=talk.seen.target)


def _cut(talk: Talk, right: Json) -> bool:
    """A whole JSON document would still be less than was announced."""
    body = orjson.dumps(right)
    talk.head(Content_Type="application/fhir+json", Content_Length=str(len(body) + 100))
    talk.send(body)
    return False


def _reset(talk: Talk, _: Json) -> bool:
    return talk.reset()


def _hang(talk: Talk, _: Json) -> bool:
    talk.pause(10)
    return False


def _drip(talk: Talk, right: Json) -> bool:
    body = orjson.dumps(right)
    talk.head(Content_Type="application/fhir+json", Content_Length=str(len(body) + 1000))
    talk.drip(body.ljust(len(body) + 1000), 0.03)
    return False


def _late(talk: Talk, right: Json) -> bool:
    talk.pause(0.1)
    return talk.answer(orjson.dumps(right))


Change = Callable[[Json, str], Json]


def _changed(talk: Talk, right: Json, change: Change) -> bool:
    return talk.answer(orjson.dumps(change(deepcopy(right), talk.base)))


def _of_somebody_else(body: Json, _: str) -> Json:
    if body["resourceType"] == "Patient":
        return {**body, "id": OTHER}
    for entry in body.get("entry", ()):
        entry["resource"]["subject"] = {"reference": f"Patient/{OTHER}"}
    return body


def _half(body: Json, _: str) -> Json:
    """Every second entry, under a total that counts them all."""
    if "entry" in body:
        body["total"] = len(body["entry"])
        body["entry"] = body["entry"][1::2]
    return body


def _with_next(body: Json, _: str, where: str) -> Json:
    body = _half(body, where)
    return {**body, "link": [{"relation": "next", "url": where}]}


def _next_fails(body: Json, base: str) -> Json:
    return _with_next(body, base, f"{base}/nothing-here")


def _next_elsewhere(body: Json, base: str) -> Json:
    return _with_next(body, base, "http://127.0.0.2:9/elsewhere/Observation?page=2")


def _emptied(body: Json, _: str) -> Json:
    """Entries, and nothing in them."""
    if "entry" in body:
        body["total"] = len(body["entry"])
        body["entry"] = [{"fullUrl": item.get("fullUrl", "")} for item in body["entry"]]
    return body


def _with_outcome(body: Json, _: str) -> Json:
    """A searchset that holds nothing but why."""
    only = {"resource": OUTCOME, "search": {"mode": "outcome"}}
    return bundle(entry=[only], total=MISSING)


def _unreadable_entries(body: Json, _: str) -> Json:
    return {**body, "resourceType": "Bundle", "entry": "see the attachment"}


def _change(change: Change) -> Fault:
    return partial(_changed, change=change)


# Nothing of the answer can be used.
LOST: Mapping[str, Fault] = {
    "500": partial(_status, status=500),
    "404": partial(_status, status=404),
    "401": partial(_status, status=401),
    "403": partial(_status, status=403),
    "429": partial(_status, status=429, Retry_After="60"),
    "login page": partial(_words, body=b"<!doctype html><title>Log in</title>",
                          content_type="text/html"),
    "html as json": partial(_words, body=b"<!doctype html>"),
    "empty body": partial(_words, body=b""),
    "null": partial(_words, body=b"null"),
    "broken json": partial(_words, body=b'{"resourceType":"Bundle","entry":['),
    "outcome": partial(_words, body=orjson.dumps(OUTCOME)),
    "outcome in a bundle": _change(_with_outcome),
    "wrong resource": partial(_words, body=b'{"resourceType":"Practitioner","id":"ZZPHI-1"}'),
    "unreadable entries": _change(_unreadable_entries),
    "redirect": _redirect,
    "cut short": _cut,
    "reset": _reset,
}  # fmt: skip
# Part of the answer can be used, where it has parts.
PARTLY: Mapping[str, Fault] = {
    "somebody else's": _change(_of_somebody_else),
    "entries without resources": _change(_emptied),
    "half of the total": _change(_half),
    "next page fails": _change(_next_fails),
    "next page elsewhere": _change(_next_elsewhere),
}
# No answer before the deadline.
SLOW: Mapping[str, Fault] = {"hangs": _hang, "drips": _drip}
LATE: Fault = _late
