"""The client in plain cases: what is sent, in which order things come back, when it tries again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import responses
from responses import RequestsMock, matchers

from service.fhir.queries import Fetched, Query
from service.outbound import paging
from service.outbound.breaker import Breaker, Outcome, outcome_of
from service.outbound.calls import Call, Deadline, Fault
from service.outbound.clients import MOST_LOOPBACK_BASES, FhirClients
from service.outbound.exchange import Allowance, Limits, _retry_after, exchange
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
        call = Call(tenant.route, Deadline.after_ms(1000), 1000)
        page = exchange(tenant.session, url, "t", call, Limits(1000, Allowance(1000)))

        assert page.fault == Fault("blocked", "path")
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


@pytest.mark.hazard("B8")
def test_no_token_in_a_repr(clients: FhirClients) -> None:
    tenant = clients._find(BASE)
    assert tenant is not None
    limits = Limits(1, Allowance(1))
    task = paging.Task(tenant, READ, "ZZPHI-secret", Deadline.after_ms(1), limits)

    assert "ZZPHI" not in repr(task) + repr(vars(tenant)) + repr(vars(clients))


def test_a_deadline_counts_down_and_stops_at_nothing() -> None:
    deadline, past = Deadline.after_ms(1000), Deadline.after_ms(-5)

    assert 0.9 < deadline.left() <= 1.0
    assert not deadline.expired
    assert deadline.share(0.5) == pytest.approx(0.5, abs=0.05)
    assert (past.left(), past.expired, past.share()) == (0.0, True, 0.0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def breaker_after(*outcomes: Outcome | None) -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(open_s=5.0, clock=clock)
    for outcome in outcomes:
        ticket = breaker.enter()
        assert ticket is not None
        breaker.settle(ticket, outcome)
    return breaker, clock


GOOD, SLOW, UNREACHABLE = Outcome


@pytest.mark.parametrize(
    ("outcomes", "shut"),
    [
        ([UNREACHABLE], True),
        ([SLOW] * 2, False),
        ([SLOW] * 3, True),
        ([SLOW, GOOD, SLOW, GOOD, SLOW], True),
        ([SLOW, GOOD, GOOD, SLOW, GOOD, GOOD, SLOW], False),
        ([SLOW, None, SLOW, None, SLOW], True),
        ([None] * 9, False),
        ([GOOD] * 25 + [UNREACHABLE], False),
        ([GOOD] * 10 + [UNREACHABLE] * 10, True),
        (([GOOD] * 49 + [SLOW]) * 3, False),
    ],
)
def test_it_opens_where_failures_are_half_of_the_recent_orders(
    outcomes: list[Outcome | None], shut: bool
) -> None:
    breaker, _ = breaker_after(*outcomes)

    assert breaker.is_open is shut
    assert (breaker.enter() is None) is shut


def test_old_failures_are_forgotten() -> None:
    breaker, clock = breaker_after(SLOW, SLOW)
    clock.now = 31.0
    breaker.settle(breaker.enter() or 0, SLOW)

    assert not breaker.is_open


@pytest.mark.parametrize(("outcome", "shut"), [(SLOW, True), (UNREACHABLE, True), (GOOD, False)])
def test_after_five_seconds_one_order_may_look(outcome: Outcome, shut: bool) -> None:
    breaker, clock = breaker_after(UNREACHABLE)
    clock.now = 4.9
    assert breaker.enter() is None
    clock.now = 5.1
    ticket = breaker.enter()
    assert ticket is not None
    assert breaker.enter() is None
    breaker.settle(ticket, outcome)

    assert breaker.is_open is shut


def test_a_look_that_saw_nothing_leaves_it_to_the_next() -> None:
    breaker, clock = breaker_after(UNREACHABLE)
    clock.now = 5.1
    ticket = breaker.enter()
    assert ticket is not None
    breaker.settle(ticket, None)

    assert breaker.enter() is not None


def test_what_began_before_it_opened_counts_no_more() -> None:
    breaker, clock = breaker_after(SLOW, SLOW)
    early = [breaker.enter() for _ in range(50)]
    for ticket in early:
        assert ticket is not None
        breaker.settle(ticket, SLOW)
    clock.now = 5.1
    probe = breaker.enter()
    assert probe is not None
    for ticket in early:
        breaker.settle(ticket or 0, GOOD)

    assert breaker.enter() is None
    breaker.settle(probe, GOOD)
    assert not breaker.is_open


ANSWERED = None
FAULTS = {
    "404": Fault("http-4xx", "404"), "401": Fault("http-4xx", "401"),
    "500": Fault("http-5xx", "500"), "hangs": Fault("timeout", "answer"),
    "no route": Fault("timeout", "connect"), "closed port": Fault("refused", "connect"),
    "redirect": Fault("refused", "redirect"), "queued": Fault("timeout", "queue"),
    "ours": Fault("refused", "internal"), "not json": Fault("malformed", "json"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (["hangs"] * 6, SLOW),
        (["hangs"] * 5 + ["404"], GOOD),
        (["500"] * 6, SLOW),
        (["closed port"] * 6, UNREACHABLE),
        (["no route", "closed port"], UNREACHABLE),
        (["closed port", "hangs"], SLOW),
        (["401"] * 6, GOOD),
        (["redirect"], GOOD),
        (["not json"], GOOD),
        (["queued", "ours"], None),
        (["queued", "hangs"], SLOW),
    ],
)
def test_a_server_is_judged_by_all_queries_of_an_order(
    ended: list[str], expected: Outcome | None
) -> None:
    assert outcome_of([FAULTS[name] for name in ended], in_time=True) is expected


def test_one_answer_is_enough_and_a_late_start_says_nothing() -> None:
    hangs = FAULTS["hangs"]

    assert outcome_of([ANSWERED, hangs, hangs], in_time=True) is GOOD
    assert outcome_of([hangs, hangs], in_time=False) is None


def test_many_threads_get_one_look() -> None:
    breaker, clock = breaker_after(UNREACHABLE)
    clock.now = 6.0
    tickets: list[int | None] = []
    threads = [threading.Thread(target=lambda: tickets.append(breaker.enter())) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(ticket is not None for ticket in tickets) == 1
