"""The requests that damage starts from: stories in every release, captures, and drawn ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from fhir_fixtures import stories
from service.demo.translate import RELEASES, in_release
from service.evaluation.services import BY_ID
from tests.edge.test_captures import CAPTURED_ON, capture
from tests.fhir.build import TODAY
from tests.fuzz.strategies import BASES, Drawn, requests

CAPTURES = ("patient-view", "order-select", "order-select-no-drug-yet", "order-sign")


@dataclass(frozen=True, slots=True)
class Base:
    """A request before any damage, and the day it is judged on."""

    path: str
    raw: bytes
    day: date
    hook: str
    release: str

    @classmethod
    def of(cls, item: Drawn) -> Base:
        return cls(item.path, json.dumps(item.body).encode(), TODAY, item.hook, item.release)


@cache
def written() -> tuple[Base, ...]:
    """What does not change from run to run."""
    told = [
        Base(
            f"{BASES[release]}/cds-services/{story.service}",
            json.dumps(in_release(story.request, release)).encode(),
            story.today,
            BY_ID[story.service].hook,
            release,
        )
        for story in stories().values()
        for release in RELEASES
    ]
    return (*told, *(_captured(name) for name in CAPTURES))


def _captured(name: str) -> Base:
    sent = capture(name)
    path, body = sent["path"].replace("/stub-", "/hpp-"), sent["body"]
    return Base(path, json.dumps(body).encode(), CAPTURED_ON, body["hook"], "R4")


def drawn(count: int, seed: int) -> list[Base]:
    """As many new ones by a seed; the same seed draws the same."""
    found: list[Drawn] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def keep(item: Drawn) -> None:
        found.append(item)

    keep()
    return [Base.of(item) for item in found]
