"""`python -m tests.newcomer`: a newcomer's clock, from a clone to a card in the browser.

Clones this checkout into an empty folder, installs it into a new virtual environment as the
README's first command does, starts it on a free port, and waits in a real browser for the card of
the page, and for that of a page that behaves as the public sandbox does.  Prints seconds by step.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from fhir_fixtures import stories
from service.demo.links import MAIN_STORY, SANDBOX, sandbox_link
from tests.deploy.processes import ROOT, Running
from tests.pages.browser import By, WebDriverWait, open_chromium

STUB = ROOT / "tests/pages/sandbox"
DRUG = "Alendronic acid 35 MG Oral Tablet"


@contextmanager
def timed(step: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:6.1f} s  {step}", flush=True)


def run(command: str, place: Path) -> None:
    subprocess.run(shlex.split(command), cwd=place, check=True, capture_output=True)


def install(checkout: Path) -> Path:
    """The README's first command, less `hpp-cds serve`; the new environment's command."""
    run(f"{sys.executable} -m venv .venv", checkout)
    python = checkout / ".venv/bin/python"
    run(f"{python} -m pip install -q -r requirements.lock", checkout)
    run(f"{python} -m pip install -q --no-deps .", checkout)
    return checkout / ".venv/bin/hpp-cds"


def see(browser: Any, selector: str) -> Any:
    wait = WebDriverWait(browser, 60)
    return wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))


def sign(browser: Any, link: str) -> None:
    """What a person does in the sandbox: choose the drug, sign, look."""
    browser.get(link)
    see(browser, "body[data-ready]")
    see(browser, "#medication").send_keys(DRUG[:8])
    choices = browser.find_elements(By.CSS_SELECTOR, ".choice")
    next(choice for choice in choices if choice.text == DRUG).click()
    see(browser, "#sign").click()
    print(f"          {see(browser, '.card .summary').text}")


def main() -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(STUB))
    stub = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=stub.serve_forever, daemon=True).start()
    with TemporaryDirectory(prefix="newcomer-") as place:
        folder, checkout = Path(place), Path(place) / "hpp-cds"
        with timed("1 clone"):
            run(f"git clone -q {ROOT} {checkout}", folder)
        with timed("2 install"):
            command = install(checkout)
        with timed("3 serve"):
            serve = [str(command), "serve", "--port", "0"]
            running = Running.start(serve, folder, XDG_DATA_HOME=place)
            port = running.port(r"Look: http://127.0.0.1:([0-9]+)/")
        origin = f"http://127.0.0.1:{port}"
        try:
            with open_chromium(folder / "profile") as browser:
                with timed("4 open the page: the main warning is drawn"):
                    browser.get(origin)
                    print(f"          {see(browser, '.card-summary').text}")
                link = sandbox_link(stories()[MAIN_STORY], origin)
                with timed("5 open the link in the sandbox's stub, choose, sign"):
                    sign(browser, link.replace(SANDBOX, f"http://127.0.0.1:{stub.server_port}"))
        finally:
            running.stop()


if __name__ == "__main__":
    main()
