"""GET /metrics: open to this machine, and elsewhere to who knows the token."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.settings.checks import is_loopback
from service.watch import metrics

if TYPE_CHECKING:
    from service.store.memory import Memory

FEWEST_TOKEN_BYTES = 16


def metrics_route(memory: Memory | None, token: bytes) -> Blueprint:
    """token: of who asks from elsewhere; empty lets nobody else in."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def show() -> Response:
        if not _may_read(token):
            raise NotFound
        metrics.STORE_UP.set(memory is not None and memory.store.is_up())
        return Response(metrics.exposition(), mimetype=None, content_type=metrics.TEXT)

    return routes


def _may_read(token: bytes) -> bool:
    """By address behind the proxies that are trusted, or by a bearer token."""
    if is_loopback(request.remote_addr or ""):
        return True
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token)
