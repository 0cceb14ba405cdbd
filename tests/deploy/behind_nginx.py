"""gunicorn behind the shipped nginx.conf, as a caller meets it."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_fixtures import stories
from service.hooks.edge import EVERYWHERE, ONE_YEAR
from tests.deploy.processes import Answer, Running, ask, read_all, send
from tests.deploy.proxy import Proxy

STORY = stories()["persistently-low-adult"].request


@dataclass(frozen=True)
class Edge:
    """nginx and the gunicorn behind it."""

    proxy: Proxy
    running: Running
    bare: int

    def ask(self, path: str = "/healthz", body: object = None, **headers: str) -> Answer:
        return ask(self.proxy.port, path, body, self.proxy.tls, **headers)

    def send(self, data: str | bytes) -> bytes:
        raw = data.encode("latin-1") if isinstance(data, str) else data
        return read_all(send(self.proxy.port, raw, self.proxy.tls))


def is_outcome(answer: Answer) -> bool:
    return (
        answer.headers["content-type"] == "application/json"
        and answer.json["resourceType"] == "OperationOutcome"
        and {name.lower(): value for name, value in (EVERYWHERE | ONE_YEAR).items()}.items()
        <= answer.headers.items()
    )
