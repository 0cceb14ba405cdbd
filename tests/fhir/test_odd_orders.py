"""Oddities of public FHIR data in orders, and what the public sandbox sends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir import build
from tests.fhir.ask import answer, card, gaps, result_of, said, verdict
from tests.fhir.build import (
    ALENDRONATE,
    ATC,
    MISSING,
    RXNORM,
    SNOMED,
    SUBJECT,
    alp,
    bundle,
    concept,
    draft,
    drug,
    request,
)
from tests.fhir.judged import ABSENT_REASON, only_judged, reason_of

# 7. Medications


def written_as(**members: Any) -> dict[str, Any]:
    return draft(**{"medicationCodeableConcept": MISSING, **members})


def coded(system: str, code: str, **more: Any) -> dict[str, Any]:
    return written_as(medicationCodeableConcept=concept(code, system, **more))


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "order",
    [
        coded(RXNORM, "904431"),
        coded(ATC, "M05BA04"),
        coded("http://fhir.de/CodeSystem/bfarm/atc", "M05BA04"),
        coded("http://fhir.de/CodeSystem/ifa/pzn", "01234567", text="Alendronsäure 70 mg"),
        coded("http://pbs.gov.au/code/item", "8511T", text="Alendronic acid 70 mg tablet"),
        coded("http://fdasis.nlm.nih.gov", "X1J18R4W8P", text="alendronic acid"),
        coded(SNOMED, "999999999999", text="Alendronic acid 70mg tablets"),
        written_as(medicationCodeableConcept={"text": "Fosamax 70 mg once a week"}),
        written_as(medicationReference={"reference": "Medication/ZZPHI-9", "display": "Fosamax"}),
        written_as(
            medicationReference={"reference": "#m"},
            contained=[build.medication(id="m", code=concept(ALENDRONATE, RXNORM))],
        ),
        written_as(
            medicationReference={"reference": "#m"},
            contained=[
                build.medication(
                    id="m", ingredient=[{"itemCodeableConcept": concept("46041", RXNORM)}]
                )
            ],
        ),
    ],
)
def test_the_drug_is_found_in_every_way_it_was_seen_written(order: dict[str, Any]) -> None:
    assert result_of(request(order)) == "200 complete hppSuspected"


@pytest.mark.parametrize("full_url", ["urn:uuid:8b5ad5a9-52a3-4a1c-9a3f-0d7d0b1f2a11", None])
def test_a_medication_sent_beside_the_order_is_found(full_url: str | None) -> None:
    """By urn:uuid and by relative reference."""
    medication = build.medication(code=concept(ALENDRONATE, RXNORM))
    order = written_as(medicationReference={"reference": full_url or "Medication/ZZPHI-m"})
    url = {"fullUrl": full_url} if full_url else {}
    drafts = {"entry": [build.entry(order), build.entry(medication, **url)]}

    assert result_of(request(context={"draftOrders": drafts})) == "200 complete hppSuspected"


def test_a_data_absent_reason_as_the_drug_is_a_drug_that_could_not_be_identified() -> None:
    """Never silent."""
    given = answer(request(coded(ABSENT_REASON, "unknown")))

    assert given.status == "partial"
    assert ("unknown-drug", "draftOrders") in gaps(given)


# 8. MedicationRequest


def test_an_order_on_record_without_a_date_is_named_and_explains_nothing() -> None:
    """AuthoredOn absent."""
    given = answer(
        request(alp=bundle(alp()), medications=bundle(drug(ALENDRONATE, authoredOn=MISSING)))
    )

    assert reason_of(given) == ("low-unexplained",)
    assert "Alendronate" in card(given)["detail"].split("**Consider**")[0]


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        ("order", "low-suppressed"),
        ("plan", "low-suppressed"),
        ("reflex-order", "low-suppressed"),
        ("instance-order", "low-suppressed"),
        ("proposal", "low-unexplained"),
        ("option", "low-unexplained"),
    ],
)
def test_what_was_only_proposed_was_not_taken(intent: str, expected: str) -> None:
    """Intents."""
    taken = drug(ALENDRONATE, intent=intent)
    given = answer(request(alp=bundle(alp()), medications=bundle(taken)))

    assert expected == only_judged(given).kind.value


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", "low-suppressed"),
        ("on-hold", "low-suppressed"),
        ("completed", "low-suppressed"),
        ("stopped", "low-suppressed"),
        ("unknown", "low-suppressed"),
        ("draft", "low-unexplained"),
        ("cancelled", "low-unexplained"),
        ("entered-in-error", "low-unexplained"),
    ],
)
def test_what_was_written_in_error_was_not_taken(status: str, expected: str) -> None:
    """Statuses."""
    taken = drug(ALENDRONATE, "2025-01-10", status=status)
    given = answer(request(alp=bundle(alp()), medications=bundle(taken)))

    assert expected == only_judged(given).kind.value


def test_an_order_on_record_without_id_counts() -> None:
    """No id at all."""
    given = answer(request(alp=bundle(alp()), medications=bundle(drug(ALENDRONATE, id=MISSING))))

    assert only_judged(given).kind.value == "low-suppressed"


def test_orders_on_record_without_id_and_of_the_same_content_are_one() -> None:
    """An exact re-send."""
    twice = [drug(ALENDRONATE, id=MISSING)] * 2
    chart = answer(request(medications=bundle(*twice))).chart

    assert chart is not None
    assert len(chart.drugs) == 1


# 10. The sandbox


def test_the_sandbox_s_order_is_judged() -> None:
    """No Bundle type, no fullUrl, objects instead of arrays."""
    order = draft(category=concept("community", "x"), reasonCode=concept("64859006", SNOMED))
    drafts = {"resourceType": "Bundle", "entry": [{"resource": order}]}

    assert result_of(request(context={"draftOrders": drafts})) == "200 complete hppSuspected"


def test_before_any_drug_is_chosen_there_is_nothing_to_judge() -> None:
    """Order-select of an empty form."""
    empty = {
        "resourceType": "MedicationRequest",
        "id": "request-123",
        "status": "draft",
        "subject": SUBJECT,
        "authoredOn": "2025-06-15",
    }
    given = answer(request(empty, hook="order-select"))

    assert verdict(given) == ("not-applicable", "notApplicable")
    assert given.body["cards"] == []


def test_keys_the_sandbox_could_not_fill_are_gaps() -> None:
    """Left out, never null."""
    given = answer(request(labs=MISSING, procedures=MISSING))

    assert gaps(given) == [("not-sent", "labs"), ("not-sent", "procedures")]
    assert said(given)["verdict"] == "hppSuspected"


def test_a_double_click_on_sign_gets_the_same_answer_twice() -> None:
    """The same call twice, with fresh card ids."""
    first, second = answer(request()), answer(request())

    assert said(first) == said(second)
    assert card(first)["summary"] == card(second)["summary"]
    assert card(first)["uuid"] != card(second)["uuid"]


@pytest.mark.hazard("C6")
@pytest.mark.parametrize("kind", [[], [[]], {}, {"a": None}, 1, True, None, " "])
def test_what_is_inside_a_draft_may_have_a_type_that_is_none(kind: Any) -> None:
    """It is no order; the one beside it is judged."""
    odd = {"resourceType": kind, "id": "x", "medicationCodeableConcept": concept("1", RXNORM)}
    plan = {"resourceType": "CarePlan", "subject": SUBJECT, "contained": [odd, draft()]}
    given = answer(request(plan, alp=bundle(alp())))

    assert given.chart is not None
    assert [order.group for order in given.chart.drafts] == ["bp_alendronate"]


@pytest.mark.hazard("C6")
@pytest.mark.parametrize("kind", [[], {}, 1, None])
def test_a_component_may_have_a_type_that_is_none(kind: Any) -> None:
    part = {"resourceType": kind, "code": concept("X-1", "urn:oid:1.2.3"), "valueInteger": 1}
    panel = alp(code=MISSING, valueQuantity=MISSING, component=[part])
    given = answer(request(alp=bundle(panel)))

    assert ("unrecognised", "alp") in gaps(given)
    assert ("result", "X-1") in [(one.kind, one.code) for one in given.unmapped]
