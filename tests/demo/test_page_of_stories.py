"""The page on the real service: what it opens on, its order, its links, exact answers."""

from __future__ import annotations

from itertools import groupby

import pytest
from flask.testing import FlaskClient

from fhir_fixtures import stories
from service.app import create_app
from service.demo.links import MAIN_STORY
from tests.conftest import TODAY

EXPLAIN = "/page/api/explain"
DAY = stories()[MAIN_STORY].today.isoformat()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(today=lambda: TODAY).test_client()


def test_the_page_opens_on_the_main_warning(client: FlaskClient) -> None:
    main = [s for s in client.get("/page/api/stories").get_json() if s["isMain"]]

    assert [(s["verdict"], s["indicator"]) for s in main] == [("hppSuspected", "warning")]


def test_stories_of_one_verdict_stand_together_the_most_urgent_first(client: FlaskClient) -> None:
    listed = client.get("/page/api/stories").get_json()
    verdicts = [verdict for verdict, _ in groupby(s["verdict"] for s in listed)]

    assert len(listed) == len(stories())
    assert len(verdicts) == len(set(verdicts))
    assert verdicts[0] == "hppConfirmed"
    assert verdicts[-1] == "notApplicable"
    assert all(s["verdictLabel"] != s["verdict"] for s in listed)


def test_each_story_comes_with_its_links(client: FlaskClient) -> None:
    links = client.get(f"/page/api/stories/{MAIN_STORY}").get_json()["links"]

    assert f"patientId={MAIN_STORY}" in links["sandbox"]
    assert links["curl"].endswith("/cds-services/hpp-order-sign")


@pytest.mark.parametrize(
    ("raw", "status"),
    [('{"hook": "order-sign", "hook": "order-sign"}', 400), ("{", 400), ("[NaN]", 400)],
)
def test_text_is_answered_as_over_http(client: FlaskClient, raw: str, status: int) -> None:
    """A member that is given twice is refused, as every reader would see another request."""
    over_http = client.post(
        "/cds-services/hpp-order-sign", data=raw, content_type="application/json"
    )
    asked = {"service": "hpp-order-sign", "raw": raw, "today": DAY}
    answer = client.post(EXPLAIN, json=asked).get_json()

    assert over_http.status_code == status
    assert (answer["status"], answer["response"]) == (status, over_http.get_json())
