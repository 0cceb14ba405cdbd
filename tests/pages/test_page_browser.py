"""The page in a real browser: by keyboard, at 320 pixels, and with hostile text in every field.

Skipped where no chromium, no chromedriver or no selenium is installed.
"""

from __future__ import annotations

from typing import Any

import pytest

from fhir_fixtures import stories
from tests.pages import samples
from tests.pages.browser import (
    SPEED,
    By,
    Keys,
    WebDriverWait,
    assert_quiet,
    elsewhere,
    needs_browser,
    open_story,
    press,
    requested,
    size,
    text,
)
from tests.pages.conftest import FakeService

pytestmark = needs_browser

RENDER = """
const [payloads, done] = arguments;
import("/page/markdown.js").then(({ rendered }) => {
  const made = rendered(payloads.join("<hr>"), "made");
  const each = payloads.map((payload) => rendered(payload, "made"));
  document.querySelector("main").append(made, ...each);
  setTimeout(() => done([made, ...each].map((node) => node.outerHTML).join("")), 200);
});
"""
# Every one tries to run `alert`, to set `window.hit`, or to fetch something from elsewhere.
PAYLOADS = [
    "<script>window.hit=1;alert(1)</script>",
    '<img src=x onerror="window.hit=1;alert(1)">',
    "<img src=https://evil.example/pixel.png>",
    "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<iframe src="javascript:parent.hit=1"></iframe>',
    '<iframe srcdoc="<script>parent.hit=1</script>">',
    '<a href="javascript:window.hit=1">x</a>',
    "[x](javascript:window.hit=1)",
    "[x](JaVaScRiPt&colon;window.hit=1)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](https://evil.example/pixel.png)",
    "![x][1]\n\n[1]: https://evil.example/pixel.png",
    "<https://evil.example/auto>",
    "<style>@import 'https://evil.example/a.css';body{display:none}</style>",
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example/><button autofocus onfocus=alert(1)>x</button></form>",
    '"><script>window.hit=1</script><p x="',
    "</textarea></script><math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
]


def test_it_opens_empty_and_says_what_runs(browser: Any, address: str, until: Any) -> None:
    browser.get(address)
    until("input[name=story]")
    until(".checks")
    assert "No clinician has signed this content." in text(browser, ".banner")
    assert "Choose a story" in text(browser, "#answer")
    assert "hpp-order-sign" in text(browser, "#about")
    assert "not signed by a clinician" in text(browser, "#about")
    assert_quiet(browser, address)


def test_a_story_is_chosen_by_keyboard(browser: Any, address: str, until: Any) -> None:
    browser.get(address)
    until("input[name=story]")
    for _ in range(12):
        press(browser, Keys.TAB)
        if browser.switch_to.active_element.get_attribute("name") == "story":
            break
    press(browser, Keys.SPACE)
    until(".card")
    assert "rule out hypophosphatasia" in text(browser, ".card-summary")
    assert "Warning" in text(browser, ".card-head")
    assert "Hypophosphatasia suspected" in text(browser, ".verdict")
    press(browser, Keys.ARROW_DOWN)
    WebDriverWait(browser, 10).until(lambda d: "58 U/L" in text(d, ".card-summary"))
    assert_quiet(browser, address)


def test_the_chart_is_read_by_keyboard(browser: Any, address: str, until: Any) -> None:
    open_story(browser, address, until, "suspected")
    first = until(".mark[tabindex='0']")
    browser.execute_script("arguments[0].focus()", first)
    assert "26 U/L, 2017-09-04" in text(browser, ".tip")
    press(browser, Keys.ARROW_RIGHT)
    assert "0.45 µkat/L = 27 U/L" in text(browser, ".tip")
    press(browser, Keys.END)
    assert "colecalciferol" in text(browser, ".tip")
    press(browser, Keys.ESCAPE)
    assert text(browser, ".tip") == ""
    marks = browser.find_elements(By.CSS_SELECTOR, ".mark")
    assert len(marks) == 14
    assert all(mark.get_attribute("aria-label") for mark in marks)


def test_everything_on_the_chart_is_in_a_table_too(browser: Any, address: str, until: Any) -> None:
    open_story(browser, address, until, "suspected")
    until("svg.chart-svg")
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    tables = text(browser, ".why")
    for result in samples.suspected()["results"]:
        assert result["reference"] in tables
    for exposure in samples.suspected()["exposures"]:
        assert exposure["reference"] in tables
    for item in samples.suspected()["excluded"]:
        assert item["reason"] in text(browser, ".not-used")


def test_suggestions_and_override_answer_and_send_nothing(
    browser: Any, address: str, until: Any
) -> None:
    open_story(browser, address, until, "suspected")
    until(".suggestion").click()
    assert "Remove the draft order of alendronate" in text(browser, ".said")
    until(".override .button").click()
    assert "Choose a reason first" in text(browser, ".said")
    press(browser, "HPP excluded")
    until(".override .button").click()
    assert "HPP excluded (ALPL and substrates)" in text(browser, ".said")
    posts = [url for url in requested(browser) if url.endswith(("explain", "feedback"))]
    assert len(posts) == 1


def test_no_card_is_said_in_words(browser: Any, address: str, until: Any) -> None:
    open_story(browser, address, until, "silent")
    assert "not interrupted" in text(browser, ".silence")
    assert_quiet(browser, address)


def test_a_refusal_shows_its_diagnostics(browser: Any, address: str, until: Any) -> None:
    open_story(browser, address, until, "no-data")
    assert "HTTP 412" in text(browser, ".refusal")
    assert "The prefetch key alp was not sent" in text(browser, ".refusal")
    assert_quiet(browser, address)


def test_a_pasted_request_is_evaluated(
    browser: Any, address: str, until: Any, fake: FakeService
) -> None:
    browser.get(address)
    until("#paste-service option")
    until("#paste-panel summary").click()
    field = until("#paste-request")
    until("#paste .button").click()
    assert "Paste a CDS Hooks request first" in text(browser, "#paste-error")
    field.send_keys('{"story": "child"}')
    until("#paste .button").click()
    until(".card")
    assert fake.asked == [("hpp-order-sign", {"story": "child"}, None)]
    assert_quiet(browser, address)


def hostile(payload: str) -> tuple[int, samples.Json, samples.Json]:
    """An answer with the payload in every text that the page draws."""

    def poison(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poison(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [poison(item, key) for item in value]
        fixed = ("date", "start", "end", "today", "indicator", "state", "wanted", "effect", "class")
        return f"{payload} {value}" if isinstance(value, str) and key not in fixed else value

    explanation = poison(samples.suspected())
    card = poison(samples.card())
    card["links"].append({"label": payload, "url": "javascript:window.hit=1", "type": "absolute"})
    card["source"]["url"] = "javascript:window.hit=1"
    return 200, poison(samples.response(samples.suspected())) | {"cards": [card]}, explanation


@pytest.mark.hazard("W1")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(
    browser: Any, address: str, until: Any, fake: FakeService, payload: str
) -> None:
    fake.answers["suspected"] = hostile(payload)
    fake.readme = payload
    open_story(browser, address, until, "suspected")
    until("svg.chart-svg")
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    for made in browser.find_elements(By.CSS_SELECTOR, ".card-detail a, .card-source a, .links a"):
        assert made.get_attribute("href").startswith("https://")
    assert browser.execute_script("return window.hit") is None
    forbidden = ("script", "style", "iframe", "img", "base", "link", "meta", "[onerror]")
    assert not any(browser.find_elements(By.CSS_SELECTOR, f"main {tag}") for tag in forbidden)
    assert_quiet(browser, address)


@pytest.mark.hazard("W1")
def test_the_browser_has_its_own_list_of_tags(browser: Any, address: str, until: Any) -> None:
    """Were raw HTML ever to come from the service, the page would still not build it."""
    browser.get(address)
    until("input[name=story]")
    safe = browser.execute_async_script(RENDER, [*PAYLOADS, "<p onclick=alert(1)>a <b>b</b></p>"])
    assert "<p>a b</p>" in safe
    assert not any(word in safe for word in ("onclick", "<script", "<img", "<a ", "style="))
    assert browser.execute_script("return window.hit") is None
    assert elsewhere(browser, address) == []


def test_aligned_columns_need_no_inline_style(
    browser: Any, address: str, until: Any, fake: FakeService
) -> None:
    card = samples.card(detail="| a | b |\n| :-: | -: |\n| 1 | 2 |\n")
    fake.answers["suspected"] = (200, {"cards": [card]}, None)
    open_story(browser, address, until, "suspected")
    assert until(".card-detail td.to-right").text == "2"
    assert_quiet(browser, address)


@pytest.mark.parametrize("story", ["", "suspected", "child", "silent", "no-data"])
@pytest.mark.parametrize("width", [320, 768, 1400])
def test_nothing_scrolls_sideways(
    browser: Any, address: str, until: Any, story: str, width: int
) -> None:
    size(browser, width)
    browser.get("about:blank")
    browser.get(f"{address}#{story}")
    until(".answer-head" if story else "input[name=story]")
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    WebDriverWait(browser, 5).until(lambda d: d.find_elements(By.CSS_SELECTOR, ".pairs"))
    widest = browser.execute_script("return document.documentElement.scrollWidth")
    assert widest <= width


def test_long_words_do_not_widen_a_narrow_page(
    browser: Any, address: str, until: Any, fake: FakeService
) -> None:
    fake.answers["suspected"] = hostile("x" * 120)
    size(browser, 320)
    open_story(browser, address, until, "suspected")
    until("svg.chart-svg")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 320


def test_labels_of_the_axes_do_not_overlap(browser: Any, address: str, until: Any) -> None:
    for width in (320, 768, 1400):
        size(browser, width)
        open_story(browser, address, until, "suspected")
        until("svg.chart-svg")
        boxes = browser.execute_script(
            "return [...document.querySelectorAll('.chart text')]"
            ".map(text => text.getBoundingClientRect().toJSON())"
        )
        assert boxes
        assert not [pair for pair in pairs(boxes) if overlap(*pair)]


def pairs(boxes: list[samples.Json]) -> list[tuple[samples.Json, samples.Json]]:
    return [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :]]


def overlap(a: samples.Json, b: samples.Json) -> bool:
    """Two text boxes share more than their line's leading."""
    wide = min(a["right"], b["right"]) - max(a["left"], b["left"])
    high = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return bool(wide > 1 and high > 4)


def test_a_service_that_is_gone_is_said(browser: Any, address: str, until: Any) -> None:
    browser.get(address)
    until("input[name=story]")
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {**SPEED, "offline": True})
    until("label.story").click()
    assert "cannot be reached" in until(".state[role=alert]").text


# The page of the real service


@pytest.mark.parametrize(
    "name",
    ["persistently-low-adult", "two-bisphosphonates-one-card", "child-adult-range-printed",
     "only-unusable-results", "partial-labs-not-sent"],
)  # fmt: skip
def test_a_story_shows_the_card_the_service_answers(
    browser: Any, served: str, until: Any, name: str
) -> None:
    story = stories()[name]
    open_story(browser, served, until, name)
    until(".card")

    assert text(browser, ".card-summary") == story.response["cards"][0]["summary"]
    assert_quiet(browser, served)


def test_what_could_not_be_had_is_a_card_with_the_remedy(
    browser: Any, served: str, until: Any
) -> None:
    """Here as in the sandbox: whoever tries is told what helps."""
    open_story(browser, served, until, "alp-query-failed")
    until(".card")

    assert "could not be made: ALP results (query failed)" in text(browser, ".card-summary")
    assert "could not look" in text(browser, ".card-detail")
    assert_quiet(browser, served)


def test_a_story_without_a_card_says_why(browser: Any, served: str, until: Any) -> None:
    open_story(browser, served, until, "normal-alp")

    assert browser.find_elements(By.CSS_SELECTOR, ".card") == []
    assert "ALP not low" in text(browser, ".verdict")
    assert_quiet(browser, served)
