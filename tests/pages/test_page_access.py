"""The real page for everybody: axe, narrow screens, light and dark, print, keyboard, copying."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhir_fixtures import stories
from service.demo.links import MAIN_STORY
from tests.npm import NotHere, packages
from tests.pages.browser import (
    By,
    Keys,
    WebDriverWait,
    in_colours,
    needs_browser,
    open_story,
    press,
    size,
    text,
)

pytestmark = needs_browser

PINNED = Path(__file__).parent / "axe" / "package.json"
# One of each kind: a warning, an answer that is partly seen, no card, and "could not look".
STORIES = (MAIN_STORY, "partial-labs-not-sent", "normal-alp", "alp-query-failed")
# What scrolls in a box of its own is looked at whole, and what is folded is unfolded.
UNFOLD = """
document.querySelector(".stories").style.maxHeight = "none";
for (const fold of document.querySelectorAll("details")) fold.open = true;
"""
RUN_AXE = """
const done = arguments[0];
axe.run(document, { resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map((v) => [v.impact, v.id, v.nodes.map((n) => n.target)])),
  (error) => done([["error", String(error), []]]),
);
"""
BOTTOM_OF_CONTENT = """
const parts = [...document.querySelectorAll(".panel, .raw")];
const shown = parts.filter((part) => part.getClientRects().length);
return Math.max(...shown.map((node) => node.getBoundingClientRect().bottom + scrollY));
"""
MOST_EMPTY_PX = 64  # the margin below the page


@pytest.fixture(scope="module")
def axe() -> str:
    try:
        folder = packages(PINNED)
    except NotHere as reason:
        pytest.skip(str(reason))
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(
    browser: Any, served: str, until: Any, axe: str, width: int, scheme: str
) -> None:
    in_colours(browser, scheme)
    for story in STORIES:
        size(browser, width)
        open_story(browser, served, until, story)
        browser.execute_script(UNFOLD)
        browser.execute_script(axe)

        assert browser.execute_async_script(RUN_AXE) == [], story


@pytest.mark.parametrize("width", [390, 768])
def test_nothing_empty_is_scrolled_through(
    browser: Any, served: str, until: Any, width: int
) -> None:
    for story in (MAIN_STORY, "normal-alp"):  # a long answer, and one shorter than the list
        size(browser, width)
        open_story(browser, served, until, story)
        until(".raw")
        height = browser.execute_script("return document.documentElement.scrollHeight")
        # The list of stories scrolls in its own box; only what is outside of it counts.
        bottom = browser.execute_script(BOTTOM_OF_CONTENT)

        assert height <= max(bottom, 900) + MOST_EMPTY_PX, story


def test_an_open_row_is_said_once_beside_the_table(browser: Any, served: str, until: Any) -> None:
    """What would change the answer is a short list: a sentence for each verdict."""
    open_story(browser, served, until, "partial-labs-not-sent")
    blocks = {
        block.find_element(By.TAG_NAME, "h3").text: block
        for block in browser.find_elements(By.CSS_SELECTOR, ".why section.block")
    }
    rows = stories()["partial-labs-not-sent"].response["extension"]["org.hpp-cds.evaluation"][
        "openRows"
    ]
    changes = blocks["What would change the answer"]

    assert rows
    for row in rows:
        assert changes.text.count(row) >= 1
        assert row not in blocks["What was not seen"].text
    assert len(changes.find_elements(By.TAG_NAME, "li")) <= 4


def test_paper_has_the_answer_and_no_controls(browser: Any, served: str, until: Any) -> None:
    open_story(browser, served, until, MAIN_STORY)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = {
        selector: browser.find_element(By.CSS_SELECTOR, selector).is_displayed()
        for selector in (".card-summary", ".verdict", ".chart-svg", ".picker", ".raw", ".try")
    }

    assert shown == {
        ".card-summary": True,
        ".verdict": True,
        ".chart-svg": True,
        ".picker": False,
        ".raw": False,
        ".try": False,
    }


def paste(browser: Any, served: str, until: Any, request: str) -> None:
    """Into the form, as a clipboard does, and on to the answer."""
    browser.get(served)
    until("#paste-panel summary").click()
    until("#paste-service option")
    fill = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
    browser.execute_script(fill, until("#paste-request"), request)
    until("#paste .button").click()
    until(".answer-head")


@pytest.fixture
def copied(browser: Any, served: str) -> Callable[[Any], str]:
    """Press a copy button of the served page by keyboard; what the clipboard holds then."""
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    allowed = {"origin": served.rstrip("/"), "permissions": permissions}
    browser.execute_cdp_cmd("Browser.grantPermissions", allowed)

    def by(button: Any) -> str:
        browser.execute_script("arguments[0].focus()", button)
        press(browser, Keys.ENTER)
        WebDriverWait(browser, 10).until(lambda _: button.text == "Copied")
        read = "navigator.clipboard.readText().then(arguments[0])"
        return str(browser.execute_async_script(read))

    return by


def test_links_are_copied_by_keyboard(
    browser: Any, served: str, until: Any, copied: Callable[[Any], str]
) -> None:
    """The sandbox link and the curl line, as the page says them."""
    open_story(browser, served, until, MAIN_STORY)
    sandbox, curl = browser.find_elements(By.CSS_SELECTOR, ".try .button")
    for button, begins in ((sandbox, "https://sandbox.cds-hooks.org/?"), (curl, "curl -s http")):
        line = copied(button)

        assert line.startswith(begins)
        assert MAIN_STORY in line


def test_the_curl_line_of_a_pasted_request_asks_the_same(
    browser: Any, served: str, until: Any, copied: Callable[[Any], str]
) -> None:
    """In a shell it answers as the page does, with quotes, an umlaut and lines of their own."""
    request = {**stories()["patient-view-suspected"].request, "note": "Frau Müller's $HOME `x` \\"}
    pasted = json.dumps(request, indent=1, ensure_ascii=False)
    paste(browser, served, until, pasted)
    (button,) = browser.find_elements(By.CSS_SELECTOR, ".try .button")
    line = copied(button)
    said = subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout

    assert pasted in line
    assert json.loads(said)["cards"][0]["summary"] == text(browser, ".card-summary")


def test_an_old_answer_never_stands_beside_a_new_error(
    browser: Any, served: str, until: Any
) -> None:
    open_story(browser, served, until, MAIN_STORY)
    until(".card")
    until("#paste-panel summary").click()
    until("#paste-request").send_keys("{")
    until("#paste .button").click()

    assert "This is not JSON" in text(browser, "#paste-error")
    assert browser.find_elements(By.CSS_SELECTOR, ".card, .answer-head") == []


def test_a_member_given_twice_is_400_here_too(browser: Any, served: str, until: Any) -> None:
    paste(browser, served, until, '{"hook": "order-sign", "hook": "order-sign"}')

    refusal = until(".refusal").text
    assert "HTTP 400" in refusal
    assert browser.find_elements(By.CSS_SELECTOR, ".card") == []
