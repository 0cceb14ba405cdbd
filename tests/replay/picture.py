"""`python -m tests.replay.picture`: the report of a demo population as a picture in .readme/.

Needs Debian's chromium and chromium-driver.  Look at it before committing.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from service.replay.run import Plan, replay
from service.replay.synthetic import write_population
from service.settings import Settings

PICTURE = Path(__file__).parents[2] / ".readme" / "replay-report.png"
PEOPLE, SIZE = 10_000, (900, 1240)
CASES = "document.querySelectorAll('details')[1].open = true"


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_population(PEOPLE, folder / "people")
        replay(Plan(folder / "people", folder / "out", Settings(), synthetic=True))
        draw(folder / "out" / "report.html", PICTURE)


def draw(page: Path, picture: Path) -> None:
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    browser = Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        browser.set_window_size(*SIZE)
        browser.get(page.as_uri())
        browser.execute_script(CASES)
        picture.write_bytes(browser.get_screenshot_as_png())
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
