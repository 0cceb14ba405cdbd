"""What the servers say themselves, before the application is asked: JSON, and no name of theirs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.processes import SIGN, ask, gunicorn, read_all, send, serve

POST = f"POST {SIGN} HTTP/1.1\r\nHost: localhost\r\n".encode()
REFUSED = {
    "300 kB of header": (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 300_000 + b"\r\n\r\n", 431),
    "a control character": (b"GET / HTTP/1.1\r\nHost : x\x00\r\n\r\n", 400),
    "a length that is none": (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", 400),
    "a chunk that is not sized": (
        POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "an unknown coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
}


@pytest.fixture(scope="module", params=["waitress", "gunicorn"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "gunicorn" and sys.platform == "win32":
        pytest.skip("gunicorn needs fork")
    running, port = (serve if request.param == "waitress" else gunicorn)(folder)
    yield port
    running.stop()


@pytest.mark.hazard("O8")
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_an_outcome_and_quotes_nothing(port: int, name: str) -> None:
    data, status = REFUSED[name]
    head, _, body = read_all(send(port, data)).partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")

    assert status == int(first.split()[1])
    assert json.loads(body)["resourceType"] == "OperationOutcome"
    assert "Content-Type: application/json" in headers
    assert "X-Content-Type-Options: nosniff" in headers
    assert not [line for line in headers if line.lower().startswith(("server:", "via:"))]
    assert not [word for word in (b"waitress", b"gunicorn", b"server", b"<") if word in body]


@pytest.mark.hazard("O9")
@pytest.mark.parametrize("path", ["/cds-services", "/nowhere"])
def test_an_answer_names_no_server(port: int, path: str) -> None:
    answer = ask(port, path)

    assert not {"server", "via", "x-powered-by"} & set(answer.headers)


def test_headers_of_many_kinds_within_the_limits_are_read(port: int) -> None:
    assert ask(port, "/healthz", Authorization="Bearer " + "a" * 15_000).status == 200
