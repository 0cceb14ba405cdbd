"""A word that is put where a record holds what nobody may repeat, and looked for afterwards.

Every identifier of the stories contains ZZPHI: it must not be in a log or in an error body,
wherever a mutation took it.  The canary stands only where no card has business: it must not
be in a card either.  Text that a card may show (a value, a unit) is hostile instead, and must
not come out as it went in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from flask import Flask

from service.store.memory import Memory
from service.store.tables import METADATA, UNMAPPED
from service.watch import metrics
from tests.fuzz.rendered import active

Json = dict[str, Any]
OF_A_RECORD = "ZZPHI"
CANARY = "ZZPHI-canary"
HOSTILE = (
    "<script>alert('evil.example')</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/?mrn)",
    "[click](javascript:alert(1))",
    "| a | b |\n| - | - |\n| <b>c</b> | d |",
    "</td></table><!-- x -->",
    "https://evil.example www.evil.example me@evil.example",
    "&lt;b&gt; &#60;i&#62; <b>",
    "line\r\nbreak\u2028and\u202ebidi\u0000nul\u001b[2J",
    "${summary} {{context.patientId}} %s {0}",
    "a" * 5000,
)
# Words of hostile text, however they were escaped.
OF_HOSTILE = re.compile(r"script|alert|evil|click|<|\\[\[!]")
# Control and direction marks, and what no card of ours says.
RAW = re.compile(
    r"evil\.example|javascript:"
    r"|[\u0000-\u0009\u000b-\u001f\u007f\u2028-\u202e\u2066-\u2069]"
)
SECRETS: Json = {
    "name": [{"family": CANARY, "given": [CANARY], "text": CANARY}],
    "identifier": [{"system": "urn:example", "value": CANARY}],
    "telecom": [{"system": "phone", "value": CANARY}],
    "address": [{"line": [CANARY], "city": CANARY}],
    "text": {"status": "generated", "div": f"<div>{CANARY}</div>"},
    "note": [{"text": CANARY}],
    "extension": [{"url": f"urn:{CANARY}", "valueString": CANARY}],
    "performer": [{"reference": f"Practitioner/{CANARY}", "display": CANARY}],
    "requester": {"reference": f"Practitioner/{CANARY}", "display": CANARY},
    "dosageInstruction": [{"text": CANARY, "patientInstruction": CANARY}],
    CANARY: {CANARY: [CANARY]},
}
OF_THE_ENVELOPE: Json = {
    "hookInstance": CANARY,
    "extension": {CANARY: CANARY},
    "fhirServer": f"https://{CANARY}.example/fhir",
    "fhirAuthorization": {"access_token": CANARY, "scope": CANARY, "subject": CANARY},
    CANARY: CANARY,
}
OF_THE_CONTEXT: Json = {"encounterId": CANARY, CANARY: CANARY}


def plant(body: object, random: Random) -> None:
    """Put the canary into the envelope, the context and some resources, as they now are."""
    if not isinstance(body, dict):
        return
    _some(body, OF_THE_ENVELOPE, random)
    if isinstance(body.get("context"), dict):
        _some(body["context"], OF_THE_CONTEXT, random)
    if isinstance(body.get("prefetch"), dict) and random.random() < 0.3:
        body["prefetch"][CANARY] = {"resourceType": "Patient", "id": CANARY}
    for resource in resources(body):
        if random.random() < 0.3:
            _some(resource, SECRETS, random)


def mark(value: Any, share: float, random: Random) -> Any:
    """A copy with ZZPHI in a share of all its words: what quotes any of them can be seen."""
    if isinstance(value, str):
        return f"{value}{OF_A_RECORD}" if random.random() < share else value
    if isinstance(value, list):
        return [mark(item, share, random) for item in value]
    if isinstance(value, dict):
        return {name: mark(item, share, random) for name, item in value.items()}
    return value


def _some(place: Json, secrets: Json, random: Random) -> None:
    for name in random.sample(list(secrets), 2):
        place[name] = secrets[name]


def resources(body: Json) -> Iterator[Json]:
    """The resources of the drafts and of every prefetch key, where they can be made out."""
    sent = list(body["prefetch"].values()) if isinstance(body.get("prefetch"), dict) else []
    if isinstance(body.get("context"), dict):
        sent.append(body["context"].get("draftOrders"))
    for value in sent:
        if isinstance(value, dict):
            yield from _held(value)


def _held(value: Json) -> Iterator[Json]:
    if value.get("resourceType") != "Bundle":
        yield value
        return
    for entry in value["entry"] if isinstance(value.get("entry"), list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def leaks(said: str, error: bytes) -> Iterator[str]:
    """What of a record is in the log, the streams or an error body."""
    if OF_A_RECORD in said:
        yield "in what was logged or printed"
    if OF_A_RECORD.encode() in error:
        yield "in the body of an error"


def leaks_of_memory(app: Flask) -> Iterator[str]:
    """What of a record is in the metrics, or in a table but that of codes not recognised."""
    if OF_A_RECORD in metrics.exposition().decode():
        yield "in the metrics"
    memory: Memory = app.extensions["hpp-cds.memory"]
    memory.close()
    for table in METADATA.sorted_tables:
        with memory.store.begin() as connection:
            rows = str(connection.execute(table.select()).all())
        if table is not UNMAPPED and OF_A_RECORD in rows:
            yield f"in the table {table.name}"


def leaks_of_cards(raw: bytes, cards: list[Json]) -> Iterator[str]:
    """What a card repeats that it must not, or shows as it came."""
    if CANARY.encode() in raw:
        yield "in an answer"
    for text in words(cards):
        if found := RAW.search(text):
            yield f"hostile text on a card: {found[0]!r}"
        elif OF_HOSTILE.search(text) and (more := active(text)):
            yield f"hostile text on a card is more than words: {sorted(more)}"


def words(value: Any) -> Iterator[str]:
    """Every string at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from words(item)
