"""Results are read when they are asked for, and say the same in whatever order that is."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal
from itertools import permutations

import pytest

from service.evaluation.engine import Engine
from service.fhir.context import Context
from service.fhir.observations import Seen, SentResult
from service.hpp.model import Patient, Result, Sex
from tests.fhir.build import Json, alp, lab

RANGES = [{"low": {"value": 35, "unit": "U/L"}, "age": {"low": {"value": 18, "code": "a"}}}]
LATER = ("value", "printed", "status")


def read(resource: Json, context: Context) -> Result:
    (result,) = Seen(resource, "Observation/ZZPHI-1", context).results()
    return result


@pytest.fixture
def context(engine: Engine) -> Context:
    born = date(2006, 6, 1)
    return Context(engine.terminology, {}, UTC, Patient(born, born, Sex.FEMALE))


def is_read(result: Result, member: str) -> bool:
    """Whether a member was read already; asks without reading it."""
    try:
        object.__getattribute__(result, member)
    except AttributeError:
        return False
    return True


def test_of_a_result_beside_alp_only_test_and_day_are_read_before_more_is_asked_for(
    context: Context,
) -> None:
    result = read(lab("2823-3", 4.1, "mmol/L"), context)

    assert isinstance(result, SentResult)
    assert [False] * len(LATER) == [is_read(result, member) for member in LATER]
    assert result.printed.low is None
    assert [is_read(result, member) for member in LATER] == [False, True, False]


@pytest.mark.parametrize("order", list(permutations(LATER)))
def test_the_order_of_asking_changes_nothing(order: tuple[str, ...], context: Context) -> None:
    resource = lab("2324-2", 28, "U/L", referenceRange=RANGES)
    asked, other = read(resource, context), read(resource, context)
    for member in order:
        getattr(asked, member)

    assert other == asked


def test_there_is_no_other_member(context: Context) -> None:
    with pytest.raises(AttributeError):
        _ = read(alp(28), context).colour  # type: ignore[attr-defined]


def test_the_same_range_applies_on_one_day_and_not_on_another(context: Context) -> None:
    days = ("2023-05-01", "2025-05-01")
    results = [read(alp(28, day, referenceRange=RANGES), context) for day in days]

    assert [result.printed.low for result in results] == [None, 35]


def test_a_bare_range_is_in_the_unit_of_its_own_result(context: Context) -> None:
    bare = [{"low": {"value": 0.5}}]
    units = ("U/L", "ukat/L")
    results = [read(alp(1, "2025-06-01", unit, referenceRange=bare), context) for unit in units]

    assert [Decimal("0.5"), Decimal(30)] == [result.printed.low for result in results]
