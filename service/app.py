"""The application factory: the one place where things are wired together."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import HTTPException

from cards.build import CardContent
from cards.orders import OrderBook
from cards.words import Words
from service import __version__
from service.content.faults import Fault, Faulty, Notes, hint
from service.content.knowledge import ContentFault, load_knowledge
from service.content.languages import (
    ENGLISH,
    check_languages,
    languages,
    load_language,
    named,
    own_languages,
)
from service.content.reviews import load_review
from service.content.words import load_words
from service.evaluation.engine import Engine, FhirServers
from service.evaluation.searches import key_queries
from service.evaluation.switches import switch_faults
from service.fhir.releases import Release
from service.fhir.terminology import Terminology
from service.hooks import edge, routes
from service.hooks.callers import Callers
from service.hooks.errors import ServiceError
from service.hooks.messages import MAX_BODY_BYTES
from service.hooks.metrics import FEWEST_TOKEN_BYTES, metrics_route
from service.hooks.recording import Recorder
from service.hpp.knowledge.model import Knowledge
from service.outbound.registered import open_servers
from service.settings import Settings
from service.upkeep import Upkeep
from service.watch.health import (
    REFUSED,
    HealthCheck,
    content_checks,
    refused_changes,
    switched_off,
)
from service.watch.logs import WARNING, log
from service.watch.metrics import NOT_REMEMBERED, UNSIGNED, versions

if TYPE_CHECKING:
    from service.store.database import Store
    from service.store.memory import Memory
    from service.trust.wiring import Trust


def create_app(settings: Settings | None = None, today: Callable[[], date] | None = None) -> Flask:
    """The WSGI application.

    today: the order date; the site's calendar day by default.  Raises ContentFault where the
    content cannot be used.
    """
    settings = settings or Settings()
    engine = build_engine(settings, open_servers(settings))
    store = _open_store(settings)
    memory = _open_memory(settings, store) if store else None
    trust = _open_trust(settings, store) if settings.clients and store else None
    app = Flask("hpp-cds", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # a chunked body is cut there, unsaid
    app.url_map.merge_slashes = False
    edge.install(app, settings)
    clock = today or (lambda: datetime.now(settings.zone).date())
    upkeep = Upkeep(settings, engine, store) if store else None
    if memory and upkeep:
        memory.chores = upkeep.chores()
    health = partial(_health, settings, engine, trust, memory, upkeep, app)
    callers, recorder = Callers(settings, trust), _recorder(settings, engine, memory)
    app.extensions["hpp-cds.trust"] = trust
    app.extensions["hpp-cds.memory"] = memory  # for who stops the service
    app.extensions["hpp-cds.review"] = engine.cards.words.review  # for who starts it
    app.extensions["hpp-cds.switched-off"] = switched_off(settings, engine.knowledge)
    deps = routes.HookDeps(engine, callers, recorder, clock, health, settings.language)
    app.register_blueprint(routes.hook_routes(deps))
    app.register_blueprint(metrics_route(memory, _metrics_token(settings)))
    _count_versions(engine, settings)
    if settings.has_page:
        _add_page(app, settings, engine, clock)
        _add_demo(app, engine, clock)
    app.register_error_handler(ServiceError, routes.answer_service_error)
    app.register_error_handler(HTTPException, routes.answer_http_error)
    app.register_error_handler(Exception, routes.answer_crash)
    return app


def build_engine(
    settings: Settings, servers: FhirServers | None = None, warnings: list[Fault] | None = None
) -> Engine:
    """Content and words, checked whole.  Raises ContentFault with every fault of both.

    servers: how FHIR servers are asked; None asks none.  warnings: as in `load_content`.
    """
    knowledge, words = load_content(settings, warnings)
    faults = list(switch_faults(settings, knowledge))
    if faults:
        raise ContentFault(faults)
    cards = _card_content(words, knowledge)
    spoken = {other: _card_content(w, named(knowledge, w)) for other, w in words.others.items()}
    queries = {release: key_queries(knowledge, release) for release in Release}
    terminology = Terminology(knowledge)
    return Engine(terminology, cards, settings.zone, settings.version, queries, servers, spoken)


def _card_content(words: Words, knowledge: Knowledge) -> CardContent:
    return CardContent(words, knowledge, OrderBook(words.suggestions), __version__, _new_uuid)


def load_content(
    settings: Settings, warnings: list[Fault] | None = None
) -> tuple[Knowledge, Words]:
    """Knowledge and words under the site's folder, the words in each language of a client or of
    the folder.  Raises ContentFault with all of both.

    warnings: what is odd in them and stops no start is added to it.
    """
    notes = Notes()
    folder, intervals = settings.content_dir, settings.reference_intervals
    try:
        knowledge = load_knowledge(folder, intervals, notes.warnings)
    except ContentFault as error:
        notes.faults += error.faults
        knowledge = load_knowledge()
    words = load_words(knowledge, notes, folder)
    check_languages(settings.languages, folder, settings.file_name, notes.fault)
    others = _languages_in_use(settings)
    spoken = {name: load_language(name, words, knowledge, notes, folder) for name in others}
    review = load_review(folder, notes.fault, others)
    if warnings is not None:
        warnings += notes.warnings
    if notes.faults:
        raise ContentFault(notes.faults)
    spoken = {name: replace(w, review=review.sentence(w)) for name, w in spoken.items()}
    words = replace(words, review=review.sentence(words), others=spoken)
    return replace(knowledge, version=_version(knowledge, words)), words


def _languages_in_use(settings: Settings) -> list[str]:
    """Beside English: those of clients, and those the site has written something in."""
    known = languages(settings.content_dir)
    wanted = {language for _, language in settings.languages}
    wanted |= own_languages(settings.content_dir)
    return [name for name in known if name in wanted and name != ENGLISH]


def _version(knowledge: Knowledge, words: Words) -> str:
    """One version for all content: what is judged by and what is said, in each language."""
    said = " ".join((words.version, *(other.version for other in words.others.values())))
    return hashlib.sha256(f"{knowledge.version} {said}".encode()).hexdigest()[:12]


def _open_store(settings: Settings) -> Store | None:
    """Where nothing is configured and the folder cannot be written, nothing is remembered."""
    from service.store.database import open_store

    try:
        return open_store(settings)
    except Faulty:
        if settings.clients or settings.store_url or settings.data_dir:
            raise
        log("store-not-opened", WARNING)
        return None


def _open_memory(settings: Settings, store: Store) -> Memory:
    from service.store.memory import open_memory

    return open_memory(settings, store, lambda why, n: NOT_REMEMBERED.labels(why).inc(n))


def _open_trust(settings: Settings, store: Store) -> Trust:
    """Cryptography is imported only where there are callers to verify."""
    from service.trust.wiring import open_trust

    return open_trust(settings, store)


def _recorder(settings: Settings, engine: Engine, memory: Memory | None) -> Recorder:
    """Raises Faulty where [repeat] names a reason that no card offers."""
    reasons = engine.cards.words.override_reasons
    faults = [
        Fault(settings.file_name, f"repeat.days.{reason}", "is no reason" + hint(reason, reasons))
        for reason in settings.keeping.repeat
        if reason not in reasons
    ]
    if faults:
        raise Faulty(faults)
    return Recorder(memory, engine, settings.keeping.repeat)


def _metrics_token(settings: Settings) -> bytes:
    """What a reader of metrics beyond this machine must know; empty lets nobody else in."""
    file = settings.keeping.metrics_token
    if file is None:
        return b""
    try:
        token = file.read_bytes().strip()
    except OSError:
        token = b""
    if len(token) < FEWEST_TOKEN_BYTES:
        message = f"holds no token of at least {FEWEST_TOKEN_BYTES} characters"
        raise Faulty([Fault(settings.file_name, "metrics.token_file", message)])
    return token


def _count_versions(engine: Engine, settings: Settings) -> None:
    # its faults were told before
    review = load_review(settings.content_dir, lambda *_: None, engine.languages)
    UNSIGNED.set(sum(file.signed is None for file in review.files))
    of = {"knowledge": engine.knowledge.version, "configuration": engine.configuration}
    versions({"version": __version__, **of})


def _health(
    settings: Settings,
    engine: Engine,
    trust: Trust | None,
    memory: Memory | None,
    upkeep: Upkeep | None,
    app: Flask,
) -> list[HealthCheck]:
    """Can this process answer truthfully?  A change that was refused leaves it as it was."""
    found = content_checks(settings, engine.knowledge)
    found += refused_changes(app.extensions.get(REFUSED, ()))
    found += trust.health_checks() if trust else []
    if memory:
        lost = f"{memory.lost} rows lost since the start, {memory.waiting} to be written"
        found.append(HealthCheck("remembered", True, lost))
    return found + (upkeep.health_checks() if upkeep else [])


def _new_uuid() -> str:
    return str(uuid.uuid4())


def _add_page(app: Flask, settings: Settings, engine: Engine, clock: Callable[[], date]) -> None:
    """What people look at in a browser; development mode only."""
    from service.pages.wiring import add_page

    add_page(app, settings, engine, clock)


def _add_demo(app: Flask, engine: Engine, clock: Callable[[], date]) -> None:
    """The stories as a FHIR server, to try the service on; never where clients are configured."""
    from service.demo.routes import demo_routes

    app.register_blueprint(demo_routes(engine.knowledge, clock))
