"""Two records that say the same get the same answer: tried on every vignette and every story."""

import pytest

from tests.spec.charts import charts
from tests.spec.variants import in_microkatal, in_order, padded
from tests.spec.vignette import Said

by_chapter = pytest.mark.parametrize("chapter", charts())


def judged(said: Said) -> tuple[object, ...]:
    """What is decided; the words of a card may name a value in the unit it came in."""
    return said.http, said.verdict, said.row, said.indicator, said.open_rows, said.status


@by_chapter
def test_the_order_of_the_entries_changes_nothing(chapter: str) -> None:
    changed = [
        f"{chart.name}, seed {seed}"
        for chart in charts()[chapter]
        for seed in (1, 2)
        if chart.ask(in_order(chart.request, seed=seed)) != chart.said
    ]

    assert changed == []


@by_chapter
def test_two_hundred_unrelated_resources_change_nothing(chapter: str) -> None:
    changed = [c.name for c in charts()[chapter] if c.ask(padded(c.request)) != c.said]

    assert changed == []


@by_chapter
def test_microkatal_instead_of_units_changes_nothing(chapter: str) -> None:
    """Values whose sixtieth is a finite decimal; a rounded one would be another value."""
    changed = [
        chart.name
        for chart in charts()[chapter]
        if judged(chart.ask(in_microkatal(chart.request)[0])) != judged(chart.said)
    ]

    assert changed == []


def test_most_charts_have_a_value_that_can_be_converted() -> None:
    """So that the comparison above is not empty."""
    converted = [in_microkatal(c.request)[1] for group in charts().values() for c in group]

    assert sum(number > 0 for number in converted) > len(converted) / 2
