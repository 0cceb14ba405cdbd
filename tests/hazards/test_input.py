"""Table 1C: amounts, keys and framing of what comes in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from tests.edge.calls import SIGN, exchange, head, is_outcome
from tests.edge.conftest import port  # noqa: F401  a fixture
from tests.fhir.ask import answer, said
from tests.fhir.build import TODAY, alp, bundle, request
from tests.hazards.log import ROOT


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(today=lambda: TODAY).test_client()


@pytest.mark.hazard("C7")
def test_every_result_of_a_long_record_is_judged() -> None:
    """There is no limit below that of the body which would hide a result: here 3,000 days."""
    days = [(TODAY - timedelta(days=n + 1)).isoformat() for n in range(3000)]
    normal = [alp(60, day) for day in days[:-1]]
    given = answer(request(alp=bundle(*normal, alp(20, days[-1]))))

    assert given.chart is not None
    assert len(given.chart.results) == 3000
    assert said(given)["gaps"] == []


@pytest.mark.hazard("C8")
def test_very_many_keys_in_one_object_are_400(client: FlaskClient) -> None:
    answer = client.post(SIGN, json=request(members={"more": {f"k{n}": 1 for n in range(200_000)}}))

    assert answer.status_code == 400
    assert is_outcome(answer)


@pytest.mark.hazard("C8")
def test_nothing_of_the_image_fixes_how_keys_are_hashed() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"}
    asked = [sys.executable, "-c", "import service.app; print(hash('patientId'))"]
    seen = {
        subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, check=True).stdout
        for _ in range(2)
    }

    assert len(seen) == 2
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    # a step of the build may, which leaves nothing behind but what it wrote
    left = [line for line in lines if not line.startswith("RUN PYTHONHASHSEED=0 ")]
    assert not any("PYTHONHASHSEED" in line for line in left)


@pytest.mark.hazard("C3")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000])
def test_what_is_no_number_never_reaches_the_rule(number: str, client: FlaskClient) -> None:
    raw = json.dumps(request(alp=bundle(alp("NUMBER")))).replace('"NUMBER"', number)
    answer = client.post(SIGN, data=raw, content_type="application/json")

    assert answer.status_code == 400
    assert is_outcome(answer)


@pytest.mark.hazard("C4")
@pytest.mark.parametrize(
    "member", ["patientId", "draftOrders", "hook", "prefetch", "value", "status"]
)
def test_a_member_that_stands_twice_is_400_wherever_it_is(member: str, client: FlaskClient) -> None:
    """The last one is right, so that only the repetition is wrong."""
    raw = json.dumps(request())
    answer = client.post(
        SIGN, data=raw.replace(f'"{member}":', f'"{member}": null, "{member}":', 1),
        content_type="application/json",
    )  # fmt: skip

    assert client.post(SIGN, data=raw, content_type="application/json").status_code == 200
    assert answer.status_code == 400
    assert is_outcome(answer)


CHUNKED = {"Content_Type": "application/json", "Transfer_Encoding": "chunked"}
SIZED = b"POST %b HTTP/1.1\r\nHost: localhost\r\n%b\r\n\r\n{}"
AMBIGUOUS = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 7",
    "one length twice": b"Content-Length: 2\r\nContent-Length: 2",
    "a length with a sign": b"Content-Length: +2",
    "a negative length": b"Content-Length: -2",
    "a length with an underscore": b"Content-Length: 0_2",
    "a length in hexadecimal": b"Content-Length: 0x2",
    "a length and more": b"Content-Length: 2x",
    "an unknown coding": b"Transfer-Encoding: x",
    "a blank before the colon": b"Transfer-Encoding : chunked",
    "a control before the coding": b"Transfer-Encoding: \x0bchunked",
    "a name with a blank": b"Content Length: 2",
    "a NUL": b"X-More: a\x00b\r\nContent-Length: 2",
    "a line without a colon": b"Content-Length\r\nContent-Length: 2",
}


@pytest.mark.hazard("C11")
@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_whose_end_is_not_certain_is_refused(name: str, port: int) -> None:  # noqa: F811
    """Also what follows on the same connection is not answered."""
    lines = SIZED % (SIGN.encode(), AMBIGUOUS[name])
    status, body = exchange(port, lines, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert status in (400, 501)
    assert b"alive" not in body


@pytest.mark.hazard("C11")
@pytest.mark.parametrize("size", [b"+2", b"-2", b"0x2", b"2_0", b"", b"2 2"])
def test_a_chunk_whose_size_is_no_number_is_refused(size: bytes, port: int) -> None:  # noqa: F811
    status, body = exchange(port, head(**CHUNKED), size + b"\r\n{}\r\n0\r\n\r\n")

    assert status == 400
    assert b"cards" not in body
