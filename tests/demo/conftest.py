"""The service as `serve` runs it, with its demo record, on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from service.app import create_app
from service.settings import Settings
from tests.conftest import TODAY
from tests.listening import listening


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """`http://127.0.0.1:PORT`: the service asks its own record over HTTP."""
    server = make_server("127.0.0.1", 0, create_app(Settings(), today=lambda: TODAY), threaded=True)
    with listening(server) as address:
        yield address


@pytest.fixture(scope="session")
def strict(origin: str) -> Iterator[str]:
    """The service, and a FHIR server that refuses all but its statement: `ORIGIN BASE`.

    `BASE/DSTU2` and `BASE/STU3` say of themselves what their path says.
    """
    app = Flask("strict", static_folder=None)
    versions = {"DSTU2": "1.0.2", "STU3": "3.0.1"}

    @app.get("/<release>/metadata")
    def metadata(release: str) -> dict[str, str]:
        return {"resourceType": "CapabilityStatement", "fhirVersion": versions[release]}

    server = make_server("127.0.0.1", 0, app, threaded=True)
    with listening(server) as address:
        yield f"{origin} {address}"
