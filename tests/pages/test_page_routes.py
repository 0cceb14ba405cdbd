"""The routes of the page: headers, refusals, Markdown without HTML, files from a fixed list."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.pages.routes import FILES, STATIC
from tests.pages.conftest import STORIES, FakeService

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASKED = {"service": "hpp-order-sign", "today": "2026-03-01", "request": {"story": "suspected"}}
ROUTES = [
    ("GET", "/", 200),
    ("GET", "/page/page.css", 200),
    ("GET", "/page/app.js", 200),
    ("GET", "/page/icon.svg", 200),
    ("GET", "/page/nothing.js", 404),
    ("GET", "/page/api/info", 200),
    ("GET", "/page/api/stories", 200),
    ("GET", "/page/api/stories/suspected", 200),
    ("GET", "/page/api/stories/nobody", 404),
    ("POST", "/page/api/explain", 400),
]


@pytest.mark.hazard("W1")
@pytest.mark.parametrize(("method", "path", "status"), ROUTES)
def test_every_answer_carries_the_headers(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_is_served_with_its_type(client: FlaskClient, name: str) -> None:
    expected = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    answer = client.get(f"/page/{name}")
    assert answer.data == (STATIC / name).read_bytes()
    assert answer.mimetype == expected[FILES[name].suffix]


@pytest.mark.hazard("W14")
def test_the_page_says_that_nobody_signed_it(client: FlaskClient) -> None:
    said = client.get("/page/api/info").get_json()["review"]

    assert said == "No clinician has signed this content."
    assert "Development page: use no real patient data." in client.get("/").text


@pytest.mark.hazard("W1")
def test_the_page_holds_nothing_that_its_policy_forbids() -> None:
    text = (STATIC / "index.html").read_text()
    scripts = [line for line in text.splitlines() if "<script" in line]
    assert all("src=" in line for line in scripts)
    assert " style=" not in text
    assert " on" not in text.replace(" one", "").replace(" only", "")
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.hazard("W1")
@pytest.mark.parametrize("name", sorted(name for name in FILES if name.endswith(".js")))
def test_scripts_write_no_html_and_evaluate_no_text(name: str) -> None:
    text = (STATIC / name).read_text()
    forbidden = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
    )
    assert [word for word in forbidden if word in text] == []


@pytest.mark.parametrize(
    "path",
    [
        "/page/../routes.py",
        "/page/..%2froutes.py",
        "/page/%2e%2e/routes.py",
        "/page/..%5croutes.py",
        "/page/....//routes.py",
        "/page//etc/passwd",
        "/page/%2fetc%2fpasswd",
        "/page/index.html",
        "/page/app.js%00.css",
        "/page/APP.JS",
    ],
)
def test_only_listed_files_are_served(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (308, 404)
    assert b"Blueprint" not in answer.data
    assert b"root:" not in answer.data


def test_info_and_stories_come_from_the_service(client: FlaskClient) -> None:
    assert client.get("/page/api/info").json["health"]["ready"] is True  # type: ignore[index]
    stories = client.get("/page/api/stories").json
    assert [story["id"] for story in stories or []] == [story["id"] for story in STORIES]


def test_a_story_has_its_text_as_html(client: FlaskClient) -> None:
    story = client.get("/page/api/stories/suspected").json or {}
    assert "<strong>low ALP</strong>" in story["readmeHtml"]
    assert story["request"] == {"hook": "order-sign", "story": "suspected"}


def test_a_story_nobody_wrote_is_said_in_words(client: FlaskClient) -> None:
    assert client.get("/page/api/stories/nobody").json == {
        "error": "There is no story of that name."
    }


def test_an_answer_has_response_reasoning_and_details(
    client: FlaskClient, fake: FakeService
) -> None:
    answer = client.post("/page/api/explain", json=ASKED).json or {}
    assert answer["status"] == 200
    assert answer["response"]["cards"][0]["indicator"] == "warning"
    assert answer["explanation"]["row"] == "5-persistent"
    assert len(answer["details"]) == 1
    assert "<table>" in answer["details"][0]
    assert fake.asked == [("hpp-order-sign", {"story": "suspected"}, "2026-03-01")]


def test_a_refusal_of_the_service_is_an_answer(client: FlaskClient) -> None:
    answer = client.post("/page/api/explain", json={**ASKED, "request": {"story": "no-data"}})
    assert answer.status_code == 200
    body = answer.json or {}
    assert (body["status"], body["explanation"], body["details"]) == (412, None, [])
    assert body["response"]["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("today", [None, ""])
def test_no_day_means_today(client: FlaskClient, fake: FakeService, today: str | None) -> None:
    assert client.post("/page/api/explain", json={**ASKED, "today": today}).status_code == 200
    assert fake.asked[0][2] is None


@pytest.mark.parametrize(
    "posted",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"service": "x"}',
        b'{"service": 1, "request": {}}',
        b'{"service": "", "request": {}}',
        b'{"service": "x", "request": []}',
        b'{"service": "x", "request": null}',
        b'{"service": "x", "request": {"a": NaN}}',
        b'{"service": "x", "request": {"a": -Infinity}}',
        b'{"service": "x", "request": {}, "today": 20260301}',
        b'{"service": "x", "request": {}, "today": "2026-W09-7"}',
        b'{"service": "x", "request": {}, "today": "20260301"}',
        b'{"service": "x", "request": {}, "today": "2026-02-30"}',
        '{"service": "x", "request": {}, "today": "２０２６-03-01"}'.encode(),
        b"[" * 100_000,
    ],
)
def test_malformed_questions_are_refused_in_our_own_words(
    client: FlaskClient, fake: FakeService, posted: bytes
) -> None:
    answer = client.post("/page/api/explain", data=posted, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json or {}) == ["error"]
    assert not any(word in answer.text for word in ("Expecting", "char ", "isoformat", "recursion"))
    assert fake.asked == []


@pytest.mark.hazard("W3")
def test_a_form_of_another_site_is_refused(client: FlaskClient, fake: FakeService) -> None:
    """A page elsewhere can post text without asking first; it cannot post JSON."""
    answer = client.post("/page/api/explain", data=json.dumps(ASKED), content_type="text/plain")
    assert answer.status_code == 400
    assert fake.asked == []


def test_a_body_over_four_mebibytes_is_refused(client: FlaskClient) -> None:
    huge = {**ASKED, "request": {"filler": "x" * (4 * 1024 * 1024)}}
    answer = client.post("/page/api/explain", json=huge)
    assert answer.status_code == 413
    assert answer.json == {"error": "Request Entity Too Large"}


@pytest.mark.hazard("O8")
def test_a_failure_says_nothing_of_its_cause(broken: FlaskClient) -> None:
    answer = broken.post("/page/api/explain", json=ASKED)
    assert answer.status_code == 500
    assert "ZZPHI" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


def with_detail(fake: FakeService, detail: Any) -> None:
    card = {"summary": "s", "indicator": "info", "detail": detail}
    fake.answers["suspected"] = (200, {"cards": [card]}, None)


def rendered(client: FlaskClient) -> str:
    answer = client.post("/page/api/explain", json=ASKED).json or {}
    return str(answer["details"][0])


@pytest.mark.hazard("W1")
@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick='alert(1)'>b</b>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/a.png)",
        "<https://evil.example>\n<svg onload=alert(1)>",
    ],
)
def test_markdown_is_rendered_without_raw_html(
    client: FlaskClient, fake: FakeService, markdown: str
) -> None:
    with_detail(fake, markdown)
    html = rendered(client)
    assert not any(tag in html for tag in ("<script", "<img", "<b ", "<svg", 'href="javascript'))


def test_tables_and_lists_are_rendered(client: FlaskClient, fake: FakeService) -> None:
    with_detail(fake, "| a | b |\n| - | -: |\n| 1 | 2 |\n\n- one\n- ~~two~~\n")
    html = rendered(client)
    assert "<table>" in html
    assert "<li>one</li>" in html
    assert "<s>two</s>" in html
    assert '<td class="to-right">2</td>' in html
    assert "style=" not in html


@pytest.mark.parametrize("cards", [None, {}, "x", [None], [{}], [{"detail": None}], [[]]])
def test_an_odd_answer_is_still_an_answer(
    client: FlaskClient, fake: FakeService, cards: Any
) -> None:
    fake.answers["suspected"] = (200, {"cards": cards}, None)
    assert client.post("/page/api/explain", json=ASKED).status_code == 200


def test_a_lone_surrogate_does_no_harm(client: FlaskClient, fake: FakeService) -> None:
    with_detail(fake, "a \ud800 b")
    assert client.post("/page/api/explain", json=ASKED).status_code == 200
