"""The FHIR client: the way to an EHR, for the whole service.

Nothing it meets is an exception, and it answers by the deadline whatever happens.  A problem
is one of `timeout`, `refused`, `http-4xx`, `http-5xx`, `malformed`, `too-large`, `truncated` and
`blocked`; the finer word beside it is for the log:

timeout    `queue` (never asked), `dns`, `connect`, `tls`, `answer`
refused    `dns`, `connect`, `tls`, `certificate`, `reset`, `closed`, `cut`, `redirect`, `internal`
http-..    the status
malformed  `protocol`, `status`, `encoded`, `type`, `empty`, `json`, `shape`
too-large  `page`, `total`
truncated  `pages`, `next-outside`, `next-cycle`, `deadline`
blocked    `base`, `path`, `token`, `address`, `breaker`, `closed`
"""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock

from service.fhir.queries import Fetched, Query
from service.outbound.breaker import Breaker, Outcome, outcome_of
from service.outbound.calls import Deadline, Failure, Lookup, Resolver, Route
from service.outbound.exchange import TOKEN, Allowance, Limits
from service.outbound.paging import ENOUGH_OF_THE_BUDGET, PagedQuery, fetched
from service.outbound.servers import FhirServer, JobQueue, Policy
from service.settings.addresses import Base, Kind, read_base
from service.watch.call import under_way

MOST_LOOPBACK_BASES = 16


class FhirClients:
    """For each base a pooled session and a breaker; for all of them one pool of threads.

    loopback_without_registration: for development, any base that names this machine will do.
    lookup, breaker: for tests.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        *,
        loopback_without_registration: bool = False,
        threads: int = 24,
        lookup: Lookup = socket.getaddrinfo,
        breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._loopback = loopback_without_registration
        self._resolver, self._breaker = Resolver(lookup), breaker
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fhir")
        # One base never has more than half of the threads, so one that hangs starves no other.
        self._width = max(1, threads // 2)
        self._lock, self._closed = Lock(), False
        self._visitors: OrderedDict[Base, FhirServer] = OrderedDict()
        self._registered = {
            base: self._server(base, policy) for base, policy in map(_read, policies)
        }

    def knows(self, base: str) -> bool:
        found = read_base(base)
        return isinstance(found, Base) and (found in self._registered or self._visits(found))

    def fetch(
        self, base: str, queries: Sequence[Query], token: str, deadline: Deadline
    ) -> list[Fetched]:
        """The answers in the order of the queries, by the deadline; the token goes there only."""
        server = self._find(base)
        fault = self._fault(server, token)
        if server is None or fault:
            return [fetched(query, (), fault) for query in queries]
        ticket = server.breaker.enter()
        if ticket is None:
            return [fetched(query, (), Failure("blocked", "breaker")) for query in queries]
        outcome: Outcome | None = None
        try:
            in_time = deadline.share() >= ENOUGH_OF_THE_BUDGET
            tasks = _asked(server, queries, token, deadline)
            faults = [None if task.was_answered else task.fault() for task in tasks]
            outcome = outcome_of(faults, in_time)
        finally:
            server.breaker.settle(ticket, outcome)
        return [task.result() for task in tasks]

    def close(self) -> None:
        """Turn further calls away.  Those under way end by their own deadlines."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for server in (*self._registered.values(), *self._visitors.values()):
            server.session.close()

    def _server(self, base: Base, policy: Policy) -> FhirServer:
        kinds = {Kind.PUBLIC} | ({Kind.PRIVATE, Kind.LOOPBACK} if policy.allow_private else set())
        if policy is _VISITOR:
            kinds = {Kind.LOOPBACK}
        route = Route(base, frozenset(kinds), policy.connect_ms / 1000, self._resolver)
        return FhirServer(policy, route, self._breaker(), JobQueue(self._pool, self._width))

    def _visits(self, base: Base) -> bool:
        return self._loopback and base.is_loopback

    def _find(self, written: str) -> FhirServer | None:
        base = read_base(written)
        if not isinstance(base, Base) or base in self._registered or not self._visits(base):
            return self._registered.get(base) if isinstance(base, Base) else None
        with self._lock:
            if base not in self._visitors:
                self._visitors[base] = self._server(base, _VISITOR)
            if len(self._visitors) > MOST_LOOPBACK_BASES:
                self._visitors.popitem(last=False)[1].session.close()
            return self._visitors[base]

    def _fault(self, server: FhirServer | None, token: str) -> Failure | None:
        if self._closed:
            return Failure("blocked", "closed")
        if server is None:
            return Failure("blocked", "base")
        if not TOKEN.fullmatch(token):
            return Failure("blocked", "token")
        return None


def _asked(
    server: FhirServer, queries: Sequence[Query], token: str, deadline: Deadline
) -> list[PagedQuery]:
    """The queries of one order, all under way at once, as they are at the deadline."""
    policy, caller = server.policy, under_way()
    allowance = Allowance(policy.max_total_bytes, policy.max_total_members)
    limits = Limits(policy.max_page_bytes, allowance)
    tasks = [PagedQuery(server, query, token, deadline, limits, caller) for query in queries]
    for task in tasks:
        server.jobs.add(task.run)
    wait([task.done for task in tasks], timeout=deadline.left())
    return tasks


_VISITOR = Policy("", allow_http=True)


def _read(policy: Policy) -> tuple[Base, Policy]:
    """ValueError in words that do not repeat the value: settings report it by file and key."""
    base = read_base(policy.base)
    if not isinstance(base, Base):
        raise ValueError(f"not a FHIR base URL: {base}")
    if base.scheme == "http" and not policy.allow_http:
        raise ValueError("not a FHIR base URL: https is needed")
    return base, policy
