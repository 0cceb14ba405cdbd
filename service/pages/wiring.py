"""Give the page what it needs from the service: stories, health, and evaluation with reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask, request

from fhir_fixtures import Story, stories
from service import __version__
from service.evaluation import House, evaluate
from service.explain import explain
from service.hooks.errors import ServiceError, UnknownService
from service.hooks.services import BY_ID, SERVICES
from service.pages.routes import PageDeps, page_blueprint
from service.settings import Settings
from service.watch.health import checks

Json = dict[str, Any]


def add_page(app: Flask, settings: Settings, house: House, clock: Callable[[], date]) -> None:
    """Serve the page at `/`."""

    def explain_request(
        service_id: str, body: Json, today: str | None
    ) -> tuple[int, Json, Json | None]:
        return _explain(service_id, body, date.fromisoformat(today) if today else clock(), house)

    deps = PageDeps(
        info=lambda: _info(settings, house),
        stories=lambda: [_listed(story) for story in stories().values()],
        story=_story,
        explain=explain_request,
    )
    app.register_blueprint(page_blueprint(deps))


def _info(settings: Settings, house: House) -> Json:
    found = checks(settings, house.knowledge, None)
    return {
        "version": __version__,
        "knowledge": house.knowledge.version,
        "configuration": house.configuration,
        "mode": settings.mode,
        "services": [
            {
                "id": service.id,
                "hook": service.hook,
                "title": service.title,
                "url": f"{request.host_url}cds-services/{service.id}",
            }
            for service in SERVICES
        ],
        "health": {
            "ready": all(check.ok for check in found),
            "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in found],
        },
        "reviews": dict(house.knowledge.reviews),
    }


def _listed(story: Story) -> Json:
    return {
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
        **_listed(story), "readme": story.readme, "request": story.request,
    }  # fmt: skip


def _explain(
    service_id: str, body: Json, today: date, house: House
) -> tuple[int, Json, Json | None]:
    """What the service would answer, and why; the same errors as over HTTP."""
    try:
        if service_id not in BY_ID:
            raise UnknownService
        answer = evaluate(body, BY_ID[service_id], house, today)
    except ServiceError as error:
        return error.status, error.outcome(), None
    return 200, answer.body, explain(answer, house, today)
