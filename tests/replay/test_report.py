"""The page of a replay says how often and on whom, and nothing that points at a person."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from service.charts.counts import FEWEST
from service.evaluation.building import build_engine
from service.replay.figures import ReplayFigures, figures_of
from service.replay.history import Judges
from service.replay.report import report
from service.settings import Settings

Row = dict[str, Any]
COUNTED = {"undated_orders": 2, "orders_without_patient": 0, "malformed_lines": 7}


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges(build_engine(Settings()), missing=frozenset({"conditions"}))


def row(number: int, **more: Any) -> Row:
    return {
        "patient": f"pseudonym-{number:03}", "order": f"order-{number}", "day": date(2024, 5, 1),
        "drug_group": "bp_alendronate", "verdict": "hppSuspected", "row": "5-persistent",
        "indicator": "warning", "status": "complete", "shown": True, "first_start": True,
        "department": "Bone clinic", "age_years": 61, "sex": "female", "low": True,
        "persistently_low": True, "open_rows": [], "gaps": [], "waits_for": [], "undated": [],
        "alp": [{"day": date(2024, 4, 1), "u_per_l": 21.0, "class": "low-unexplained"}],
        "unmapped": [], "against_verdict": None, "against_row": None, "against_indicator": None,
    } | more  # fmt: skip


QUIET = {
    "verdict": "alpNotLow", "row": "14-normal", "indicator": "none", "shown": False, "low": False,
}  # fmt: skip
MANY = [row(n) for n in range(6)] + [row(n, **QUIET, sex="male") for n in range(6, 30)]


def drawn(rows: list[Row], judges: Judges, fewest: int = FEWEST, **more: Any) -> str:
    return report(figures_of(rows), COUNTED, judges, fewest, **more)


@pytest.fixture(scope="module")
def page(judges: Judges) -> str:
    return drawn(MANY, judges)


def test_rates_are_per_100_orders(page: str) -> None:
    assert "Hypophosphatasia suspected: 6 cards, 20.0 per 100 of 30 orders" in page
    assert "Bone clinic: 6 cards" in page
    assert "first start: 6 cards" in page
    assert "alendronate: 6 cards" in page
    assert "2024: 6 cards" in page


def test_the_cases_behind_a_bar_are_dates_and_values(page: str) -> None:
    assert "2024-04-01: 21" in page
    assert "5-persistent" in page
    assert "pseudonym-" not in page
    assert "order-1" not in page


def test_small_numbers_are_shown_only_where_that_is_asked_for(judges: Judges) -> None:
    """Neither as a count, nor as a bar, nor case by case."""
    rare = row(40, verdict="hppProbable", row="4b-pattern", day=date(2019, 2, 3))
    hidden, seen = drawn([*MANY, rare], judges), drawn([*MANY, rare], judges, fewest=1)

    assert "Fewer than 5 cards: Probable hypophosphatasia." in hidden
    assert "4b-pattern" not in hidden
    assert "4b-pattern" in seen
    assert "Probable hypophosphatasia: 1 card," in seen
    assert "&lt;5" in hidden
    assert "&lt;5" not in seen


def test_low_alp_is_counted_by_age_and_sex_at_the_latest_decision(judges: Judges) -> None:
    early, late = row(1, low=False, persistently_low=False), row(1, day=date(2025, 1, 1))
    figures = figures_of([early, late, row(2, **QUIET, persistently_low=False), row(3, alp=[])])
    group = figures.groups["60 to 69", "female"]

    assert (group.measured, group.low, group.persistently_low) == (2, 1, 1)
    assert figures.patients == 3


def waiting(*waits: tuple[str, list[str]]) -> Row:
    rows = [{"row": row, "keys": keys} for row, keys in waits]
    return {"waits_for": rows, "open_rows": [row for row, _ in waits]}


def test_what_missing_data_costs_is_said_by_each_kind_of_it(judges: Judges) -> None:
    """Only of the rows that wait for it, and whether they wait for nothing else."""
    both = waiting(("4b-iwg-pattern", ["conditions", "labs"]), ("1-asfotase-alfa", ["medications"]))
    alone = waiting(
        ("4b-iwg-pattern", ["conditions"]), ("5b-family-history", ["conditions", "labs"])
    )
    rows = [row(n, **both) for n in range(7)] + [row(n, **alone) for n in range(7, 12)]
    figures = figures_of([*rows, *MANY])
    page = report(figures, COUNTED, judges, FEWEST)

    assert {key: (c.orders, c.alone) for key, c in figures.costs.items()} == {
        "conditions": (12, 5), "labs": (12, 0), "medications": (7, 7),
    }  # fmt: skip
    assert figures.costs["conditions"].rows == {
        ("hppSuspected", "4b-iwg-pattern"): [12, 5],
        ("hppSuspected", "5b-family-history"): [5, 0],
    }
    assert "Conditions: 12 orders left open; 5 of them this alone could have changed" in page
    assert "4b-iwg-pattern</td><td>Probable hypophosphatasia</td>" in page
    assert "The source holds nothing of: conditions." in page
    assert figures.summary()["left_open"]["medications"] == {
        "orders": 7,
        "for_this_alone": 7,
        "rows": [{
            "verdict": "hppSuspected", "open_row": "1-asfotase-alfa", "orders": 7,
            "for_this_alone": 7,
        }],
    }  # fmt: skip


def test_cards_that_say_only_that_data_was_missing_are_counted(judges: Judges) -> None:
    partly = QUIET | {"indicator": "info", "shown": True} | waiting(("5-persistent", ["alp"]))
    page = drawn([*MANY, *(row(n, **partly) for n in range(40, 47))], judges)

    assert "Cards that say nothing else: 7." in page
    assert "Cards that say nothing else" not in drawn(MANY, judges)


def test_an_order_that_could_not_be_judged_is_a_cost_as_well(judges: Judges) -> None:
    quiet = {"verdict": "notEvaluated", "row": "none", "indicator": "none", "shown": False}
    rows = [row(n, **quiet, **waiting(("none", ["patient"]))) for n in range(5)]
    page = drawn([*rows, *MANY], judges)

    assert "Patient: 5 orders left open; 5 of them this alone could have changed" in page
    assert "anything: nothing could be judged" in page


def test_facts_without_a_date_are_named(judges: Judges) -> None:
    page = drawn([row(n, undated=["cond_hpp", "cond_aff"]) for n in range(6)], judges)
    names = (judges.engine.knowledge.labels["cond_aff"], "HPP as a diagnosis on record")

    assert [name for name in names if f'{name}</td><td class="number">6' not in page] == []


def test_a_part_without_cards_is_shown_as_well(judges: Judges) -> None:
    """How often it fires there is zero, which is not the same as nothing known."""
    page = drawn([*MANY, *(row(n, **QUIET, department="Ward") for n in range(40, 50))], judges)

    assert "Ward: 0 cards, 0.0 per 100 of 10 orders" in page


def test_few_cards_in_all_are_no_number_either(judges: Judges) -> None:
    page = drawn([row(1), *(row(n, **QUIET) for n in range(2, 30))], judges)

    assert "29 orders of 29 patients; &lt;5 would have got a card.  Content" in page
    assert "1 card" not in page


def test_what_was_not_recognised_comes_with_a_line_for_the_site(judges: Judges) -> None:
    code = {"kind": "result", "system": "urn:oid:1.2.3", "code": "ALKP<b>", "unit": ""}
    page = drawn([row(n, unmapped=[code]) for n in range(8)], judges)

    assert "add,alp_total,urn:oid:1.2.3,ALKP&lt;b&gt;,NAME,," in page
    assert "<b>" not in page


def test_what_could_not_be_judged_is_said(page: str) -> None:
    assert 'lines that could not be read</td><td class="number">7' in page
    assert 'without a readable date</td><td class="number">&lt;5' in page


def test_synthetic_data_says_so(judges: Judges, page: str) -> None:
    assert "Synthetic data" in drawn([], judges, synthetic=True)
    assert "Synthetic data" not in page


def test_a_page_needs_nothing_from_outside(page: str) -> None:
    assert re.findall(r"(?<!xlink:)(?:src|href)=\"(?!#)[^\"]*", page) == []
    assert "<script" not in page


def test_nobody_and_nothing_can_be_drawn(judges: Judges) -> None:
    page = drawn([], judges)

    assert "Nothing was judged" in page
    assert "Nobody has an ALP." in page


def test_two_configurations_are_compared_by_who_moves_and_why(judges: Judges) -> None:
    other = {
        "against_verdict": "lowAlpOnce",
        "against_row": "10-single-low",
        "against_indicator": "info",
    }
    same = {"against_verdict": "alpNotLow", "against_row": "14-normal", "against_indicator": "none"}
    rows = [row(n, **other) for n in range(6)] + [row(n, **QUIET, **same) for n in range(6, 20)]
    both = Judges(judges.engine, judges.engine)
    figures = figures_of(rows)
    page = report(figures, COUNTED, both, FEWEST)

    assert "6 orders: Hypophosphatasia suspected (5-persistent, warning card)" in page
    assert "to Single low ALP (10-single-low, info card)" in page
    assert "There 10-single-low: " in page
    assert figures.summary()["against"] == {
        "shown": 6,
        "verdicts": {"alpNotLow": 14, "lowAlpOnce": 6},
        "moves": [{
            "verdict": "hppSuspected", "row": "5-persistent", "indicator": "warning",
            **other, "orders": 6,
        }],
    }  # fmt: skip


def test_figures_do_not_grow_with_the_rows() -> None:
    figures = ReplayFigures()
    for number in range(3000):
        figures.add(row(number))

    assert max(len(bar.cases) for bars in figures.bars.values() for bar in bars.values()) == 50
