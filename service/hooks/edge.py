"""What every answer and every call have in common: headers, CORS, hosts, no tokens in URLs."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from service.settings import Settings
from service.settings.checks import LOOPBACK_NAMES, is_loopback
from service.settings.profiles import PROFILES

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
OPEN_TO_ANY_HOST = ("/healthz", "/readyz")
# Where anyone may call, a page of these may read the answer, and any page of this machine.
SANDBOXES = frozenset(PROFILES["sandbox"].values["cors_origins"])
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?", re.I)
_TOKEN_IN_URL = re.compile(r"(?:^|[?&;])(?:access_token|id_token|client_assertion|jwt)=|eyJ", re.I)


def install(app: Flask, settings: Settings) -> None:
    """Put the edge around an application."""
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0
        )
    headers = EVERYWHERE | (ONE_YEAR if settings.base_url.startswith("https://") else {})
    hosts = trusted_hosts(settings)
    origins = {origin for client in settings.clients for origin in client.cors_origins}
    open_to_sandboxes = settings.is_development and not settings.clients

    @app.before_request
    def guard() -> Response | None:
        _check_host(hosts)
        _check_url()
        asked = request.headers.get("Access-Control-Request-Method")
        return Response(status=204) if request.method == "OPTIONS" and asked else None

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin", "")
        if origin in origins or (open_to_sandboxes and _is_sandbox(origin)):
            _allow(response, origin)
        return response


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
    try:
        return origin in SANDBOXES or is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return False


def _check_url() -> None:
    """A URL is written down by every proxy on the way: a token in it is spent on the spot."""
    if _TOKEN_IN_URL.search(request.query_string.decode("latin-1")) or "eyJ" in request.path:
        raise BadRequest


def _allow(response: Response, origin: str) -> None:
    response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
