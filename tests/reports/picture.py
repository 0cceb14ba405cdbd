"""`python -m tests.reports.picture FOLDER`: the report that `tests.reports.quarter` made there, as
`.readme/report.png`; and beside the report as it looks dark and on paper.

Needs Debian's chromium and chromium-driver.  Look at all three before committing.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

README = Path(__file__).parents[2] / ".readme"
WIDTH, SHOWN = 1000, 1520  # pixels: the head and the first three charts


def draw(folder: Path) -> None:
    options = ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--window-size={WIDTH},900",
    ):
        options.add_argument(argument)
    browser = Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        _picture(browser, folder, README / "report.png", "screen", "light", SHOWN)
        _picture(browser, folder, folder / "dark.png", "screen", "dark")
        _picture(browser, folder, folder / "paper.png", "print", "dark")
    finally:
        browser.quit()


def _picture(
    browser: Chrome, folder: Path, path: Path, media: str, scheme: str, height: int = 0
) -> None:
    scheme_of = [{"name": "prefers-color-scheme", "value": scheme}]
    _ask(browser, "Emulation.setEmulatedMedia", media=media, features=scheme_of)
    browser.get((folder / "report.html").resolve(strict=True).as_uri())
    whole = _ask(browser, "Page.getLayoutMetrics")["cssContentSize"]["height"]
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height or whole, "scale": 1}
    drawn = _ask(browser, "Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
    path.write_bytes(base64.b64decode(drawn["data"]))
    print(path, path.stat().st_size)


def _ask(browser: Chrome, command: str, **arguments: Any) -> Any:
    return browser.execute_cdp_cmd(command, arguments)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) / "report")
