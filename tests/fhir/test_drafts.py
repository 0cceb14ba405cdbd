"""Draft orders that are no drugs, and drafts that are many."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer, gaps, result_of, verdict
from tests.fhir.build import HCPCS, MISSING, SUBJECT, Json, bundle, concept, draft, request

LOCAL = "https://hospital.example.org/orders"
NOTHING_ORDERED = "200 not-applicable notApplicable"


def order(kind: str, **more: Any) -> Json:
    own = {"resourceType": kind, "id": "ZZPHI-order", "status": "draft", "subject": SUBJECT}
    return {**own, **more}


CODES: dict[str, Json] = {
    "local": concept("GroßesBlutbild", LOCAL),
    "LOINC": concept("58410-2"),
    "no system": {"coding": [{"code": "LAB123"}]},
    "text": {"text": "Full blood count"},
    "none": {},
}
KINDS = (
    "ServiceRequest",
    "ProcedureRequest",
    "DiagnosticOrder",
    "DeviceRequest",
    "NutritionOrder",
    "CommunicationRequest",
    "VisionPrescription",
    "ReferralRequest",
)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_is_no_drug_draws_no_card(kind: str, code: Json) -> None:
    """Every hospital orders with codes of its own."""
    assert result_of(request(order(kind, code=code))) == NOTHING_ORDERED


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        (["ZZPHI-draft-1"], "200 complete hppSuspected"),
        (["MedicationRequest/ZZPHI-draft-1"], "200 complete hppSuspected"),
        (["ServiceRequest/ZZPHI-order"], NOTHING_ORDERED),
        (["MedicationRequest/ZZPHI-other"], "200 complete hppSuspected"),
        ([], NOTHING_ORDERED),
    ],
    ids=["id", "type and id", "another draft", "none of the drafts", "nothing"],
)
def test_of_the_selected_orders_those_are_judged_that_are_among_the_drafts(
    selected: list[str], expected: str
) -> None:
    """A selection that names none of them leaves nothing to go by: then all are judged."""
    body = request(draft(), order("ServiceRequest", code=CODES["local"]), hook="order-select")
    body["context"]["selections"] = selected

    assert result_of(body) == expected


@pytest.mark.parametrize("category", ["laboratory", "imaging", "387713003", "no-such-category"])
def test_whatever_its_category(category: str) -> None:
    lab = order("ServiceRequest", category=[concept(category, LOCAL)], code=concept("X", LOCAL))

    assert result_of(request(lab)) == NOTHING_ORDERED


def test_a_laboratory_order_beside_a_drug_changes_nothing() -> None:
    alone = answer(request(draft()))
    beside = answer(request(draft(), order("ServiceRequest", code=CODES["local"])))

    assert (verdict(beside), gaps(beside)) == (verdict(alone), gaps(alone))


def test_a_laboratory_order_for_another_patient_is_no_order_that_was_not_judged() -> None:
    foreign = order("ServiceRequest", subject={"reference": "Patient/ZZPHI-2"}, code=CODES["local"])

    assert result_of(request(foreign)) == NOTHING_ORDERED


@pytest.mark.parametrize("kind", ["ServiceRequest", "ProcedureRequest"])
def test_a_service_that_carries_a_drug_is_judged(kind: str) -> None:
    """Infusions are ordered as services."""
    infusion = order(kind, code=concept("J3489", HCPCS))

    assert result_of(request(infusion)) == "200 complete hppSuspected"


def test_a_medication_order_with_an_unreadable_code_is_not_passed_over() -> None:
    unread = draft(medicationCodeableConcept=concept("X1", LOCAL))

    assert [key for _, key in gaps(answer(request(unread)))] == ["draftOrders"]


def test_many_alike_drafts_are_one() -> None:
    many = [draft(id=MISSING, subject=MISSING) for _ in range(50)]
    given = answer(request(context={"draftOrders": bundle(*many)}))

    assert given.chart is not None
    assert len(given.chart.drafts) == 1
