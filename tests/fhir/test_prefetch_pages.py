"""Prefetch that goes on elsewhere, and what is missing beside what is known."""

from __future__ import annotations

from typing import Any

import pytest

from service.evaluation.services import SERVICES, discovery
from tests.fhir.ask import answer, card, engine, gaps, result_of, said, site, verdict
from tests.fhir.build import (
    BASE,
    HPP,
    KEYS,
    MISSING,
    OPTIONAL_KEYS,
    alp,
    bundle,
    condition,
    entry,
    outcome,
    request,
)
from tests.fhir.prefetched import (
    FAILED,
    NORMAL,
    NORMAL_ALP,
    NOTHING,
    ONE,
    UNREADABLE,
    Json,
    ask,
    outcome_of,
)

TRUNCATED: dict[str, Any] = {
    "a next page": {"link": [{"relation": "next", "url": f"{BASE}/Observation?page=2"}]},
    "a total above what came": {"total": 7},
}


# Pages


@pytest.mark.hazard("H10")
@pytest.mark.parametrize("name", TRUNCATED)
def test_results_that_did_not_all_come_leave_the_answer_open(name: str) -> None:
    """Hazard H10: page one normal, page two unread: partial, never an all-clear."""
    given = ask("alp", bundle(alp(60), **TRUNCATED[name]))

    assert verdict(given) == ("partial", "alpNotLow")
    assert gaps(given) == [("truncated", "alp")]
    assert "incomplete" in card(given)["summary"]


@pytest.mark.parametrize("name", TRUNCATED)
@pytest.mark.parametrize("key", OPTIONAL_KEYS)
def test_an_optional_key_of_which_only_part_came_is_a_gap(key: str, name: str) -> None:
    given = ask(key, bundle(ONE[key], **TRUNCATED[name]))

    assert [("truncated", key)] == gaps(given)


BESIDE = {
    "include": {"resourceType": "Practitioner", "id": "ZZPHI-9"},
    "outcome": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]},
}


@pytest.mark.parametrize("mode", BESIDE)
@pytest.mark.parametrize(("total", "expected"), [(1, []), (2, []), (3, [("truncated", "alp")])])
def test_a_total_may_count_what_is_no_match(
    mode: str, total: int, expected: list[tuple[str, str]]
) -> None:
    """FHIR counts matches; some servers count all entries.  More than all is still missing."""
    entries = [entry(alp(60), search={"mode": "match"}), entry(BESIDE[mode], search={"mode": mode})]
    given = ask("alp", bundle(entry=entries, total=total))

    assert gaps(given) == expected


def test_a_total_may_count_outcomes_and_included_resources() -> None:
    modes = ("outcome", "include", "include")
    beside = [entry(BESIDE[mode], search={"mode": mode}) for mode in modes]

    def counted(total: int) -> list[tuple[str, str]]:
        return gaps(ask("alp", bundle(entry=[entry(alp(60)), *beside], total=total)))

    assert [total for total in range(1, 7) if counted(total)] == [5, 6]


@pytest.mark.parametrize("total", [1, 0, -1, "5", True, None, 1.5, []])
def test_a_total_that_is_no_number_above_what_came_says_nothing(total: object) -> None:
    assert outcome_of("alp", bundle(alp(60), total=total)) == NORMAL


def test_the_other_links_of_a_page_are_no_further_page() -> None:
    links = [{"relation": name, "url": BASE} for name in ("self", "first", "previous", "last")]

    assert outcome_of("alp", bundle(alp(60), link=links)) == NORMAL


# Keys never asked for


@pytest.mark.hazard("E12")
@pytest.mark.parametrize("name", ["-patient", "Patient", "alp2", "item1", "", "draftOrders"])
@pytest.mark.parametrize("value", [None, outcome(), 7, alp(20)])
def test_a_key_never_asked_for_is_ignored(name: str, value: object) -> None:
    sent: Json = {"alp": NORMAL_ALP, name: value}
    given = answer(request(**sent))

    assert verdict(given) == ("complete", "alpNotLow")
    assert gaps(given) == []


# What is missing beside what is known


def test_a_diagnosis_on_record_is_said_though_the_alp_could_not_be_read() -> None:
    given = answer(request(alp=outcome(), conditions=bundle(condition(HPP))))

    assert said(given)["verdict"] == "hppConfirmed"
    assert gaps(given) == [("failed", "alp")]
    assert card(given)["indicator"] == "critical"


@pytest.mark.parametrize("key", OPTIONAL_KEYS)
def test_a_gap_the_site_accepted_is_listed_and_makes_no_card(key: str) -> None:
    settings = site(accepted_gaps=(key,))
    sent: Json = {"alp": NORMAL_ALP, key: MISSING}
    given = answer(request(**sent), settings)

    assert verdict(given) == ("complete", "alpNotLow")
    assert [{"kind": "not-sent", "key": key, "accepted": True}] == said(given)["gaps"]
    assert given.body["cards"] == []


# The other hooks


@pytest.mark.parametrize("name", [*FAILED, *UNREADABLE])
@pytest.mark.parametrize("key", ["patient", "alp"])
def test_patient_view_has_no_card_for_what_it_could_not_read(key: str, name: str) -> None:
    """412 where the data cannot be had, never an error card, never an empty answer."""
    body = request(hook="patient-view", **{key: {**FAILED, **UNREADABLE}[name]})

    assert result_of(body) == "412"


@pytest.mark.parametrize("name", NOTHING)
def test_patient_view_is_silent_where_no_alp_is_on_file(name: str) -> None:
    given = ask("alp", NOTHING[name], hook="patient-view")

    assert verdict(given) == ("complete", "alpNotOnFile")
    assert given.body["cards"] == []


@pytest.mark.hazard("H1")
@pytest.mark.parametrize("hook", ["order-sign", "order-select"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [MISSING, None, outcome(), 7, bundle(entry="x")])
def test_no_card_means_nothing_that_was_missing_mattered(hook: str, key: str, value: Any) -> None:
    """Hazard H1: an empty answer is complete or not applicable, over every fault."""
    sent: Json = {"alp": NORMAL_ALP, key: value}
    found = result_of(request(hook=hook, **sent))
    refused = found == "412"
    cards = [] if refused else ask(key, value, hook).body["cards"]

    assert refused is (value is MISSING and key in ("patient", "alp"))
    settled = hook != "patient-view" and found == "200 partial alpNotLow"
    assert refused or bool(cards) or found.startswith("200 complete") or settled


def test_every_service_asks_for_the_same_keys() -> None:
    """The states above hold for all of them."""
    listed = discovery(engine().knowledge, engine().cards.words)["services"]

    assert len(SERVICES) == len(listed)
    assert all(set(KEYS) == set(service["prefetch"]) for service in listed)
