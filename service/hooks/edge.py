"""What every answer and every call have in common: headers, CORS, hosts, no tokens in URLs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from service.settings import Settings
from service.settings.checks import LOOPBACK_NAMES, is_loopback
from service.settings.profiles import PROFILES
from service.watch import call

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from service.watch.spans import Tracing

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",
}
# A page of the service's own may be wider; nothing else is ever drawn by a browser.
EVERYWHERE = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ONE_YEAR = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
# Probes come by address, and say nothing but how the process is.
OPEN_TO_ANY_HOST = ("/healthz", "/readyz", "/metrics")
# Where anyone may call, a page of these may read the answer, and any page of this machine.
SANDBOXES = frozenset(PROFILES["sandbox"].values["cors_origins"])
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?", re.I)
_ORIGIN = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+")
_TOKEN_IN_URL = re.compile(r"(?:^|[?&;])(?:access_token|id_token|client_assertion|jwt)=|eyJ", re.I)


def install(app: Flask, settings: Settings, tracing: Tracing | None = None) -> None:
    """Put the edge around an application.  tracing: where calls are told to a collector."""
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0
        )
    hosts = trusted_hosts(settings)
    headers = EVERYWHERE | (ONE_YEAR if settings.base_url.startswith("https://") else {})
    origins = {origin for client in settings.clients for origin in client.cors_origins}
    open_to_sandboxes = settings.is_development and not settings.clients

    def may_read(origin: str) -> bool:
        return origin in origins or (open_to_sandboxes and _is_sandbox(origin))

    app.wsgi_app = _Headers(app.wsgi_app, headers, may_read, tracing)  # type: ignore[method-assign]

    @app.before_request
    def guard() -> Response | None:
        _check_host(hosts)
        _check_url()
        asked = request.headers.get("Access-Control-Request-Method")
        return Response(status=204) if request.method == "OPTIONS" and asked else None


@dataclass(frozen=True, slots=True)
class _Headers:
    """A WSGI layer that adds what every answer carries; the framework would look up each name.

    always: unless the answer has its own.  may_read: whether a page of this origin may.  A call
    begins and ends here: whatever becomes of it has its id.
    """

    app: WSGIApplication
    always: Mapping[str, str]
    may_read: Callable[[str], bool]
    tracing: Tracing | None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ids = (environ.get("HTTP_X_REQUEST_ID", ""), environ.get("HTTP_TRACEPARENT", ""))
        with call.beginning(*ids) as begun:
            if self.tracing is None or environ["REQUEST_METHOD"] != "POST":  # the rest are probes
                return self._answer(environ, start_response, begun)
            with self.tracing.following(begun):
                return self._answer(environ, start_response, begun)

    def _answer(
        self, environ: WSGIEnvironment, start_response: StartResponse, begun: call.Call
    ) -> Iterable[bytes]:
        origin = environ.get("HTTP_ORIGIN")
        more = [(call.REQUEST_ID, begun.request_id), ("Vary", "Origin")]
        if origin and self.may_read(origin):
            more += _allowed(origin, environ["REQUEST_METHOD"])

        def start(status: str, given: list[tuple[str, str]], *failed: Any) -> Any:
            names = {name.title() for name, _ in given}
            missing = [item for item in self.always.items() if item[0] not in names]
            begun.http_status = int(status[:3])
            return start_response(status, given + missing + more, *failed)

        return self.app(environ, start)


def _allowed(origin: str, method: str) -> list[tuple[str, str]]:
    preflight = PREFLIGHT if method == "OPTIONS" else {}
    return [("Access-Control-Allow-Origin", origin), *preflight.items()]


def trusted_hosts(settings: Settings) -> tuple[str, ...]:
    """The names this service answers to; empty where anyone may call by any name."""
    if settings.is_development and not settings.public_base_url:
        return ()
    named = urlsplit(settings.base_url).hostname or ""
    return (f"[{named}]" if ":" in named else named, *LOOPBACK_NAMES)


def _check_host(hosts: Collection[str]) -> None:
    """By name, in any case of letters; the port is the proxy's business."""
    if hosts and request.path not in OPEN_TO_ANY_HOST:
        written = _HOST.fullmatch(request.headers.get("Host", ""))
        if written is None or written[1].lower() not in hosts:
            raise BadRequest


def _is_sandbox(origin: str) -> bool:
    """An origin is echoed: what reads as one only because readers skip characters is none."""
    if origin in SANDBOXES:
        return True
    try:
        return bool(_ORIGIN.fullmatch(origin)) and is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return False


def _check_url() -> None:
    """A URL is written down by every proxy on the way: a token in it is spent on the spot."""
    if _TOKEN_IN_URL.search(request.query_string.decode("latin-1")) or "eyJ" in request.path:
        raise BadRequest
