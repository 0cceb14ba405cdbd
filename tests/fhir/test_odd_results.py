"""Oddities of public FHIR data in the status, date and code of a result."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.fhir.ask import answer, card, gaps, result_of, verdict
from tests.fhir.build import LOINC, MISSING, SNOMED, alp, bundle, request
from tests.fhir.judged import MASKED, only_judged, read_alp, reason_of

# 1. Status


@pytest.mark.hazard("H6")
@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended", "unknown"])
def test_results_of_a_status_that_counts_are_judged(status: str) -> None:
    """Whole data sets are of status unknown."""
    given = answer(request(alp=bundle(alp(28, status=status))))

    assert verdict(given) == ("complete", "lowAlpOnce")
    assert status == only_judged(given).result.status


@pytest.mark.hazard("H6")
def test_status_unknown_is_named_in_the_evidence() -> None:
    """Counted, and the reader is told."""
    given = answer(request(alp=bundle(alp(28, status="unknown"))))

    assert "status unknown" in card(given)["detail"]


@pytest.mark.hazard("H6")
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("preliminary", "preliminary: shown, not counted"),
        ("registered", "registered, no result yet"),
        ("cancelled", "cancelled"),
        ("entered-in-error", "entered in error"),
    ],
)
def test_results_of_other_statuses_are_shown_and_not_judged(status: str, words: str) -> None:
    """Preliminary is shown, the rest never counts."""
    given = answer(request(alp=bundle(alp(28, status=status))))

    assert verdict(given) == ("complete", "alpNotOnFile")
    assert f"28 U/L (2025-06-01): {words}" in card(given)["detail"]


@pytest.mark.hazard("H6")
@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Final", "final"), ("FINAL", "final"), (" final ", "final"), ("Unknown", "unknown"),
        ("Entered-In-Error", "entered-in-error"), ("F", "final"), ("f", "final"),
        ("C", "corrected"), ("P", "preliminary"), ("X", "cancelled"), ("W", "entered-in-error"),
        ("D", "entered-in-error"), ("I", "registered"), ("R", "preliminary"),
    ],
)  # fmt: skip
def test_a_status_is_read_in_any_case_and_as_a_letter_of_hl7_v2(written: str, status: str) -> None:
    (result,) = read_alp(alp(28, status=written))

    assert result.status == status


def test_a_missing_status_is_the_same_as_unknown() -> None:
    (result,) = read_alp(alp(28, status=MISSING))

    assert result.status == "unknown"


# 2. Dates


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025", date(2025, 1, 1)),
        ("2025-05", date(2025, 5, 1)),
        ("2025-05-20", date(2025, 5, 20)),
        ("2025-05-20T10:11:12+02:00", date(2025, 5, 20)),
        ("2025-05-20T10:11:12.123456Z", date(2025, 5, 20)),
        ("2025-05-20T10:11:12", date(2025, 5, 20)),
        ("2025-05-20T10:11:12Z", date(2025, 5, 20)),
    ],
)
def test_every_written_precision_of_a_date_is_read(written: str, day: date) -> None:
    (result,) = read_alp(alp(effectiveDateTime=written))

    assert day == result.day
    assert (len(written) < 10) is result.partial_date


def test_a_date_in_another_country_s_writing_is_no_date() -> None:
    """Nothing is guessed."""
    given = answer(request(alp=bundle(alp(28, effectiveDateTime="5/18/2016 10:33:22 PM"))))

    assert verdict(given) == ("complete", "alpUnclear")
    assert reason_of(given) == ("invalid", "undated")
    assert "28 U/L (undated): no readable date" in card(given)["detail"]


def test_the_start_of_a_period_without_end_is_the_day_of_the_specimen() -> None:
    (result,) = read_alp(alp(effectiveDateTime=MISSING, effectivePeriod={"start": "2025-05-20"}))

    assert date(2025, 5, 20) == result.day


def test_without_effective_the_day_of_issue_counts() -> None:
    """The 15 ALP results of the official example history."""
    (result,) = read_alp(alp(effectiveDateTime=MISSING, issued="2025-05-20T12:00:00Z"))

    assert date(2025, 5, 20) == result.day


@pytest.mark.parametrize("masked", [{}, {"_effectiveDateTime": MASKED}])
def test_a_result_without_any_date_is_unusable_and_named(masked: dict[str, Any]) -> None:
    """Neither effective nor issued, or masked."""
    given = answer(request(alp=bundle(alp(28, effectiveDateTime=MISSING, **masked))))

    assert verdict(given) == ("complete", "alpUnclear")
    assert reason_of(given) == ("invalid", "undated")


# 6. Codes


@pytest.mark.parametrize(
    "code",
    [
        {"coding": [{"system": "urn:vendor", "code": "ALKP"}, {"system": LOINC, "code": "6768-6"}]},
        {"coding": [{"system": LOINC, "code": "6768-6"}, {"system": SNOMED, "code": "271234008"}]},
        {"coding": [{"system": "http:// loinc.org", "code": "6768-6"}]},
        {"coding": [{"system": "http://loinc.org/", "code": "6768-6"}]},
        {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.1", "code": "1783-0"}]},
        {"text": "Alkaline phosphatase"},
        {"coding": [{"code": "ALKP", "display": "Alkaline phosphatase"}]},
        {"coding": [{"system": "urn:vendor", "code": "1"}], "text": "ALKALINE  PHOSPHATASE"},
        {"coding": {"system": LOINC, "code": "6768-6"}},
        {"coding": [{"system": "urn:oid:1.2.392.200119.4.504", "code": "3B070000002327101"}]},
        {"coding": [{"system": "urn:oid:1.2.392.200119.4.504", "code": "3B070"}]},
    ],
)
def test_alp_is_recognised_by_any_of_its_codes_or_its_exact_name(code: dict[str, Any]) -> None:
    assert result_of(request(alp=bundle(alp(28, code=code)))) == "200 complete lowAlpOnce"


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "code",
    [
        {"coding": [{"system": LOINC, "code": "17838-4"}], "text": "Alkaline phosphatase"},
        {"coding": [{"system": LOINC, "code": "2345-7"}], "text": "Alkaline phosphatase"},
        {"text": "Alkaline phosphatase.bone"},
        {"text": "Leukocyte alkaline phosphatase score"},
        {
            "coding": [
                {"system": LOINC, "code": "6768-6"},
                {"system": LOINC, "code": "17838-4"},
            ]
        },
    ],
)
def test_another_test_is_not_taken_for_alp(code: dict[str, Any]) -> None:
    """Bone ALP, another LOINC code whatever its text, a longer name."""
    assert result_of(request(alp=bundle(alp(20, code=code)))) == "200 complete alpNotOnFile"


@pytest.mark.parametrize("code", [MISSING, "6768-6"])
def test_a_result_sent_as_alp_without_a_readable_code_is_a_gap(code: object) -> None:
    """One bad resource is one gap, never a lost result."""
    given = answer(request(alp=bundle(alp(60), alp(20, "2025-06-10", code=code))))

    assert ("unreadable", "alp") in gaps(given)
