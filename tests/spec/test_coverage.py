"""The vignettes together show every row of the decision table and every number it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from service.hpp.knowledge.model import Threshold
from tests.spec.contents import cases, paragraphs
from tests.spec.render import engine
from tests.spec.resources import patient as patient_resource
from tests.spec.resources import quantity, read_span
from tests.spec.vignette import SIDES, Boundary, Case
from tests.spec.words import ALP_TESTS

# Numbers without a vignette on both sides of them, each with the reason.  None at present:
# those that only word a card or its suggestions are shown by what the card says or offers.
NO_BOUNDARY: dict[str, str] = {}

THRESHOLDS = engine().knowledge.thresholds
ROWS = [row.id for row in engine().knowledge.table]
BOUNDED = [(case, case.boundary) for case in cases() if case.boundary]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_decision_table_is_shown(row: str) -> None:
    assert row in {case.expected.row for case in cases()}


def test_expected_rows_and_verdicts_are_those_of_the_table() -> None:
    """A row that is renamed or dropped must not linger in a vignette."""
    known = {row.id: row.verdict for row in engine().knowledge.table}
    for case in cases():
        expected = case.expected
        if expected.http == 200 and expected.row != "none":
            assert known[expected.row] == expected.verdict
        assert set(expected.open_rows) | set(expected.opens) <= set(known)


@pytest.mark.parametrize("name", THRESHOLDS)
def test_every_number_is_shown_below_on_and_above(name: str) -> None:
    sides = {boundary.side for _, boundary in BOUNDED if boundary.threshold == name}

    assert name in NO_BOUNDARY or sides == set(SIDES)


def test_numbers_without_a_boundary_exist_and_have_none() -> None:
    assert set(NO_BOUNDARY) <= set(THRESHOLDS)
    assert not set(NO_BOUNDARY) & {boundary.threshold for _, boundary in BOUNDED}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_what_stands_in_the_table_lies_where_it_is_said_to_lie(name: str) -> None:
    """One step below, on, or one step above; a step is one in the last place of the number."""
    threshold = THRESHOLDS[name]
    for case, boundary in BOUNDED:
        if boundary.threshold != name:
            continue
        measured, number, step = _measure(case, boundary, threshold)
        wanted = {"below": number - step, "on": number, "above": number + step}

        assert measured == wanted[boundary.side], (boundary, measured)


def _measure(case: Case, at: Boundary, threshold: Threshold) -> tuple[Decimal, Decimal, Decimal]:
    """What the table says, what it is compared with, and the step, in one unit."""
    if at.threshold == "persist_fraction":
        return _low_results(case, at, threshold)
    if threshold.unit == "d":
        return Decimal(_days(case, at)), threshold.value, Decimal(1)
    assert at.value in set(_cells(case))
    number = threshold.value
    if at.of:
        number = (number * _number(at.of)).normalize()
    else:
        assert at.value.split(" ", 1)[1] == threshold.unit
    return _number(at.value), number, _last_place(number)


def _number(text: str) -> Decimal:
    """A quantity without comparator."""
    written = quantity(text)
    assert "comparator" not in written
    return Decimal(str(written["value"]))


def _last_place(number: Decimal) -> Decimal:
    """One in the last written place: 0.01 for 1.90, 1 for 25."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(min(int(exponent), 0))


def _days(case: Case, at: Boundary) -> int:
    """The days from `since` to the date that varies, or the patient's age."""
    if not at.since:
        return (case.today - _born(case)).days
    varied = _last_day(at.value, case)
    if at.since == "birth":
        return (varied - _born(case)).days
    assert at.since == "today" or at.since in set(_cells(case))
    return abs((varied - _last_day(at.since, case)).days)


def _born(case: Case) -> date:
    who = [line for line in case.table.lines if line.resource == "Patient"]
    return date.fromisoformat(patient_resource(who[0], case.today)["birthDate"])


def _last_day(text: str, case: Case) -> date:
    """The date of a cell, the end where it is a period."""
    span = read_span(text, case.today)
    return date.fromisoformat(span.end or span.start)


def _cells(case: Case) -> Iterator[str]:
    """Every cell, and the ends of the periods in them."""
    for row in case.table.cells:
        for cell in row:
            yield cell
            yield from cell.removeprefix("from ").split(" to ")


def _low_results(
    case: Case, at: Boundary, threshold: Threshold
) -> tuple[Decimal, Decimal, Decimal]:
    """How many of the results are low; half a result is the nearest that counting allows."""
    results = [line for line in case.table.lines if line.code in ALP_TESTS]
    low = sum(_number(line.value) < _number(line.low) for line in results)
    assert (f"{low} results", f"{len(results)} results") == (at.value, at.of)
    return Decimal(low), threshold.value * len(results), Decimal("0.5")


def test_vignettes_are_many_and_near_misses_are_as_many_as_hits() -> None:
    """A hit ends in a card that warns or more; a near miss in information, or in no card."""
    counted = [case.expected.indicator for case in cases() if case.expected.http == 200]
    hits = sum(indicator in ("critical", "warning") for indicator in counted)

    assert len(list(paragraphs())) >= 90
    assert len(counted) - hits >= hits
