"""What is asked of the FHIR server beside the prefetch, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from service.fhir.gather import Record, gather
from service.fhir.obtain import (
    MOST_LINKS,
    MOST_MEDICATIONS,
    draft_orders,
    obtain,
    obtain_medications,
)
from service.fhir.queries import Fetched, KeyQueries, Query
from service.hpp.model import Gap
from tests.fhir.build import (
    BASE,
    KEYS,
    MISSING,
    Json,
    administration,
    alp,
    bundle,
    draft,
    drug,
    entry,
    two_lows,
)

SEARCHES = KeyQueries("Observation?all", ("Observation?1", "Observation?2"), ("Observation?rest",))
NEXT = {"relation": "next", "url": f"{BASE}?page=2"}
EMPTY = {key: bundle() for key in KEYS}


class Server:
    """Answers each path with pages or a problem, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Sequence[Json] | str] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []

    def fetch(self, queries: Sequence[Query]) -> list[Fetched]:
        self.asked += [query.path for query in queries]
        return [self._answer(query) for query in queries]

    def _answer(self, query: Query) -> Fetched:
        given = self.answers.get(query.path, ())
        if isinstance(given, str):
            return Fetched(query.key, problem=given)
        return Fetched(query.key, tuple(given))


def completed(
    prefetch: Json, server: Server, *, by_category: bool = False, rest: bool = True
) -> Record:
    """The record after the ALP was asked for where it was not complete."""
    record = gather({**EMPTY, **prefetch} if prefetch is not EMPTY else None, None)
    record.gaps[:] = [gap for gap in record.gaps if gap.key == "alp"]
    queries = KeyQueries(
        SEARCHES.template, SEARCHES.searches, SEARCHES.rest if rest else (), by_category
    )
    obtain(record, {"alp": queries}, server.fetch, BASE)
    return record


def gaps(record: Record) -> list[str]:
    return [gap.kind for gap in record.gaps]


def test_what_was_not_sent_is_searched_for() -> None:
    first, second = two_lows()
    server = Server({"Observation?1": [bundle(first)], "Observation?2": [bundle(second)]})
    record = completed(EMPTY, server)

    assert server.asked == ["Observation?1", "Observation?2"]
    assert [one["id"] for _, one in record.resources["alp"]] == [first["id"], second["id"]]
    assert gaps(record) == []


def test_what_was_sent_is_not_asked_for_again_but_what_the_template_leaves_out_is() -> None:
    server = Server({"Observation?rest": [bundle()]})

    assert gaps(completed({"alp": bundle(alp())}, server)) == []
    assert server.asked == ["Observation?rest"]


def test_where_nothing_is_missing_nobody_is_asked() -> None:
    server = Server()

    assert gaps(completed({"alp": bundle(alp())}, server, rest=False)) == []
    assert server.asked == []


def test_a_key_that_failed_is_not_asked_for_again() -> None:
    server = Server()
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}

    assert gaps(completed({"alp": failed}, server)) == ["failed"]
    assert server.asked == []


def test_further_pages_are_read_and_then_nothing_is_missing() -> None:
    server = Server({NEXT["url"]: [bundle(alp(27, "2025-03-01"))]})
    record = completed({"alp": bundle(alp(), link=[NEXT])}, server, rest=False)

    assert server.asked == [NEXT["url"]]
    assert len(record.resources["alp"]) == 2
    assert gaps(record) == []


def test_a_query_by_category_that_was_cut_short_is_made_anew() -> None:
    server = Server({"Observation?1": [bundle(alp())], "Observation?2": [bundle()]})
    record = completed({"alp": bundle(alp(), link=[NEXT])}, server, by_category=True)

    assert server.asked == ["Observation?1", "Observation?2"]
    assert gaps(record) == []
    whole = Server()
    completed({"alp": bundle(alp())}, whole, by_category=True)
    assert whole.asked == ["Observation?rest"]


@pytest.mark.parametrize(
    ("prefetch", "answers", "expected"),
    [
        (EMPTY, {"Observation?1": "timeout", "Observation?2": "refused"}, ["timeout", "refused"]),
        (EMPTY, {"Observation?1": "timeout", "Observation?2": [bundle()]}, ["truncated"]),
        ({"alp": bundle(alp(), link=[NEXT])}, {NEXT["url"]: "timeout"}, ["truncated"]),
        ({"alp": bundle(alp())}, {"Observation?rest": "timeout"}, ["truncated"]),
    ],
    ids=["nothing came", "one search came", "a page failed", "the rest failed"],
)
def test_a_query_that_failed_is_a_gap_truncated_where_something_was_seen(
    prefetch: Json, answers: dict[str, Any], expected: list[str]
) -> None:
    record = completed(prefetch, Server(answers), rest="Observation?rest" in answers)

    assert gaps(record) == expected


@pytest.mark.parametrize(("total", "expected"), [(1, []), (2, ["truncated"])])
def test_pages_that_hold_less_than_they_announced_are_truncated(
    total: int, expected: list[str]
) -> None:
    """The first page says how many; all pages together are counted."""
    short = {"Observation?1": [bundle(alp(), total=total)], "Observation?2": [bundle()]}
    whole = {
        "Observation?1": [bundle(alp(), total=2), bundle(alp(27, "2025-03-01"), total=9)],
        "Observation?2": [bundle()],
    }

    assert gaps(completed(EMPTY, Server(short))) == expected
    assert gaps(completed(EMPTY, Server(whole))) == []


def test_of_a_page_that_was_followed_no_total_is_expected() -> None:
    """A next page announces the total of all pages."""
    server = Server({NEXT["url"]: [bundle(alp(27, "2025-03-01"), total=2)]})
    record = completed({"alp": bundle(alp(), link=[NEXT], total=2)}, server, rest=False)

    assert gaps(record) == []


@pytest.mark.hazard("B11")
@pytest.mark.parametrize(("more", "expected"), [(0, []), (1, ["truncated"])])
def test_of_many_next_pages_twenty_are_asked_for_and_the_rest_is_missing(
    more: int, expected: list[str]
) -> None:
    """A Bundle may hold Bundles, each with a page of its own; one page is asked for once."""
    urls = [f"{BASE}?page={number}" for number in range(MOST_LINKS + more)]
    inner = [bundle(link=[{"relation": "next", "url": url}]) for url in [*urls, urls[0]]]
    server = Server({url: [bundle()] for url in urls})
    record = completed({"alp": bundle(*inner, total=MISSING)}, server, rest=False)

    assert server.asked == urls[:MOST_LINKS]
    assert gaps(record) == expected


def test_a_gap_of_another_kind_stays_beside_those_that_were_settled() -> None:
    server = Server({NEXT["url"]: [bundle()]})
    sent = bundle({"resourceType": "Basic"}, alp(), link=[NEXT], total=MISSING)

    assert gaps(completed({"alp": sent}, server, rest=False)) == ["unreadable"]


def test_a_result_that_was_sent_among_others_is_read_where_it_was_searched_for() -> None:
    """What nobody recognises is looked at under the key of the ALP alone."""
    unknown = alp(28, code={"text": "AFX-S"})
    record = gather({**EMPTY, "labs": bundle(unknown)} | {"alp": None}, None)
    record.gaps.append(Gap("not-sent", "alp"))
    server = Server({"Observation?1": [bundle({**unknown})]})
    obtain(record, {"alp": SEARCHES}, server.fetch, BASE)

    assert [one for _, one in record.resources["alp"]] == [unknown]
    assert [id(one) in record.moved for _, one in record.resources["labs"]] == [True]


# --- Medications that orders refer to


def order(reference: str, **more: Any) -> Json:
    pointer = {"reference": reference}
    return drug("x", medicationCodeableConcept=MISSING, medicationReference=pointer, **more)


def medications_asked(*orders: Json, sent: Sequence[Json] = ()) -> list[str]:
    server = Server()
    record = gather({"medications": bundle(*sent)}, None)
    obtain_medications(record, orders, server.fetch, BASE)
    return server.asked


@pytest.mark.parametrize(
    ("reference", "asked"),
    [
        ("Medication/1", ["Medication/1"]),
        ("Medication/1/_history/2", ["Medication/1"]),
        (f"{BASE}/Medication/1", ["Medication/1"]),
        ("https://elsewhere.example.org/fhir/Medication/1", []),
        (f"{BASE}x/Medication/1", []),
        ("Medication/1?patient=2", []),
        ("Medication/1/$everything", []),
        ("Patient/1", []),
        ("#1", []),
        ("", []),
    ],
)
def test_a_medication_is_read_from_the_server_asked_and_from_no_other(
    reference: str, asked: list[str]
) -> None:
    assert medications_asked(order(reference)) == asked
    assert medications_asked(order("Medication/7"), order("Medication/7")) == ["Medication/7"]


def test_the_base_may_end_with_a_slash() -> None:
    server = Server()
    obtain_medications(Record(), [order(f"{BASE}/Medication/1")], server.fetch, f"{BASE}/")

    assert server.asked == ["Medication/1"]


def test_a_medication_that_was_sent_is_not_asked_for() -> None:
    sent = {"resourceType": "Medication", "id": "1"}

    assert medications_asked(order("Medication/1"), order("Medication/2"), sent=[sent]) == [
        "Medication/2"
    ]


def test_so_many_medications_are_asked_for_and_no_more() -> None:
    orders = [order(f"Medication/{number}") for number in range(MOST_MEDICATIONS + 5)]

    assert medications_asked(*orders) == [f"Medication/{n}" for n in range(MOST_MEDICATIONS)]


def test_orders_and_administrations_on_record_are_looked_into() -> None:
    given = administration("x", "2025-01-01", medicationCodeableConcept=MISSING)
    given |= {"medicationReference": {"reference": "Medication/2"}}
    server = Server()
    prefetch = {"medications": bundle(order("Medication/1")), "administrations": bundle(given)}
    obtain(gather(prefetch, None), {}, server.fetch, BASE)

    assert server.asked == ["Medication/1", "Medication/2"]


def test_only_a_medication_answers_for_a_medication() -> None:
    medication = {"resourceType": "Medication", "id": "1"}
    others = [{"resourceType": kind, "id": "1"} for kind in ("List", "OperationOutcome")]
    server = Server({"Medication/1": [*others, medication]})
    record = Record()
    obtain_medications(record, [order("Medication/1")], server.fetch, BASE)

    assert dict(record.index) == {"Medication/1": medication}


BRAND = {
    "resourceType": "Medication",
    "id": "1",
    "ingredient": [
        {"itemReference": {"reference": "Medication/2"}},
        {"itemReference": {"reference": "Substance/3"}},
        {"itemReference": {"reference": "#inside"}},
        {"itemReference": {"display": "starch"}},
        {"itemCodeableConcept": {"text": "starch"}},
    ],
    "contained": [{"resourceType": "Substance", "id": "inside"}],
}


@pytest.mark.parametrize("where", ["read", "sent", "contained"])
def test_what_a_medication_consists_of_is_read_after_it(where: str) -> None:
    """As hospitals write it whose brands refer to a Medication of the substance."""
    substance = {"resourceType": "Substance", "id": "3"}
    read = {"Medication/1": [BRAND]} if where == "read" else {}
    server = Server({**read, "Substance/3": [substance]})
    wanted = order("#1", contained=[BRAND]) if where == "contained" else order("Medication/1")
    record = gather({"medications": bundle(BRAND) if where == "sent" else None}, None)
    obtain_medications(record, [wanted, wanted], server.fetch, BASE)

    assert server.asked == [*read, "Medication/2", "Substance/3"]
    assert record.index["Substance/3"] == substance


def test_the_drafts_that_are_medication_orders_are_looked_into() -> None:
    drafts = [draft(), {"resourceType": "ServiceRequest", "id": "2"}]
    record = gather(None, {"resourceType": "Bundle", "entry": [entry(one) for one in drafts]})

    assert draft_orders(record) == drafts[:1]
