"""JSON that means the same to every reader, or an error that names the place.

A gateway, an EHR and this service must not read one body differently.  orjson refuses most of
what readers differ about: NaN, numbers beyond a double, lone surrogates, a byte order mark,
other encodings.  Of two members of one name it keeps the last and says nothing; that is seen
by writing the value again, which is several times cheaper than reading with a hook.

Members are counted in the bytes, before there are objects: 4 MB of empty containers would
take a hundred times their size.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

# What a pointer may show: members of CDS Hooks, FHIR and JOSE.  A caller can make any other name
# out of a patient's data, so it is shown as `*`.
_KNOWN_NAMES = frozenset((
    "abatementDateTime", "access_token", "active", "administrations", "age", "alg", "alp",
    "authoredOn", "birthDate",
    "category", "clinicalStatus", "code", "coding", "comparator", "component", "concept",
    "conditions", "contained", "context", "crv", "dateWritten", "display", "dosageInstruction",
    "doseAndRate", "doseQuantity", "draftOrders", "e", "effectiveDateTime", "effectiveInstant",
    "effectivePeriod", "encounter", "encounterId", "encounters", "end", "entry", "expires_in",
    "extension",
    "fhirAuthorization", "fhirServer", "fullUrl", "gender", "high", "hook", "hookInstance", "id",
    "identifier", "intent", "interpretation", "issue", "issued", "keys", "kid", "kty", "labs",
    "link", "low", "medication", "medicationCodeableConcept", "medicationReference",
    "medications", "meta", "mode", "n", "name", "note", "occurrenceDateTime", "onsetAge",
    "onsetDateTime", "patient", "patientId", "performedDateTime", "performedPeriod", "performer",
    "period", "prefetch", "procedures", "recordedDate", "reference", "referenceRange", "relation",
    "repeat", "requester", "resource", "resourceType", "scope", "search", "selections",
    "specimen", "start", "status", "subject", "system", "text", "timing", "token_type", "total",
    "type", "unit", "url", "use", "userId", "value", "valueBoolean", "valueCodeableConcept",
    "valueQuantity", "valueString", "verificationStatus", "version", "x", "y",
))  # fmt: skip
MOST_MEMBERS = 100_000
_OPEN_TO_COMMA = bytes.maketrans(b"{[", b",,")  # what stands before a member, all as one mark
# What stands before one member, with all before it that is none: strings, what lies between, and
# containers that hold nothing.  A string without an end reaches to the last byte, so that no byte
# is looked at twice; the end of all is a match as well, so that none begins inside a string.
_BEFORE_A_MEMBER = re.compile(
    rb'(?:"(?:[^"\\]++|\\.)*+"?|[^",{\[]++|[{\[](?=[ \t\r\n]*+[}\]]))*+([,{\[]|\Z)', re.DOTALL
)


class BadJson(ValueError):
    """What is wrong and where (a JSON pointer), without any value of the text."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.message, self.pointer = message, pointer


def load(raw: bytes) -> Any:
    """Read JSON of at most MOST_MEMBERS.  Raises BadJson; nothing else, whatever the bytes are."""
    if _may_exceed(raw) and _exceeds(raw):
        raise BadJson(f"has more than {MOST_MEMBERS} members")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _explained(raw) or BadJson(f"is not JSON (byte {error.pos})") from None
    try:
        again = orjson.dumps(value)
    except TypeError:  # deeper than orjson writes: 254 levels
        raise BadJson("is nested too deep") from None
    if again != raw and _colons(raw) != _colons(again):
        fault = _explained(raw)
        if fault is not None:
            raise fault
    return value


def most_members(raw: bytes) -> int:
    """A cheap upper bound of its members: each is behind a comma or opens a container."""
    return raw.translate(_OPEN_TO_COMMA).count(b",")


def _may_exceed(raw: bytes) -> bool:
    """Each takes two bytes."""
    return len(raw) > 2 * MOST_MEMBERS and most_members(raw) > MOST_MEMBERS


def _exceeds(raw: bytes) -> bool:
    """Whether there are more members of objects and elements of arrays, JSON or not."""
    beyond = next(islice(_BEFORE_A_MEMBER.finditer(raw), MOST_MEMBERS, None), None)
    return beyond is not None and bool(beyond[1])


def _colons(raw: bytes) -> int:
    """How many it has, escaped or not; a value that was written again has as many, unless a member
    was lost: each has a colon, and those inside strings are the same in both."""
    count = raw.count(b":")
    if b"\\u003" in raw:
        escapes = raw.replace(rb"\\", b"")  # a backslash is none of a colon
        count += escapes.count(rb"\u003a") + escapes.count(rb"\u003A")
    return count


class _Fault(str):
    """Stands in a value for what is wrong there; `name`: the member of that object."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, message: str, name: str = "") -> _Fault:
        made = super().__new__(cls, message)
        made.name = name
        return made


def _explained(raw: bytes) -> BadJson | None:
    """Read slowly, keeping what is wrong; None where nothing is, or it is no JSON at all."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=lambda _: _Fault("is not a JSON number"),
            parse_float=_finite,
            parse_int=_finite,
        )
    except RecursionError:
        return BadJson("is nested too deep")
    except ValueError:
        return None
    return next((BadJson(message, pointer) for pointer, message in _faults(value)), None)


def _members(pairs: list[tuple[str, Any]]) -> Any:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return _Fault("is given twice", twice)


def _finite(written: str) -> object:
    return 0 if math.isfinite(float(written)) else _Fault("is a number too large to read")


Place = tuple["Place", object] | None  # the steps from the top, the last one first


def _faults(value: object) -> Iterator[tuple[str, str]]:
    """(pointer, what is wrong) of everything that was marked, or cannot be written as UTF-8.

    A pointer is written for what is wrong only: one for each element would take memory by depth.
    """
    waiting: list[tuple[Place, object]] = [(None, value)]
    while waiting:
        place, item = waiting.pop()
        if isinstance(item, _Fault):
            yield _pointer((place, item.name) if item.name else place), str(item)
        elif isinstance(item, str):
            if not _is_text(item):
                yield _pointer(place), "has a lone surrogate"
        elif isinstance(item, dict):
            if not all(map(_is_text, item)):
                yield _pointer(place), "has a lone surrogate in a name"
            waiting += [((place, n), i) for n, i in item.items() if isinstance(i, _WALKED)]
        elif isinstance(item, list):
            waiting += [((place, n), i) for n, i in enumerate(item) if isinstance(i, _WALKED)]


_WALKED = (dict, list, str)


def _pointer(place: Place) -> str:
    steps = []
    while place is not None:
        place, step = place
        steps.append(_shown(step) if isinstance(step, str) else str(step))
    return "".join(f"/{step}" for step in reversed(steps))


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    """A member's name where it is one of a standard; anything else might be data."""
    return name if name in _KNOWN_NAMES else "*"
