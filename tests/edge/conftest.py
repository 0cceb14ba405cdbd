"""The service as a browser and a site meet it, and behind a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.server.waitress_server import Server, bind
from service.settings import Settings
from tests.fhir.build import TODAY


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(today=lambda: TODAY).test_client()


@pytest.fixture(scope="module")
def production() -> FlaskClient:
    return create_app(Settings(mode="production"), today=lambda: TODAY).test_client()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The application behind waitress, with the limits that `serve` gives it."""
    app = create_app(today=lambda: TODAY)
    server = Server(app, bind("127.0.0.1", 0), threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.stop()
    thread.join(5)
