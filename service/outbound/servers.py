"""One base: what is allowed there, its pooled session, its breaker, its share of the threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from threading import Lock

from service.outbound.breaker import Breaker
from service.outbound.calls import Route
from service.outbound.transport import open_session


@dataclass(frozen=True, slots=True)
class Policy:
    """What is allowed at one registered base.

    allow_private: private and loopback addresses (a server in the hospital's own network); the
    others that are not public stay forbidden.  connect_ms: to connect to one address, and again
    for the TLS handshake.  max_total_bytes, max_total_members: of all answers to one fetch; 4,000
    results, 2,000 conditions and 1,500 orders as EHRs send them have 8.5 MB and 400,000 members.
    ca_file: authorities to trust instead of the usual ones.
    """

    base: str
    allow_private: bool = False
    allow_http: bool = False
    max_page_bytes: int = 5_000_000
    max_total_bytes: int = 20_000_000
    max_total_members: int = 500_000
    max_pages: int = 10
    connect_ms: int = 500
    ca_file: str = ""


class FhirServer:
    """What all calls to one base share."""

    def __init__(self, policy: Policy, route: Route, breaker: Breaker, jobs: JobQueue) -> None:
        self.policy, self.route, self.breaker, self.jobs = policy, route, breaker, jobs
        self.session = open_session(route.base, policy.ca_file, jobs.width)


class JobQueue:
    """The jobs of one base: at most `width` in the pool, the others wait outside it.

    A job that waited for a semaphore inside the pool would hold the thread it waits in.
    """

    def __init__(self, pool: Executor, width: int) -> None:
        self._pool, self.width = pool, width
        self._lock, self._running = Lock(), 0
        self._waiting: deque[Callable[[], None]] = deque()

    def add(self, job: Callable[[], None]) -> None:
        with self._lock:
            self._waiting.append(job)
        self._start()

    def _start(self) -> None:
        with self._lock:
            if not self._waiting or self._running >= self.width:
                return
            job = self._waiting.popleft()
            self._running += 1
        try:
            self._pool.submit(self._run, job)
        except RuntimeError:  # the pool is closed: who waits gets its answer at the deadline
            with self._lock:
                self._running -= 1

    def _run(self, job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            with self._lock:
                self._running -= 1
            self._start()
