"""The service as `serve` runs it, with its demo record, on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from werkzeug.serving import make_server

from service.app import create_app
from service.settings import Settings
from tests.conftest import TODAY


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """`http://127.0.0.1:PORT`: the service asks its own record over HTTP."""
    server = make_server("127.0.0.1", 0, create_app(Settings(), today=lambda: TODAY), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()
