"""The service in a page that behaves as the public CDS Hooks Sandbox does, in a real browser.

No package brings the sandbox itself, so sandbox.js stands for it: another origin, its requests
as they were captured, its prefetch, and what it does with cards, suggestions and dismissals.
The address opened is the one that `serve` prints, with the stub in the sandbox's place.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from fhir_fixtures import stories
from service.demo.links import MAIN_STORY, SANDBOX, sandbox_link
from tests.deploy.processes import Running
from tests.edge.test_captures import capture
from tests.listening import listening
from tests.pages.browser import By, WebDriverWait, needs_browser, text

pytestmark = needs_browser

HERE = Path(__file__).parent
ALENDRONIC_ACID = "Alendronic acid 35 MG Oral Tablet"
SUMMARY = stories()[MAIN_STORY].response["cards"][0]["summary"]
Until = Callable[[str], Any]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    """The page's own origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(HERE)))
    with listening(server) as address:
        yield address


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`hpp-cds serve` as a newcomer starts it, on a free port: where it says to look."""
    folder = tmp_path_factory.mktemp("newcomer")
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    running = Running.start(command, folder, XDG_DATA_HOME=str(folder))
    yield f"http://127.0.0.1:{running.port(r'Look: http://127.0.0.1:([0-9]+)/')}"
    running.stop()


@pytest.fixture
def screen(browser: Any, until: Until, stub: str, origin: str) -> Callable[..., None]:
    """Open a story's link with the stub in the sandbox's place.  replaced: members of the link."""

    def open_link(story: str, **replaced: str) -> None:
        link = sandbox_link(stories()[story], origin).replace(SANDBOX, stub)
        for name, value in replaced.items():
            link = re.sub(rf"(?<={name}=)[^&]*", value, link)
        browser.get(link)
        until("body[data-ready]")

    return open_link


def choose(browser: Any, until: Until, name: str) -> None:
    until("#medication").send_keys(name[:8])
    choices = browser.find_elements(By.CSS_SELECTOR, ".choice")
    next(choice for choice in choices if choice.text == name).click()


def sign(until: Until) -> None:
    until("#sign").click()
    until("#cards[data-round=done]")


def press_button(browser: Any, kind: str, begins: str) -> None:
    found = browser.find_elements(By.CSS_SELECTOR, f".{kind}")
    next(button for button in found if button.text.startswith(begins)).click()


def reported(browser: Any, origin: str) -> str:
    """The feedback that the service counts, once the page was answered."""
    WebDriverWait(browser, 10).until(lambda d: d.find_elements(By.CSS_SELECTOR, "[data-reported]"))
    assert browser.find_element(By.TAG_NAME, "body").get_attribute("data-reported") == "200"
    return requests.get(f"{origin}/metrics", timeout=30).text


def count(metrics: str, outcome: str) -> float:
    """Of cards that were answered here."""
    wanted = (f'outcome="{outcome}"', 'matched="yes"')
    lines = [line for line in metrics.splitlines() if line.startswith("hpp_cds_feedback_total{")]
    return sum(float(line.split()[-1]) for line in lines if all(label in line for label in wanted))


def test_rx_sign_draws_the_card_and_remove_empties_the_draft(
    browser: Any, until: Until, screen: Any, origin: str
) -> None:
    screen(MAIN_STORY)
    assert browser.find_elements(By.CSS_SELECTOR, ".card") == []  # it asks when signed, not before
    choose(browser, until, ALENDRONIC_ACID)
    sign(until)

    assert text(browser, ".card.warning .summary") == SUMMARY
    assert text(browser, "#draft") == ALENDRONIC_ACID
    before = count(requests.get(f"{origin}/metrics", timeout=30).text, "accepted")
    press_button(browser, "suggestion", "Hold: remove")
    assert count(reported(browser, origin), "accepted") == before + 1
    assert text(browser, "#draft") == ""


def test_rx_view_draws_the_card_as_soon_as_the_drug_is_chosen(
    browser: Any, until: Until, screen: Any
) -> None:
    screen(MAIN_STORY, screen="rx-view")
    assert "All clear" in until("#cards[data-round=done]").text
    choose(browser, until, ALENDRONIC_ACID)
    until("#cards[data-round=done] .card")

    assert text(browser, ".card .summary") == SUMMARY
    press_button(browser, "suggestion", "Hold: remove")
    until("#cards[data-round=done] .clear")
    assert text(browser, "#draft") == ""


def test_patient_view_draws_the_card_at_once(browser: Any, until: Until, screen: Any) -> None:
    screen("patient-view-suspected")

    until("#cards[data-round=done] .card")
    expected = stories()["patient-view-suspected"].response["cards"][0]["summary"]
    assert text(browser, ".card .summary") == expected


def test_a_dismissal_with_its_reason_reaches_feedback(
    browser: Any, until: Until, screen: Any, origin: str
) -> None:
    screen(MAIN_STORY)
    choose(browser, until, ALENDRONIC_ACID)
    sign(until)
    before = count(requests.get(f"{origin}/metrics", timeout=30).text, "overridden")
    press_button(browser, "override", "Override: ")

    assert count(reported(browser, origin), "overridden") == before + 1
    assert browser.find_elements(By.CSS_SELECTOR, ".card") == []


def test_another_drug_is_all_clear(browser: Any, until: Until, screen: Any) -> None:
    screen(MAIN_STORY)
    choose(browser, until, "Aspirin 81 MG Oral Tablet")
    sign(until)

    assert text(browser, "#cards") == "All clear!"
    assert text(browser, "#failure") == ""


@pytest.mark.parametrize("release", ["r2", "r3"])
def test_a_server_of_another_release_never_ends_in_all_clear(
    browser: Any, until: Until, screen: Any, origin: str, release: str
) -> None:
    """The sandbox starts on DSTU2: the plain path and the path of the release answer alike."""
    for path in ("", f"/{release}"):
        screen(
            MAIN_STORY,
            fhirServiceUrl=f"{origin}/demo/{release}/fhir",
            serviceDiscoveryURL=f"{origin}{path}/cds-services",
        )
        choose(browser, until, ALENDRONIC_ACID)
        sign(until)

        assert text(browser, ".card .summary") == SUMMARY, path


def test_what_cannot_be_had_is_a_card_too(browser: Any, until: Until, screen: Any) -> None:
    screen("alp-query-failed")
    choose(browser, until, ALENDRONIC_ACID)
    sign(until)

    assert "could not be made" in text(browser, ".card .summary")
    assert "could not look" in text(browser, ".card .detail")


def test_a_base_with_a_slash_at_its_end_works(
    browser: Any, until: Until, screen: Any, origin: str
) -> None:
    screen(MAIN_STORY, serviceDiscoveryURL=f"{origin}/cds-services/")
    choose(browser, until, ALENDRONIC_ACID)
    sign(until)

    assert text(browser, ".card .summary") == SUMMARY


@pytest.mark.parametrize(
    ("captured", "wanted"),
    [("order-sign", "rx-sign"), ("order-select", "rx-view"), ("patient-view", "patient-view")],
)
def test_the_stub_sends_what_the_sandbox_sent(
    browser: Any, until: Until, screen: Any, captured: str, wanted: str
) -> None:
    """Member by member, whatever the values: names and kinds are those of the capture."""
    screen(MAIN_STORY, screen=wanted)
    if wanted == "rx-view":
        until("#condition option:nth-child(2)").click()
    if wanted != "patient-view":
        choose(browser, until, ALENDRONIC_ACID)
    if wanted == "rx-sign":
        sign(until)
    until("#cards[data-round=done]" + (" .card" if wanted == "rx-view" else ""))
    sent = [json.loads(body) for url, body in posts(browser) if "/cds-services" in url][-1]

    assert shape(without_prefetch(sent)) == shape(without_prefetch(capture(captured)["body"]))


def posts(browser: Any) -> Iterator[tuple[str, str]]:
    for entry in browser.get_log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            request = event["params"]["request"]
            if request["method"] == "POST":
                yield request["url"], request.get("postData", "{}")


def without_prefetch(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "prefetch"}


def shape(value: Any) -> Any:
    """Names and kinds; of a list each kind of item once."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if not isinstance(value, list):
        return type(value).__name__
    return [json.loads(kind) for kind in sorted({json.dumps(shape(item)) for item in value})]
