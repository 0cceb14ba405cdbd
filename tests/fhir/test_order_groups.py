"""A drug ordered inside another draft, or drafted as something else than a prescription."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer, card, gaps, result_of
from tests.fhir.build import (
    ALENDRONATE,
    ASPIRIN,
    HCPCS,
    MISSING,
    RXNORM,
    SUBJECT,
    ZOLEDRONATE,
    Json,
    concept,
    draft,
    request,
)
from tests.fhir.drafts import JUDGED, NOTHING, deleted, named

DRUG = concept(ALENDRONATE, RXNORM)
INFUSION: Json = {"text": "Infusion therapy"}
INNER = draft(id="inner", subject=MISSING)
POINTER = {"reference": "#inner"}
UNSEEN = "200 partial notEvaluated"


def order(kind: str, **more: Any) -> Json:
    own = {"resourceType": kind, "id": "ZZPHI-order", "status": "draft", "subject": SUBJECT}
    return {**own, "intent": "order", **more}


HOLDERS: dict[str, Json] = {
    "order set": order(
        "RequestGroup", contained=[INNER], action=[{"action": [{"resource": POINTER}]}]
    ),
    "order set of R5": order("RequestOrchestration", contained=[INNER]),
    "care plan": order("CarePlan", contained=[INNER], activity=[{"reference": POINTER}]),
    "task": order("Task", contained=[INNER], focus=POINTER),
    "service": order("ServiceRequest", contained=[INNER], code=INFUSION),
    "activity of a care plan": order(
        "CarePlan", activity=[{"detail": {"productCodeableConcept": DRUG}}]
    ),
    "Medication of an activity": order(
        "CarePlan",
        contained=[{"resourceType": "Medication", "id": "m", "code": DRUG}],
        activity=[{"detail": {"productReference": {"reference": "#m"}}}],
    ),
    "Medication beside it": order(
        "RequestGroup",
        contained=[
            {"resourceType": "Medication", "id": "m", "code": DRUG},
            named(id="inner", medicationReference={"reference": "#m"}),
        ],
    ),
}
OTHERS: dict[str, Json] = {
    "dispense": order("MedicationDispense", medicationCodeableConcept=DRUG),
    "administration": order(
        "MedicationAdministration", medicationCodeableConcept=concept(ZOLEDRONATE, RXNORM)
    ),
    "statement": order("MedicationStatement", medicationCodeableConcept=DRUG),
    "procedure": order("Procedure", status="preparation", code=concept("J3489", HCPCS)),
    "procedure of denosumab": order("Procedure", code=concept("J0897", HCPCS)),
    "supply": order("SupplyRequest", itemCodeableConcept=DRUG),
    "detail of a service": order(
        "ServiceRequest", code=INFUSION, orderDetail=[{"text": "zoledronic acid 5 mg"}]
    ),
}


@pytest.mark.parametrize("sent", [*HOLDERS.values(), *OTHERS.values()], ids=[*HOLDERS, *OTHERS])
def test_a_drug_is_judged_wherever_it_is_ordered(sent: Json) -> None:
    assert result_of(request(sent)) == JUDGED


@pytest.mark.parametrize("sent", HOLDERS.values(), ids=HOLDERS)
def test_nothing_is_taken_out_of_a_group(sent: Json) -> None:
    """An order inside another has no name of its own in the record."""
    assert deleted(card(answer(request(sent)))) == []


@pytest.mark.parametrize(
    "sent",
    [
        order("RequestGroup", action=[{"resource": {"reference": "MedicationRequest/none"}}]),
        order("CarePlan", activity=[{"reference": {"reference": "MedicationRequest/none"}}]),
        order("Task", focus={"reference": "https://ehr.example.org/fhir/MedicationRequest/none"}),
        order("Task", focus={"type": "MedicationRequest", "identifier": {"value": "1"}}),
    ],
)
def test_a_medication_order_that_was_not_sent_is_said(sent: Json) -> None:
    given = answer(request(sent))

    assert gaps(given) == [("unreadable", "draftOrders")]
    assert card(given)


@pytest.mark.parametrize(
    "sent",
    [
        order("RequestGroup", action=[{"resource": {"reference": "ServiceRequest/none"}}]),
        order("CarePlan", activity=[{"reference": {"reference": "ServiceRequest/none"}}]),
        order(
            "CarePlan", activity=[{"detail": {"productCodeableConcept": concept(ASPIRIN, RXNORM)}}]
        ),
        order("CarePlan", activity=[{"detail": {"code": {"text": "Walk"}, "status": "scheduled"}}]),
        order(
            "CarePlan",
            activity=[{"detail": {"productCodeableConcept": DRUG, "doNotPerform": True}}],
        ),
        order("Task", focus={"reference": "Appointment/none"}),
        order("MedicationAdministration", status="not-done", medicationCodeableConcept=DRUG),
    ],
)
def test_a_group_without_a_drug_of_interest_draws_nothing(sent: Json) -> None:
    assert result_of(request(sent)) == NOTHING


def test_an_order_that_a_group_names_is_judged_once() -> None:
    group = order(
        "RequestGroup", action=[{"resource": {"reference": "MedicationRequest/ZZPHI-draft-1"}}]
    )

    assert result_of(request(group, draft())) == JUDGED
    assert gaps(answer(request(group, draft()))) == []


def test_a_group_for_another_patient_is_not_judged() -> None:
    group = order("CarePlan", contained=[INNER], subject={"reference": "Patient/ZZPHI-2"})

    assert result_of(request(group)) == UNSEEN
    assert gaps(answer(request(group))) == [("foreign-order", "draftOrders")]


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        ("RequestGroup/ZZPHI-order", JUDGED),
        ("MedicationRequest/inner", JUDGED),
        ("MedicationRequest/ZZPHI-aspirin", NOTHING),
    ],
)
def test_a_group_is_selected_by_its_name_or_by_that_of_an_order_in_it(
    selected: str, expected: str
) -> None:
    group = order("RequestGroup", contained=[INNER])
    other = draft(ASPIRIN, id="ZZPHI-aspirin")
    body = request(group, other, hook="order-select", context={"selections": [selected]})

    assert result_of(body) == expected


def test_more_than_anybody_orders_at_once_is_said() -> None:
    """Each order inside may ask for all that lies beside it."""
    many = order("RequestGroup", contained=[{**INNER, "id": f"inner-{n}"} for n in range(501)])

    assert gaps(answer(request(many))) == [("unreadable", "draftOrders")]
