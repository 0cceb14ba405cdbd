"""A FHIR server with a bed for each patient story: it serves that story, well or badly.

The first segment of a path names the bed, so each story has a base of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import unquote

import orjson

from tests.faults.server import FaultServer, Play, Seen, Talk
from tests.fhir.build import outcome

Json = dict[str, Any]
Fault = Callable[[Talk, Json], bool]
ALP_CODE = "6768-6"
KEYS = {
    "Patient": "patient",
    "MedicationRequest": "medications",
    "MedicationOrder": "medications",
    "Condition": "conditions",
    "Procedure": "procedures",
    "Encounter": "encounters",
    "MedicationAdministration": "administrations",
}


def asked_for(target: str) -> str:
    """The prefetch key that a request is about, else what follows the base."""
    path, _, query = unquote(target).partition("?")
    inner = path.split("/", 2)[2]
    kind = inner.split("/")[0]
    if kind == "Observation":
        return "alp" if ALP_CODE in query else "labs"
    return KEYS.get(kind, inner)


@dataclass
class Bed:
    """What one base serves.

    held: by prefetch key, or by path (`Medication/1`).  faults: how a key is answered instead.
    seen: every request, in order.
    """

    held: Mapping[str, Any]
    faults: Mapping[str, Fault] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def play(self, talk: Talk) -> bool:
        self.seen.append(talk.seen)
        key = asked_for(talk.seen.target)
        body = self.held.get(key)
        fault = self.faults.get(key)
        if fault is not None:
            return fault(talk, body if isinstance(body, dict) else {"resourceType": "Bundle"})
        if body is None:
            return talk.answer(orjson.dumps(NOT_FOUND), 404)
        return talk.answer(orjson.dumps(body))


NOT_FOUND = outcome(code="not-found")


class Ward:
    """The server with its beds, and what was asked at each."""

    def __init__(self) -> None:
        self._plays: dict[str, Play] = {}
        self._beds: dict[str, Bed] = {}
        self.server = FaultServer(self._plays)

    def __enter__(self) -> Ward:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.server.close()

    def lay(self, name: str, bed: Bed) -> str:
        """Give this bed to a name; its base."""
        self._beds[name], self._plays[name] = bed, bed.play
        return self.base(name)

    def base(self, name: str) -> str:
        return f"{self.server.origin}/{name}"

    def asked(self, name: str) -> list[str]:
        """The keys and paths asked for at a bed, in order."""
        return [asked_for(seen.target) for seen in self._beds[name].seen]

    def targets(self, name: str) -> list[str]:
        return [unquote(seen.target) for seen in self._beds[name].seen]

    def tokens(self, name: str) -> set[str]:
        """The Authorization headers sent to a bed; none is an empty text."""
        return {seen.headers.get("authorization", "") for seen in self._beds[name].seen}
