"""Orders inside other drafts, to the last level that is read."""

from __future__ import annotations

import pytest

from service.fhir.bundles import read_bundles
from service.fhir.order_groups import DEEPEST, MOST_INSIDE, orders_among
from service.fhir.references import Index
from tests.fhir.build import Json, bundle, draft

LOST = {"resource": {"reference": "MedicationRequest/ZZPHI-lost"}}


def orders_in(group: Json) -> list[Json]:
    """The orders found; one of no members was referred to and not sent."""
    (read,) = read_bundles(bundle(group), "draftOrders")
    return [order.resource for order in orders_among(read.entries, Index())]


@pytest.mark.parametrize(("deep", "found"), [(1, 1), (2, 1), (DEEPEST, 1), (DEEPEST + 1, 0)])
def test_an_order_in_actions_of_actions_is_looked_for_so_deep(deep: int, found: int) -> None:
    action: Json = LOST
    for _ in range(deep - 1):
        action = {"action": [action]}

    assert orders_in({"resourceType": "RequestGroup", "action": [action]}) == [{}] * found
    assert DEEPEST == 8


@pytest.mark.parametrize(
    ("others", "is_read"), [(0, True), (MOST_INSIDE - 1, True), (MOST_INSIDE, False)]
)
def test_of_a_draft_that_contains_too_much_the_orders_are_said_and_not_read(
    others: int, is_read: bool
) -> None:
    inside = [draft(), *({"resourceType": "Substance"} for _ in range(others))]
    found = orders_in({"resourceType": "RequestGroup", "contained": inside})

    assert [bool(order) for order in found] == [is_read]
    assert MOST_INSIDE == 500
