"""How sure a diagnosis is: in FHIR's words, in SNOMED CT, and as German records say it."""

from __future__ import annotations

from typing import Any

import pytest

from service.hpp.model import Chart
from tests.fhir.ask import answer, said
from tests.fhir.build import HPP, MISSING, SNOMED, alp, bundle, concept, condition, request

Json = dict[str, Any]
ICD10GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
KBV = "https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_ICD_DIAGNOSESICHERHEIT"
CERTAINTY = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def verdict_with(seen: Json) -> str:
    found: str = said(answer(request(alp=bundle(alp(80)), conditions=bundle(seen))))["verdict"]
    return found


def german(code: str, certainty: str, **more: Any) -> Json:
    """A concept whose ICD-10-GM coding says how sure it is."""
    beside = {"url": CERTAINTY, "valueCoding": {"system": KBV, "code": certainty}}
    return {"coding": [{"system": ICD10GM, "code": code, "extension": [beside]}], **more}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (concept("410605003", SNOMED), "hppConfirmed"),
        (concept("415684004", SNOMED), "hppProbable"),
        (concept("410590009", SNOMED), "hppProbable"),
        (concept("410516002", SNOMED), "alpNotLow"),
        ({"text": "Provisional"}, "hppProbable"),
        ({"coding": [{"code": "CONFIRMED"}]}, "hppConfirmed"),
        ("confirmed", "hppConfirmed"),
        ("refuted", "alpNotLow"),
        ([{"coding": [{"code": "refuted"}]}], "alpNotLow"),
    ],
)
def test_a_status_is_read_in_snomed_ct_too_and_in_any_case(status: object, verdict: str) -> None:
    assert verdict_with(condition(HPP, verificationStatus=status)) == verdict


@pytest.mark.parametrize(
    "status",
    [{"text": "Vermoeden"}, {"coding": [{"system": "urn:local", "code": "T"}]}, "asserted"],
)
def test_a_status_that_nobody_here_knows_is_not_confirmed(status: object) -> None:
    """Only `confirmed`, or no status at all, makes it a diagnosis on record."""
    assert verdict_with(condition(HPP, verificationStatus=status)) == "hppProbable"


@pytest.mark.parametrize(
    "status", [MISSING, {}, "", "unknown", concept("unknown", ABSENT), concept("not-asked", ABSENT)]
)
def test_nothing_said_is_no_doubt(status: object) -> None:
    assert verdict_with(condition(HPP, verificationStatus=status)) == "hppConfirmed"


@pytest.mark.parametrize(
    ("certainty", "verdict"),
    [("G", "hppConfirmed"), ("V", "hppProbable"), ("A", "alpNotLow"), ("Z", "hppConfirmed")],
    ids=["gesichert", "Verdacht", "ausgeschlossen", "Zustand nach"],
)
def test_german_records_say_it_beside_the_code(certainty: str, verdict: str) -> None:
    seen = german("E83.38", certainty, text="Hypophosphatasie")

    assert verdict_with(condition(seen, verificationStatus=MISSING)) == verdict


def test_the_status_of_the_diagnosis_goes_before_what_stands_beside_its_code() -> None:
    seen = german("E83.38", "A", text="Hypophosphatasie")

    assert verdict_with(condition(seen)) == "hppConfirmed"


@pytest.mark.parametrize(("certainty", "excuses"), [("G", True), ("A", False), ("Z", False)])
def test_a_sepsis_that_was_excluded_or_is_over_excuses_no_low_value(
    certainty: str, excuses: bool
) -> None:
    """`Zustand nach` says only that it was: no window begins."""
    sepsis = condition(german("A41.9", certainty), "2025-05-28", verificationStatus=MISSING)
    given = answer(request(alp=bundle(alp(28, "2025-06-01")), conditions=bundle(sepsis)))

    assert (said(given)["verdict"] == "lowAlpAcuteIllness") == excuses


def test_what_is_kept_of_it_are_the_words_of_fhir() -> None:
    chart = answer(
        request(conditions=bundle(condition(german("E83.38", "V", text="Hypophosphatasie"),
                                            verificationStatus=MISSING)))
    ).chart  # fmt: skip

    assert isinstance(chart, Chart)
    assert [seen.verification for seen in chart.conditions] == ["provisional"]
