"""The application factory: the one place where things are wired together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import HTTPException

from service import __version__
from service.content.faults import Fault, Faulty
from service.content.files import missing
from service.content.reviews import review_in_use
from service.evaluation.building import build_engine as build_engine
from service.evaluation.building import load_content as load_content
from service.evaluation.engine import Engine
from service.hooks import edge, routes
from service.hooks.callers import Callers
from service.hooks.errors import ServiceError
from service.hooks.messages import MAX_BODY_BYTES
from service.hooks.metrics import FEWEST_TOKEN_BYTES, metrics_route
from service.hooks.recording import Recorder
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
from service.watch.tracing import open_tracing

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
    edge.install(app, settings, open_tracing())
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
    app.register_blueprint(metrics_route(memory, metrics_token(settings)))
    _count_versions(engine, settings)
    if settings.has_page:
        _add_page(app, settings, engine, clock)
        _add_demo(app, engine, clock)
    app.register_error_handler(ServiceError, routes.answer_service_error)
    app.register_error_handler(HTTPException, routes.answer_http_error)
    app.register_error_handler(Exception, routes.answer_crash)
    return app


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
    return Recorder(memory, engine, settings.keeping.repeat)


def metrics_token(settings: Settings) -> bytes:
    """What a reader of metrics beyond this machine must know; empty lets nobody else in.

    Raises Faulty where the file that is to hold it does not.
    """
    file = settings.keeping.metrics_token
    if file is None:
        return b""
    try:
        token = file.read_bytes().strip()
    except OSError:
        token = b""
    if len(token) < FEWEST_TOKEN_BYTES or not all(33 <= byte <= 126 for byte in token):
        message = f"holds no token of at least {FEWEST_TOKEN_BYTES} characters"
        gone = missing(file)
        message += f": {file} {gone}" if gone else ""
        message += " of printable ASCII without blanks" if token else ""
        raise Faulty([Fault(settings.file_name, "metrics.token_file", message)])
    return token


def _count_versions(engine: Engine, settings: Settings) -> None:
    # its faults were told before
    review = review_in_use(settings.content_dir, engine.languages)
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
        # Where callers are verified, their check of the store fails for both.
        is_down = trust is None and not memory.store.is_up()
        found.append(HealthCheck("remembered", True, lost, degraded=is_down))
    return found + (upkeep.health_checks() if upkeep else [])


def _add_page(app: Flask, settings: Settings, engine: Engine, clock: Callable[[], date]) -> None:
    """What people look at in a browser; development mode only."""
    from service.pages.wiring import add_page

    add_page(app, settings, engine, clock)


def _add_demo(app: Flask, engine: Engine, clock: Callable[[], date]) -> None:
    """The stories as a FHIR server, to try the service on; never where clients are configured."""
    from service.demo.routes import demo_routes

    app.register_blueprint(demo_routes(engine.knowledge, clock))
