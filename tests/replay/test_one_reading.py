"""A record is read once for all its orders: each is answered as by a reading of its own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.fhir.context import Context
from service.fhir.read import ChartReader
from service.fhir.references import Index
from service.replay.history import PastDecision, PlacedOrder
from service.replay.history import judge_orders as judge_placed
from service.replay.known import known_days
from service.replay.results import row_of
from tests.replay.test_history import PATIENT, alp, judge_orders, order
from tests.replay.test_look_ahead import (
    ORDER,
    OURS,
    PSEUDONYMS,
    SPAN,
    days,
    facts,
    judges,
    named,
    odd,
    without_names,
)

Json = dict[str, Any]
ORDERS = days(0, SPAN).map(lambda day: {**ORDER, "authoredOn": day})


def told(decision: PastDecision) -> list[Any]:
    return [row_of(decision, PSEUDONYMS), without_names(decision.answer.body)]


def alone(resources: list[Json], decision: PastDecision, placed: Json) -> list[Any]:
    """The same order on a record of nothing but what was known on its day."""
    engine = judges().engine
    known = known_days(resources, Context(engine.terminology, Index(), engine.zone))
    then = [r for r, since in known if since is None or since <= decision.day or r is placed]
    order = PlacedOrder(placed, decision.day)
    (found,) = judge_placed("p", then, [order], judges())
    return told(found)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    known=st.lists(facts(0, SPAN) | odd(0, SPAN), max_size=10),
    orders=st.lists(ORDERS, min_size=2, max_size=4),
)
def test_each_order_is_answered_as_on_a_record_of_its_day(
    known: list[Json], orders: list[Json]
) -> None:
    placed = [{**item, "id": f"order-{n}"} for n, item in enumerate(orders)]
    resources = [PATIENT, *named(known, "known"), *placed]
    of = {item["id"]: item for item in resources if "id" in item}

    for decision in judge_orders("p", resources, judges()):
        assert told(decision) == alone(resources, decision, of[decision.order])


HISTORY = [
    PATIENT, alp(1, "2018-01-05", 22), order(1, "2018-06-01"),
    alp(2, "2019-01-05", 21), order(2, "2019-06-01"), order(3, "2020-06-01"),
]  # fmt: skip


def readings(resources: list[Json], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many records are read where every order is judged."""
    read = list[ChartReader]()
    begin = ChartReader.__init__
    monkeypatch.setattr(
        ChartReader, "__init__", lambda self, *args: (read.append(self), begin(self, *args))[1]
    )
    assert len(judge_orders("p", resources, judges())) == 3
    return len(read)


def test_three_orders_are_judged_from_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    assert readings(HISTORY, monkeypatch) == 1


def test_a_day_before_a_report_of_what_was_known_is_read_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report says of the first result what nobody knew when the first order was signed."""
    report = {
        **OURS, "resourceType": "DiagnosticReport", "id": "report", "status": "final",
        "issued": "2019-01-06T08:00:00Z", "result": [{"reference": "Observation/alp-1"}],
        "code": {"text": "Liver panel"},
    }  # fmt: skip

    assert readings([*HISTORY, report], monkeypatch) == 2
