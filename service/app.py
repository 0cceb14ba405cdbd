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
from service.content.faults import Fault, Notes
from service.content.knowledge import ContentFault, load_knowledge
from service.content.reviews import load_review
from service.content.words import load_words
from service.evaluation.engine import Engine, FhirServers
from service.evaluation.searches import key_queries
from service.fhir.releases import Release
from service.fhir.terminology import Terminology
from service.hooks import edge, routes
from service.hooks.callers import Callers
from service.hooks.errors import ServiceError
from service.hooks.messages import MAX_BODY_BYTES
from service.hpp.knowledge.model import Knowledge
from service.outbound.registered import open_servers
from service.settings import Settings

if TYPE_CHECKING:
    from service.trust.wiring import Trust
from service.watch.health import HealthCheck, content_checks


def create_app(settings: Settings | None = None, today: Callable[[], date] | None = None) -> Flask:
    """The WSGI application.

    today: the order date; the site's calendar day by default.  Raises ContentFault where the
    content cannot be used.
    """
    settings = settings or Settings()
    engine = build_engine(settings, open_servers(settings))
    trust = _open_trust(settings) if settings.clients else None
    app = Flask("hpp-cds", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # a chunked body is cut there, unsaid
    app.url_map.merge_slashes = False
    edge.install(app, settings)
    clock = today or (lambda: datetime.now(settings.zone).date())
    health = partial(_health, settings, engine, trust)
    callers = Callers(settings, trust)
    app.extensions["hpp-cds.trust"] = trust  # for who stops the service
    app.extensions["hpp-cds.review"] = engine.cards.words.review  # for who starts it
    app.register_blueprint(routes.hook_routes(routes.HookDeps(engine, callers, clock, health)))
    if settings.has_page:
        _add_page(app, settings, engine, clock)
        _add_demo(app, engine, clock)
    app.register_error_handler(ServiceError, routes.answer_service_error)
    app.register_error_handler(HTTPException, routes.answer_http_error)
    app.register_error_handler(Exception, routes.answer_crash)
    return app


def build_engine(settings: Settings, servers: FhirServers | None = None) -> Engine:
    """Content and words, checked whole.  Raises ContentFault with every fault of both.

    servers: how FHIR servers are asked; None asks none.
    """
    knowledge, words = load_content(settings)
    cards = CardContent(words, knowledge, OrderBook(words.suggestions), __version__, _new_uuid)
    queries = {release: key_queries(knowledge, release) for release in Release}
    terminology = Terminology(knowledge)
    return Engine(terminology, cards, settings.zone, settings.version, queries, servers)


def load_content(
    settings: Settings, warnings: list[Fault] | None = None
) -> tuple[Knowledge, Words]:
    """Knowledge and words under the site's folder.  Raises ContentFault with all of both.

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
    review = load_review(folder, notes.fault)
    if warnings is not None:
        warnings += notes.warnings
    if notes.faults:
        raise ContentFault(notes.faults)
    words = replace(words, review=review.sentence(words.sentence))
    return replace(knowledge, version=_version(knowledge, words)), words


def _version(knowledge: Knowledge, words: Words) -> str:
    """One version for all content: what is judged by and what is said."""
    return hashlib.sha256(f"{knowledge.version} {words.version}".encode()).hexdigest()[:12]


def _open_trust(settings: Settings) -> Trust:
    """Databases and cryptography are imported only where there are callers to verify."""
    from service.store.database import open_store
    from service.trust.wiring import open_trust

    return open_trust(settings, open_store(settings))


def _health(settings: Settings, engine: Engine, trust: Trust | None) -> list[HealthCheck]:
    """Can this process answer truthfully?"""
    found = content_checks(settings, engine.knowledge)
    return found + trust.health_checks() if trust else found


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
