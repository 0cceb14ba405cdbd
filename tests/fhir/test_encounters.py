"""The class of the encounter in which a specimen was taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer, gaps
from tests.fhir.build import (
    ACT_CODE,
    BASE,
    MISSING,
    SUBJECT,
    Json,
    alp,
    bundle,
    concept,
    encounter,
    request,
)

DAY = "2025-06-01"
V2_CLASS = "http://terminology.hl7.org/CodeSystem/v2-0004"


def classes(*encounters: Json, **more: Any) -> set[str]:
    """Of one result, beside these encounters."""
    chart = answer(request(alp=bundle(alp(28, DAY, **more)), encounters=bundle(*encounters))).chart
    assert chart is not None
    (result,) = chart.results
    return set(result.encounter_classes)


def stay(
    kind: object, start: str = "2025-05-30", end: str | None = "2025-06-02", **more: Any
) -> Json:
    return encounter("x", start, end, **{"class": kind, **more})


CLASSES: dict[str, tuple[object, set[str]]] = {
    "R4": ({"system": ACT_CODE, "code": "IMP"}, {"IMP"}),
    "R4, emergency": ({"system": ACT_CODE, "code": "EMER"}, {"EMER"}),
    "R4, observed": ({"system": ACT_CODE, "code": "OBSENC"}, {"OBSENC"}),
    "R4, ambulatory": ({"system": ACT_CODE, "code": "AMB"}, {"AMB"}),
    "R4, lower case": ({"system": ACT_CODE, "code": "imp"}, {"IMP"}),
    "R4, without a system": ({"code": "ACUTE"}, {"ACUTE"}),
    "R4, a local code with a name": (
        {"system": "urn:oid:1.2.3", "code": "3", "display": "Inpatient"},
        {"IMP"},
    ),
    "R4, a local code": ({"system": "urn:oid:1.2.3", "code": "3"}, set()),
    "R4, HL7 v2": ({"system": V2_CLASS, "code": "E"}, {"EMER"}),
    "a letter of nobody": ({"code": "E"}, set()),
    "STU3": ({"system": "http://hl7.org/fhir/v3/ActCode", "code": "NONAC"}, {"NONAC"}),
    "R5": ([concept("IMP", ACT_CODE)], {"IMP"}),
    "R5, two": ([concept("EMER", ACT_CODE), concept("IMP", ACT_CODE)], {"EMER", "IMP"}),
    "R5, a name": ([{"text": "Short stay"}], {"SS"}),
    "DSTU2": ("inpatient", {"IMP"}),
    "DSTU2, emergency": ("emergency", {"EMER"}),
    "DSTU2, outpatient": ("outpatient", {"AMB"}),
    "none": (MISSING, set()),
    "a number": (3, set()),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "expected"), CLASSES.values(), ids=CLASSES)
def test_a_class_is_read_in_every_release(kind: object, expected: set[str]) -> None:
    assert classes(stay(kind)) == expected


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [
        ("2025-06-01", "2025-06-01", True),
        ("2025-05-01", "2025-06-01", True),
        ("2025-06-01T20:00:00Z", "2025-06-03", True),
        ("2025-05-01", "2025-05-31", False),
        ("2025-06-02", "2025-06-03", False),
        ("2025-05", "2025-06", True),
    ],
)
def test_the_period_of_an_encounter_holds_both_its_ends(start: str, end: str, held: bool) -> None:
    assert classes(encounter("IMP", start, end)) == ({"IMP"} if held else set())


@pytest.mark.parametrize(
    ("status", "held"),
    [
        ("in-progress", True), ("arrived", True), ("onleave", True), ("In-Progress", True),
        ("finished", False), ("completed", False), ("discharged", False),
        ("planned", False), ("cancelled", False), ("entered-in-error", False),
    ],
)  # fmt: skip
def test_an_encounter_without_an_end_goes_on_unless_it_is_over(status: str, held: bool) -> None:
    open_end = encounter("IMP", "2025-05-20", None, status=status)

    assert classes(open_end) == ({"IMP"} if held else set())


@pytest.mark.parametrize(
    ("last", "held"), [("2025-05-31", False), ("2025-06-01", True), ("2025-06-02", True)]
)
def test_each_of_several_stays_holds_its_own_days(last: str, held: bool) -> None:
    before = encounter("IMP", "2024-02-01", "2024-02-09")
    around = encounter("IMP", "2025-05-20", last)

    assert classes(around, before) == ({"IMP"} if held else set())


def test_an_encounter_that_is_over_without_an_end_was_on_its_first_day() -> None:
    assert classes(encounter("IMP", DAY, None)) == {"IMP"}


def test_one_that_was_never_kept_holds_nothing() -> None:
    assert classes(encounter("IMP", "2025-05-30", "2025-06-02", status="cancelled")) == set()


def test_r5_calls_its_period_another_name() -> None:
    period = {"start": "2025-05-30", "end": "2025-06-02"}

    assert classes(stay([concept("IMP", ACT_CODE)], period=MISSING, actualPeriod=period)) == {"IMP"}


def test_the_encounter_that_a_result_names_goes_first() -> None:
    clinic = encounter("AMB", "2025-06-01", "2025-06-01")
    ward = encounter("IMP", "2025-05-30", "2025-06-02")
    named = {"encounter": {"reference": f"Encounter/{clinic['id']}"}}

    assert classes(clinic, ward, **named) == {"AMB"}
    assert classes(clinic, ward) == {"AMB", "IMP"}


@pytest.mark.parametrize("member", ["encounter", "context"])
@pytest.mark.parametrize("base", ["", f"{BASE}/"])
def test_it_may_be_named_in_any_release_and_by_any_reference(member: str, base: str) -> None:
    ward = encounter("IMP", "2020-01-01", "2020-01-02")

    assert classes(ward, **{member: {"reference": f"{base}Encounter/{ward['id']}"}}) == {"IMP"}


def test_one_that_a_result_names_and_nobody_sent_leaves_those_of_its_day() -> None:
    ward = encounter("IMP", "2025-05-30", "2025-06-02")

    assert classes(ward, encounter={"reference": "Encounter/ZZPHI-far"}) == {"IMP"}


def test_overlapping_stays_hide_none() -> None:
    long = encounter("IMP", "2025-01-01", "2025-12-31")
    short = encounter("IMP", "2025-02-01", "2025-02-02")

    assert classes(long, short) == {"IMP"}


def test_encounters_of_another_patient_say_nothing() -> None:
    foreign = encounter("IMP", "2025-05-30", "2025-06-02", subject={"reference": "Patient/x"})

    assert classes(foreign) == set()


def test_an_included_encounter_is_read_where_it_is_named() -> None:
    ward = encounter("IMP", "2020-01-01", "2020-01-02")
    low = alp(28, encounter={"reference": f"Encounter/{ward['id']}"})
    sent = bundle(low)
    sent["entry"].append({"resource": ward, "search": {"mode": "include"}})
    chart = answer(request(alp=sent)).chart

    assert chart is not None
    assert [set(result.encounter_classes) for result in chart.results] == [{"IMP"}]


@pytest.mark.parametrize("key", ["encounters", "administrations"])
@pytest.mark.parametrize("value", [MISSING, {"resourceType": "OperationOutcome"}, 1])
def test_what_is_missing_of_them_is_listed_and_changes_nothing(key: str, value: object) -> None:
    """No row waits for them and no card speaks of them."""
    whole, without = answer(request()), answer(request(**{key: value}))

    assert without.status == "complete"
    assert [where for _, where in gaps(without)] == [key]
    assert [card["summary"] for card in whole.body["cards"]] == [
        card["summary"] for card in without.body["cards"]
    ]


def test_dstu2_calls_its_subject_the_patient() -> None:
    ward = encounter("IMP", "2025-05-30", "2025-06-02", subject=MISSING, patient=SUBJECT)

    assert classes(ward) == {"IMP"}
