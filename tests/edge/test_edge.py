"""What every answer has in common: headers, exact origins, trusted hosts, no banner."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.hooks.messages import MAX_BODY_BYTES
from service.settings import Settings
from tests.faults.server import FaultServer
from tests.fhir.build import TODAY, request
from tests.trust.callers import SIGN, Caller, client_of, site

GOOD, PAGE = "https://ehr.example.org", "https://ehr.example.org:8443"
PUBLIC = "https://cds.example.org"
HERE = {"Host": "cds.example.org"}
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture(scope="module")
def production() -> FlaskClient:
    client = client_of(cors_origins=(GOOD, PAGE))
    return create_app(site(client, mode="production", public_base_url=PUBLIC)).test_client()


ROUTES = [
    ("GET", "/cds-services", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("POST", SIGN, 401),
    ("POST", f"{SIGN}/feedback", 401),
    ("GET", SIGN, 405),
    ("POST", "/cds-services/none", 404),
    ("GET", "/", 404),
    ("GET", "/console", 404),
    ("GET", "/page/app.js", 404),
    ("POST", f"{SIGN}?access_token=x", 400),
]


@pytest.mark.hazard("W1", "O9")
@pytest.mark.parametrize(("method", "path", "status"), ROUTES)
def test_every_answer_has_the_headers_and_no_banner(
    production: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = production.open(path, method=method, headers=HERE)

    assert status == answer.status_code
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "Server" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_without_tls_nobody_is_told_to_use_it() -> None:
    assert "Strict-Transport-Security" not in create_app().test_client().get("/healthz").headers


@pytest.mark.hazard("W4")
@pytest.mark.parametrize("origin", [GOOD, PAGE])
@pytest.mark.parametrize(("method", "path", "status"), ROUTES)
def test_a_listed_origin_may_read_every_answer(
    production: FlaskClient, origin: str, method: str, path: str, status: int
) -> None:
    answer = production.open(path, method=method, headers={**HERE, "Origin": origin})

    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.hazard("W4")
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{GOOD}.evil.example", GOOD.replace("https", "http"),
     GOOD.upper(), f"{GOOD}:443", f"{GOOD}/", ""],
)  # fmt: skip
def test_any_other_origin_may_read_none(production: FlaskClient, origin: str) -> None:
    for method, path, _ in ROUTES:
        answer = production.open(path, method=method, headers={**HERE, "Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.hazard("W4")
@pytest.mark.parametrize("path", ["/cds-services", SIGN, f"{SIGN}/feedback"])
def test_a_preflight_needs_no_token(production: FlaskClient, path: str) -> None:
    asked = {**HERE, "Origin": GOOD, "Access-Control-Request-Method": "POST"}
    answer = production.options(path, headers=asked)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == GOOD
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_where_clients_are_configured_development_mode_lists_origins_too() -> None:
    client = create_app(site(client_of(cors_origins=(GOOD,)))).test_client()
    stranger = client.get("/cds-services", headers={"Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in stranger.headers


@pytest.mark.hazard("A11")
@pytest.mark.parametrize(
    "host", ["evil.example", "cds.example.org.evil.example", "169.254.169.254"]
)
def test_another_host_name_is_400_and_says_nothing(production: FlaskClient, host: str) -> None:
    answer = production.get("/cds-services", headers={"Host": host})

    assert answer.status_code == 400
    assert answer.get_json()["resourceType"] == "OperationOutcome"
    assert host.encode() not in answer.data


@pytest.mark.parametrize("host", ["cds.example.org", "cds.example.org:443", "127.0.0.1:5000"])
def test_the_public_name_and_loopback_are_good_hosts(production: FlaskClient, host: str) -> None:
    assert production.get("/cds-services", headers={"Host": host}).status_code == 200


@pytest.mark.hazard("W11")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_come_by_any_name(production: FlaskClient, path: str) -> None:
    assert production.get(path, headers={"Host": "10.1.2.3:5000"}).status_code == 200


@pytest.mark.hazard("W11")
def test_readiness_says_whether_anybody_can_be_let_in(production: FlaskClient) -> None:
    checks = production.get("/readyz").get_json()["checks"]

    assert {"name": "callers", "ok": True, "detail": "1 of 1 key sets can be used"} in checks
    assert {"name": "store", "ok": True, "detail": "answers"} in checks


@pytest.mark.hazard("W11")
def test_a_service_that_can_verify_nobody_is_not_ready() -> None:
    down = client_of(jwks="http://127.0.0.1:1/keys")
    answer = create_app(site(down)).test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["status"] == "not-ready"


@pytest.mark.hazard("W2")
def test_production_has_no_page_and_no_debugger(production: FlaskClient) -> None:
    application = create_app(Settings(mode="production"))

    assert not application.debug
    assert not application.testing
    assert production.get("/", headers=HERE).status_code == 404


# Where anyone may call


@pytest.mark.hazard("W4")
@pytest.mark.parametrize(
    ("origin", "may"),
    [("https://sandbox.cds-hooks.org", True), ("http://localhost:8080", True),
     ("http://127.0.0.1:8080", True), ("http://[::1]:8080", True),
     ("https://evil.example", False), ("https://sandbox.cds-hooks.org.evil.example", False),
     ("http://localhost.evil.example", False), ("null", False), ("http://[", False)],
)  # fmt: skip
def test_without_clients_only_sandboxes_may_read(origin: str, may: bool) -> None:
    """Any site that a developer visits could else have a local FHIR server asked."""
    answer = create_app().test_client().get("/cds-services", headers={"Origin": origin})

    assert (origin if may else None) == answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    "origin",
    ["http://localhost\r\nSet-Cookie: a=b", "http://local\thost", "http://localhost:80/ZZPHI",
     "http://ZZPHI@localhost", " http://localhost"],
)  # fmt: skip
def test_what_only_looks_like_an_origin_is_never_echoed(origin: str) -> None:
    """As a server might hand it on; a client library would not send it."""
    answer = (
        create_app().test_client().get("/cds-services", environ_overrides={"HTTP_ORIGIN": origin})
    )

    assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (200, None)


@pytest.mark.parametrize("base", ["http://[::1]:5000", "http://localhost:5000"])
@pytest.mark.parametrize(
    "host", ["[::1]", "[::1]:5000", "LocalHost:5000", "127.0.0.1", "localhost"]
)
def test_a_host_is_a_name_in_any_case_with_any_port(base: str, host: str) -> None:
    client = create_app(Settings(public_base_url=base)).test_client()

    assert client.get("/cds-services", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "localhost.evil.example", "localhost:", "localhost:x", "a..b", "x" * 300, "::1", "[::2]"],
)
def test_what_is_no_trusted_name_is_400(host: str) -> None:
    client = create_app(Settings(public_base_url="http://localhost:5000")).test_client()

    assert client.get("/cds-services", headers={"Host": host}).status_code == 400


@pytest.mark.hazard("W2")
def test_where_callers_are_verified_no_page_evaluates_for_anyone() -> None:
    client = create_app(site()).test_client()

    assert client.get("/").status_code == 404
    assert client.post("/page/api/explain", json={}).status_code == 404


@pytest.mark.hazard("W11")
def test_a_probe_waits_for_one_source_at_most() -> None:
    """Each answers only after a second, and there are five."""
    server = FaultServer({"keys": lambda talk: talk.pause(10)})
    clients = [
        client_of(Caller(f"https://{n}.example.org"), name=str(n), jwks=f"{server.origin}/keys?{n}")
        for n in range(5)
    ]
    probe = create_app(site(*clients)).test_client()
    statuses = [probe.get("/readyz").status_code for _ in range(2)]
    asked = len({seen.target for seen in server.requests})
    server.close()

    assert statuses == [503, 503]
    assert asked == 2


@pytest.mark.hazard("C1")
@pytest.mark.parametrize("beyond", [1, 2, 2_000_000])
def test_a_body_that_the_server_ends_is_not_cut_in_silence(beyond: int) -> None:
    """As gunicorn hands a chunked body over: its first 4 MiB alone would be a good request."""
    raw = json.dumps(request()).encode().ljust(MAX_BODY_BYTES)
    client = create_app(today=lambda: TODAY).test_client()
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answers = [
        client.post(
            SIGN,
            input_stream=BytesIO(raw + b" " * more),
            content_type="application/json",
            environ_overrides=chunked,
        ).status_code
        for more in (0, beyond)
    ]

    assert answers == [200, 413]


@pytest.mark.hazard("C1")
def test_what_is_wrong_is_listed_up_to_a_point() -> None:
    body = request(hook="order-select", context={"selections": [7] * 50_000})
    answer = create_app().test_client().post("/cds-services/hpp-order-select", json=body)

    assert answer.status_code == 400
    assert len(answer.get_json()["issue"]) == 20
