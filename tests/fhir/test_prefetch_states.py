"""What arrives under a prefetch key, and what it means: one row a state, one test a key.

The states are those of the protocol: no prefetch, no key, null, a resource, a Bundle, an empty
Bundle, an OperationOutcome, remarks inside a Bundle, keys never asked for.
"""

from __future__ import annotations

from typing import Any

import pytest

from service.evaluation.answer import Answer
from service.evaluation.services import SERVICES, discovery
from service.hooks.errors import NotObtainable
from tests.fhir.build import (
    ALENDRONATE,
    ASPIRIN,
    BASE,
    CARDIAC_SURGERY,
    FRACTURE,
    HPP,
    KEYS,
    MISSING,
    OPTIONAL_KEYS,
    PLP,
    ZOLEDRONATE,
    administration,
    alp,
    answer,
    bundle,
    card,
    condition,
    draft,
    drug,
    encounter,
    engine,
    entry,
    gaps,
    lab,
    outcome,
    patient,
    procedure,
    request,
    result_of,
    said,
    site,
    verdict,
)

Json = dict[str, Any]

UNAVAILABLE = "200 unavailable notEvaluated"
NORMAL = "200 complete alpNotLow"
SILENT = {("complete", "alpNotLow"), ("partial", "alpNotLow")}
NOT_ON_FILE = "200 complete alpNotOnFile"
PARTIAL = "200 partial alpNotLow"

# Nothing found: asked and none, so neither fetched nor refused.
NOTHING: dict[str, Any] = {
    "null": None,
    "empty Bundle": bundle(),
    "Bundle without entry": {"resourceType": "Bundle", "type": "searchset"},
    "total 0": {"resourceType": "Bundle", "type": "searchset", "total": 0},
    "remark that nothing was found": bundle(
        entry=[entry(outcome("warning"), search={"mode": "outcome"})], total=0
    ),
    "remark for information": bundle(
        entry=[entry(outcome("information"), search={"mode": "outcome"})], total=0
    ),
}
# The client tried and could not say.
FAILED: dict[str, Any] = {
    "OperationOutcome, error": outcome("error"),
    "OperationOutcome, fatal": outcome("fatal"),
    "OperationOutcome, warning": outcome("warning"),
    "OperationOutcome without issues": {"resourceType": "OperationOutcome"},
    "error inside a Bundle": bundle(
        entry=[entry(outcome("error"), search={"mode": "outcome"})], total=MISSING
    ),
}
UNREADABLE: dict[str, Any] = {
    "a string": "ZZPHI",
    "a number": 1,
    "a list": [],
    "true": True,
    "an object without type": {},
    "a type that is null": {"resourceType": None},
    "a type that is a list": {"resourceType": ["Bundle"]},
    "a resource as a JSON string": '{"resourceType": "Bundle"}',
}
TRUNCATED: dict[str, Any] = {
    "a next page": {"link": [{"relation": "next", "url": f"{BASE}/Observation?page=2"}]},
    "a total above what came": {"total": 7},
}
NORMAL_ALP = bundle(alp(60))


def ask(key: str, value: Any, hook: str = "order-sign", **members: Any) -> Answer:
    """A record in which this key is the only unusual one."""
    return answer(request(hook=hook, members=members, **{"alp": NORMAL_ALP, key: value}))


def outcome_of(key: str, value: Any, **client: Any) -> str:
    sent: Json = {"alp": NORMAL_ALP, key: value}
    body = request(**sent)
    return result_of(body, site(**client)) if client else result_of(body)


# No prefetch, no key


@pytest.mark.hazard("H1", "H12")
@pytest.mark.parametrize("prefetch", [MISSING, None, {}])
def test_without_any_prefetch_the_answer_is_412(prefetch: object) -> None:
    assert result_of(request(members={"prefetch": prefetch})) == "412"


@pytest.mark.hazard("H12")
@pytest.mark.parametrize("key", ["patient", "alp"])
def test_a_needed_key_that_was_not_sent_is_412(key: str) -> None:
    """Neither sent nor to be had: the service has no access to the record."""
    assert outcome_of(key, MISSING) == "412"


@pytest.mark.parametrize("key", ["patient", "alp"])
def test_the_refusal_names_the_key_and_what_is_wrong_with_it(key: str) -> None:
    with pytest.raises(NotObtainable) as refused:
        ask(key, MISSING)
    issues = refused.value.outcome()["issue"]

    named = [issue["diagnostics"].partition(". ")[0] for issue in issues]

    assert f"/prefetch/{key}: not-sent" in named
    assert f"prefetch.{key}" in [issue["expression"][0] for issue in issues]


@pytest.mark.parametrize("key", OPTIONAL_KEYS)
def test_an_optional_key_that_was_not_sent_is_a_gap_and_never_412(key: str) -> None:
    given = ask(key, MISSING)

    assert [("not-sent", key)] == gaps(given)
    assert given.status in ("complete", "partial")
    assert is_never_silent(given)


def is_never_silent(given: Answer) -> bool:
    """No card: complete, or partial beside an ALP that is normal beyond doubt."""
    return bool(given.body["cards"]) or verdict(given) in SILENT


@pytest.mark.parametrize("key", KEYS)
def test_without_a_drug_of_interest_nothing_is_missing(key: str) -> None:
    """Not applicable, whatever else is missing."""
    unsent: Json = {key: MISSING}
    body = request(draft(ASPIRIN), **unsent)

    assert result_of(body) == "200 not-applicable notApplicable"


# Nothing found


@pytest.mark.hazard("H12")
@pytest.mark.parametrize("name", NOTHING)
def test_no_alp_found_is_no_alp_on_file(name: str) -> None:
    """Looked, none: neither a gap nor a refusal."""
    given = ask("alp", NOTHING[name])

    assert verdict(given) == ("complete", "alpNotOnFile")
    assert gaps(given) == []
    assert "No recent ALP on file" in card(given)["summary"]


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("key", OPTIONAL_KEYS)
def test_nothing_found_under_an_optional_key_is_absence(key: str, name: str) -> None:
    given = ask(key, NOTHING[name])

    assert verdict(given) == ("complete", "alpNotLow")
    assert (gaps(given), given.body["cards"]) == ([], [])


@pytest.mark.parametrize("name", NOTHING)
def test_a_patient_the_ehr_did_not_find_cannot_be_judged(name: str) -> None:
    """Asked and answered, so not 412; but there is no age to judge by."""
    given = ask("patient", NOTHING[name])

    assert verdict(given) == ("unavailable", "notEvaluated")
    assert gaps(given) == [("not-found", "patient")]


# A resource, a Bundle

ONE: dict[str, Json] = {
    "patient": patient(),
    "alp": alp(28),
    "labs": lab(PLP, 200, "nmol/L"),
    "medications": drug(ALENDRONATE),
    "conditions": condition(FRACTURE, "2025-05-01"),
    "procedures": procedure(CARDIAC_SURGERY, "2025-05-20"),
    "encounters": encounter("IMP", "2025-05-31", "2025-06-02"),
    "administrations": administration(ZOLEDRONATE, "2025-05-20"),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("wrap", [lambda r: r, bundle])
def test_a_resource_counts_alone_and_in_a_bundle(key: str, wrap: Any) -> None:
    given = ask(key, wrap(ONE[key]))
    chart = given.chart

    assert chart is not None
    assert gaps(given) == []
    assert {
        "patient": chart.patient.born_first is not None,
        "alp": [r.value for r in chart.results] == [28],
        "labs": len(chart.results) == 2,
        "medications": len(chart.drugs) == 1,
        "conditions": len(chart.conditions) == 1,
        "procedures": len(chart.conditions) == 1,
        "encounters": chart.results[0].encounter_classes == {"IMP"},
        "administrations": [use.administered for use in chart.drugs] == [True],
    }[key]


@pytest.mark.parametrize("key", [key for key in KEYS if key != "patient"])
def test_a_single_resource_of_a_type_that_was_not_asked_for_is_no_answer(key: str) -> None:
    """A read or search of this key never gives a Patient: what it holds is not known."""
    given = ask(key, patient())

    assert ("unreadable", key) in gaps(given)


def test_a_read_of_the_patient_that_is_no_patient_is_unreadable() -> None:
    given = ask("patient", alp())

    assert verdict(given) == ("unavailable", "notEvaluated")
    assert ("unreadable", "patient") in gaps(given)


@pytest.mark.hazard("H11")
def test_included_resources_and_remarks_are_no_evidence_and_no_fault() -> None:
    practitioner = {"resourceType": "Practitioner", "id": "ZZPHI-9"}
    entries = [
        entry(alp(60)),
        entry(practitioner, search={"mode": "include"}),
        entry(outcome("warning"), search={"mode": "outcome"}),
        {"fullUrl": f"{BASE}/Observation/ZZPHI-x", "search": {"mode": "match"}, "resource": None},
    ]
    given = ask("alp", bundle(entry=entries, total=1))

    assert verdict(given) == ("complete", "alpNotLow")


@pytest.mark.hazard("H24")
@pytest.mark.parametrize("kind", ["searchset", "collection", "batch-response", None, 7])
def test_the_type_of_the_bundle_does_not_matter(kind: object) -> None:
    assert outcome_of("alp", bundle(alp(60), type=kind)) == NORMAL


# Failed, unreadable


@pytest.mark.hazard("H1", "H11")
@pytest.mark.parametrize("name", FAILED)
@pytest.mark.parametrize("key", ["patient", "alp"])
def test_a_needed_key_the_client_failed_to_fill_is_said_on_a_card(key: str, name: str) -> None:
    given = ask(key, FAILED[name])

    assert verdict(given) == ("unavailable", "notEvaluated")
    assert [("failed", key)] == gaps(given)
    assert "could not be made" in card(given)["summary"]
    assert card(given)["indicator"] == "info"


@pytest.mark.parametrize("state", [FAILED["OperationOutcome, error"], UNREADABLE["a string"]])
@pytest.mark.parametrize("key", ["patient", "alp"])
def test_a_client_that_asked_for_412_gets_412(key: str, state: object) -> None:
    assert outcome_of(key, state, on_unavailable="412") == "412"


@pytest.mark.hazard("H11")
@pytest.mark.parametrize("name", FAILED)
@pytest.mark.parametrize("key", OPTIONAL_KEYS)
def test_an_optional_key_the_client_failed_to_fill_is_a_gap(key: str, name: str) -> None:
    given = ask(key, FAILED[name])

    assert [("failed", key)] == gaps(given)
    assert is_never_silent(given)


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("key", KEYS)
def test_what_is_no_fhir_is_a_gap_of_its_key(key: str, name: str) -> None:
    given = ask(key, UNREADABLE[name])

    assert ("unreadable", key) in gaps(given)
    assert (given.status == "unavailable") is (key in ("patient", "alp"))


@pytest.mark.parametrize(
    "entries",
    [
        "ZZPHI",
        7,
        ["ZZPHI"],
        [{"resource": "ZZPHI"}],
        [{"resource": [alp(20)]}],
        [{"resource": {}}],
        [{"resource": {"resourceType": None}}],
        [{"resource": {"resourceType": ["Observation"]}}],
        [{"resource": {"resourceType": {"x": 1}}}],
    ],
)
def test_an_entry_that_cannot_be_read_is_a_gap_and_the_rest_is_used(entries: Any) -> None:
    """One bad resource is one gap with a reason, never a lost Bundle, never a lost result."""
    good = [entry(alp(60))] if isinstance(entries, list) else []
    both = [*good, *entries] if isinstance(entries, list) else entries
    given = ask("alp", bundle(entry=both, total=MISSING))

    assert given.chart is not None
    assert ("unreadable", "alp") in gaps(given)
    assert len(good) == len(given.chart.results)
    assert given.status != "complete"


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
