"""Diagnoses and procedures: what counts as hypophosphatasia, what was done, what is over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.hpp.model import Chart
from tests.fhir.ask import answer, said
from tests.fhir.build import (
    CARDIAC_SURGERY,
    HPP,
    ICD10CM,
    MISSING,
    SNOMED,
    SUBJECT,
    TODAY,
    alp,
    bundle,
    concept,
    condition,
    procedure,
    request,
)

Json = dict[str, Any]


def verdict_with(seen: Json) -> str:
    found: str = said(answer(request(conditions=bundle(seen))))["verdict"]
    return found


def chart_with(**sent: Any) -> Chart:
    chart = answer(request(**sent)).chart

    assert chart is not None
    return chart


def kind_of(value: object, **sent: Any) -> str:
    """The class of one ALP result beside what was sent."""
    given = answer(request(alp=bundle(alp(value)), **sent))

    assert given.assessment is not None
    (judged,) = given.assessment.alp
    return judged.kind.value


# Hypophosphatasia in words


@pytest.mark.parametrize(
    "words",
    [
        "Hypophosphatasia",
        "ADULT HYPOPHOSPHATASIA",
        "Hypophosphatasie",
        "hypophosphatasia, childhood onset",
    ],
)
def test_hypophosphatasia_in_words_is_on_record(words: str) -> None:
    """The text is the safety net for codes we do not know."""
    seen = condition("E83.39", system=ICD10CM, code=concept("E83.39", ICD10CM, text=words))

    assert verdict_with(seen) == "hppConfirmed"


@pytest.mark.parametrize(
    "words",
    [
        "Hypophosphatemia",
        "Familial hypophosphataemia",
        "X-linked hypophosphatemic rickets",
        "Hypophosphataemia",
    ],
)
def test_the_opposite_disorder_is_not_hypophosphatasia(words: str) -> None:
    """Hypophosphataemia is the opposite disorder."""
    seen = condition("E83.39", system=ICD10CM, code=concept("E83.39", ICD10CM, text=words))

    assert verdict_with(seen) == "hppSuspected"


@pytest.mark.parametrize(
    "words",
    [
        "Family history of hypophosphatasia",
        "No evidence of hypophosphatasia",
        "Hypophosphatasia ruled out",
        "Rule out hypophosphatasia",
        "Suspected hypophosphatasia",
        "Pseudohypophosphatasia",
    ],
)
def test_words_that_do_not_say_the_patient_has_it_are_no_confirmed_diagnosis(words: str) -> None:
    """A critical card for a relative's disease, or for one that was excluded, would be wrong."""
    seen = condition("x", code={"text": words}, verificationStatus=MISSING)

    assert verdict_with(seen) != "hppConfirmed"


# What was not done, what is over, in each release


@pytest.mark.parametrize(
    "undone",
    [
        {"status": "not-done"},
        {"status": "entered-in-error"},
        {"status": "preparation"},
        {"status": "completed", "notDone": True},
        {"status": "completed", "notPerformed": True},
    ],
    ids=["R4", "in error", "not yet", "STU3", "DSTU2"],
)
def test_a_procedure_that_was_not_done_excuses_nothing(undone: Json) -> None:
    """STU3 and DSTU2 say it with a modifier of its own."""
    seen = procedure(CARDIAC_SURGERY, "2025-05-25", **undone)

    assert kind_of(28, procedures=bundle(seen)) == "low-unexplained"


@pytest.mark.parametrize(
    "code",
    [
        concept(CARDIAC_SURGERY, SNOMED, text="Status post mitral valve replacement"),
        {"coding": [{"system": SNOMED, "code": c} for c in (CARDIAC_SURGERY, "399261000")]},
    ],
    ids=["in words", "by a code"],
)
def test_a_procedure_that_says_only_that_one_was_excuses_nothing(code: Json) -> None:
    seen = procedure(code, "2025-05-25")

    assert kind_of(28, procedures=bundle(seen)) == "low-unexplained"


@pytest.mark.parametrize(
    "when",
    [
        {"performedDateTime": "2025-05-25"},
        {"performedPeriod": {"start": "2025-05-25", "end": "2025-05-26"}},
        {"occurrenceDateTime": "2025-05-25"},
        {"occurrencePeriod": {"start": "2025-05-25"}},
    ],
)
def test_a_procedure_s_day_is_read_in_every_release(when: Json) -> None:
    seen = procedure(CARDIAC_SURGERY, "", **{"performedDateTime": MISSING, **when})

    assert kind_of(28, procedures=bundle(seen)) == "low-acute"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, "low-explained"),
        ({"abatementDateTime": "2025-06-01"}, "low-explained"),
        ({"abatementDateTime": "2025-05-31"}, "low-unexplained"),
        ({"abatementDateTime": "2025-06"}, "low-explained"),
        ({"abatementPeriod": {"start": "2025-05-01", "end": "2025-05-31"}}, "low-unexplained"),
        ({"clinicalStatus": concept("resolved", "x")}, "low-unexplained"),
        ({"clinicalStatus": "inactive"}, "low-unexplained"),
        ({"clinicalStatus": concept("remission", "x")}, "low-unexplained"),
        ({"clinicalStatus": MISSING, "abatementBoolean": True}, "low-unexplained"),
    ],
)
def test_a_cause_that_is_over_explains_nothing(over: Json, expected: str) -> None:
    """DSTU2 says `over` without a date by abatementBoolean."""
    seen = condition("73281004", "2025-01-01", **over)

    assert kind_of(28, conditions=bundle(seen)) == expected


def test_a_vendor_code_before_the_clinical_status_does_not_hide_it() -> None:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    both = {
        "coding": [
            {"system": "urn:vendor", "code": "R"},
            {"system": system, "code": "resolved"},
        ]
    }
    seen = condition("73281004", "2020-01-01", clinicalStatus=both)

    assert kind_of(28, conditions=bundle(seen)) == "low-unexplained"


@pytest.mark.parametrize(
    "when",
    [
        {"onsetDateTime": "2020-03-01"},
        {"onsetPeriod": {"start": "2020-03-01"}},
        {"recordedDate": "2020-03-01"},
        {"dateRecorded": "2020-03-01"},
    ],
)
def test_the_beginning_of_a_diagnosis_is_read_in_every_release(when: Json) -> None:
    (seen,) = chart_with(conditions=bundle(condition(HPP, **when))).conditions

    assert seen.began == date(2020, 3, 1)


def test_a_dstu2_diagnosis_is_read() -> None:
    """patient instead of subject, statuses as plain codes."""
    seen = condition(
        HPP,
        subject=MISSING,
        patient=SUBJECT,
        verificationStatus="provisional",
        clinicalStatus="active",
    )

    assert verdict_with(seen) == "hppProbable"


def test_a_refuted_diagnosis_of_this_year_excludes() -> None:
    """Within 365 days before the latest low, or later."""
    seen = condition(
        HPP, verificationStatus=concept("refuted", "x"), recordedDate=TODAY.isoformat()
    )

    assert verdict_with(seen) == "hppExcluded"


@pytest.mark.parametrize("recorded", ["2025-06-16", "2099-01-01", "9999-12-31"])
def test_an_exclusion_of_the_future_excludes_nothing(recorded: str) -> None:
    """What is dated after today has not happened; it must not silence a warning."""
    seen = condition(HPP, verificationStatus=concept("refuted", "x"), recordedDate=recorded)

    assert verdict_with(seen) == "hppSuspected"
