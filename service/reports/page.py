"""Figures -> one HTML page that needs nothing else, charts included; light, dark and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from service import __version__
from service.charts import svg
from service.charts.counts import suppressed
from service.reports.figures import Figures, Row

MOST_CODES = 100
OF_A_CODE = ("kind", "system", "code", "unit")
FEWEST_ORDERS = 5  # fewer in a week are no rate


def page_of(figures: Figures, title: str, fewest: int) -> str:
    """fewest: counts below are left out."""
    template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))
    lead = f"hpp-cds {__version__}."
    if fewest > 1:
        lead += f" Counts below {fewest} are left out, and what is drawn of them."
    return template.substitute(
        title=escape(title),
        lead=escape(lead),
        sums="".join(_sum(name, value, fewest) for name, value in _sums(figures)),
        sections="\n".join(_sections(figures, fewest)),
    )


def _sums(figures: Figures) -> Iterator[tuple[str, int]]:
    yield "decisions", figures.decisions
    yield "orders judged", figures.judged
    yield "cards shown", figures.shown
    yield "cards held back", sum(figures.held_back.values())
    yield "reports of cards", sum(figures.reports.values())
    yield "unmatched reports", figures.unmatched


def _sum(name: str, value: int, fewest: int) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{_count(value, fewest)}</dd></div>"


def _count(value: int, fewest: int) -> str:
    shown = suppressed(value, fewest)
    return escape(shown) if isinstance(shown, str) else f"{value:,}"


def _sections(figures: Figures, fewest: int) -> Iterator[str]:
    yield _rates(figures, fewest)
    yield _shown(figures, fewest)
    yield _outcomes(figures, fewest)
    yield _counted("Overrides by reason", "As cards offer them.", figures.reasons, fewest)
    yield _counted("Accepted suggestions", "By what they mean.", figures.suggestions, fewest)
    yield _counted(
        "Could not look, by cause",
        "Calls in which the patient or the ALP history could not be had.",
        figures.could_not_look,
        fewest,
    )
    yield _times(figures)
    yield _codes(figures, fewest)


def _rates(figures: Figures, fewest: int) -> str:
    weeks, orders = figures.weeks, figures.orders_by_week
    verdicts = sorted({v for week in figures.cards_by_week.values() for v in week})
    series = {
        verdict: [
            _rate(figures.cards_by_week[week][verdict], orders[week], fewest) for week in weeks
        ]
        for verdict in verdicts
    }
    drawn = svg.lines(weeks, series, "per 100 orders", "rates") if weeks and series else ""
    return _section(
        "Cards per 100 orders judged, by verdict",
        f"By week of the ISO calendar; weeks with fewer than {FEWEST_ORDERS} orders are no rate.",
        drawn,
    )


def _rate(cards: int, orders: int, fewest: int) -> float | None:
    if orders < FEWEST_ORDERS or 0 < cards < fewest:
        return None
    return 100 * cards / orders


def _shown(figures: Figures, fewest: int) -> str:
    weeks = figures.weeks
    cards = [sum(figures.cards_by_week[week].values()) for week in weeks]
    held = [figures.held_by_week[week] for week in weeks]
    series = {"shown": _kept(cards, fewest), "held back": _kept(held, fewest)}
    drawn = svg.stacked(weeks, series, "cards", "shown") if weeks else ""
    why = ", ".join(f"{w}: {_count(n, fewest)}" for w, n in sorted(figures.held_back.items()))
    return _section("Shown and held back", f"Held back: {why or 'none'}.", drawn)


def _kept(counts: Sequence[int], fewest: int) -> list[float | None]:
    return [None if 0 < count < fewest else float(count) for count in counts]


def _outcomes(figures: Figures, fewest: int) -> str:
    silent = figures.silent_clients
    says = "By the last report of each card."
    if silent:
        since = ", ".join(f"{client} ({day})" for client, day in silent.items())
        says += f" No feedback any more came from {since}: their cards were not ignored."
    return _counted("What became of cards", says, figures.answers(), fewest)


def _counted(title: str, says: str, counts: Mapping[str, int], fewest: int) -> str:
    large = {name: float(n) for name, n in counts.items() if n >= fewest}
    small = [name for name, n in counts.items() if 0 < n < fewest]
    more = f" Fewer than {fewest}: {', '.join(small)}." if small else ""
    ordered = dict(sorted(large.items(), key=lambda item: -item[1]))
    drawn = svg.bars(ordered, "count", title) if ordered else ""
    return _section(title, says + more, drawn)


def _times(figures: Figures) -> str:
    bounds = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
    labels = [f"up to {bound}" for bound in bounds] + ["more"]
    counts = dict.fromkeys(labels, 0.0)
    for value in figures.milliseconds:
        place = next((n for n, bound in enumerate(bounds) if value <= bound), len(bounds))
        counts[labels[place]] += 1
    said = ", ".join(f"{name} {value:g} ms" for name, value in figures.percentiles_ms().items())
    reached = {label: count for label, count in counts.items() if count}
    drawn = svg.stacked(list(reached), {"calls": list(reached.values())}, "calls", "times")
    return _section("Time to answer", f"In milliseconds: {said}.", drawn if reached else "")


def _codes(figures: Figures, fewest: int) -> str:
    """A line for codes/local.csv, where the site says what a code is."""
    if not figures.unmapped:
        return _section("Not recognised", "Nothing.", "")
    head = (*OF_A_CODE, "count", "line for codes/local.csv")
    rows = [_code(row, fewest) for row in figures.unmapped[:MOST_CODES]]
    return _section(
        "Not recognised",
        "Codes, units and code systems. In a line, GROUP and NAME are for the site to fill in; "
        "alp_total is only what was asked for, so look before it is added.",
        _table(head, rows),
    )


def _code(row: Row, fewest: int) -> str:
    words = "".join(f"<td>{escape(str(row[key]))}</td>" for key in OF_A_CODE)
    count, line = _count(row["count"], fewest), escape(row["line"])
    return f'{words}<td class="number">{count}</td><td><code>{line}</code></td>'


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{names}</tr>{body}</table></div>'


def _section(title: str, says: str, drawn: Any) -> str:
    shown = drawn or '<p class="quiet">Nothing to draw.</p>'
    return f'<section><h2>{escape(title)}</h2><p class="quiet">{escape(says)}</p>{shown}</section>'
