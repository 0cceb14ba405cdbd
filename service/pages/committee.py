"""What a committee reads before go-live: one HTML page, printable and whole in itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from markdown_it import MarkdownIt

from fhir_fixtures import Story, stories
from service.content.reviews import Review
from service.evaluation.about import source_attributes
from service.evaluation.engine import ANYONE, Engine
from service.hooks.calls import outcome_of

Json = dict[str, Any]
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #999; }
table { border-collapse: collapse; width: 100%; font-size: 90%; }
th, td { border: 1px solid #bbb; padding: .3rem .5rem; text-align: left; vertical-align: top; }
th { background: #eee; }
.card { border: 1px solid #888; border-left: .6rem solid; border-radius: .3rem; padding: 0 1rem;
  margin: 1rem 0; break-inside: avoid; }
.critical { border-left-color: #b00020; } .warning { border-left-color: #c77700; }
.info { border-left-color: #1a5fb4; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } }
"""
PICTURED = ("critical", "warning", "info")
Rows = Sequence[Sequence[object]]


def committee_page(engine: Engine, review: Review, switched_off: Sequence[str]) -> str:
    """The whole page.  What comes from content files is escaped."""
    about = source_attributes(engine)
    blocks = (
        _purpose(about),
        _switched_off(switched_off),
        _table_of_decisions(engine),
        _thresholds(engine),
        _value_sets(engine),
        *(_cards(engine, language) for language in (ANYONE.language, *engine.languages)),
        _attributes(about),
        _review(review),
    )
    title = f"hpp-cds {about['version']}, content {about['knowledge']}"
    head = f"<meta charset='utf-8'><title>{escape(title)}</title><style>{STYLE}</style>"
    body = f"<h1>{escape(title)}</h1>{''.join(blocks)}"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def _block(title: str, *parts: str) -> str:
    return f"<h2>{escape(title)}</h2>{''.join(parts)}"


def _said(text: object) -> str:
    return f"<p>{escape(str(text))}</p>"


def _grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def cells(tag: str, row: Sequence[object]) -> str:
        return "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in row)

    lines = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{lines}</tbody></table>"


def _purpose(about: Json) -> str:
    return _block("Intended purpose", *map(_said, (about["purpose"], about["conformity"])))


def _switched_off(lines: Sequence[str]) -> str:
    said = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return _block(
        "What this site switched off or shows less of", f"<ul>{said or '<li>nothing'}</ul>"
    )


def decision_rows(engine: Engine) -> Rows:
    """Id, verdict, indicator, what the row says, what must hold, source; the first match wins."""
    known = engine.knowledge
    return [
        (
            row.id,
            row.verdict,
            row.indicator.value,
            row.says,
            "; ".join(f"{known.findings[code]} ({state})" for code, state in row.when.items()),
            row.source,
        )
        for row in known.table
    ]


DECISION_HEAD = ("row", "verdict", "indicator", "in words", "when", "source")
THRESHOLD_HEAD = ("threshold", "value", "unit", "meaning", "source")


def threshold_rows(engine: Engine) -> Rows:
    known = engine.knowledge.thresholds.values()
    return [(t.name, t.value, t.unit, t.says, t.source) for t in known]


def _table_of_decisions(engine: Engine) -> str:
    note = (
        "The first row that fits decides. Every row names its source, or says that it is judgement."
    )
    return _block("Decision table", _said(note), _grid(DECISION_HEAD, decision_rows(engine)))


def _thresholds(engine: Engine) -> str:
    return _block("Thresholds in force", _grid(THRESHOLD_HEAD, threshold_rows(engine)))


def _value_sets(engine: Engine) -> str:
    active = Counter(code.group for code in engine.knowledge.codes if code.active)
    labels = engine.knowledge.labels
    rows = [(group, labels.get(group, ""), count) for group, count in sorted(active.items())]
    return _block("Value sets in force", _grid(("group", "meaning", "codes and names"), rows))


def _cards(engine: Engine, language: str) -> str:
    """One card of each verdict and indicator, as the built-in stories draw them."""
    drawn: dict[tuple[str, str], str] = {}
    for story in stories().values():
        for card in _cards_of(story, engine, language):
            place = card["source"]["topic"]["code"], card["indicator"]
            if place not in drawn:
                drawn[place] = _card(card, story.title)
    ordered = sorted(drawn, key=lambda place: (PICTURED.index(place[1]), place[0]))
    said = "" if language == ANYONE.language else f" in {language}"
    return _block(f"Cards as they are shown{said}", *(drawn[place] for place in ordered))


def _cards_of(story: Story, engine: Engine, language: str) -> list[Json]:
    raw, reader = json.dumps(story.request).encode(), replace(ANYONE, language=language)
    outcome = outcome_of(raw, story.service, engine, story.today, reader)
    found: list[Json] = outcome.body.get("cards", [])
    return found


def _card(card: Json, title: str) -> str:
    """Markdown without raw HTML, as an EHR would draw it."""
    detail = MarkdownIt("commonmark", {"html": False}).enable("table").render(card["detail"])
    said = f"<p><strong>{escape(card['summary'])}</strong></p>{detail}"
    offers = "".join(f"<li>{escape(s['label'])}</li>" for s in card.get("suggestions", ()))
    return (
        f"<div class='card {escape(card['indicator'])}'><p><small>{escape(title)}</small></p>"
        f"{said}{f'<ul>{offers}</ul>' if offers else ''}</div>"
    )


def _attributes(about: Json) -> str:
    rows = [(item["title"], item["says"]) for item in about["attributes"]]
    sources = [(s["label"], s["says"], s.get("url", "")) for s in about["sources"]]
    return _block(
        "Source attributes",
        _grid(("attribute", "what is said"), rows),
        "<h3>Publications</h3>",
        _grid(("source", "what it says", "address"), sources),
    )


def _review(review: Review) -> str:
    return _block(
        "Who has signed what", _grid(("file", "signed by", "sha256"), review_rows(review))
    )


def review_rows(review: Review) -> Iterator[Sequence[object]]:
    for file in review.files:
        yield file.name, file.signed or "nobody", file.sha256
