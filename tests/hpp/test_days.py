"""Spans of days, compared with the plain sets of days that they stand for."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest

from service.hpp.days import (
    DaySpans,
    GroupDays,
    Span,
    after,
    any_of,
    around,
    both,
    earlier,
    later,
    merged,
    nearest,
    without,
)

DAY = date(2025, 6, 15)
NOW = DAY.toordinal()


def some_spans(rng: Random) -> list[Span]:
    """Few days, so that spans meet, touch, hold one another or hold none."""
    return [(NOW + rng.randint(0, 9), NOW + rng.randint(0, 9)) for _ in range(rng.randint(0, 4))]


def test_merged_spans_hold_the_days_of_all_and_no_other() -> None:
    rng = Random(1)
    for _ in range(400):
        spans = some_spans(rng)
        days = {day for first, last in spans for day in range(first, last + 1)}
        held = merged(spans)
        for day in range(NOW - 2, NOW + 12):
            assert (date.fromordinal(day) in held) is (day in days), (spans, day)


def test_merged_spans_are_apart_and_in_order() -> None:
    rng = Random(2)
    for _ in range(400):
        held = merged(some_spans(rng))
        ends = [day for span in zip(held.firsts, held.lasts, strict=True) for day in span]
        assert ends == sorted(ends)
        assert all(last < first for last, first in zip(ends[1::2], ends[2::2], strict=False))


def test_no_spans_hold_no_day() -> None:
    assert DAY not in DaySpans()
    assert DAY not in merged([(NOW + 1, NOW)])


@pytest.mark.parametrize("window_days", [0, 1, 5])
def test_a_window_holds_its_ends(window_days: int) -> None:
    assert after(DAY, window_days) == (NOW, NOW + window_days)
    assert around(DAY, window_days) == (NOW - window_days, NOW + window_days)


def near(days: Sequence[int], window_days: int) -> list[int]:
    """By looking at each."""
    gaps = [abs(day - NOW) for day in days]
    found = [gap for gap in gaps if gap <= window_days]
    return [at for at, gap in enumerate(gaps) if found and gap == min(found)]


def test_the_nearest_day_within_a_window_may_be_two() -> None:
    for chosen in product((False, True), repeat=7):
        days = tuple(
            NOW + offset for offset, taken in zip(range(-3, 4), chosen, strict=True) if taken
        )
        for window_days in range(4):
            assert list(nearest(days, DAY, window_days)) == near(days, window_days)


def test_days_of_any_of_both_and_of_the_first_alone() -> None:
    rng = Random(3)
    for _ in range(400):
        one, other = merged(some_spans(rng)), merged(some_spans(rng))
        for day in map(date.fromordinal, range(NOW - 2, NOW + 12)):
            is_in = day in one, day in other
            assert (day in any_of((one, other))) is any(is_in)
            assert (day in both(one, other)) is all(is_in)
            assert (day in without(one, other)) is (is_in == (True, False))


def test_groups_keep_their_order() -> None:
    spans = merged([(NOW, NOW)])
    known = GroupDays({"b": spans, "a": spans, "c": DaySpans()})

    assert known.on(DAY) == ("b", "a")


def test_the_groups_of_each_day_are_those_whose_spans_hold_it() -> None:
    rng, days = Random(4), list(map(date.fromordinal, range(NOW - 2, NOW + 12)))
    for _ in range(200):
        spans = {name: merged(some_spans(rng)) for name in "ab"}
        known = GroupDays(spans)
        expected = [tuple(name for name in "ab" if day in spans[name]) for day in days]
        assert [known.on(day) for day in (*days, *days)] == [*expected, *expected]


@pytest.mark.hazard("C7")
def test_the_groups_of_the_days_between_two_changes_are_worked_out_once() -> None:
    known = GroupDays({"a": merged([(NOW, NOW + 9)]), "b": merged([(NOW - 5, NOW + 9)])})
    found = [known.on(DAY + timedelta(days=days)) for days in range(10)]

    assert found == [("a", "b")] * 10
    assert all(groups is found[0] for groups in found)


def test_a_day_before_or_after_never_leaves_the_calendar() -> None:
    first, last, day = date.min, date.max, date(2024, 3, 1)

    assert (earlier(day, 1), later(day, 31)) == (date(2024, 2, 29), date(2024, 4, 1))
    assert (earlier(first + timedelta(days=5), 5), earlier(first, 1)) == (first, first)
    assert (later(last - timedelta(days=5), 5), later(last, 1)) == (last, last)
