"""Oddities of public FHIR data in diagnoses, the patient and whose a result is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.fhir import build
from tests.fhir.ask import answer, card, gaps, result_of, said, verdict
from tests.fhir.build import (
    FRACTURE,
    HPP,
    MISSING,
    alp,
    bundle,
    concept,
    condition,
    patient,
    request,
)
from tests.fhir.judged import ABSENT_REASON, only_judged


@pytest.mark.parametrize(
    ("verification", "expected"),
    [
        (MISSING, "hppConfirmed"),
        (concept("confirmed", "x"), "hppConfirmed"),
        ("confirmed", "hppConfirmed"),
        (concept("unconfirmed", "x"), "hppProbable"),
        (concept("differential", "x"), "hppProbable"),
        (concept("provisional", "x"), "hppProbable"),
        (concept("entered-in-error", "x"), "hppSuspected"),
        ("entered-in-error", "hppSuspected"),
    ],
)
def test_a_diagnosis_counts_by_its_verification(verification: object, expected: str) -> None:
    """Missing verificationStatus counts, entered-in-error never."""
    seen = condition(HPP, verificationStatus=verification)
    given = answer(request(conditions=bundle(seen)))

    assert expected == said(given)["verdict"]


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_vendor_code_before_the_verification_does_not_hide_it(status: str) -> None:
    """A refuted diagnosis read as a firm one would be a critical card."""
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    both = {"coding": [{"system": "urn:vendor", "code": "7"}, {"system": system, "code": status}]}
    chart = answer(request(conditions=bundle(condition(HPP, verificationStatus=both)))).chart

    assert chart is not None
    assert [status] == [c.verification for c in chart.conditions]


def test_a_diagnosis_without_clinical_status_still_runs() -> None:
    normal = bundle(alp(60))
    liver = condition("328383001", "2025-01-01", clinicalStatus=MISSING)
    given = answer(request(alp=normal, conditions=bundle(liver)))

    assert only_judged(given).kind.value == "normal-masked"


def test_an_onset_in_words_is_no_date_and_the_recording_counts() -> None:
    """OnsetString."""
    broken = condition(FRACTURE, onsetString="last spring", recordedDate="2025-05-01")
    chart = answer(request(conditions=bundle(broken))).chart

    assert chart is not None
    assert [date(2025, 5, 1)] == [c.began for c in chart.conditions]


def test_an_undated_fracture_masks_nothing() -> None:
    undated = condition(FRACTURE, onsetString="last spring")
    given = answer(request(alp=bundle(alp(60)), conditions=bundle(undated)))

    assert only_judged(given).kind.value == "normal"


def test_a_data_absent_reason_as_the_diagnosis_says_nothing() -> None:
    nothing = condition("unknown", system=ABSENT_REASON)

    assert result_of(request(conditions=bundle(nothing))) == "200 complete hppSuspected"


@pytest.mark.parametrize("code", ["30174008", ["30174008"], [{"text": "hypophosphatasia"}], 7])
def test_a_diagnosis_in_a_form_that_cannot_be_read_is_a_gap(code: object) -> None:
    given = answer(request(conditions=bundle(condition("x", code=code))))

    assert ("unreadable", "conditions") in gaps(given)
    assert given.status == "partial"


@pytest.mark.parametrize("code", [MISSING, None, "", [], {}])
def test_a_diagnosis_that_says_nothing_is_none(code: object) -> None:
    given = answer(request(conditions=bundle(condition("x", code=code))))

    assert verdict(given) == ("complete", "hppSuspected")


@pytest.mark.hazard("H13")
def test_without_a_birth_date_there_is_no_limit_and_no_verdict() -> None:
    """No birthDate."""
    given = answer(request(patient=patient(birthDate=MISSING)))

    assert verdict(given) == ("unavailable", "notEvaluated")
    assert ("no-birth-date", "patient") in gaps(given)
    assert "date of birth" in card(given)["summary"]


@pytest.mark.parametrize("born", ["1960", "1960-10"])
def test_a_birth_year_is_enough_for_a_grown_up(born: str) -> None:
    """Year only."""
    assert result_of(request(patient=patient(birthDate=born))) == "200 complete hppSuspected"


@pytest.mark.hazard("H13")
def test_a_birth_year_that_leaves_the_age_open_leaves_the_answer_open() -> None:
    """40 U/L is normal at 18 and low at 17."""
    given = answer(request(patient=patient(birthDate="2007"), alp=bundle(alp(40))))

    assert given.status == "unavailable"
    assert "9-child" in said(given)["openRows"]
    assert "date of birth leaves the age open" in card(given)["summary"]


@pytest.mark.parametrize(
    "more",
    [{"gender": MISSING}, {"gender": "other"}, {"deceasedBoolean": True}, {"name": []}],
)
def test_a_patient_without_name_or_gender_is_judged(more: dict[str, Any]) -> None:
    """An adult's limit does not depend on the sex."""
    assert result_of(request(patient=patient(**more))) == "200 complete hppSuspected"


@pytest.mark.hazard("H5")
def test_an_inactive_record_is_not_taken_for_the_whole_history() -> None:
    """Hazard H5: the history goes on elsewhere."""
    given = answer(request(patient=patient(active=False), alp=bundle(alp(60))))

    assert given.status != "complete"


@pytest.mark.hazard("H5")
def test_a_merged_record_is_not_taken_for_the_whole_history() -> None:
    """Hazard H5: a record replaced by another is at best partly seen."""
    link = [{"type": "replaced-by", "other": {"reference": "Patient/ZZPHI-2"}}]
    given = answer(request(patient=patient(link=link)))

    assert given.status == "partial"


@pytest.mark.hazard("H7")
@pytest.mark.parametrize("born", ["2025-06-16", "9999-12-31"])
def test_a_birth_after_today_is_no_birth_date(born: str) -> None:
    """Hazard H7: birthDate tomorrow -> not evaluated."""
    given = answer(request(patient=patient(birthDate=born)))

    assert verdict(given) == ("unavailable", "notEvaluated")


@pytest.mark.parametrize(
    ("subject", "counts"),
    [
        ({"reference": f"{build.BASE}/Patient/{build.PATIENT_ID}"}, True),
        ({"identifier": {"system": "urn:mrn", "value": "ZZPHI-100"}}, True),
        ({"identifier": {"system": "urn:mrn", "value": "ZZPHI-200"}}, False),
        ({"reference": "#p"}, False),
    ],
)
def test_a_subject_by_identifier_or_absolute_address_is_recognised(
    subject: dict[str, Any], counts: bool
) -> None:
    """What cannot be told is left out and reported."""
    known = patient(identifier=[{"system": "urn:mrn", "value": "ZZPHI-100"}])
    given = answer(request(patient=known, alp=bundle(alp(subject=subject))))

    assert counts is (verdict(given) == ("complete", "lowAlpOnce"))
    assert counts is not (("unreadable", "alp") in gaps(given))


def test_a_contained_patient_is_recognised_by_its_identifier() -> None:
    """Contained subject."""
    identifier = [{"system": "urn:mrn", "value": "ZZPHI-100"}]
    inside = {"resourceType": "Patient", "id": "p", "identifier": identifier}
    result = alp(subject={"reference": "#p"}, contained=[inside])
    body = request(patient=patient(identifier=identifier), alp=bundle(result))

    assert result_of(body) == "200 complete lowAlpOnce"
