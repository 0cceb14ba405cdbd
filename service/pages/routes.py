"""The routes of the development page.

They know nothing of FHIR or of the rules: everything comes through the callables of
`PageDeps`.  What the page gets is JSON and text; the only HTML is Markdown rendered here
with raw HTML switched off, and the browser walks that through its own list of tags again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from flask import Blueprint, Response, request
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from werkzeug.exceptions import BadRequest, HTTPException, NotFound

Json = dict[str, Any]

MOST_BYTES = 4 * 1024 * 1024
STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
# A fixed list made at start: a name that is not in it is never turned into a path.
FILES = {path.name: path for path in STATIC.iterdir() if path.suffix in (".css", ".js", ".svg")}

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_SIDE = re.compile(r"text-align:(left|right|center)")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class PageDeps:
    """Everything the page needs of the service.

    info: version, mode, services, health and reviews.
    stories: one line for each story.  story: one of them by id, or None.
    explain: service id, the request's bytes, today or None -> HTTP status, body, explanation or
    None.
    """

    info: Callable[[], Json]
    stories: Callable[[], list[Json]]
    story: Callable[[str], Json | None]
    explain: Callable[[str, bytes, str | None], tuple[int, Json, Json | None]]


def page_blueprint(deps: PageDeps) -> Blueprint:
    """The page, its files and its small API, with the same headers on every answer."""
    page = Blueprint("page", __name__)
    page.after_request(_with_headers)
    page.register_error_handler(HTTPException, _error)
    page.add_url_rule("/", "index", _index)
    page.add_url_rule("/page/<file>", "file", _file)
    _add_api(page, deps)
    return page


def _add_api(page: Blueprint, deps: PageDeps) -> None:
    markdown = _markdown()

    @page.get("/page/api/info")
    def info() -> Response:
        return _json(deps.info())

    @page.get("/page/api/stories")
    def stories() -> Response:
        return _json(deps.stories())

    @page.get("/page/api/stories/<story_id>")
    def story(story_id: str) -> Response:
        found = deps.story(story_id)
        if found is None:
            raise NotFound("There is no story of that name.")
        return _json({**found, "readmeHtml": markdown.render(str(found.get("readme", "")))})

    @page.post("/page/api/explain")
    def explain() -> Response:
        service, body, today = _question()
        status, answer, explanation = deps.explain(service, body, today)
        details = [markdown.render(detail) for detail in _details(answer)]
        return _json(
            {
                "status": status,
                "response": answer,
                "explanation": explanation,
                "details": details,
            }
        )


def _index() -> Response:
    return _send(STATIC / "index.html")


def _file(file: str) -> Response:
    if file not in FILES:
        raise NotFound("There is no file of that name.")
    return _send(FILES[file])


def _send(path: Path) -> Response:
    return Response(path.read_bytes(), content_type=f"{TYPES[path.suffix]}; charset=utf-8")


def _markdown() -> MarkdownIt:
    """What EHRs draw of GitHub Flavored Markdown: no raw HTML, no images, no bare-URL links."""
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable(["table", "strikethrough"]).disable("image")
    markdown.core.ruler.push("align_by_class", _align_by_class)
    return markdown


def _align_by_class(state: StateCore) -> None:
    """A column's side as a class: the page's policy refuses the inline style of Markdown."""
    for token in state.tokens:
        side = _SIDE.fullmatch(str(token.attrs.pop("style", "")))
        if side:
            token.attrSet("class", f"to-{side[1]}")


def _details(answer: Json) -> list[str]:
    """The Markdown of each card, in the order of the cards; empty where a card has none."""
    cards = answer.get("cards")
    if not isinstance(cards, list):
        return []
    return [str(card.get("detail", "")) if isinstance(card, dict) else "" for card in cards]


def _question() -> tuple[str, bytes, str | None]:
    """Service id, request and day as posted; BadRequest with our own words otherwise."""
    posted = _posted()
    service, today = posted.get("service"), posted.get("today")
    if not isinstance(service, str) or not service:
        raise BadRequest("Name the service that is to answer.")
    return service, _raw(posted), _day(today)


def _raw(posted: Json) -> bytes:
    """The request as text, judged as it stands, such as a member given twice; or as an object."""
    raw, body = posted.get("raw"), posted.get("request")
    if isinstance(raw, str):
        return raw.encode("utf-8", "surrogatepass")
    if not isinstance(body, dict):
        raise BadRequest("The request has to be a JSON object.")
    return json.dumps(body).encode()


def _posted() -> Json:
    request.max_content_length = MOST_BYTES
    if not request.is_json:
        raise BadRequest("Send JSON, as application/json.")
    try:
        posted = json.loads(request.get_data(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadRequest("This is not JSON that can be read.") from None
    if not isinstance(posted, dict):
        raise BadRequest("Send a JSON object.")
    return posted


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity are not JSON, whatever Python thinks."""
    raise ValueError(name)


def _day(today: object) -> str | None:
    """An ISO day or nothing; an empty field of the form is nothing."""
    if today is None or today == "":
        return None
    if not isinstance(today, str) or not _ISO_DAY.fullmatch(today):
        raise BadRequest("Write the day as YYYY-MM-DD.")
    try:
        return date.fromisoformat(today).isoformat()
    except ValueError:
        raise BadRequest("There is no such day.") from None


def _json(payload: object, status: int = 200) -> Response:
    """Members in the order they were made; ASCII, so that a lone surrogate does no harm."""
    return Response(json.dumps(payload), status=status, content_type="application/json")


def _error(error: HTTPException) -> Response:
    """Our own words where we raised it, the plain name of the status everywhere else."""
    ours = isinstance(error, BadRequest | NotFound) and error.description
    return _json({"error": ours or error.name}, error.code or 500)


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
