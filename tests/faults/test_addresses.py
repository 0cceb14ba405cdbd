"""Where the client may go: spellings of addresses, rebinding, bases and links."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.queries import Fetched
from service.outbound.calls import Deadline
from service.outbound.clients import FhirClients
from service.outbound.servers import Policy
from service.settings.addresses import Base, Kind, kind_of, read_base
from tests.faults.conftest import Dialled
from tests.faults.world import QUERY, World

PUBLIC, INSIDE = "8.8.8.8", "127.0.0.1"
BASE = Base("https", "ehr.example.org", 443, "/fhir")


def fetch(policy: Policy, **more: Any) -> Fetched:
    clients = FhirClients([policy], **more)
    (found,) = clients.fetch(policy.base, [QUERY], "ZZPHI-token", Deadline.after_ms(2000))
    clients.close()
    return found


def resolver(*answers: list[str]) -> tuple[Callable[..., Any], list[str]]:
    """A fake resolver that answers these in turn, the last one for ever, and who asked."""
    turns, calls = chain(answers, repeat(answers[-1])), list[str]()

    def lookup(host: str, port: int, *_: object) -> list[tuple[Any, ...]]:
        calls.append(host)
        return [_entry(address, port) for address in next(turns)]

    return lookup, calls


def _entry(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


@pytest.mark.hazard("B2")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "2130706433",
        "localhost",
        "0",
        "0.0.0.0",  # noqa: S104  nothing is bound
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_no_spelling_of_an_inner_address_is_dialled(
    world: World, dialled: Dialled, host: str
) -> None:
    """The real resolver reads them; a port where someone listens shows that nobody called."""
    plain = world.servers["plain"]
    before = plain.connections
    found = fetch(Policy(f"http://{host}:{plain.port}/fine", allow_http=True))

    assert found.problem in ("blocked", "refused")
    assert found.detail in ("address", "dns")
    assert dialled.addresses == []
    assert plain.connections == before


@pytest.mark.hazard("B2")
@pytest.mark.parametrize(
    "host", ["①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1.", "ehr.example.org\u200b", "[::1%lo]"]
)
def test_hosts_that_are_not_plain_are_no_bases(host: str) -> None:
    with pytest.raises(ValueError, match="not a FHIR base URL"):
        FhirClients([Policy(f"https://{host}/fhir")])


@pytest.mark.hazard("B2")
@pytest.mark.parametrize("inner", ["169.254.169.254", "0.1.2.3", "224.0.0.1", "fe80::1", "::"])
def test_a_private_network_does_not_open_the_rest(dialled: Dialled, inner: str) -> None:
    lookup, _ = resolver([inner])
    policy = Policy("http://ehr.intranet/fhir", allow_private=True, allow_http=True)

    assert fetch(policy, lookup=lookup).detail == "address"
    assert dialled.addresses == []


@pytest.mark.hazard("B3")
@pytest.mark.parametrize("answer", [[PUBLIC, INSIDE], [INSIDE, PUBLIC], [PUBLIC, "::1"]])
def test_one_inner_address_among_others_spoils_them_all(
    dialled: Dialled, answer: list[str]
) -> None:
    lookup, calls = resolver(answer)
    found = fetch(Policy("https://ehr.example.org/fhir"), lookup=lookup)

    assert (found.problem, found.detail) == ("blocked", "address")
    assert (dialled.addresses, calls) == ([], ["ehr.example.org"])


@pytest.mark.hazard("B3")
def test_a_name_that_is_rebound_is_dialled_as_it_was_checked(dialled: Dialled) -> None:
    """Public when checked, inside on any later question: there is none."""
    lookup, calls = resolver([PUBLIC], [INSIDE])
    dialled.forbid = True
    found = fetch(Policy("https://ehr.example.org/fhir"), lookup=lookup)

    assert found.problem == "blocked"  # the second try looked again, and was stopped
    assert dialled.addresses == [PUBLIC]
    assert len(calls) == 2


@pytest.mark.hazard("B3")
def test_each_connection_is_looked_up_once_and_checked_each_time(dialled: Dialled) -> None:
    lookup, calls = resolver([INSIDE], [PUBLIC])
    dialled.forbid = True
    clients = FhirClients([Policy("https://ehr.example.org/fhir")], lookup=lookup)
    found = [
        clients.fetch("https://ehr.example.org/fhir", [QUERY], "t", Deadline.after_ms(2000))[0]
        for _ in range(2)
    ]
    clients.close()

    assert [(f.problem, f.detail) for f in found] == [
        ("blocked", "address"),
        ("refused", "connect"),
    ]
    assert dialled.addresses == [PUBLIC, PUBLIC]  # with its one retry
    assert len(calls) == 3


def test_callers_that_need_the_same_name_at_once_share_one_question() -> None:
    asked, go = list[str](), threading.Event()

    def lookup(host: str, *_: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        go.wait(5)
        raise socket.gaierror

    clients = FhirClients([Policy("https://ehr.example.org/fhir")], lookup=lookup)
    threading.Timer(0.1, go.set).start()
    found = clients.fetch("https://ehr.example.org/fhir", [QUERY] * 5, "t", Deadline.after_ms(2000))
    clients.close()

    assert {(f.problem, f.detail) for f in found} == {("refused", "dns")}
    assert asked == ["ehr.example.org"]


def test_the_next_address_is_tried_where_the_first_does_not_answer(world: World) -> None:
    plain = world.servers["plain"]
    lookup, _ = resolver(["127.0.0.2", INSIDE])
    policy = Policy(
        f"http://ehr.test:{plain.port}/fine", allow_private=True, allow_http=True
    )  # 127.0.0.2: nobody listens there

    assert fetch(policy, lookup=lookup).problem == ""


@pytest.mark.hazard("B2")
@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("8.8.8.8", Kind.PUBLIC),
        ("2606:4700::1111", Kind.PUBLIC),
        ("::ffff:8.8.8.8", Kind.PUBLIC),
        ("127.255.255.254", Kind.LOOPBACK),
        ("::1", Kind.LOOPBACK),
        ("::ffff:127.0.0.1", Kind.LOOPBACK),
        ("10.255.0.1", Kind.PRIVATE),
        ("172.31.255.255", Kind.PRIVATE),
        ("172.32.0.1", Kind.PUBLIC),
        ("100.127.255.255", Kind.PRIVATE),
        ("100.128.0.1", Kind.PUBLIC),
        ("fd12::1", Kind.PRIVATE),
        ("::ffff:192.168.0.1", Kind.PRIVATE),
        ("0.1.2.3", Kind.FORBIDDEN),
        ("169.254.169.254", Kind.FORBIDDEN),
        ("192.0.0.192", Kind.FORBIDDEN),
        ("239.1.1.1", Kind.FORBIDDEN),
        ("255.255.255.255", Kind.FORBIDDEN),
        ("::", Kind.FORBIDDEN),
        ("::7f00:1", Kind.FORBIDDEN),
        ("64:ff9b::808:808", Kind.FORBIDDEN),
        ("2002:808:808::1", Kind.FORBIDDEN),
        ("2001::1", Kind.FORBIDDEN),
        ("2001:db8::1", Kind.FORBIDDEN),
        ("fe80::1%eth0", Kind.FORBIDDEN),
        ("fec0::1", Kind.FORBIDDEN),
        ("ff02::1", Kind.FORBIDDEN),
        ("ehr.example.org", Kind.FORBIDDEN),
        ("", Kind.FORBIDDEN),
    ],
)
def test_kinds_of_addresses(address: str, kind: Kind) -> None:
    assert kind_of(address) is kind


@pytest.mark.hazard("B1")
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "text"),
        (None, "text"),
        (7, "text"),
        ("https://" + "a" * 9000, "text"),
        ("https://ehr.example.org/fhir ", "characters"),
        ("https://ehr.example.org\n/fhir", "characters"),
        ("https://ehr.example.org\\@evil.test/fhir", "characters"),
        ("https://ehr.example.örg/fhir", "characters"),
        ("https://ehr.example.org/fhir?x=1", "query"),
        ("https://ehr.example.org/fhir?", "query"),
        ("https://ehr.example.org/fhir#x", "fragment"),
        ("ftp://ehr.example.org/fhir", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("ehr.example.org/fhir", "scheme"),
        ("//ehr.example.org/fhir", "scheme"),
        ("https://ehr.example.org@evil.test/fhir", "userinfo"),
        ("https://user:password@ehr.example.org/fhir", "userinfo"),
        ("https:///fhir", "host"),
        ("https://.example.org/fhir", "host"),
        ("https://a..b/fhir", "host"),
        ("https://[::1%25lo]/fhir", "host"),
        ("https://ehr.example.org:0/fhir", "port"),
        ("https://ehr.example.org:65536/fhir", "port"),
        ("https://ehr.example.org:x/fhir", "port"),
        ("https://ehr.example.org:/fhir", "port"),
        ("https://ehr.example.org/a/../fhir", "path"),
        ("https://ehr.example.org/a//fhir", "path"),
        ("https://ehr.example.org/%66hir", "path"),
    ],
)
def test_what_is_no_base(written: object, reason: str) -> None:
    assert read_base(written) == reason


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("https://ehr.example.org/fhir", BASE),
        ("https://EHR.Example.ORG:443/fhir/", BASE),
        ("HTTPS://ehr.example.org/fhir", BASE),
        ("https://ehr.example.org/FHIR", Base("https", "ehr.example.org", 443, "/FHIR")),
        ("https://ehr.example.org", Base("https", "ehr.example.org", 443)),
        ("http://localhost:8080/r4", Base("http", "localhost", 8080, "/r4")),
        ("https://[2606:4700:0::1]/r4", Base("https", "2606:4700::1", 443, "/r4")),
    ],
)
def test_what_is_one(written: str, base: Base) -> None:
    assert read_base(written) == base
    assert read_base(str(base)) == base


@pytest.mark.hazard("B1")
@pytest.mark.parametrize(
    "written",
    [
        "https://ehr.example.org/fhir2",
        "https://ehr.example.org/FHIR",
        "https://ehr.example.org:444/fhir",
        "http://ehr.example.org/fhir",
        "https://ehr.example.org.evil.test/fhir",
        "https://ehr.example.org./fhir",
        "https://evil.test/fhir",
        "https://ehr.example.org/fhir/Patient",
        "https://ehr.example.org",
    ],
)
def test_what_is_not_registered_is_not_called(dialled: Dialled, written: str) -> None:
    lookup, calls = resolver([PUBLIC])
    clients = FhirClients([Policy("https://ehr.example.org/fhir")], lookup=lookup)
    (found,) = clients.fetch(written, [QUERY], "t", Deadline.after_ms(500))
    clients.close()

    assert not clients.knows(written)
    assert (found.problem, found.detail) == ("blocked", "base")
    assert (dialled.addresses, calls) == ([], [])


@pytest.mark.hazard("B7", "B10")
@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("Patient/1", "https://ehr.example.org/fhir/Patient/1"),
        ("Observation?code=a:b", "https://ehr.example.org/fhir/Observation?code=a:b"),
        ("?_getpages=1", "https://ehr.example.org/fhir/?_getpages=1"),
        ("/fhir/Patient/1", "https://ehr.example.org/fhir/Patient/1"),
        ("https://ehr.example.org/fhir?page=2", "https://ehr.example.org/fhir?page=2"),
        ("https://EHR.example.org:443/fhir?page=2", "https://EHR.example.org:443/fhir?page=2"),
        ("", ""),
        ("../admin", ""),
        ("/admin", ""),
        ("//evil.test/fhir/Patient", ""),
        ("Patient/%2e%2e/%2e%2e/admin", ""),
        ("Patient/..%2f..%2fadmin", ""),
        ("..;/x", ""),
        ("Patient/1;v=2", ""),
        ("%2e%2e;/x", ""),
        ("%252e%252e/x", ""),
        ("Patient/1%3b..", ""),
        ("%c0%ae%c0%ae/x", ""),
        ("\uff0e\uff0e/x", ""),
        ("%EF%BC%8E%EF%BC%8E/x", ""),
        ("Observation?x=\uff0e%c0%ae", "https://ehr.example.org/fhir/Observation?x=\uff0e%c0%ae"),
        (
            "Observation?code=a;b&x=%252e",
            "https://ehr.example.org/fhir/Observation?code=a;b&x=%252e",
        ),
        ("Patient/1\r\nX: y", ""),
        ("Patient/1#x", ""),
        ("Patient\\1", ""),
        ("https://ehr.example.org@evil.test/fhir/x", ""),
        ("https://eve@ehr.example.org/fhir/x", ""),
        ("https://ehr.example.org:444/fhir/x", ""),
        ("https://ehr.example.org:x/fhir/x", ""),
        ("https://ehr.example.org/fhirx", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_what_a_query_or_link_leads_to(reference: str, url: str) -> None:
    assert BASE.resolve(reference) == url


URLS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="htps:/@.%2eEf#?\\[]-evil\n\t 0x7", max_size=60),
    st.builds("https://ehr.example.org{}".format, st.text(alphabet="/.%2efhir@:\\?#", max_size=30)),
)


@given(written=URLS)
def test_any_text_is_a_base_that_reads_back_or_none(written: str) -> None:
    base = read_base(written)

    assert isinstance(base, str) or read_base(str(base)) == base


@pytest.mark.hazard("B7", "B10")
@given(written=URLS)
def test_any_reference_stays_under_the_base_or_leads_nowhere(written: str) -> None:
    url = BASE.resolve(written)

    assert url == "" or url.lower().startswith("https://ehr.example.org")
    assert url == "" or BASE.covers(url)
