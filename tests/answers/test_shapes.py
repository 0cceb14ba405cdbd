"""Shapes that real servers send, each with the answer that it must give."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer, gaps, said, verdict
from tests.fhir.build import (
    ALP,
    HCPCS,
    MISSING,
    SUBJECT,
    Json,
    administration,
    alp,
    bundle,
    concept,
    draft,
    entry,
    medication,
    outcome,
    patient,
    quantity,
    request,
    two_lows,
)

LOWS = two_lows()
SUSPECTED, OTHER_ORDER = ("complete", "hppSuspected"), ("not-applicable", "notApplicable")


def order(**more: Any) -> Json:
    return draft(medicationCodeableConcept=MISSING, **more)


def inside(*contained: Json) -> Json:
    return order(medicationReference={"reference": "#ZZPHI-m"}, contained=list(contained))


NO_DRUG = (
    "ServiceRequest", "DeviceRequest", "NutritionOrder", "Task", "CommunicationRequest",
    "VisionPrescription", "ImmunizationRecommendation", "ProcedureRequest", "DiagnosticOrder",
    "SupplyRequest", "ReferralRequest", "CarePlan", "RequestGroup", "RequestOrchestration",
)  # fmt: skip


@pytest.mark.parametrize("kind", NO_DRUG)
def test_a_draft_that_is_no_drug_draws_no_card(kind: str) -> None:
    sent = {"resourceType": kind, "id": "ZZPHI-d", "status": "draft", "subject": SUBJECT}
    given = answer(request({**sent, "code": concept("LAB77", "urn:oid:1.2.3.4")}))

    assert verdict(given) == OTHER_ORDER
    assert given.body["cards"] == []


SUBSTANCE = {"resourceType": "Substance", "id": "ZZPHI-s", "code": {"text": "ibandronic acid"}}
DRUGS: dict[str, Json] = {
    "a reference that only displays": order(medicationReference={"display": "Fosamax 70 mg"}),
    "a Medication that was not sent, displayed": order(
        medicationReference={"reference": "Medication/ZZPHI-0", "display": "Fosamax 70 mg"}
    ),
    "a contained Medication": inside(medication(code={"text": "Prolia"})),
    "an ingredient": inside(medication(ingredient=[{"itemCodeableConcept": {"text": "Actonel"}}])),
    "an ingredient's Substance": inside(
        medication(ingredient=[{"itemReference": {"reference": "#ZZPHI-s"}}]), SUBSTANCE
    ),
    "an ingredient that displays": inside(
        medication(ingredient=[{"itemReference": {"display": "Zoledronsäure"}}])
    ),
    "R5, a concept": order(medication={"concept": {"text": "Alendronsäure"}}),
    "R5, a reference": order(
        medication={"reference": {"reference": "#ZZPHI-m"}},
        contained=[medication(code={"text": "Aclasta"})],
    ),
    "DSTU2": {
        **draft(medicationCodeableConcept={"text": "Actonel 35 mg"}, subject=MISSING),
        "resourceType": "MedicationOrder",
        "patient": SUBJECT,
    },
    "an unlisted code with a name": draft(
        medicationCodeableConcept={
            "coding": [{"system": "urn:oid:1.2.3", "code": "1", "display": "ALENDRONATE SODIUM"}]
        }
    ),
    "a service with a drug's code": {
        "resourceType": "ServiceRequest",
        "id": "ZZPHI-d",
        "status": "draft",
        "subject": SUBJECT,
        "code": concept("J3489", HCPCS),
    },
    "a status in capitals": draft(status="DRAFT"),
}


@pytest.mark.parametrize("shape", sorted(DRUGS))
def test_a_drug_is_found_in_every_shape(shape: str) -> None:
    assert verdict(answer(request(DRUGS[shape]))) == SUSPECTED


def batch(*resources: Json) -> Json:
    sent = [entry(resource, response={"status": "200"}) for resource in resources]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": sent}


REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "ZZPHI-report",
    "status": "final",
    "code": {"text": "CMP"},
    "subject": SUBJECT,
    "contained": LOWS,
    "result": [{"reference": f"#{low['id']}"} for low in LOWS],
}
BUNDLES: dict[str, Json] = {
    "a batch of a search": batch(bundle(*LOWS)),
    "a batch in a batch": batch(batch(bundle(*LOWS))),
    "a total that counts an outcome": bundle(*LOWS, outcome("warning"), total=3),
    "a total in quotes": bundle(*LOWS, total="2"),
    "a total of nothing": bundle(*LOWS, total=0),
    "no total": bundle(*LOWS, total=MISSING),
    "the Patient beside them": bundle(*LOWS, patient()),
    "something nobody asked for": bundle(*LOWS, {"resourceType": "Basic", "id": "ZZPHI-b"}),
    "a report that contains them": bundle(REPORT),
}


@pytest.mark.parametrize("shape", sorted(BUNDLES))
def test_results_are_found_in_every_bundle(shape: str) -> None:
    given = answer(request(alp=BUNDLES[shape]))

    assert verdict(given) == SUSPECTED
    assert ("truncated", "alp") not in gaps(given)


@pytest.mark.parametrize(
    ("more", "cut"),
    [
        ({"total": MISSING, "link": [{"relation": "next", "url": "https://ehr.example.org/2"}]}, 1),
        ({"total": 50}, 1),
        ({"total": 1}, 0),
        ({"total": MISSING}, 0),
    ],
)
def test_what_was_cut_off_is_said(more: Json, cut: int) -> None:
    given = answer(request(alp=bundle(alp(80), **more)))

    assert gaps(given).count(("truncated", "alp")) == cut
    assert said(given)["verdict"] == "alpNotLow"


@pytest.mark.parametrize("code", [concept(ALP), {"text": "Alk Phos"}, {"text": "AP (IFCC)"}])
def test_a_member_of_a_panel_is_read(code: Json) -> None:
    parts = [
        {"code": code, "valueQuantity": quantity(28)},
        {"code": {"text": "ALT"}, "valueQuantity": quantity(20)},
    ]
    panel = alp(0, code={"text": "Liver panel"}, valueQuantity=MISSING, component=parts)

    assert said(answer(request(alp=bundle(panel))))["verdict"] == "lowAlpOnce"


def given_drug(**more: Any) -> Json:
    return administration({"text": "Zoledronic acid 5 mg"}, "2024-12-01", id="ZZPHI-given", **more)


OLD: Json = {"effectiveDateTime": MISSING, "subject": MISSING, "patient": SUBJECT}
R5: Json = {
    "effectiveDateTime": MISSING,
    "medicationCodeableConcept": MISSING,
    "medication": {"concept": {"text": "Zoledronic acid"}},
}
GIVEN: dict[str, Json] = {
    "R4": {},
    "a status in capitals": {"status": "Completed"},
    "DSTU2": {**OLD, "effectiveTimeDateTime": "2024-12-01"},
    "DSTU2, a period": {**OLD, "effectiveTimePeriod": {"start": "2024-12-01"}},
    "R5": {**R5, "occurenceDateTime": "2024-12-01"},
    "R5, a period": {**R5, "occurencePeriod": {"start": "2024-12-01"}},
}
NOT_GIVEN: dict[str, Json] = {
    "R4": {"status": "not-done"},
    "STU3": {"notGiven": True},
    "DSTU2": {**OLD, "effectiveTimeDateTime": "2024-12-01", "wasNotGiven": True},
    "entered in error": {"status": "entered-in-error"},
}


@pytest.mark.parametrize("shape", sorted(GIVEN))
def test_an_infusion_that_was_charted_explains_in_every_release(shape: str) -> None:
    given = answer(request(administrations=bundle(given_drug(**GIVEN[shape]))))

    assert said(given)["row"] == "7-on-antiresorptive"


@pytest.mark.parametrize("shape", sorted(NOT_GIVEN))
def test_an_infusion_that_was_not_given_explains_nothing(shape: str) -> None:
    given = answer(request(administrations=bundle(given_drug(**NOT_GIVEN[shape]))))

    assert verdict(given) == SUSPECTED


STAY = {"start": "2025-05-20", "end": "2025-06-03"}
STAYS: dict[str, Json] = {
    "R4": {"class": {"code": "IMP"}, "subject": SUBJECT, "period": STAY},
    "DSTU2": {"class": "inpatient", "patient": SUBJECT, "period": STAY},
    "R5": {"class": [concept("IMP")], "subject": SUBJECT, "actualPeriod": STAY},
    "a class in words": {
        "class": {"display": "inpatient encounter"}, "subject": SUBJECT, "period": STAY
    },
    "not over": {
        "status": "in-progress", "class": {"code": "IMP"}, "subject": SUBJECT,
        "period": {"start": "2025-05-20"},
    },
}  # fmt: skip


@pytest.mark.parametrize("shape", sorted(STAYS))
def test_a_stay_in_hospital_is_known_in_every_release(shape: str) -> None:
    """One of the two lows was taken in it, so one is left."""
    stay = {"resourceType": "Encounter", "id": "ZZPHI-e", "status": "finished", **STAYS[shape]}

    assert said(answer(request(encounters=bundle(stay))))["verdict"] == "lowAlpOnce"
