"""Which draft orders are judged, and what of them is on the card."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer, card, gaps, result_of, said, verdict
from tests.fhir.build import (
    ALENDRONATE,
    ASPIRIN,
    BASE,
    HCPCS,
    ICD10CM,
    MISSING,
    RISEDRONATE,
    RXNORM,
    SNOMED,
    SUBJECT,
    ZOLEDRONATE,
    concept,
    draft,
    entry,
    medication,
    outcome,
    quantity,
    request,
)
from tests.fhir.drafts import JUDGED, NOTHING, Json, by_text, deleted, named

# Status, doNotPerform, types


@pytest.mark.hazard("H25")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", JUDGED),
        ("active", JUDGED),
        ("on-hold", JUDGED),
        ("completed", JUDGED),
        ("unknown", JUDGED),
        ("suspended", JUDGED),
        (MISSING, JUDGED),
        (None, JUDGED),
        ("entered-in-error", NOTHING),
        ("cancelled", NOTHING),
        ("stopped", NOTHING),
        ("revoked", NOTHING),  # of a ServiceRequest
    ],
)
def test_a_re_signed_order_is_judged_unless_it_was_taken_back(
    status: object, expected: str
) -> None:
    """Hazard H25."""
    assert expected == result_of(request(draft(status=status)))


@pytest.mark.parametrize("intent", ["order", "plan", "proposal", "original-order", MISSING, "x"])
def test_the_intent_of_a_draft_does_not_matter(intent: object) -> None:
    assert result_of(request(draft(intent=intent))) == JUDGED


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, NOTHING), (False, JUDGED), (None, JUDGED), ("true", JUDGED), (MISSING, JUDGED)],
)
def test_an_order_not_to_give_a_drug_is_not_judged(value: object, expected: str) -> None:
    assert expected == result_of(request(draft(doNotPerform=value)))


def service_request(**members: Any) -> Json:
    own = {"resourceType": "ServiceRequest", "id": "ZZPHI-draft-1", "status": "draft"}
    return {**own, "intent": "order", "subject": SUBJECT, **members}


@pytest.mark.parametrize(
    "code",
    [
        concept("J3489", HCPCS),
        concept("J0897", HCPCS),
        {"text": "Zoledronic acid infusion 5 mg"},
        {"concept": concept("J3489", HCPCS)},
    ],
)
def test_a_service_request_for_an_infusion_is_judged(code: Json) -> None:
    """HCPCS J3489 is zoledronate, J0897 denosumab; R5 writes the code as a reference."""
    given = answer(request(service_request(code=code)))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == ["ServiceRequest/ZZPHI-draft-1"]


@pytest.mark.parametrize(
    "order",
    [
        service_request(code=concept("6768-6")),
        service_request(),
        service_request(code=None),
        {"resourceType": "NutritionOrder", "id": "ZZPHI-n", "subject": SUBJECT},
        {"resourceType": "DeviceRequest", "code": concept(ALENDRONATE, RXNORM)},
        {"resourceType": "Foo", "medicationCodeableConcept": concept(ALENDRONATE, RXNORM)},
        medication(code=concept(ALENDRONATE, RXNORM)),
    ],
)
def test_other_orders_are_none_of_ours(order: Json) -> None:
    assert result_of(request(order)) == NOTHING


@pytest.mark.parametrize(
    "kind", [["MedicationRequest"], {"x": 1}, 7, True], ids=["list", "object", "number", "true"]
)
def test_an_order_of_a_type_that_is_no_text_breaks_nothing(kind: object) -> None:
    """It is not lost either: the card says that one order could not be read."""
    assert result_of(request(draft(resourceType=kind), draft())) == "200 partial hppSuspected"


@pytest.mark.hazard("H25")
@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": [{}]},
        {},
    ],
)
def test_no_orders_are_nothing_to_judge(drafts: Json) -> None:
    """Hazard H25: empty or without entry -> an empty answer."""
    assert result_of(request(context={"draftOrders": drafts})) == NOTHING


@pytest.mark.hazard("H25")
@pytest.mark.parametrize(
    "drafts",
    [
        draft(),
        {"resourceType": "Bundle", "entry": [draft()]},
        {"resourceType": "Bundle", "entry": "ZZPHI"},
        {"resourceType": "Bundle", "entry": [{"resource": "ZZPHI"}]},
    ],
    ids=["the order itself", "entries without resource", "a string", "a resource as string"],
)
def test_orders_that_cannot_be_read_are_never_a_silent_all_clear(drafts: Json) -> None:
    """Judged, refused or said on a card, but not `not applicable`."""
    assert result_of(request(context={"draftOrders": drafts})) != NOTHING


def test_a_single_entry_that_is_no_list_is_read() -> None:
    """Real EHRs send both."""
    drafts = {"resourceType": "Bundle", "entry": entry(draft())}

    assert result_of(request(context={"draftOrders": drafts})) == JUDGED


# Selections


@pytest.mark.parametrize("selected", ["MedicationRequest/ZZPHI-draft-1", "ZZPHI-draft-1"])
def test_a_selected_order_is_judged_with_or_without_its_type(selected: str) -> None:
    body = request(hook="order-select", context={"selections": [selected]})

    assert result_of(body) == JUDGED


@pytest.mark.parametrize("selected", [["MedicationRequest/ZZPHI-draft-2"], ["ZZPHI-draft-2"]])
def test_an_order_that_is_not_selected_is_background(selected: list[str]) -> None:
    aspirin = draft(ASPIRIN, id="ZZPHI-draft-2")
    body = request(draft(), aspirin, hook="order-select", context={"selections": selected})

    assert result_of(body) == NOTHING


@pytest.mark.parametrize("written", [f"{BASE}/{{}}", "{}/_history/2", " {} "])
def test_a_selection_may_be_absolute_or_of_a_version(written: str) -> None:
    both = ["MedicationRequest/ZZPHI-draft-2", written.format("MedicationRequest/ZZPHI-draft-1")]
    aspirin = draft(ASPIRIN, id="ZZPHI-draft-2")
    body = request(draft(), aspirin, hook="order-select", context={"selections": both})

    assert result_of(body) == JUDGED


def test_a_selection_of_another_type_with_the_same_id_is_another_order() -> None:
    selected = {"selections": ["ServiceRequest/ZZPHI-draft-1"]}
    other = service_request(code=concept("6768-6"))
    body = request(draft(), other, hook="order-select", context=selected)

    assert result_of(body) == NOTHING


def test_the_drug_of_a_selected_order_may_stand_beside_it() -> None:
    """A Medication in the drafts is never itself selected."""
    order = named(medicationReference={"reference": "Medication/ZZPHI-m"})
    drafts = {"entry": [entry(medication(code=concept(ALENDRONATE, RXNORM))), entry(order)]}
    context = {"draftOrders": drafts, "selections": ["MedicationRequest/ZZPHI-draft-1"]}

    assert result_of(request(hook="order-select", context=context)) == JUDGED


def test_selections_on_order_sign_are_not_looked_at() -> None:
    assert result_of(request(context={"selections": ["MedicationRequest/none"]})) == JUDGED


# Several drafts, no id
BOTH = ("alendronate", "risedronate")


@pytest.mark.hazard("H18")
def test_two_bisphosphonates_make_one_card_that_names_both() -> None:
    """Hazard H18."""
    second = draft(RISEDRONATE, id="ZZPHI-draft-2")
    given = answer(request(draft(), second))
    found = card(given)

    assert deleted(found) == ["MedicationRequest/ZZPHI-draft-1", "MedicationRequest/ZZPHI-draft-2"]
    assert [d for d in BOTH if d in str(found)] == ["alendronate", "risedronate"]


def test_a_draft_of_interest_that_is_not_the_first_is_judged() -> None:
    given = answer(request(draft(ASPIRIN, id="ZZPHI-draft-0"), draft()))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == ["MedicationRequest/ZZPHI-draft-1"]


def test_the_same_draft_sent_twice_is_removed_once() -> None:
    given = answer(request(draft(), draft()))

    assert deleted(card(given)) == ["MedicationRequest/ZZPHI-draft-1"]


@pytest.mark.hazard("O4")
@pytest.mark.parametrize(
    "identity", [MISSING, None, "", 7, [], "a b", "../Patient/1", "x" * 257, "é", "#1"]
)
def test_a_draft_without_a_usable_id_is_judged_and_not_offered_for_removal(identity: Any) -> None:
    """What is written into `resourceId` is a FHIR id or nothing."""
    order = draft(id=identity)
    given = answer(request(order))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == []


@pytest.mark.hazard("H18")
def test_drafts_without_id_are_all_named_on_the_card() -> None:
    """Hazard H18: one card that lists both, also where none can be offered for removal."""
    orders = [draft(id=MISSING), draft(RISEDRONATE, id=MISSING)]
    found = card(answer(request(*orders)))

    assert deleted(found) == []
    assert [d for d in BOTH if d in str(found).lower()] == ["alendronate", "risedronate"]


# Words of an order on the card


@pytest.mark.hazard("O1", "O2")
def test_the_name_on_the_card_is_ours_and_not_the_order_s() -> None:
    """Nothing that was written in the order becomes markup."""
    hostile = "Fosamax <img src=x> [free](https://evil.example) | **ZZPHI**"
    given = answer(request(by_text(hostile)))

    assert "alendronate" in str(card(given))
    assert not [word for word in ("evil", "<img", "ZZPHI**") if word in str(card(given))]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ({"reasonCode": [concept("47709007", SNOMED)]}, "urgent-oncology"),
        ({"reasonCode": concept("47709007", SNOMED)}, "urgent-oncology"),
        ({"reasonCode": [{"text": "Hypercalcaemia of malignancy"}]}, "urgent-oncology"),
        ({"reason": [{"concept": concept("47709007", SNOMED)}]}, "urgent-oncology"),
        ({"reasonReference": [{"display": "hypercalcemia of malignancy"}]}, "urgent-oncology"),
        ({"reasonCode": [concept("C79.51", ICD10CM)]}, "cancer-or-paget"),
        ({"reasonCode": [concept("M81.0", ICD10CM)]}, ""),
    ],
)
def test_the_reason_of_an_order_is_read_in_every_release(reason: Json, expected: str) -> None:
    """By code or text, in the reason or what it refers to."""
    given = answer(request(draft(ZOLEDRONATE, **reason)))

    assert given.assessment is not None
    assert tuple(filter(None, [expected])) == given.assessment.modifiers


def test_an_order_that_is_modified_in_a_way_we_do_not_know_is_not_judged_and_said() -> None:
    given = answer(request(draft(modifierExtension=[{"url": "urn:x"}])))

    assert given.status == "partial"
    assert ("unreadable", "draftOrders") in gaps(given)
    assert "could not be read" in card(given)["summary"]


def test_a_foreign_outcome_among_the_drafts_is_ignored() -> None:
    drafts = {"entry": [entry(outcome()), entry(draft())]}

    assert result_of(request(context={"draftOrders": drafts})) == JUDGED


@pytest.mark.parametrize("dose", [quantity(4, "mg"), {"value": "4", "unit": "mg"}, None, [], 4])
def test_a_dose_of_any_shape_breaks_nothing(dose: Any) -> None:
    order = draft(ZOLEDRONATE, dosageInstruction=[{"doseAndRate": [{"doseQuantity": dose}]}])

    assert said(answer(request(order)))["verdict"] == "hppSuspected"
