"""Cheap damage to a request at the level of JSON values: anything at any place, by one seed.

A place is reached by walking down at random, so that a change costs the depth of the place
and not the size of the body.  Most walks start at a resource: damage to the few members above
them is refused at once, and shows nothing more.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.canary import HOSTILE, resources

Container = dict[str, Any] | list[Any]
Change = Callable[[Container, Any, Random, Any], None]

DATES = (
    "0001", "9999", "0000-01-01", "9999-12-31", "0001-01-01", "2024-02-30", "2024-13-01", "1990",
    "1990-05", "2024-W01-1", "20240101", "5/18/2016 10:33:22 PM", "2025-06-01T10:00",
    "2025-06-01T10:00:60Z", "2025-06-01T24:00:00Z", "2025-06-01T10:00:00+99:00",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2025-06-01T10:00:00.123456789Z",
    "２０２５-06-01", "2025-06-01 ", "-2025-06-01", "tomorrow", "",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 28, 3.5, 0.1, -0.0, 1e308, -1e308, 1e-300, 2.2222222222222e34,
    5e-324, 2**53 + 1, 2**63, 2**64 - 1, -(2**63), 28.000000000000004, 123456789012345678,
    "28", "1_000", "１２", "٣", " 5 ", "nan", "1e5",
    "<20", ">=", "0-2", "+5", "5.", ".5", "-28", "9" * 400,
)  # fmt: skip
SHAPES = (
    None, True, False, "", " ", "x", [], [[]], [None], ["x"], [1], {}, {"x": 1}, {"reference": "#"},
    {"reference": "Patient/ZZPHI-other"}, {"reference": "urn:uuid:x"}, {"coding": "x"},
    {"coding": [None, 1, "x", {}]}, {"coding": {"code": 1}}, {"coding": [], "text": None},
    {"start": "0001-01-01", "end": "9999-12-31"}, {"value": None}, {"value": "28", "unit": 7},
    {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal", "code": "x"}]},
    {"resourceType": "Bundle", "total": 1}, {"resourceType": "Bundle", "entry": {}},
    {"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://evil.example/"}]},
    {"resourceType": 7}, {"resourceType": "Patient"}, "#", "#x", "Patient/", "Patient/ZZPHI-other",
    "https://evil.example/Patient/ZZPHI-1", "entered-in-error", "preliminary", "unknown",
)  # fmt: skip
NAMES = (
    "resourceType", "id", "status", "subject", "patient", "code", "coding", "system", "text",
    "value", "unit", "comparator", "valueString", "valueQuantity", "component", "referenceRange",
    "contained", "modifierExtension", "implicitRules", "effectiveDateTime", "entry",
    "resource", "_status", "",
)  # fmt: skip
FACTS = (
    "valueQuantity", "valueQuantity", "valueString", "effectiveDateTime", "issued", "status",
    "code", "birthDate", "authoredOn", "dateWritten", "onsetDateTime", "performedDateTime",
    "subject", "medicationCodeableConcept", "clinicalStatus", "referenceRange",
)  # fmt: skip


def mutate(body: Any, random: Random, other: Any) -> None:
    """One change at one place.  other: another request, from which parts are borrowed."""
    if random.random() < 0.3:
        holder, step = a_fact(body, random)
    else:
        holder, step = somewhere(body, random)
    if holder is not None:
        fitting(holder[step], random)(holder, step, random, other)


def somewhere(body: Any, random: Random) -> tuple[Any, Any]:
    """A container and a step into it, at any depth; (None, None) where there is no place."""
    value, holder, step = start(body, random), None, None
    while isinstance(value, dict | list) and value and (holder is None or random.random() < 0.9):
        holder = value
        step = (
            random.choice(list(value)) if isinstance(value, dict) else random.randrange(len(value))
        )
        value = value[step]
    return holder, step


def a_fact(body: Any, random: Random) -> tuple[Any, Any]:
    """A member that the judgement rests on: a value, its unit, a date, a code."""
    found = list(resources(body)) if isinstance(body, dict) else []
    resource = random.choice(found) if found else {}
    names = [name for name in FACTS if name in resource]
    if not names:
        return somewhere(body, random)
    name = random.choice(names)
    inner = resource[name]
    return (
        (inner, random.choice(list(inner)))
        if isinstance(inner, dict) and inner
        else (resource, name)
    )


def fitting(value: Any, random: Random) -> Change:
    """A number becomes another number, a date another date, words hostile ones; often, at least."""
    if random.random() < 0.5:
        if isinstance(value, int | float):
            return _swap_number
        if isinstance(value, str):
            return _swap_date if value[:4].isdigit() else _swap_text
    return random.choice(CHANGES)


def start(body: Any, random: Random) -> Any:
    """Where a walk begins: at a resource, at what a prefetch key holds, or at the top."""
    chance = random.random()
    if not isinstance(body, dict) or chance < 0.08:
        return body
    if chance < 0.2:
        return body.get("prefetch")
    found = list(resources(body))
    return random.choice(found) if found else body


def _lose(holder: Any, step: Any, random: Random, other: Any) -> None:
    del holder[step]


def _wrap(holder: Any, step: Any, random: Random, other: Any) -> None:
    holder[step] = [holder[step]]


def _unwrap(holder: Any, step: Any, random: Random, other: Any) -> None:
    value = holder[step]
    if isinstance(value, list) and value:
        holder[step] = value[0]


def _double(holder: Any, step: Any, random: Random, other: Any) -> None:
    """An array gets an item twice; an object a member under another name."""
    again = copy.deepcopy(holder[step])
    if isinstance(holder, list):
        holder.insert(step, again)
    else:
        holder[random.choice(NAMES)] = again


def _rename(holder: Any, step: Any, random: Random, other: Any) -> None:
    if isinstance(holder, dict):
        holder[random.choice(NAMES)] = holder.pop(step)


def _shuffle(holder: Any, step: Any, random: Random, other: Any) -> None:
    if isinstance(holder[step], list):
        random.shuffle(holder[step])


def _borrow(holder: Any, step: Any, random: Random, other: Any) -> None:
    """Something of another request: of the same name where there is one."""
    source, there = somewhere(other, random)
    if source is not None:
        same = isinstance(source, dict) and step in source
        holder[step] = copy.deepcopy(source[step if same else there])


def _swap_shape(holder: Any, step: Any, random: Random, other: Any) -> None:
    holder[step] = copy.deepcopy(random.choice(SHAPES))


def _swap_number(holder: Any, step: Any, random: Random, other: Any) -> None:
    """Near the old number, or none that a laboratory ever reported."""
    value = holder[step]
    if isinstance(value, int | float) and not isinstance(value, bool) and random.random() < 0.7:
        scaled = value * 10.0 ** random.randint(-40, 40)
        holder[step] = random.choice(
            (-value, value * 10, value / 10, value - 9, scaled, str(value))
        )
    else:
        holder[step] = random.choice(NUMBERS)


def _swap_date(holder: Any, step: Any, random: Random, other: Any) -> None:
    """Shorter, another, or none."""
    value = holder[step]
    if isinstance(value, str) and value[:4].isdigit() and random.random() < 0.5:
        holder[step] = random.choice((value[:4], value[:7], value[:10], value + "Z", value[1:]))
    else:
        holder[step] = random.choice(DATES)


def _swap_text(holder: Any, step: Any, random: Random, other: Any) -> None:
    """Hostile words, alone or in the middle of the old ones."""
    value, words = holder[step], random.choice(HOSTILE)
    if isinstance(value, str) and random.random() < 0.5:
        at = random.randint(0, len(value))
        holder[step] = value[:at] + words + value[at:]
    else:
        holder[step] = words


CHANGES: tuple[Change, ...] = (
    _lose, _lose, _wrap, _unwrap, _double, _rename, _shuffle, _borrow, _borrow, _swap_shape,
    _swap_shape, _swap_number, _swap_number, _swap_date, _swap_date, _swap_text, _swap_text,
)  # fmt: skip
