"""One query, page by page: what is asked again, when to stop, and what is kept."""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any

from service.fhir.bundles import next_links
from service.fhir.queries import Fetched, Query
from service.fhir.tolerant import Json
from service.outbound.calls import Deadline, Failure, HttpGet
from service.outbound.exchange import FRAMING_BYTES, Limits, Page, exchange
from service.outbound.servers import FhirServer
from service.watch import call as watched

ENOUGH_OF_THE_BUDGET = 0.4  # less is not enough for a second try, nor to blame a server


class PagedQuery:
    """One query under way in the pool.  What it has so far can be taken at any moment.

    caller: the call that it is asked for; the threads of the pool do not know it.
    """

    def __init__(
        self,
        server: FhirServer,
        query: Query,
        token: str,
        deadline: Deadline,
        limits: Limits,
        caller: watched.Call | None = None,
    ) -> None:
        self._server, self._query, self._token = server, query, token
        self._deadline, self._limits, self._caller = deadline, limits, caller
        self._pages: list[dict[str, Any]] = []
        self._fault: Failure | None = Failure("refused", "internal")
        self._call: HttpGet | None = None
        self.done: Future[None] = Future()

    def run(self) -> None:
        """The outermost handler of a pool thread: `internal` stays where a fault is our own."""
        try:
            self._fault = self._walk()
        finally:
            self.done.set_result(None)

    def fault(self) -> Failure | None:
        """What ended it, also where that is the deadline; None where nothing was wrong."""
        if self.done.done():
            return self._fault
        return Failure("timeout", self._call.stage if self._call else "queue")

    @property
    def was_answered(self) -> bool:
        return bool(self._pages)

    def result(self) -> Fetched:
        """The result, or what there is of it at the deadline."""
        fault = self.fault()
        if fault and fault.problem == "timeout" and self._pages:
            fault = Failure("truncated", "deadline")
        return fetched(self._query, tuple(self._pages), fault)

    def _walk(self) -> Failure | None:
        """Follow the pages; None once there are no more."""
        base, seen = self._server.route.base, set[str]()
        url, outside = base.resolve(self._query.path), Failure("blocked", "path")
        while True:
            if not url:
                return outside
            if url in seen:
                return Failure("truncated", "next-cycle")
            if len(seen) >= self._server.policy.max_pages:
                return Failure("truncated", "pages")
            seen.add(url)
            page = self._page(url)
            if page.body is None:
                return page.fault
            self._pages.append(page.body)
            link = _next(page.body)
            if link is None:
                return None
            url, outside = base.resolve(link), Failure("truncated", "next-outside")

    def _page(self, url: str) -> Page:
        """One page, asked for twice where that can help."""
        if self._deadline.expired:
            return Page(fault=Failure("timeout", "queue"))
        page = self._ask(url)
        if page.worth_a_retry and self._deadline.share(page.wait_s) >= ENOUGH_OF_THE_BUDGET:
            time.sleep(page.wait_s)
            page = self._ask(url)
        return page

    def _ask(self, url: str) -> Page:
        most = self._limits.page_bytes + FRAMING_BYTES
        self._call = HttpGet(self._server.route, self._deadline, most)
        of = (self._server.session, url, self._token, self._call, self._limits)
        with watched.asking(self._caller, self._query.key) as question:
            page = exchange(*of, question.headers)
            if page.fault:
                question.outcome = f"{page.fault.problem} {page.fault.detail}"
        return page


def _next(page: Json) -> str | None:
    """The `next` link of a Bundle: None without one, empty where it cannot be read."""
    if page.get("resourceType") == "Bundle":
        return next(iter(next_links(page)), None)
    return None


def fetched(query: Query, pages: tuple[Json, ...], fault: Failure | None) -> Fetched:
    return Fetched(query.key, pages, fault.problem if fault else "", fault.detail if fault else "")
