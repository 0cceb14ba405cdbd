"""All servers of the fault matrix, started once, and callers to send at them."""

from __future__ import annotations

import datetime
import socket
import ssl
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import trustme

from service.fhir.queries import Fetched, Query
from service.outbound.breaker import Breaker
from service.outbound.calls import Deadline
from service.outbound.clients import FhirClients
from service.outbound.servers import Policy
from tests.faults.paging import SCENARIOS
from tests.faults.rows import Row
from tests.faults.server import BlackHole, FaultServer, closed_port

HOST = "ehr.test"
OTHER_NAMES = {"unknown-name": "unknown.test", "silent-resolver": "silent.test"}
SERVER_HELLO = b"\x16\x03\x03\x40\x00" + b"\x02" * 1000  # the head of a record that never ends
MARGIN_S = 5.0  # far off, for a busy machine: who waits for a server that hangs waits 10 s
MANY = 50
QUERY = Query("alp", "Observation?patient=ZZPHI-1&page=1")
_numbers = count(1)


@dataclass(frozen=True)
class Outcome:
    """What one caller got, and when."""

    fetched: Fetched
    token: str
    elapsed_s: float
    budget_s: float

    @property
    def beyond_s(self) -> float:
        return max(0.0, self.elapsed_s - self.budget_s)


def never_opens() -> Breaker:
    return Breaker(open_s=0.0)


class World:
    """Servers by name, a resolver that knows them, and the authority they are vouched for by."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._over = Event()
        self.lookups: list[str] = []
        self.servers: dict[str, FaultServer] = {}
        self._ports = {"closed": closed_port()}
        self._start_plain()
        self._start_tls()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._stack.close()

    def _add(self, name: str, **how: Any) -> FaultServer:
        server = self.servers[name] = FaultServer(SCENARIOS, **how)
        self._stack.callback(server.close)
        self._ports[name] = server.port
        return server

    def _start_plain(self) -> None:
        plain, other = self._add("plain"), self._add("other")
        plain.other = other.origin
        hole = BlackHole()
        self._stack.callback(hole.close)
        self._ports["black-hole"] = hole.port
        self._ports |= {"unknown-name": plain.port, "silent-resolver": plain.port}

    def _start_tls(self) -> None:
        authority, stranger = trustme.CA(), trustme.CA()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.ca_file = str(folder / "authority.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        good = authority.issue_cert(HOST)
        self._add("tls", context=_context(good))
        self._add("tls-expired", context=_context(authority.issue_cert(HOST, not_after=past)))
        self._add("tls-wrong-name", context=_context(authority.issue_cert("other.test")))
        self._add("tls-unknown-authority", context=_context(stranger.issue_cert(HOST)))
        self._add("tls-self-signed", context=_self_signed(folder))
        self._add("tls-1.1", context=_old(good))
        self._add("tls-mute", drip=b"")
        self._add("tls-drip", drip=SERVER_HELLO)
        self._add("tls-plain", drip=b"HTTP/1.1 400 Bad Request\r\n\r\n")

    def lookup(self, host: str, port: int, *_: object) -> list[tuple[Any, ...]]:
        self.lookups.append(host)
        if host == "unknown.test":
            raise socket.gaierror(socket.EAI_NONAME, "ZZPHI not known")
        if host == "silent.test":
            self._over.wait(30)
        return socket.getaddrinfo("127.0.0.1", port, 0, socket.SOCK_STREAM)

    def base(self, where: str, scenario: str) -> str:
        scheme = "https" if where.startswith("tls") else "http"
        host = HOST if scheme == "https" else OTHER_NAMES.get(where, "127.0.0.1")
        return f"{scheme}://{host}:{self._ports[where]}/{scenario}"

    def policy(self, where: str, scenario: str, **more: Any) -> Policy:
        tls = where.startswith("tls")
        settings = {
            "allow_private": True,
            "allow_http": not tls,
            "max_pages": 5,
            "connect_ms": 1500,  # 50 handshakes at once on a small machine
            "ca_file": self.ca_file if tls else "",
            **more,
        }
        return Policy(self.base(where, scenario), **settings)

    @contextmanager
    def clients(
        self,
        *policies: Policy,
        threads: int = 24,
        breaker: Callable[[], Breaker] = never_opens,
    ) -> Iterator[FhirClients]:
        clients = FhirClients(policies, threads=threads, lookup=self.lookup, breaker=breaker)
        try:
            yield clients
        finally:
            clients.close()

    def play(self, row: Row, callers: int) -> list[Outcome]:
        """The row for that many callers at once, each with a token of its own."""
        policy = self.policy(row.where, row.scenario, **row.policy)
        together = Barrier(callers)
        with (
            self.clients(policy, threads=2 * callers) as clients,
            ThreadPoolExecutor(callers) as pool,
        ):
            jobs = [
                pool.submit(call, clients, policy.base, row.budget_ms, together)
                for _ in range(callers)
            ]
            return [job.result() for job in jobs]


def call(clients: FhirClients, base: str, budget_ms: int, together: Barrier) -> Outcome:
    token = f"ZZPHI-token-{next(_numbers)}"
    together.wait(10)
    deadline = Deadline.after_ms(budget_ms)
    started = time.monotonic()
    (fetched,) = clients.fetch(base, [QUERY], token, deadline)
    return Outcome(fetched, token, time.monotonic() - started, budget_ms / 1000)


def _context(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    context.sni_callback = _note_name
    return context


def _note_name(sock: Any, name: str | None, _: ssl.SSLContext) -> None:
    sock.server_name_seen = name


def _old(cert: trustme.LeafCert) -> ssl.SSLContext:
    """TLS 1.1 and nothing else, which OpenSSL speaks at security level 0 only."""
    context = _context(cert)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def _self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate that vouches for itself: an authority's own, used by a server."""
    alone = trustme.CA()
    cert, key = folder / "self.pem", folder / "self.key"
    alone.cert_pem.write_to_path(str(cert))
    alone.private_key_pem.write_to_path(str(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
