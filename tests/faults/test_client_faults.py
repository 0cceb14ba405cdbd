"""The client against every row of the fault matrix, over real sockets."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from service.fhir.queries import Fetched, Query
from service.outbound.calls import Deadline
from service.outbound.clients import FhirClients
from service.outbound.servers import Policy
from tests.faults.rows import BODIES, PAGES, REACHING, ROWS, STATUSES, TIMES, Row
from tests.faults.scenarios import MANY_MEMBERS
from tests.faults.world import MANY, MARGIN_S, QUERY, Outcome, World


def asked(world: World, row: Row, outcome: Outcome) -> int:
    """How many requests the server of a row got from one caller."""
    server = world.servers.get(row.where) or world.servers["plain"]
    return server.tries(outcome.token)


@pytest.mark.hazard("B4", "B6", "B10", "B11")
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_one_caller(world: World, row: Row) -> None:
    (outcome,) = world.play(row, 1)
    fetched = outcome.fetched

    assert (fetched.problem, fetched.detail) == (row.problem, row.detail)
    assert [page.get("id", "1") for page in fetched.pages] == [
        str(number + 1) for number in range(row.pages)
    ]
    assert asked(world, row, outcome) == row.requests
    assert outcome.beyond_s <= MARGIN_S


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_fifty_callers_at_once(world: World, row: Row) -> None:
    outcomes = world.play(row, MANY)
    found = Counter((o.fetched.problem, len(o.fetched.pages)) for o in outcomes)

    assert max(outcome.beyond_s for outcome in outcomes) <= MARGIN_S
    if row.waits:  # how far each got before its deadline is the machine's affair
        assert {problem for problem, _ in found} <= {row.problem, "timeout"}
        assert all(asked(world, row, outcome) <= row.requests for outcome in outcomes)
    else:  # who came after the others had all failed may find the breaker open
        blocked = found.pop(("blocked", 0), 0) if row.problem else 0
        assert found == {(row.problem, row.pages): MANY - blocked}
        assert blocked < MANY
        reached = [o for o in outcomes if o.fetched.problem != "blocked"]
        assert {asked(world, row, outcome) for outcome in reached} == {row.requests}


@pytest.mark.hazard("B4", "B9", "B10")
def test_the_token_reaches_no_other_host_and_nothing_but_get_is_sent(world: World) -> None:
    """Over all rows, alone and at once: redirects and links have pointed there."""
    other = world.servers["other"]
    seen = [request for server in world.servers.values() for request in server.requests]

    assert len(seen) > 0
    assert (other.connections, other.requests) == (0, [])
    assert {request.method for request in seen} == {"GET"}
    assert {request.headers["accept-encoding"] for request in seen} == {"identity"}


@pytest.mark.hazard("B6")
@pytest.mark.parametrize("row", [row for row in REACHING if row.requests == 0], ids=str)
def test_no_token_is_sent_before_the_server_has_shown_who_it_is(world: World, row: Row) -> None:
    world.play(row, 1)

    assert row.where not in world.servers or world.servers[row.where].requests == []


def names() -> list[Query]:
    return [
        Query("patient", "Patient/ZZPHI-1"),
        Query("alp", "Observation?patient=ZZPHI-1"),
        Query("medications", "MedicationRequest?patient=ZZPHI-1"),
        Query("conditions", "Condition?patient=ZZPHI-1"),
        Query("procedures", "Procedure?patient=ZZPHI-1"),
    ]


def test_each_query_fails_alone(world: World) -> None:
    """F10, F23, F24: one silent, one forbidden, one a log-in page; the others are answered."""
    policy = world.policy("plain", "mixed")
    with world.clients(policy) as clients:
        found = clients.fetch(policy.base, names(), "t", Deadline.after_ms(500))

    assert [(f.key, f.problem, len(f.pages)) for f in found] == [
        ("patient", "", 1),
        ("alp", "timeout", 0),
        ("medications", "", 1),
        ("conditions", "http-4xx", 0),
        ("procedures", "malformed", 0),
    ]


@pytest.mark.parametrize("where", ["plain", "tls"])
def test_connections_are_kept_and_looked_up_once(world: World, where: str) -> None:
    policy, server = world.policy(where, "fine"), world.servers[where]
    before = server.connections
    world.lookups.clear()
    with world.clients(policy) as clients:
        found = [
            clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(2000))[0] for _ in range(5)
        ]

    assert [f.problem for f in found] == [""] * 5
    assert server.connections - before == 1
    assert len(world.lookups) == 1


@pytest.mark.hazard("B3")
def test_the_host_is_named_to_tls_and_to_the_server(world: World) -> None:
    policy = world.policy("tls", "fine")
    with world.clients(policy) as clients:
        clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(2000))
    seen = world.servers["tls"].requests[-1]

    assert seen.name == "ehr.test"
    assert seen.headers["host"] == policy.base.removeprefix("https://").partition("/")[0]


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(world: World) -> None:
    policy, plain = world.policy("plain", "fine-then-close"), world.servers["plain"]
    before = plain.connections
    with world.clients(policy) as clients:
        found = [
            clients.fetch(policy.base, [QUERY], "stale", Deadline.after_ms(2000))[0]
            for _ in range(3)
        ]

    assert [f.problem for f in found] == [""] * 3
    assert plain.connections - before in (3, 4)  # a fourth where a request met the closing


def test_no_cookie_goes_from_one_patient_to_the_next(world: World) -> None:
    policy = world.policy("plain", "cookie")
    with world.clients(policy) as clients:
        for _ in range(2):
            clients.fetch(policy.base, [QUERY], "cookies", Deadline.after_ms(2000))
    sent = [seen for seen in world.servers["plain"].requests if seen.scenario == "cookie"]

    assert len(sent) >= 2
    assert not any("cookie" in seen.headers for seen in sent)


@pytest.mark.hazard("B5")
def test_neither_proxies_nor_netrc_of_the_environment_count(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, world.servers["other"].origin)
    policy = world.policy("plain", "fine")
    with world.clients(policy) as clients:
        (found,) = clients.fetch(policy.base, [QUERY], "ambient", Deadline.after_ms(2000))

    assert found.problem == ""
    assert world.servers["other"].connections == 0
    assert world.servers["plain"].tries("ambient") == 1


@pytest.mark.hazard("B8")
def test_nothing_of_a_patient_or_a_token_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "requests", "service"):
        caplog.set_level(logging.DEBUG, logger=name)
    for row in (*REACHING, *TIMES, *STATUSES[-3:], *BODIES[:3], *PAGES[-1:]):
        if not row.waits or row.where == "tls":
            world.play(row, 1)

    assert "ZZPHI" not in caplog.text
    assert "ehr.test" not in caplog.text


@pytest.mark.hazard("B11")
@pytest.mark.parametrize(
    "scenario",
    ["chunked-endless", "length-unsaid-endless", "gzip-bomb", "chunk-size-endless",
     *(f"members-{kind}" for kind in MANY_MEMBERS)],
)  # fmt: skip
def test_a_bomb_takes_little_memory(world: World, scenario: str) -> None:
    """Peak growth in this process, which also holds the server, with the product's own caps."""
    policy = world.policy("plain", scenario)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _memory_kb("VmRSS")
    with world.clients(policy) as clients:
        (found,) = clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(5000))

    assert found.problem in ("too-large", "malformed")
    assert _memory_kb("VmHWM") - before < 20_000


def _memory_kb(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def test_closed_clients_turn_callers_away(world: World) -> None:
    policy = world.policy("plain", "fine")
    with world.clients(policy) as clients:
        pass
    (found,) = clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(500))

    assert (found.problem, found.detail) == ("blocked", "closed")


def test_closing_does_not_wait_and_callers_still_get_their_answer(world: World) -> None:
    policy = world.policy("plain", "silent")
    found: list[Fetched] = []
    with world.clients(policy) as clients:

        def ask() -> None:
            found.extend(clients.fetch(policy.base, [QUERY] * 20, "t", Deadline.after_ms(3000)))

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.1)
        clients.close()
        unanswered = asking.is_alive()
        asking.join(20)

    assert unanswered
    assert [f.problem for f in found] == ["timeout"] * 20


def test_no_thread_or_socket_outlives_its_deadline(world: World) -> None:
    policy = world.policy("plain", "body-drip")
    with world.clients(policy, threads=20) as clients:
        clients.fetch(policy.base, [QUERY] * 10, "t", Deadline.after_ms(300))
        patience = Deadline.after_ms(10_000)  # the server would go on for half a minute
        while (open_now := _sockets_to(world.servers["plain"].port)) and not patience.expired:
            time.sleep(0.05)

    assert open_now == 0


def _sockets_to(port: int) -> int:
    """Established connections of this machine to a local port, client side."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(
        line.split()[3] == "01" and int(line.split()[2].split(":")[1], 16) == port for line in lines
    )


def test_an_ipv6_base_is_reached_and_named_with_brackets() -> None:
    """Refused here, since nobody listens: it is the dialling that is looked at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    policy = Policy(f"http://[::1]:{port}/fhir", allow_private=True, allow_http=True)
    clients = FhirClients([policy])
    (found,) = clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(500))
    clients.close()

    assert (found.problem, found.detail) == ("refused", "connect")


def test_an_expired_deadline_asks_nothing(world: World) -> None:
    policy, plain = world.policy("plain", "fine"), world.servers["plain"]
    before = plain.connections
    with world.clients(policy) as clients:
        (found,) = clients.fetch(policy.base, [QUERY], "t", Deadline.after_ms(0))

    assert (found.problem, found.detail) == ("timeout", "queue")
    assert plain.connections == before
