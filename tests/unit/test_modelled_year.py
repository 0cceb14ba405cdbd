"""The modelled year runs, counts every order once, and tells people who should get a card."""

from __future__ import annotations

from service.hpp.assessment import Indicator
from tests.modelled_year import ASSUMED, report, year


def test_every_assumption_is_printed_with_where_it_comes_from() -> None:
    text = report(200)

    assert all(f"  {name} = " in text and a.why in text for name, a in ASSUMED.items())
    assert "Cards per 1,000 of 200 orders:" in text


def test_the_same_seed_gives_the_same_year() -> None:
    first, second = ([a.row.id for _, a in year(300)] for _ in range(2))

    assert first == second
    assert len(first) == 300


def test_no_carrier_who_stays_low_is_passed_over() -> None:
    persistent = [
        assessment.indicator
        for person, assessment in year(4000)
        if person.carrier and assessment.row.id == "5-persistent"
    ]

    assert persistent
    assert Indicator.NONE not in persistent
