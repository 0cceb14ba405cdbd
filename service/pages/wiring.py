"""Give the page what it needs from the service: stories, health, and evaluation with reasons."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

from flask import Flask, Response, request

from fhir_fixtures import Story, stories
from service import __version__
from service.content.reviews import review_in_use
from service.demo.links import MAIN_STORY, curl_line, sandbox_link
from service.evaluation.engine import VISITOR, Engine
from service.evaluation.services import SERVICES
from service.hooks.calls import outcome_of
from service.hpp.assessment import Indicator
from service.pages.committee import STYLE, committee_page
from service.pages.routes import HEADERS, PageDeps, page_blueprint
from service.settings import Settings
from service.watch.health import content_checks, switched_off

Json = dict[str, Any]


def add_page(app: Flask, settings: Settings, engine: Engine, clock: Callable[[], date]) -> None:
    """Serve the page at `/`."""

    def explain_request(
        service_id: str, raw: bytes, today: str | None
    ) -> tuple[int, Json, Json | None]:
        return _explain(service_id, raw, date.fromisoformat(today) if today else clock(), engine)

    deps = PageDeps(
        info=lambda: _info(settings, engine),
        stories=lambda: _by_urgency(engine),
        story=_story,
        explain=explain_request,
    )
    app.register_blueprint(page_blueprint(deps))
    app.add_url_rule("/rules", "rules", lambda: _rules(settings, engine))


def _info(settings: Settings, engine: Engine) -> Json:
    found, words = content_checks(settings, engine.knowledge), engine.cards.words
    return {
        "version": __version__,
        "knowledge": engine.knowledge.version,
        "configuration": engine.configuration,
        "mode": settings.mode,
        "services": [
            {
                "id": service.id,
                "hook": service.hook,
                "title": words.phrase("service_title", service.id),
                "url": f"{request.host_url}cds-services/{service.id}",
            }
            for service in SERVICES
        ],
        "health": {
            "ready": all(check.ok for check in found),
            "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in found],
        },
        "review": words.review,
        "reviews": _reviews(settings, engine),
    }


def _reviews(settings: Settings, engine: Engine) -> Json:
    """Each content file, and who signed what it holds now."""
    review = review_in_use(settings.content_dir, engine.languages)
    return {file.name: str(file.signed or "") for file in review.files}


def _rules(settings: Settings, engine: Engine) -> Response:
    """The committee's page: the rules, texts and numbers in force."""
    review = review_in_use(settings.content_dir, engine.languages)
    page = committee_page(engine, review, switched_off(settings, engine.knowledge))
    response = Response(page, mimetype="text/html")
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    response.headers.update({**HEADERS, "Content-Security-Policy": policy})
    return response


def _by_urgency(engine: Engine) -> list[Json]:
    """Those with the most urgent card first, then by the table; of one verdict together."""
    table = [row.verdict for row in engine.knowledge.table]
    ranks: dict[str, int] = {}
    for story in stories().values():
        rank = Indicator(story.indicator).rank
        ranks[story.verdict] = max(rank, ranks.get(story.verdict, 0))

    def place(story: Story) -> tuple[int, int, int]:
        known = table.index(story.verdict) if story.verdict in table else len(table)
        return -ranks[story.verdict], known, -Indicator(story.indicator).rank

    words = engine.cards.words
    return [
        {**_listed(story), "verdictLabel": words.phrase("verdict", story.verdict)}
        for story in sorted(stories().values(), key=place)
    ]


def _listed(story: Story) -> Json:
    return {
        "isMain": story.id == MAIN_STORY,
        "id": story.id,
        "title": story.title,
        "verdict": story.verdict,
        "status": story.status,
        "indicator": story.indicator,
        "today": story.today.isoformat(),
        "service": story.service,
    }


def _story(name: str) -> Json | None:
    story = stories().get(name)
    return None if story is None else {
        **_listed(story), "readme": story.readme, "request": story.request, "links": _links(story),
    }  # fmt: skip


def _links(story: Story) -> Json:
    """The same patient on the demo record, for a terminal and for the public sandbox."""
    origin = request.host_url
    return {"sandbox": sandbox_link(story, origin), "curl": curl_line(story, origin)}


def _explain(
    service_id: str, raw: bytes, today: date, engine: Engine
) -> tuple[int, Json, Json | None]:
    """What the service would answer, and why; the same errors as over HTTP."""
    outcome = outcome_of(raw, service_id, engine, today, VISITOR)
    return outcome.status, outcome.body, outcome.explanation
