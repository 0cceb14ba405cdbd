"""A patient whose ALP is on a FHIR server that takes its time; nginx before gunicorn."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import orjson
import pytest

from tests.answers.asking import PATIENTS, request_of
from tests.answers.ward import Bed, Ward
from tests.deploy.behind_nginx import Edge
from tests.deploy.processes import Answer, gunicorn
from tests.deploy.proxy import Proxy
from tests.faults.server import Talk

SECONDS = 1.0


class Slow:
    """The request to send, and whether the FHIR server has been asked."""

    def __init__(self, ward: Ward) -> None:
        patient = PATIENTS["persistently-low-adult"]
        self.asked = Event()
        base = ward.lay("slow", Bed(patient.prefetch, {"alp": self._answer_late}))
        self.request: dict[str, Any] = request_of(patient, base, "alp")

    def _answer_late(self, talk: Talk, body: dict[str, Any]) -> bool:
        self.asked.set()
        talk.pause(SECONDS)
        return talk.answer(orjson.dumps(body))


def is_whole(answer: Answer) -> bool:
    """The ALP came in time, and all of the answer that stands on it."""
    said = answer.json["extension"]["org.hpp-cds.evaluation"]
    return answer.status == 200 and bool(answer.json["cards"]) and said["gaps"] == []


@pytest.fixture
def slow() -> Iterator[Slow]:
    with Ward() as ward:
        yield Slow(ward)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("edge")
    running, bare = gunicorn(folder)
    with Proxy(folder, upstream=bare) as proxy:
        yield Edge(proxy, running, bare)
    running.stop()
