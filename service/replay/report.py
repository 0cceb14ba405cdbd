"""Decisions -> one page for a committee: how often, on whom, and what missing data costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Any

from service.charts.page import Block, page, suppressed, table
from service.charts.svg import stacked
from service.evaluation.engine import Engine

Row = Mapping[str, Any]
MOST_CASES = 200
SYNTHETIC = "Synthetic data: made by a program, of no real person, and no evidence of anything."


def report(
    rows: Sequence[Row], engine: Engine, *, synthetic: bool = False, small_numbers: bool = False
) -> str:
    """The page.  rows: of results.SCHEMA.  small_numbers: show counts below 5 as they are."""
    shown = [row for row in rows if row["shown"]]
    note = (
        f"{len(rows)} orders of {len({row['patient'] for row in rows})} patients; "
        f"{len(shown)} of them would have got a card.  Content {engine.knowledge.version}.  "
        "Counts from 1 to 4 are not shown."
        if not small_numbers
        else f"{len(rows)} orders, {len(shown)} cards.  Content {engine.knowledge.version}."
    )
    blocks = [
        _by("Cards per 100 orders by verdict", rows, lambda r: _label(r, engine)),
        _by("by indicator", rows, lambda r: str(r["indicator"])),
        _by("by drug", rows, lambda r: _drug(r, engine)),
        _by("by year", rows, lambda r: str(r["day"].year)),
        _by("first start or renewal", rows, lambda r: "first" if r["first_start"] else "renewal"),
        _low_by_age_and_sex(rows, small_numbers),
        _missing(rows, small_numbers),
        _cases(shown, engine),
    ]
    return page("What would hpp-cds have said?", note, blocks, SYNTHETIC if synthetic else "")


def _label(row: Row, engine: Engine) -> str:
    return engine.cards.words.phrase("verdict", row["verdict"])


def _drug(row: Row, engine: Engine) -> str:
    known = engine.knowledge.drugs.get(row["drug_group"])
    return known.name if known else "unknown"


def _by(title: str, rows: Sequence[Row], part: Callable[[Row], str]) -> Block:
    """Cards of each part over all orders of that part, by indicator; only parts with a card."""
    orders = Counter(part(row) for row in rows)
    cards = Counter((part(row), row["indicator"]) for row in rows if row["shown"])
    names = [name for name, _ in orders.most_common() if any(key[0] == name for key in cards)]
    kinds = [kind for kind in ("critical", "warning", "info") if any(k == kind for _, k in cards)]
    total = len(rows) or 1
    whole = "verdict" in title or "indicator" in title
    series = {
        kind: [100 * cards[name, kind] / (total if whole else orders[name]) for name in names]
        for kind in kinds
    }
    body = (
        stacked([fill(name, 18) for name in names], series, "cards per 100 orders", title)
        if names
        else "<p>No cards.</p>"
    )
    return Block(title, body)


def _low_by_age_and_sex(rows: Sequence[Row], small_numbers: bool) -> Block:
    """Of patients with an ALP: how many ever had a low one, by ten years of age and sex."""
    latest = {row["patient"]: row for row in rows if row["alp"]}
    groups: dict[tuple[str, str], list[bool]] = {}
    for row in latest.values():
        age = row["age_years"]
        band = "unknown" if age is None else f"{age // 10 * 10} to {age // 10 * 10 + 9}"
        lows = [item["class"].startswith("low") for item in row["alp"]]
        groups.setdefault((band, row["sex"]), []).append(any(lows))
    listed = [
        (band, sex, suppressed(len(found), small_numbers=small_numbers),
         suppressed(sum(found), small_numbers=small_numbers))
        for (band, sex), found in sorted(groups.items())
    ]  # fmt: skip
    head = ("age in years", "sex", "patients with an ALP", "with a low ALP")
    return Block("Low ALP by age and sex", table(head, listed))


def _missing(rows: Sequence[Row], small_numbers: bool) -> Block:
    """What was not seen, and how many orders stayed open for it."""
    gaps = Counter(gap for row in rows for gap in row["gaps"])
    opened = Counter(gap for row in rows if row["open_rows"] for gap in row["gaps"])
    listed = [
        (gap.partition(":")[2], gap.partition(":")[0],
         suppressed(count, small_numbers=small_numbers),
         suppressed(opened[gap], small_numbers=small_numbers))
        for gap, count in gaps.most_common()
    ]  # fmt: skip
    head = ("data", "why it was not seen", "orders", "of them with a more urgent answer open")
    return Block("What missing data costs", table(head, listed) if listed else "<p>Nothing.</p>")


def _cases(shown: Sequence[Row], engine: Engine) -> Block:
    """The cards one by one, by dates and values; nobody is named."""
    listed = [
        (row["day"], _label(row, engine), row["row"], row["indicator"], _drug(row, engine),
         "; ".join(f"{item['day']}: {item['u_per_l']}" for item in row["alp"][-5:]))
        for row in sorted(shown, key=lambda r: (r["verdict"], r["day"]))[:MOST_CASES]
    ]  # fmt: skip
    head = ("day", "verdict", "row", "indicator", "drug", "ALP in U/L")
    note = f"The first {MOST_CASES}." if len(shown) > MOST_CASES else ""
    return Block("The cards one by one", table(head, listed), note)
