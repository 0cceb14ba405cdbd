"""`python -m tests.card_pictures`: cards of stories and sites as pictures in .readme/.

Needs Debian's chromium and chromium-driver.  Look at them before committing.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from fhir_fixtures import stories
from service.app import build_engine
from service.content.toml_files import parse_toml
from service.hooks.calls import outcome_of
from service.settings import load_settings

FOLDER = Path(__file__).parents[1] / ".readme"
CARDS = {
    "suspected": "persistently-low-adult",
    "probable": "persistently-low-atypical-fracture",
    "not-on-file": "no-alp-new-start",
    "renewal": "renewal-low-on-zoledronate",
    "child": "teenager-adult-range",
    "urgent": "urgent-oncology-probable",
}
SITES = Path(__file__).parents[1] / "fhir_fixtures" / "sites"
SITE_CARDS = {"german-hospital": "dauerhaft-niedrig", "uk-trust": "persistently-low"}
# What an EHR says around a card, which is no content of ours.
AROUND = {"en": ("Reasons to go on", "Sources"), "de": ("Gründe fortzufahren", "Quellen")}
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


def page(card: dict[str, Any], language: str) -> str:
    buttons = "".join(
        f"<span class={'yes' if s['isRecommended'] else 'button'}>{html.escape(s['label'])}</span>"
        for s in card.get("suggestions", [])
    )
    reasons = " · ".join(r["display"] for r in card.get("overrideReasons", []))
    links = " · ".join(link["label"] for link in card.get("links", []))
    colour, (go_on, sources) = COLOURS[card["indicator"]], AROUND[language]
    return (
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main style='--c: {colour}'>"
        f"<h1>{html.escape(card['summary'])}</h1>{RENDER.render(card['detail'])}{buttons}"
        f"<div class=quiet>{go_on}: {html.escape(reasons)}</div>"
        f"<div class=quiet>{sources}: {html.escape(links)}</div></main>"
    )


def cards() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Name of the picture, the card, its language."""
    for name, story in CARDS.items():
        (card,) = stories()[story].response["cards"]
        yield name, card, "en"
    for site, case in SITE_CARDS.items():
        settings, path = load_settings(SITES / site / "hpp-cds.toml"), SITES / site / "cases" / case
        expected = parse_toml(path.with_suffix(".toml").read_text("utf-8"))
        raw = path.with_suffix(".json").read_bytes()
        client = settings.clients[0]
        found = outcome_of(raw, "", build_engine(settings), expected["today"], client)
        (card,) = found.body["cards"]
        yield site, card, client.language


def draw() -> None:
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=700,1200"):
        options.add_argument(argument)
    browser = Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        for name, card, language in cards():
            browser.get(f"data:text/html;charset=utf-8,{quote(page(card, language))}")
            path = FOLDER / f"card-{name}.png"
            path.write_bytes(browser.find_element(By.TAG_NAME, "main").screenshot_as_png)
            print(path.name, path.stat().st_size)
    finally:
        browser.quit()


if __name__ == "__main__":
    draw()
