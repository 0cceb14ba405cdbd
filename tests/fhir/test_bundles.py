"""Bundles as real servers send them: nested, with outcomes beside, with what nobody asked for."""

from __future__ import annotations

import pytest

from service.fhir.bundles import MOST_NESTED
from service.fhir.gather import Record, index_resource
from tests.fhir.ask import answer, gaps, result_of, verdict
from tests.fhir.build import (
    CARDIAC_SURGERY,
    FRACTURE,
    MISSING,
    TERIPARATIDE,
    Json,
    alp,
    bundle,
    condition,
    draft,
    drug,
    entry,
    outcome,
    procedure,
    request,
    two_lows,
)

LOWS = "200 complete hppSuspected"


def nested(*inner: Json, **more: object) -> Json:
    """A batch of searches: the answers as entries."""
    own = {"type": "batch-response", "total": MISSING, "entry": [entry(one) for one in inner]}
    return bundle(**{**own, **more})


def test_searches_in_a_batch_are_read() -> None:
    first, second = two_lows()

    assert result_of(request(alp=nested(bundle(first), bundle(second)))) == LOWS


def test_a_searchset_as_an_entry_is_read_beside_other_entries() -> None:
    first, second = two_lows()
    mixed = bundle(entry=[entry(first), entry(bundle(second))], total=2)

    assert result_of(request(alp=mixed)) == LOWS


def test_drafts_in_a_nested_bundle_are_judged() -> None:
    inner = bundle(draft(), type="collection", total=MISSING)
    body = request(context={"draftOrders": bundle(inner, type="collection", total=MISSING)})

    assert result_of(body) == LOWS


def test_each_search_of_a_batch_says_for_itself_what_is_missing() -> None:
    whole, part = bundle(two_lows()[0]), bundle(two_lows()[1], total=2)

    assert gaps(answer(request(alp=nested(whole, part)))) == [("truncated", "alp")]


@pytest.mark.parametrize(
    "response", [{"status": "404 Not Found"}, {"status": "500"}, {"outcome": outcome("fatal")}]
)
def test_a_search_of_a_batch_that_failed_is_a_failed_query(response: Json) -> None:
    sent = nested(bundle(*two_lows()))
    sent["entry"].append({"response": response})

    assert gaps(answer(request(alp=sent))) == [("failed", "alp")]


@pytest.mark.parametrize("response", [{"status": "200 OK"}, {"outcome": outcome("information")}])
def test_an_answer_of_a_batch_without_fault_says_nothing(response: Json) -> None:
    sent = nested(bundle(*two_lows()))
    sent["entry"].append({"response": response})

    assert result_of(request(alp=sent)) == LOWS


def test_bundles_within_bundles_end_somewhere() -> None:
    sent = bundle(*two_lows())
    for _ in range(MOST_NESTED):
        sent = nested(sent)

    assert result_of(request(alp=sent)) == LOWS
    assert gaps(answer(request(alp=nested(sent)))) == [("unreadable", "alp")]


@pytest.mark.parametrize("relation", ["next", "Next"])
def test_a_next_link_without_a_total_is_a_truncation(relation: str) -> None:
    link = [{"relation": relation, "url": "https://ehr.example.org/fhir?page=2"}]
    sent = bundle(*two_lows(), total=MISSING, link=link)

    assert gaps(answer(request(alp=sent))) == [("truncated", "alp")]


# What nobody asked for

ELSEWHERE = {
    "a condition": condition(FRACTURE, "2025-05-01"),
    "an operation": procedure(CARDIAC_SURGERY, "2025-05-20"),
    "an order": drug(TERIPARATIDE, "2025-05-01"),
}


@pytest.mark.parametrize("resource", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_was_sent_under_another_key_is_read_as_what_it_is(resource: Json) -> None:
    """An EHR that answers every key with the whole record."""
    home = {"Condition": "conditions", "Procedure": "procedures"}.get(
        resource["resourceType"], "medications"
    )
    lows = (alp(60, "2025-06-01"), alp(28, "2025-05-25"))
    there = verdict(answer(request(alp=bundle(*lows), **{home: bundle(resource)})))

    assert verdict(answer(request(alp=bundle(*lows, resource)))) == there
    assert there != verdict(answer(request(alp=bundle(*lows))))


@pytest.mark.parametrize("kind", ["Practitioner", "Specimen", "Organization", "Provenance"])
def test_what_resources_refer_to_is_no_surprise(kind: str) -> None:
    beside = {"resourceType": kind, "id": "ZZPHI-9"}

    assert result_of(request(alp=bundle(*two_lows(), beside, total=2))) == LOWS


@pytest.mark.parametrize("kind", ["Composition", "Binary", "List", "Parameters", "NoSuchType"])
def test_an_entry_that_nobody_asked_for_is_said(kind: str) -> None:
    """The results may be inside: not "no recent ALP on file", and complete."""
    sent = bundle({"resourceType": kind, "id": "ZZPHI-9"})
    given = answer(request(alp=sent))

    assert gaps(given) == [("unreadable", "alp")]
    assert given.status == "unavailable"


def test_an_included_resource_is_never_a_surprise() -> None:
    beside = entry({"resourceType": "Composition"}, search={"mode": "include"})
    sent = bundle(entry=[*(entry(low) for low in two_lows()), beside])

    assert result_of(request(alp=sent)) == LOWS


def test_two_resources_without_an_id_are_one_only_where_all_of_them_is_alike() -> None:
    """Nested beyond reason, each is only itself."""
    deep: Json = {}
    for _ in range(100_000):
        deep = {"x": deep}
    record, order = Record(), drug(TERIPARATIDE, id=MISSING)

    assert index_resource(record, order) == index_resource(record, {**order})
    assert index_resource(record, order) != index_resource(record, {**order, "status": "x"})
    name, is_named = index_resource(record, {**order, "contained": [deep]})
    assert (name[0], is_named) == ("#", False)
