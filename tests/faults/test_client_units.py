"""The client in plain cases: what is sent, in which order things come back, when it tries again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import responses
from responses import RequestsMock, matchers

from service.fhir.queries import Fetched, Query
from service.outbound import paging
from service.outbound.calls import Deadline, Failure, HttpGet
from service.outbound.clients import MOST_LOOPBACK_BASES, FhirClients
from service.outbound.exchange import Allowance, Limits, _parse, _retry_after, exchange
from service.outbound.servers import Policy

BASE = "https://ehr.example.org/fhir"
READ = Query("patient", "Patient/1")
JSON = "application/fhir+json"


@pytest.fixture
def ehr() -> Iterator[RequestsMock]:
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def clients() -> Iterator[FhirClients]:
    clients = FhirClients([Policy(BASE)])
    yield clients
    clients.close()


def fetch(clients: FhirClients, *queries: Query, **more: Any) -> list[Fetched]:
    settings = {"base": BASE, "token": "t", "deadline": Deadline.after_ms(2000), **more}
    return clients.fetch(settings["base"], queries, settings["token"], settings["deadline"])


def bundle(number: int, following: str = "") -> dict[str, Any]:
    links = [{"relation": "next", "url": following}] if following else []
    return {"resourceType": "Bundle", "id": str(number), "link": links}


@pytest.mark.hazard("B9")
def test_what_is_sent(ehr: RequestsMock, clients: FhirClients) -> None:
    ehr.get(f"{BASE}/Patient/1", json={"resourceType": "Patient"}, content_type=JSON)
    (found,) = fetch(clients, READ)

    assert found == Fetched("patient", ({"resourceType": "Patient"},))
    assert dict(ehr.calls[0].request.headers) == {
        "Accept": "application/fhir+json",
        "Accept-Encoding": "identity",
        "Authorization": "Bearer t",
        "User-Agent": "hpp-cds",
    }
    assert (ehr.calls[0].request.method, ehr.calls[0].request.body) == ("GET", None)


def test_without_a_token_there_is_no_authorization(ehr: RequestsMock, clients: FhirClients) -> None:
    ehr.get(f"{BASE}/Patient/1", json={}, content_type=JSON)
    fetch(clients, READ, token="")

    assert "Authorization" not in ehr.calls[0].request.headers


@pytest.mark.parametrize("token", ["a\nb", "a b", "a\r\nX: y", "ä", "x" * 9000, "\x00"])
def test_a_token_that_is_none_is_not_sent(
    ehr: RequestsMock, clients: FhirClients, token: str
) -> None:
    (found,) = fetch(clients, READ, token=token)

    assert (found.problem, found.detail) == ("blocked", "token")
    assert len(ehr.calls) == 0


def test_a_query_arrives_as_it_was_meant(ehr: RequestsMock, clients: FhirClients) -> None:
    path = (
        "Observation?patient=1&code=http://loinc.org|6768-6,http://loinc.org%7C1783-0&date=ge2020"
    )
    wanted = {
        "patient": "1",
        "code": "http://loinc.org|6768-6,http://loinc.org|1783-0",
        "date": "ge2020",
    }
    ehr.get(
        f"{BASE}/Observation",
        json=bundle(1),
        content_type=JSON,
        match=[matchers.query_param_matcher(wanted)],
    )
    (found,) = fetch(clients, Query("alp", path))

    assert found.problem == ""
    assert "|" not in (ehr.calls[0].request.url or "")


@pytest.mark.hazard("B7")
@pytest.mark.parametrize("path", ["", "../admin", "https://evil.test/fhir/Patient/1", "a\\b"])
def test_a_query_that_leads_out_is_not_sent(
    ehr: RequestsMock, clients: FhirClients, path: str
) -> None:
    (found,) = fetch(clients, Query("patient", path))

    assert (found.problem, found.detail) == ("blocked", "path")
    assert len(ehr.calls) == 0


@pytest.mark.hazard("B1")
def test_a_token_is_not_sent_out_of_the_base_whoever_made_the_url(
    ehr: RequestsMock, clients: FhirClients
) -> None:
    """The last look, at the URL as requests has rewritten it."""
    tenant = clients._find(BASE)
    assert tenant is not None
    for url in ("https://evil.test/fhir/Patient/1", f"{BASE}/%2e%2e/admin"):
        call = HttpGet(tenant.route, Deadline.after_ms(1000), 1000)
        page = exchange(tenant.session, url, "t", call, Limits(1000, Allowance(1000)))

        assert page.fault == Failure("blocked", "path")
    assert len(ehr.calls) == 0


def test_answers_keep_the_order_of_the_queries(ehr: RequestsMock, clients: FhirClients) -> None:
    def late_first(request: Any) -> tuple[int, dict[str, str], str]:
        number = int(request.url[-1])
        time.sleep(0.05 * (4 - number))
        return 200, {"Content-Type": JSON}, f'{{"id":"{number}"}}'

    for number in range(5):
        ehr.add_callback(responses.GET, f"{BASE}/Patient/{number}", callback=late_first)
    found = fetch(clients, *(Query(str(n), f"Patient/{n}") for n in range(5)))

    assert [(f.key, f.pages[0]["id"]) for f in found] == [(str(n), str(n)) for n in range(5)]


def test_pages_keep_their_order(ehr: RequestsMock, clients: FhirClients) -> None:
    for number in range(1, 4):
        following = f"{BASE}?page={number + 1}" if number < 3 else ""
        url = f"{BASE}?page={number}" if number > 1 else f"{BASE}/Observation"
        ehr.get(url, json=bundle(number, following), content_type=JSON)
    (found,) = fetch(clients, Query("alp", "Observation"))

    assert [page["id"] for page in found.pages] == ["1", "2", "3"]
    assert found.problem == ""


def test_a_next_link_can_be_the_query(ehr: RequestsMock, clients: FhirClients) -> None:
    ehr.get(f"{BASE}?page=2", json=bundle(2), content_type=JSON)
    (found,) = fetch(clients, Query("alp", f"{BASE}?page=2"))

    assert [page["id"] for page in found.pages] == ["2"]


@pytest.mark.parametrize(("status", "calls"), [(429, 2), (502, 2), (503, 2), (504, 2), (500, 1)])
def test_what_is_asked_twice(
    ehr: RequestsMock, clients: FhirClients, status: int, calls: int
) -> None:
    ehr.get(f"{BASE}/Patient/1", status=status)
    (found,) = fetch(clients, READ)

    assert found.problem == f"http-{status // 100}xx"
    assert len(ehr.calls) == calls


def test_late_in_the_budget_nothing_is_asked_twice(ehr: RequestsMock, clients: FhirClients) -> None:
    ehr.get(f"{BASE}/Patient/1", status=503)
    fetch(clients, READ, deadline=Deadline(time.monotonic() + 0.3, budget=1.0))

    assert len(ehr.calls) == 1


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0.0),
        (" 7 ", 7.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("١", None),
        ("9" * 400, None),
        (formatdate(0, usegmt=True), 0.0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after(written: str, seconds: float | None) -> None:
    assert _retry_after(written) == seconds


def test_retry_after_a_date() -> None:
    wait_s = _retry_after(formatdate(time.time() + 90, usegmt=True))

    assert wait_s == pytest.approx(90, abs=2)


def test_a_fault_of_our_own_is_an_answer_and_holds_nothing(
    clients: FhirClients, monkeypatch: pytest.MonkeyPatch, ehr: RequestsMock
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ZZPHI")

    with monkeypatch.context() as patch:
        patch.setattr(paging, "exchange", broken)
        found = fetch(clients, *[READ] * 40)
    ehr.get(f"{BASE}/Patient/1", json={}, content_type=JSON)

    assert {(f.problem, f.detail) for f in found} == {("refused", "internal")}
    assert fetch(clients, READ)[0].problem == ""


def test_known_bases(clients: FhirClients) -> None:
    assert clients.knows(BASE)
    assert clients.knows("https://EHR.example.org:443/fhir/")
    assert not clients.knows("https://ehr.example.org/fhir/Patient")
    assert not clients.knows("http://localhost:8080/fhir")
    assert not clients.knows("nonsense")


@pytest.mark.hazard("B6")
@pytest.mark.parametrize("base", ["http://ehr.example.org/ZZPHI", "https://u:ZZPHI@h/", "ZZPHI"])
def test_a_base_that_cannot_be_registered_is_not_repeated(base: str) -> None:
    with pytest.raises(ValueError, match="not a FHIR base URL") as caught:
        FhirClients([Policy(base)])

    assert "ZZPHI" not in str(caught.value)


def test_a_missing_file_of_authorities_stops_the_start() -> None:
    with pytest.raises(OSError, match="No such file"):
        FhirClients([Policy(BASE, ca_file="/nowhere/authority.pem")])


def test_in_development_this_machine_needs_no_registration(ehr: RequestsMock) -> None:
    ehr.get("http://localhost:8080/r4/Patient/1", json={}, content_type=JSON)
    clients = FhirClients([], loopback_without_registration=True)
    (found,) = fetch(clients, READ, base="http://localhost:8080/r4")
    bases = [f"http://127.0.0.1:{port}/r4" for port in range(9000, 9003 + MOST_LOOPBACK_BASES)]
    many = [fetch(clients, Query("patient", ""), base=base)[0].detail for base in bases]
    clients.close()

    assert found.problem == ""
    assert set(many) == {"path"}
    assert len(clients._visitors) == MOST_LOOPBACK_BASES
    assert clients.knows("http://[::1]:1/")
    assert not clients.knows("http://ehr.example.org/fhir")
    assert not clients.knows("http://127.0.0.1.evil.test/fhir")


@pytest.mark.hazard("B2")
def test_localhost_that_is_elsewhere_is_not_called() -> None:
    clients = FhirClients(
        [],
        loopback_without_registration=True,
        lookup=lambda host, port, *_: [(2, 1, 6, "", ("8.8.8.8", port))],
    )
    (found,) = fetch(clients, READ, base="http://localhost:8080/r4")
    clients.close()

    assert (found.problem, found.detail) == ("blocked", "address")


@pytest.mark.hazard("B11")
def test_an_answer_that_has_no_room_takes_none_of_it() -> None:
    allowance = Allowance(1, 10)

    assert [allowance.take_members(count) for count in (6, 5, 4, 1, 0)] == [
        True, False, True, False, True,
    ]  # fmt: skip


@pytest.mark.hazard("B11")
def test_members_are_counted_before_there_are_objects() -> None:
    page = _parse(b"[" + b"[]," * 50 + b"no JSON]", Allowance(1000, 49))

    assert page.fault == Failure("too-large", "total")


@pytest.mark.hazard("B8")
def test_no_token_in_a_repr(clients: FhirClients) -> None:
    tenant = clients._find(BASE)
    assert tenant is not None
    limits = Limits(1, Allowance(1))
    task = paging.PagedQuery(tenant, READ, "ZZPHI-secret", Deadline.after_ms(1), limits)

    assert "ZZPHI" not in repr(task) + repr(vars(tenant)) + repr(vars(clients))
