"""Hiding a fact never loses a warning silently.

Tried on every vignette and every patient story: each prefetch key removed, failed, or cut to its
first or its last entry with a link to a next page; and on the stories each set of optional keys
removed together.
"""

from collections.abc import Iterator
from itertools import combinations

import pytest

from service.hpp.assessment import Indicator
from tests.fhir.build import Json
from tests.spec.charts import STORIES, Chart, charts, urgency, verdict_of
from tests.spec.request import KEYS
from tests.spec.vignette import Said

OPTIONAL = [key for key in KEYS if key not in ("patient", "alp", "procedures")]
by_chapter = pytest.mark.parametrize("chapter", charts())


def all_less(chapter: str) -> Iterator[tuple[Chart, str, Said]]:
    """Each chart of a chapter, what was hidden, and what is said then."""
    for chart in charts()[chapter]:
        for how, said in chart.said_of_less:
            yield chart, f"{chart.name}: {how}", said


def loses_nothing(how: str) -> bool:
    """Procedures only excuse a low value, or make a normal one acute: they open no row."""
    return ": procedures " in how


@pytest.mark.hazard("H1")
@by_chapter
def test_a_verdict_that_is_lost_was_not_more_urgent_or_stays_open(chapter: str) -> None:
    silent = [how for chart, how, said in all_less(chapter) if lost(chart, said)]

    assert [how for how in silent if not loses_nothing(how)] == []


def test_sets_of_keys_that_are_not_sent_lose_nothing_either() -> None:
    silent = [
        f"{chart.name}: {keys}"
        for chart in charts()[STORIES]
        for keys, request in without_sets_of_keys(chart.request)
        if lost(chart, chart.ask(request))
    ]

    assert silent == []


@pytest.mark.hazard("H1")
@by_chapter
def test_no_card_means_complete_not_applicable_or_a_settled_alp(chapter: str) -> None:
    wrong = [
        how
        for _, how, said in all_less(chapter)
        if is_silent(said) and said.status not in ("complete", "not-applicable")
        if (said.status, said.verdict) != ("partial", "alpNotLow")
    ]

    assert wrong == []


@by_chapter
def test_complete_means_that_no_row_is_open(chapter: str) -> None:
    wrong = [
        how for _, how, said in all_less(chapter) if said.status == "complete" and said.open_rows
    ]

    assert wrong == []


@by_chapter
def test_no_data_that_is_missing_makes_an_order_one_that_is_not_checked(chapter: str) -> None:
    wrong = [
        how
        for chart, how, said in all_less(chapter)
        if chart.has_order and is_not_checked(said) != is_not_checked(chart.said)
    ]

    assert wrong == []


def is_silent(said: Said) -> bool:
    return said.http == 200 and said.indicator == "none"


def is_not_checked(said: Said) -> bool:
    return said.status == "not-applicable"


def without_sets_of_keys(request: Json) -> Iterator[tuple[str, Json]]:
    """Two or more optional keys that were not sent."""
    for size in range(2, len(OPTIONAL) + 1):
        for keys in combinations(OPTIONAL, size):
            kept = {key: value for key, value in request["prefetch"].items() if key not in keys}
            yield " and ".join(keys), {**request, "prefetch": kept}


def lost(chart: Chart, now: Said) -> bool:
    """Whether a warning became a calmer answer without a word.

    Not lost: information, a refusal, a card that the check could not be made, the same row, a row
    that is at least as urgent, or the old row or another of its verdict among the open ones.
    """
    before = chart.said
    if before.http != 200 or now.http != 200 or urgency(before.row) < Indicator.WARNING.rank:
        return False
    if now.status == "unavailable" or now.row == before.row:
        return False
    stays_open = before.verdict in {verdict_of(row) for row in now.open_rows}
    return not stays_open and urgency(now.row) < urgency(before.row)
