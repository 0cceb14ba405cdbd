"""Members that the stories do not use, where the releases differ: R4 decides what is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from service.demo.translate import RELEASES, in_release
from tests.fhir.build import (
    ALENDRONATE,
    CARDIAC_SURGERY,
    FRACTURE,
    HCPCS,
    HPP,
    MISSING,
    PATIENT_ID,
    RXNORM,
    SUBJECT,
    TODAY,
    ZOLEDRONATE,
    alp,
    bundle,
    concept,
    condition,
    draft,
    drug,
    encounter,
    medication,
    procedure,
    quantity,
    request,
    term,
    two_lows,
)
from tests.releases.places import (
    BASES,
    TEST_ORDERS,
    Json,
    actions,
    created,
    faults,
    office,
    resources,
    said,
)

SIGN, VIEW = "hpp-order-sign", "hpp-patient-view"
MEDICATION = medication(id="ZZPHI-med-1")
MALIGNANT = {"text": "Hypercalcaemia of malignancy"}
each_release = pytest.mark.parametrize("release", RELEASES)


def base_of(release: str) -> str:
    return next(base for base, name in BASES.items() if name == release and base)


def ask(body: Json, release: str, service: str = SIGN) -> Json:
    """The answer to an R4 request that was translated, at the base of its release."""
    translated = in_release(body, release)
    assert [f for item in resources(translated) for f in faults(item, release)] == []
    return office().ask(base_of(release), service, translated, TODAY)


def judgement(body: Json) -> tuple[str, str, bool]:
    """Status, verdict, and whether removal of the draft is suggested."""
    answered = said(body)
    return answered["status"], answered["verdict"], bool(actions(body, "delete"))


# One request in R4 each, and the judgement that makes its point.


def reason_as_code() -> Json:
    return request(draft(ZOLEDRONATE, reasonCode=[MALIGNANT]))


def reason_as_reference() -> Json:
    """Contained, so that it is a reason and not a condition on record."""
    cause = condition("64859006", "2025-05-01", id="ZZPHI-reason", code=MALIGNANT)
    reason = {"reference": "#ZZPHI-reason"}
    return request(draft(ZOLEDRONATE, reasonReference=[reason], contained=[cause]))


def drug_in_another_entry() -> Json:
    """As Epic sends it: the Medication stands beside the order in the Bundle of drafts."""
    medication = {**MEDICATION, "code": concept(ALENDRONATE, RXNORM)}
    return request(_by_reference(), medication)


def drug_contained() -> Json:
    medication = {**MEDICATION, "code": concept(ALENDRONATE, RXNORM)}
    order = _by_reference("#ZZPHI-med-1")
    return request({**order, "contained": [medication]})


def drug_by_ingredient() -> Json:
    item = {"itemCodeableConcept": concept(ALENDRONATE, RXNORM, text="alendronic acid")}
    return request(_by_reference(), {**MEDICATION, "ingredient": [item]})


def _by_reference(reference: str = "Medication/ZZPHI-med-1") -> Json:
    order = draft()
    del order["medicationCodeableConcept"]
    return {**order, "medicationReference": {"reference": reference}}


def drug_as_service_request() -> Json:
    order = {
        "resourceType": "ServiceRequest",
        "id": "ZZPHI-draft-1",
        "status": "draft",
        "intent": "order",
        "subject": SUBJECT,
        "code": concept("J3489", HCPCS),
    }
    return request(order)


def inpatient_results() -> Json:
    stay = encounter("IMP", "", id="ZZPHI-enc-1", status="in-progress", period=MISSING)
    within = {"reference": "Encounter/ZZPHI-enc-1"}
    lows = [{**low, "encounter": within} for low in two_lows()]
    return request(alp=bundle(*lows, stay, total=2))


def merged_patient() -> Json:
    body = request()
    other = {"reference": "Patient/ZZPHI-2"}
    body["prefetch"]["patient"]["link"] = [{"other": other, "type": "replaced-by"}]
    return body


def therapeutic_range() -> Json:
    """A target of treatment says nothing about what is low."""
    kind = term("referencerange-meaning", "therapeutic")
    target = {"low": quantity(90), "high": quantity(120), "type": kind}
    return request(alp=bundle(*(alp(40, day, referenceRange=[target]) for day in DAYS)))


DAYS = ("2025-06-01", "2025-03-01")


def surgery() -> Json:
    return request(procedures=bundle(procedure(CARDIAC_SURGERY, "2025-05-25")), alp=recent_low())


def surgery_not_done() -> Json:
    undone = procedure(CARDIAC_SURGERY, "2025-05-25", status="not-done")
    return request(procedures=bundle(undone), alp=recent_low())


def surgery_as_period() -> Json:
    done = procedure(CARDIAC_SURGERY, "2025-05-25")
    day = done.pop("performedDateTime")
    done["performedPeriod"] = {"start": day, "end": day}
    return request(procedures=bundle(done), alp=recent_low())


def recent_low() -> Json:
    return bundle(alp(28, "2025-06-01"))


def provisional_hpp() -> Json:
    status = term("condition-ver-status", "unconfirmed")
    return request(conditions=bundle(condition(HPP, "2025-01-01", verificationStatus=status)))


def refuted_hpp() -> Json:
    status = term("condition-ver-status", "refuted")
    refuted = condition(HPP, recordedDate="2025-06-02T10:00:00Z", verificationStatus=status)
    return request(conditions=bundle(refuted))


def recorded_only() -> Json:
    """A fracture shortly before the second low: only its recording is dated."""
    fracture = condition(FRACTURE, recordedDate="2025-05-20T10:00:00Z")
    return request(conditions=bundle(fracture))


def course_on_record() -> Json:
    """Alendronate from before the first low until it was stopped."""
    period = {"start": "2020-01-01", "end": "2025-06-10"}
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "boundsPeriod": period}}
    course = drug(ALENDRONATE, "2020-01-01", dosageInstruction=[{"timing": timing}])
    return request(medications=bundle({**course, "status": "completed"}))


CASES: Mapping[str, tuple[Callable[[], Json], tuple[str, str, bool]]] = {
    "plain": (request, ("complete", "hppSuspected", True)),
    "reason as a code": (reason_as_code, ("complete", "hppSuspected", False)),
    "reason as a reference": (reason_as_reference, ("complete", "hppSuspected", False)),
    "drug in another entry": (drug_in_another_entry, ("complete", "hppSuspected", True)),
    "drug contained": (drug_contained, ("complete", "hppSuspected", True)),
    "drug by its ingredient": (drug_by_ingredient, ("complete", "hppSuspected", True)),
    "drug as a service": (drug_as_service_request, ("complete", "hppSuspected", True)),
    "inpatient results": (inpatient_results, ("complete", "lowAlpAcuteIllness", False)),
    "merged patient": (merged_patient, ("partial", "hppSuspected", True)),
    "therapeutic range": (therapeutic_range, ("complete", "alpNotLow", False)),
    "surgery": (surgery, ("complete", "lowAlpAcuteIllness", False)),
    "surgery as a period": (surgery_as_period, ("complete", "lowAlpAcuteIllness", False)),
    "surgery not done": (surgery_not_done, ("complete", "lowAlpOnce", False)),
    "unconfirmed HPP": (provisional_hpp, ("complete", "hppProbable", True)),
    "refuted HPP": (refuted_hpp, ("complete", "hppExcluded", False)),
    "fracture by its recording": (recorded_only, ("complete", "hppSuspected", True)),
    "course on record": (course_on_record, ("complete", "lowAlpCauseNotReassuring", True)),
}


@each_release
@pytest.mark.parametrize("case", CASES)
def test_every_release_says_it_in_its_own_members(case: str, release: str) -> None:
    """The judgement, and the same rows and gaps as in R4."""
    build, expected = CASES[case]
    body = ask(build(), release)

    assert judgement(body) == expected
    assert said(body) == said(ask(build(), "R4"))


# Members that one release alone has


def dstu2(body: Json) -> Json:
    return in_release(body, "DSTU2")


def asked(body: Json, release: str) -> tuple[str, str, bool]:
    return judgement(office().ask(base_of(release), SIGN, body, TODAY))


@cache
def course(release: str) -> Json:
    """The course of CASES, without its end."""
    body = in_release(course_on_record(), release)
    (entry,) = body["prefetch"]["medications"]["entry"]
    del entry["resource"]["dosageInstruction"]
    return body


def with_course(release: str, **members: Any) -> Json:
    body = deepcopy(course(release))
    body["prefetch"]["medications"]["entry"][0]["resource"].update(members)
    return body


def test_a_dstu2_course_ends_with_date_ended() -> None:
    """MedicationOrder.dateEnded: when the prescription was stopped."""
    expected = CASES["course on record"][1]
    body = with_course("DSTU2", dateEnded="2025-06-10", status="stopped")

    assert asked(body, "DSTU2") == expected


def test_an_r5_course_ends_with_its_effective_dose_period() -> None:
    """MedicationRequest.effectiveDosePeriod: from the first to the last of its dosages."""
    expected = CASES["course on record"][1]
    period = {"start": "2020-01-01", "end": "2025-06-10"}
    body = with_course("R5", effectiveDosePeriod=period, status="ended")

    assert asked(body, "R5") == expected


@pytest.mark.parametrize("release", ["DSTU2", "STU3"])
def test_a_condition_that_abated_without_a_date_is_over(release: str) -> None:
    """abatementBoolean, which R4 does not have."""
    zinc_deficiency = condition("73281004", "2024-06-01")
    body = in_release(request(conditions=bundle(zinc_deficiency)), release)
    found = body["prefetch"]["conditions"]["entry"][0]["resource"]
    del found["clinicalStatus"]
    verdicts = []
    for over in (False, True):
        found["abatementBoolean"] = over
        verdicts.append(asked(body, release)[1])

    assert verdicts == ["lowAlpPossibleCause", "hppSuspected"]


def test_the_sandbox_s_dstu2_order_is_judged() -> None:
    """It keeps an intent and a category, which DSTU2 does not have."""
    body = dstu2(request())
    order = body["context"]["draftOrders"]["entry"][0]["resource"]
    order |= {"intent": "order", "category": {"coding": [{"code": "community"}]}}

    assert asked(body, "DSTU2") == CASES["plain"][1]


def test_the_sandbox_s_r5_order_is_judged() -> None:
    """It keeps the drug where R4 had it."""
    body = in_release(request(), "R5")
    order = body["context"]["draftOrders"]["entry"][0]["resource"]
    order["medicationCodeableConcept"] = order.pop("medication")["concept"]

    assert asked(body, "R5") == CASES["plain"][1]


# Who orders


@each_release
@pytest.mark.parametrize("user", ["Practitioner/ZZPHI-doctor", "PractitionerRole/ZZPHI-role"])
def test_the_requester_of_a_suggestion_is_one_the_release_allows(user: str, release: str) -> None:
    """DSTU2 has no PractitionerRole; STU3 does not allow it as requester.agent."""
    orders = created(ask(request(context={"userId": user}), release))
    members = {"DSTU2": "orderer", "STU3": "requester"}
    named = [order.get(members.get(release, "requester"), {}) for order in orders]
    names = {who.get("agent", who).get("reference") for who in named}
    may_name = release in ("R4", "R5") or user.startswith("Practitioner/")

    assert orders
    assert [fault for order in orders for fault in faults(order, release)] == []
    assert names == ({user} if may_name else {None})


@each_release
def test_suggested_orders_are_for_the_patient_and_not_yet_signed(release: str) -> None:
    orders = created(ask(request(), release))

    assert {order["subject"]["reference"] for order in orders} == {f"Patient/{PATIENT_ID}"}
    assert {order["status"] for order in orders} == {"draft"}
    assert {order["resourceType"] for order in orders} == TEST_ORDERS[release]


# Which release, where the path does not say


@each_release
def test_the_path_counts_more_than_the_configuration(release: str) -> None:
    configured = "R5" if release != "R5" else "DSTU2"
    body = office(configured).ask(base_of(release), SIGN, in_release(request(), release), TODAY)

    assert {order["resourceType"] for order in created(body)} == TEST_ORDERS[release]
    assert [fault for order in created(body) for fault in faults(order, release)] == []


@pytest.mark.parametrize("configured", [*RELEASES, "R4B"])
def test_the_configuration_counts_more_than_the_shape(configured: str) -> None:
    release = configured.removesuffix("B")
    other = "DSTU2" if release != "DSTU2" else "R5"
    body = office(configured).ask("", SIGN, in_release(request(), other), TODAY)

    assert {order["resourceType"] for order in created(body)} == TEST_ORDERS[release]
    assert [fault for order in created(body) for fault in faults(order, release)] == []


@each_release
def test_orders_on_record_tell_the_release_where_there_is_no_draft(release: str) -> None:
    who = {"reference": "Practitioner/ZZPHI-doctor"}
    record = bundle(drug("1191", requester=who, dosageInstruction=[DOSE]))
    body = in_release(request(hook="patient-view", medications=record), release)
    orders = created(office().ask("", VIEW, body, TODAY))

    assert {order["resourceType"] for order in orders} == TEST_ORDERS[release]
    assert [fault for order in orders for fault in faults(order, release)] == []


DOSE = {"doseAndRate": [{"doseQuantity": quantity(100, "mg")}]}


@pytest.mark.parametrize("release", ["DSTU2", "STU3"])
def test_conditions_tell_the_release_where_there_are_no_orders(release: str) -> None:
    """Their status is a plain code before R4, and only DSTU2 has a `patient`."""
    gout = condition("90560007", "2020-01-01", recordedDate="2020-01-01", id="ZZPHI-gout")
    body = in_release(request(hook="patient-view", conditions=bundle(gout)), release)
    orders = created(office().ask("", VIEW, body, TODAY))

    assert {order["resourceType"] for order in orders} == TEST_ORDERS[release]
