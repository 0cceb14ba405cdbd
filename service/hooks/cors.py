"""CORS for browser clients, on every route and every error.

Development mode answers any origin, without credentials.  In production no browser origin is
allowed until clients are configured.
"""

from __future__ import annotations

from flask import Flask, Response, request

HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def install(app: Flask, any_origin: bool) -> None:
    """Answer preflights without authentication, and put the headers on all responses."""

    @app.before_request
    def preflight() -> Response | None:
        asked = request.headers.get("Access-Control-Request-Method")
        return Response(status=204) if request.method == "OPTIONS" and asked else None

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(EVERYWHERE)
        response.headers.add("Vary", "Origin")
        if any_origin and "Origin" in request.headers:
            response.headers["Access-Control-Allow-Origin"] = "*"
            if request.method == "OPTIONS":
                response.headers.update(HEADERS)
        return response
