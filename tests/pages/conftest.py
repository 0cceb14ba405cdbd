"""The page with fake dependencies: no service, no FHIR, no clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from service.app import create_app
from service.pages import PageDeps, page_blueprint
from service.server.waitress_server import Server, bind
from service.settings import Settings
from tests.listening import listening
from tests.pages import samples

Json = dict[str, Any]
Answer = tuple[int, Json, Json | None]


def answers() -> dict[str, Answer]:
    """What the fake service answers to the request of each story."""
    suspected, child = samples.suspected(), samples.child()
    marked = samples.card(
        summary="ALP 58 U/L is low for age: check for hypophosphatasia before bisphosphonate.",
        detail="**Consider**\n\n- Repeat ALP now.\n",
        overrideReasons=[],
        selectionBehavior="at-most-one",
    )
    return {
        "suspected": (200, samples.response(suspected, samples.card()), suspected),
        "child": (200, samples.response(child, marked), child),
        "silent": (200, *samples.silent()),
        "no-data": (412, samples.OUTCOME, None),
    }


STORIES: list[Json] = [
    {
        "id": "suspected",
        "title": "Ten years of low ALP, now on alendronate",
        "verdict": "hppSuspected",
        "status": "partial",
        "indicator": "warning",
    },
    {
        "id": "child",
        "title": "A boy whose ALP an adult range called normal",
        "verdict": "lowAlpOnceMarked",
        "status": "complete",
        "indicator": "warning",
    },
    {
        "id": "silent",
        "title": "An antibiotic: nothing to say",
        "verdict": "notApplicable",
        "status": "not-applicable",
        "indicator": "none",
    },
    {
        "id": "no-data",
        "title": "The ALP history was not sent",
        "verdict": "",
        "status": "unavailable",
        "indicator": "none",
    },
]


def info() -> Json:
    hooks = {"order-sign": "hpp-order-sign", "patient-view": "hpp-patient-view"}
    return {
        "version": "0.1.0",
        "knowledge": "2026-02",
        "configuration": "embedded",
        "mode": "development",
        "services": [
            {
                "id": name,
                "hook": hook,
                "title": "Low ALP before an antiresorptive",
                "url": f"http://127.0.0.1:5000/cds-services/{name}",
            }
            for hook, name in hooks.items()
        ],
        "health": {
            "ready": True,
            "checks": [
                {"name": "configuration", "ok": True, "detail": "embedded defaults"},
                {"name": "knowledge", "ok": True, "detail": "2026-02, 29 rows"},
                {"name": "store", "ok": True, "detail": ""},
            ],
        },
        "review": "No clinician has signed this content.",
        "reviews": {"thresholds.toml": "", "decision_table.toml": ""},
    }


@dataclass
class FakeService:
    """Answers as told, and remembers what it was asked."""

    answers: dict[str, Answer] = field(default_factory=answers)
    readme: str = "# A story\n\nA woman of 58 with **low ALP**."
    asked: list[tuple[str, Json, str | None]] = field(default_factory=list)

    def stories(self) -> list[Json]:
        return [{**story, "today": "2026-03-01", "service": "hpp-order-sign"} for story in STORIES]

    def story(self, story_id: str) -> Json | None:
        found = next((story for story in self.stories() if story["id"] == story_id), None)
        if found is None:
            return None
        return {
            **found,
            "readme": self.readme,
            "request": {"hook": "order-sign", "story": story_id},
        }

    def explain(self, service: str, raw: bytes, today: str | None) -> Answer:
        body = json.loads(raw)
        self.asked.append((service, body, today))
        return self.answers[body.get("story", "suspected")]

    def deps(self) -> PageDeps:
        return PageDeps(info=info, stories=self.stories, story=self.story, explain=self.explain)


@pytest.fixture
def fake() -> FakeService:
    return FakeService()


@pytest.fixture
def deps(fake: FakeService) -> PageDeps:
    return fake.deps()


def make_app(deps: PageDeps) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(page_blueprint(deps))
    return app


@pytest.fixture
def client(deps: PageDeps) -> FlaskClient:
    return make_app(deps).test_client()


@pytest.fixture
def broken(deps: PageDeps) -> FlaskClient:
    """A service that fails with a text that must not get out."""

    def fail(*_: object) -> Answer:
        raise RuntimeError("ZZPHI patient 12345")

    return make_app(replace(deps, explain=fail)).test_client()


@pytest.fixture
def address(deps: PageDeps) -> Iterator[str]:
    """A real server on a free port of this machine, for a browser."""
    server = make_server("127.0.0.1", 0, make_app(deps), threaded=True)
    with listening(server) as address:
        yield f"{address}/"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all tests here; starting one takes longer than a test."""
    from tests.pages.browser import open_chromium

    with open_chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def browser(chromium: Any) -> Any:
    from tests.pages.browser import make_fresh

    make_fresh(chromium)
    return chromium


@pytest.fixture
def until(browser: Any) -> Callable[[str], Any]:
    """Wait for the first element that fits a selector."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    def wait(selector: str) -> Any:
        finder = WebDriverWait(browser, 10)
        return finder.until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))

    return wait


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The whole application on a free port of this machine, as `serve` runs it."""
    server = Server(create_app(Settings()), bind("127.0.0.1", 0))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/"
    server.stop()
    thread.join(5)
