"""A request -> everything that it may be answered by: what was sent, and what its server adds."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from service.evaluation.engine import Engine
from service.evaluation.remedy import REFUSALS, NamedServer, ask_release
from service.evaluation.request import HookRequest
from service.evaluation.searches import for_patient
from service.evaluation.services import Service
from service.fhir.budget import MOST_NEW_CHARACTERS, Budget
from service.fhir.drafts import Asked, Draft, any_matters, read_drafts
from service.fhir.gather import Record, gather
from service.fhir.obtain import draft_orders, obtain, obtain_medications
from service.fhir.queries import Fetch, Fetched, Query
from service.fhir.read import NOTHING_LEFT_OUT, ChartReader
from service.fhir.releases import Release, release_of
from service.settings import Client
from service.watch import metrics
from service.watch.call import lap
from service.watch.logs import WARNING, log

NO_SERVER = NamedServer("", Release.R4)


@dataclass(frozen=True)
class Gathered:
    """What was sent and fetched for one request, and who answers it, in the client's language.

    drafts: those that matter, of all that were asked about.  server, has_access: the server that
    is named, and whether it may be asked; of no interest where nothing is to be judged.
    """

    request: HookRequest
    service: Service
    engine: Engine
    client: Client
    record: Record
    asked: Asked
    drafts: Sequence[Draft]
    path: str = ""
    server: NamedServer = NO_SERVER
    has_access: bool = False

    @cached_property
    def reader(self) -> ChartReader:
        """Reads the record once, however often it is asked about."""
        return ChartReader(self.record, self.asked, self.engine.terminology, self.engine.zone)

    def release(self, left_out: Set[int]) -> Release:
        """In which the server was asked; where some resources were not on record, that of the
        others."""
        if not left_out:
            return self.server.asked
        return _release(self.path, self.record, self.client, left_out)

    def has_nothing_to_judge(self, drafts: Sequence[Draft]) -> bool:
        """Of these drafts none is of a drug of interest, or may be."""
        may_be = any_matters(drafts) or self.record.unreadable_drafts
        return self.service.judges_orders and not may_be


def gather_for(
    request: HookRequest, service: Service, engine: Engine, client: Client, path: str = ""
) -> Gathered:
    """Take what was sent, and ask for the rest where something is to be judged.

    path: the release segment of the URL that was called, or nothing.
    """
    engine = engine.speaking(client.language)
    record = gather(request.prefetch, request.draft_orders)
    record.budget = Budget(MOST_NEW_CHARACTERS)
    if service.hook == "order-select" and request.selections is None:
        record.gap("all-judged", "selections")
    asked, fetch = _asked(request, client), _fetch(request, engine, client)
    drafts = _read_drafts(record, asked, request.fhir_server, fetch, engine)
    gathered = Gathered(request, service, engine, client, record, asked, drafts, path)
    if gathered.has_nothing_to_judge(drafts):
        return gathered
    lap("gather")
    server = _completed(gathered, fetch)
    lap("fetch")
    if fetch is not None:  # what was fetched may tell more of the drafts
        drafts = read_drafts(record, asked, engine.terminology)
    return replace(gathered, drafts=drafts, server=server, has_access=fetch is not None)


def _asked(request: HookRequest, client: Client) -> Asked:
    return Asked(
        patient_id=request.patient_id,
        selections=request.selections,
        bases=tuple(filter(None, (request.fhir_server, client.fhir_base))),
        accepted_gaps=frozenset(client.accepted_gaps),
    )


def _fetch(request: HookRequest, engine: Engine, client: Client) -> Fetch | None:
    """How to ask the request's FHIR server; None where it must not or cannot be asked."""
    base = request.fhir_server
    if not base or engine.servers is None or request.token_is_over:
        return None
    if not engine.servers.knows(base, client):
        log("fhir-server-not-registered", WARNING, client=client.name)
        return None
    return _counted(engine.servers.asking(base, request.access_token, client), client)


def _counted(fetch: Fetch, client: Client) -> Fetch:
    """The same fetch; what each query ended in is counted."""

    def ask(queries: Sequence[Query]) -> Sequence[Fetched]:
        found = fetch(queries)
        for one in found:
            metrics.FHIR.labels(client.name, one.problem or "good", one.detail or "none").inc()
        is_open = any(one.detail == "breaker" for one in found)
        metrics.BREAKERS.labels(client.name).set(is_open)
        return found

    return ask


def _read_drafts(
    record: Record, asked: Asked, base: str, fetch: Fetch | None, engine: Engine
) -> list[Draft]:
    """The drafts to judge that matter, their Medications read if need be."""
    drafts = read_drafts(record, asked, engine.terminology)
    if fetch is None or not (drafts or record.unreadable_drafts):
        return drafts
    obtain_medications(record, draft_orders(record), fetch, base)
    return read_drafts(record, asked, engine.terminology)


def _release(
    path: str, record: Record, client: Client, left_out: Set[int] = NOTHING_LEFT_OUT
) -> Release:
    """Only orders and conditions differ enough between the releases to tell them apart."""
    sent = (r for key in ("medications", "conditions") for _, r in record.resources.get(key, ()))
    known = (r for r in chain(draft_orders(record), sent) if id(r) not in left_out)
    return release_of(path, client.fhir_release, known)


def _completed(gathered: Gathered, fetch: Fetch | None) -> NamedServer:
    """The record with what its server adds; the server as it was asked."""
    request, client, record = gathered.request, gathered.client, gathered.record
    server = NamedServer(request.fhir_server, _release(gathered.path, record, client))
    _complete(record, request, server.asked, fetch, gathered.engine)
    if fetch is None or not client.is_trying or not _was_refused(record):
        return server
    may_change = not (gathered.path or client.fhir_release)
    return _ask_as_it_speaks(record, request, server, fetch, gathered.engine, may_change)


def _complete(
    record: Record, request: HookRequest, release: Release, fetch: Fetch | None, engine: Engine
) -> None:
    """Ask for what was not sent; without access to a named server the gap is `blocked`."""
    if fetch is not None:
        wanted = for_patient(engine.queries[release], request.patient_id)
        obtain(record, wanted, fetch, request.fhir_server)
    elif request.fhir_server and engine.servers is not None:
        record.gaps[:] = [
            replace(gap, kind="blocked") if gap.kind == "not-sent" else gap for gap in record.gaps
        ]


def _was_refused(record: Record) -> bool:
    return any(gap.kind in REFUSALS for gap in record.gaps)


def _ask_as_it_speaks(
    record: Record,
    request: HookRequest,
    server: NamedServer,
    fetch: Fetch,
    engine: Engine,
    may_change: bool,
) -> NamedServer:
    """A server that refused is asked for its release, and in it again for what it refused."""
    server = replace(server, speaks=ask_release(fetch))
    if server.speaks is None or not (server.is_of_another_release and may_change):
        return server
    record.gaps[:] = [
        replace(gap, kind="not-sent") if gap.kind in REFUSALS else gap for gap in record.gaps
    ]
    _complete(record, request, server.speaks, fetch, engine)
    return replace(server, asked=server.speaks)
