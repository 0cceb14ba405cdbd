"""`python -m tests.card_pictures`: six cards as pictures in .readme/, as an EHR might draw them.

Needs Debian's chromium and chromium-driver.  Look at them before committing.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from fhir_fixtures import stories

FOLDER = Path(__file__).parents[1] / ".readme"
CARDS = {
    "suspected": "persistently-low-adult",
    "probable": "persistently-low-atypical-fracture",
    "not-on-file": "no-alp-new-start",
    "renewal": "renewal-low-on-zoledronate",
    "child": "teenager-adult-range",
    "urgent": "urgent-oncology-probable",
}
COLOURS = {"critical": "#b3261e", "warning": "#b26a00", "info": "#1f5fa8"}
STYLE = """
body { margin: 0; background: #fff; font: 13px/1.4 "DejaVu Sans", sans-serif; color: #1d1d1f }
main { width: 620px; padding: 14px 18px; border-left: 6px solid var(--c) }
h1 { font-size: 15px; margin: 0 0 8px; color: var(--c) }
p, ul { margin: 6px 0 } ul { padding-left: 18px }
table { border-collapse: collapse; margin: 8px 0 }
th, td { border: 1px solid #ccc; padding: 2px 8px }
th, td { font-size: 12px; text-align: left } td:nth-child(-n+2) { white-space: nowrap }
.button, .yes { display: inline-block; border: 1px solid var(--c); border-radius: 4px }
.button, .yes { padding: 3px 8px; margin: 3px 6px 0 0 }
.yes { background: var(--c); color: #fff }
.quiet { color: #666; font-size: 11px; margin-top: 8px }
"""
RENDER = MarkdownIt("gfm-like", {"html": False, "linkify": False})


def page(card: dict[str, Any]) -> str:
    buttons = "".join(
        f"<span class={'yes' if s['isRecommended'] else 'button'}>{html.escape(s['label'])}</span>"
        for s in card.get("suggestions", [])
    )
    reasons = " · ".join(r["display"] for r in card.get("overrideReasons", []))
    links = " · ".join(link["label"] for link in card.get("links", []))
    colour = COLOURS[card["indicator"]]
    return (
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main style='--c: {colour}'>"
        f"<h1>{html.escape(card['summary'])}</h1>{RENDER.render(card['detail'])}{buttons}"
        f"<div class=quiet>Reasons to go on: {html.escape(reasons)}</div>"
        f"<div class=quiet>Sources: {html.escape(links)}</div></main>"
    )


def draw() -> None:
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=700,1200"):
        options.add_argument(argument)
    browser = Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        for name, story in CARDS.items():
            (card,) = stories()[story].response["cards"]
            browser.get(f"data:text/html;charset=utf-8,{quote(page(card))}")
            path = FOLDER / f"card-{name}.png"
            path.write_bytes(browser.find_element(By.TAG_NAME, "main").screenshot_as_png)
            print(path.name, path.stat().st_size)
    finally:
        browser.quit()


if __name__ == "__main__":
    draw()
