"""The states of a prefetch key: left out, none, found, failed, unreadable."""

from __future__ import annotations

from typing import Any

import pytest

from service.evaluation.answer import Answer
from service.hooks.errors import NotObtainable
from tests.fhir.ask import card, gaps, result_of, verdict
from tests.fhir.build import (
    ASPIRIN,
    BASE,
    KEYS,
    MISSING,
    OPTIONAL_KEYS,
    alp,
    bundle,
    draft,
    entry,
    outcome,
    patient,
    request,
)
from tests.fhir.prefetched import FAILED, NORMAL, NOTHING, ONE, UNREADABLE, Json, ask, outcome_of

SILENT = {("complete", "alpNotLow"), ("partial", "alpNotLow")}


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


@pytest.mark.parametrize("key", [key for key in KEYS if key != "patient"])
def test_a_search_that_brought_nothing_but_another_type_is_no_answer(key: str) -> None:
    """A query that went elsewhere is not one that found nothing."""
    given = ask(key, bundle(patient()))

    assert ("unreadable", key) in gaps(given)
    assert gaps(ask(key, bundle(entry=[entry(patient(), search={"mode": "include"})]))) == []


def test_what_came_in_several_bundles_answers_together() -> None:
    parts = [entry(bundle(patient())), entry(bundle(alp(60)))]
    given = ask("alp", bundle(entry=parts, type="batch-response"))

    assert verdict(given) == ("complete", "alpNotLow")


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
