"""The ten kinds of oddity met in public FHIR data, each through the whole evaluation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.evaluation.answer import Answer
from service.hpp.assessment import JudgedResult
from service.hpp.model import Result
from tests.fhir import build
from tests.fhir.build import (
    ALENDRONATE,
    ATC,
    FRACTURE,
    HPP,
    LOINC,
    MISSING,
    RXNORM,
    SNOMED,
    SUBJECT,
    UCUM,
    alp,
    answer,
    bundle,
    card,
    concept,
    condition,
    draft,
    drug,
    gaps,
    patient,
    quantity,
    request,
    result_of,
    said,
    verdict,
)

ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
MASKED: dict[str, Any] = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "masked",
        }
    ]
}


def read_alp(*results: dict[str, Any]) -> list[Result]:
    """The results of a chart with these ALPs, as read."""
    chart = answer(request(alp=bundle(*results))).chart

    assert chart is not None
    return list(chart.results)


def only_judged(given: Answer) -> JudgedResult:
    assert given.assessment is not None
    (judged,) = given.assessment.alp
    return judged


def reason_of(given: Answer) -> tuple[str, ...]:
    """The class of the only result and why it has it."""
    judged = only_judged(given)
    return judged.kind.value, *judged.reasons


# 1. Status


@pytest.mark.hazard("H6")
@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended", "unknown"])
def test_results_of_a_status_that_counts_are_judged(status: str) -> None:
    """Point 1: whole data sets are of status unknown."""
    given = answer(request(alp=bundle(alp(28, status=status))))

    assert verdict(given) == ("complete", "lowAlpOnce")
    assert status == only_judged(given).result.status


@pytest.mark.hazard("H6")
def test_status_unknown_is_named_in_the_evidence() -> None:
    """Point 1: counted, and the reader is told."""
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
        ("no-such-status", "a status that does not count"),
    ],
)
def test_results_of_other_statuses_are_shown_and_not_judged(status: str, words: str) -> None:
    """Point 1: preliminary is shown, the rest never counts."""
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
    """Point 1."""
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
    """Point 2."""
    (result,) = read_alp(alp(effectiveDateTime=written))

    assert day == result.day
    assert (len(written) < 10) is result.partial_date


def test_a_date_in_another_country_s_writing_is_no_date() -> None:
    """Point 2: nothing is guessed."""
    given = answer(request(alp=bundle(alp(28, effectiveDateTime="5/18/2016 10:33:22 PM"))))

    assert verdict(given) == ("complete", "alpUnclear")
    assert reason_of(given) == ("invalid", "undated")
    assert "28 U/L (undated): no readable date" in card(given)["detail"]


def test_the_start_of_a_period_without_end_is_the_day_of_the_specimen() -> None:
    """Point 2."""
    (result,) = read_alp(alp(effectiveDateTime=MISSING, effectivePeriod={"start": "2025-05-20"}))

    assert date(2025, 5, 20) == result.day


def test_without_effective_the_day_of_issue_counts() -> None:
    """Point 2: the 15 ALP results of the official example history."""
    (result,) = read_alp(alp(effectiveDateTime=MISSING, issued="2025-05-20T12:00:00Z"))

    assert date(2025, 5, 20) == result.day


@pytest.mark.parametrize("masked", [{}, {"_effectiveDateTime": MASKED}])
def test_a_result_without_any_date_is_unusable_and_named(masked: dict[str, Any]) -> None:
    """Point 2: neither effective nor issued, or masked."""
    given = answer(request(alp=bundle(alp(28, effectiveDateTime=MISSING, **masked))))

    assert verdict(given) == ("complete", "alpUnclear")
    assert reason_of(given) == ("invalid", "undated")


# 3. Units


@pytest.mark.parametrize(
    "written",
    [
        {"value": 28, "unit": "U/L"},
        {"value": 28, "code": "U/L", "system": UCUM},
        {"value": 28, "code": "IU/L", "system": UCUM},
        {"value": 28, "unit": "IU/L"},
        {"value": 28, "unit": "unit per liter", "code": "U/L", "system": UCUM},
        {"value": 28, "unit": "unit per liter"},
        {"value": 28, "unit": "UNITS/L"},
    ],
)
def test_every_seen_spelling_of_units_per_litre_is_read(written: dict[str, Any]) -> None:
    """Point 3."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert Decimal(28) == only_judged(given).result.value
    assert verdict(given) == ("complete", "lowAlpOnce")


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("written", "problem", "words"),
    [
        ({"value": 28}, "no-unit", "no unit"),
        ({"value": 28, "unit": "mg/dL"}, "unit", "a unit that is not an enzyme activity"),
        ({"value": 28, "code": "%"}, "unit", "a unit that is not an enzyme activity"),
        ({"value": 28, "unit": "U/L", "code": "ukat/L"}, "unit-conflict", "two units that"),
    ],
)
def test_a_value_of_no_known_unit_is_unusable_and_named(
    written: dict[str, Any], problem: str, words: str
) -> None:
    """Point 3: never guessed."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert verdict(given) == ("complete", "alpUnclear")
    assert ("invalid", problem) == reason_of(given)
    assert words in card(given)["detail"]


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "written",
    [
        {"value": 20, "unit": "mg/dL", "code": "U/L", "system": UCUM},
        {"value": 20, "unit": "U/L", "code": "mg/dL", "system": UCUM},
    ],
)
def test_a_unit_that_is_no_activity_beside_one_that_is_makes_a_conflict(
    written: dict[str, Any],
) -> None:
    """Point 3: two units that disagree are never settled by picking the one that fits."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert reason_of(given) == ("invalid", "unit-conflict")


# 4. Values


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("value", "comparator", "expected"),
    [
        (20, "<", ("low-unexplained",)),
        (20, "<=", ("low-unexplained",)),
        (60, "<", ("invalid", "undecidable")),
        (60, ">", ("normal",)),
        (35, ">=", ("normal",)),
        (20, ">", ("invalid", "undecidable")),
    ],
)
def test_a_comparator_decides_only_on_its_own_side(
    value: int, comparator: str, expected: tuple[str, ...]
) -> None:
    """Point 4."""
    written = {**quantity(value), "comparator": comparator}
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert expected == reason_of(given)


@pytest.mark.parametrize("comparator", [["<"], {"code": "<"}, 1])
def test_a_comparator_that_cannot_be_read_is_not_taken_for_none(comparator: object) -> None:
    """Point 4: `<60` read as 60 would be an all-clear."""
    written = {**quantity(60), "comparator": comparator}
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert reason_of(given) == ("invalid", "comparator")


@pytest.mark.parametrize("comparator", ["", " ", "=", None])
def test_a_comparator_that_compares_nothing_is_none(comparator: object) -> None:
    """Some interfaces send the member empty, or `=`."""
    (result,) = read_alp(alp(valueQuantity={**quantity(28), "comparator": comparator}))

    assert (result.value, result.comparator, result.shown) == (28, "", "28 U/L")


@pytest.mark.hazard("C13")
@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({**quantity(28), "comparator": "~"}, "comparator"),
        ({**quantity(-5), "comparator": "<"}, "negative"),
        (quantity(-5), "negative"),
        ({"_value": MASKED, "unit": "U/L"}, "no-value"),
        ({"unit": "U/L", "code": "U/L"}, "no-value"),
        (quantity("twenty"), "number"),
        (quantity("1_000"), "number"),
        (quantity("１２"), "number"),
        (quantity("٣"), "number"),
        (quantity(" 5 "), "number"),
        (quantity("nan"), "number"),
        (quantity(True), "number"),
        (quantity([28]), "number"),
    ],
)
def test_a_quantity_that_is_no_measured_number_is_unusable(
    written: dict[str, Any], problem: str
) -> None:
    """Point 4: comparators on negative values, masked values, strings of other digits."""
    given = answer(request(alp=bundle(alp(valueQuantity=written))))

    assert ("invalid", problem) == reason_of(given)
    assert verdict(given) == ("complete", "alpUnclear")


@pytest.mark.hazard("C13")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (34.9999999999999, Decimal("34.9999999999999")),
        (28.12345678901234, Decimal("28.12345678901234")),
        ("28.5", Decimal("28.5")),
        ("28", Decimal(28)),
    ],
)
def test_a_number_is_read_exactly_however_it_is_written(written: object, expected: Decimal) -> None:
    """Point 4: 15-digit floats, and the value as a JSON string."""
    (result,) = read_alp(alp(written))

    assert expected == result.value


def test_a_15_digit_float_just_below_the_limit_is_low() -> None:
    """Point 4: never rounded before comparing."""
    given = answer(request(alp=bundle(alp(34.9999999999999))))

    assert reason_of(given) == ("low-unexplained",)


@pytest.mark.hazard("C13")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<20", ("<", Decimal(20), "")),
        ("<= 20 U/L", ("<=", Decimal(20), "")),
        (">20", (">", Decimal(20), "")),
        ("<=1.005", ("<=", Decimal("1.005"), "")),
        ("0-2", ("", None, "text")),
        ("Negative", ("", None, "text")),
        ("28", ("", None, "text")),
        ("<2٠", ("", None, "unit")),
        ("<20-30", ("", None, "unit")),
        ("<1234567", ("", None, "unit")),
        ("<20 mg/dL", ("", None, "unit")),
        ("", ("", None, "text")),
    ],
)
def test_a_string_is_a_value_only_if_it_is_plainly_a_comparator_and_a_number(
    written: str, expected: tuple[str, Decimal | None, str]
) -> None:
    """Point 4: the unit is that of the printed range."""
    (result,) = read_alp(
        alp(
            valueQuantity=MISSING,
            valueString=written,
            referenceRange=[{"low": quantity(35), "high": quantity(105)}],
        )
    )

    assert expected == (result.comparator, result.value, result.problem)


@pytest.mark.parametrize("printed", [{"text": "40-120"}, {"low": {"value": 40}}, {"text": "> 40"}])
def test_a_range_without_a_unit_has_that_of_the_string_beside_it(printed: dict[str, Any]) -> None:
    """The reference range is converted by its own unit, else the result's."""
    (result,) = read_alp(
        alp(valueQuantity=MISSING, valueString="<0.5 ukat/L", referenceRange=[printed])
    )

    assert result.printed.low == 40 * 60


def test_values_that_stand_in_components_are_read() -> None:
    """Point 4: a panel, whose own code may be anything."""
    part = {"code": concept("6768-6"), "valueQuantity": quantity(28)}
    given = answer(
        request(alp=bundle(alp(code=concept("24325-3"), valueQuantity=MISSING, component=[part])))
    )

    assert verdict(given) == ("complete", "lowAlpOnce")
    assert Decimal(28) == only_judged(given).result.value


@pytest.mark.parametrize("more", [{}, {"dataAbsentReason": concept("unknown", ABSENT_REASON)}])
def test_neither_value_nor_reason_is_an_unusable_result(more: dict[str, Any]) -> None:
    """Point 4."""
    given = answer(request(alp=bundle(alp(valueQuantity=MISSING, **more))))

    assert reason_of(given) == ("invalid", "no-value")
    assert "no value" in card(given)["detail"]


# 5. Reference ranges


def printed(low: Any = None, high: Any = None, **more: Any) -> dict[str, Any]:
    sides = {"low": low, "high": high}
    return {**{k: quantity(v) for k, v in sides.items() if v is not None}, **more}


def sex(word: str) -> dict[str, Any]:
    return {"appliesTo": [{"text": word}]}


AGE_OF_A_CHILD = {"age": {"high": {"value": 17, "code": "a"}}}


@pytest.mark.parametrize(
    ("ranges", "low", "whose"),
    [
        (MISSING, 35, "default"),
        ([], 35, "default"),
        ([printed(0, 0)], 35, "default"),
        ([{"text": "40-129"}], 40, "laboratory"),
        ([{"text": "> 40 U/L"}], 40, "laboratory"),
        ([{"text": "see report"}], 35, "default"),
        ([printed(high=129)], 35, "default"),
        ([printed(low=40)], 40, "laboratory"),
        ([printed(40, 129)], 40, "laboratory"),
        ([printed(129, 40)], 35, "default"),
        ([printed(20, 140)], 30, "laboratory-raised"),
        ([printed(60, 300)], 45, "laboratory-lowered"),
        ([printed(40, 129, **sex("male")), printed(38, 104, **sex("female"))], 38, "laboratory"),
        ([printed(40, 129, **sex("Females")), printed(32, 104, **sex("M"))], 40, "laboratory"),
        ([printed(40, 129), printed(32, 104)], 35, "default"),
        ([printed(120, 400, **AGE_OF_A_CHILD), printed(40, 129)], 40, "laboratory"),
        ([printed(40, 129), {"type": concept("treatment", "x"), "low": quantity(30)}], 40,
         "laboratory"),
        ([printed(40, 129, **sex("Pregnant"))], 35, "default"),
    ],
)  # fmt: skip
def test_a_printed_range_counts_only_where_it_says_something_of_this_patient(
    ranges: Any, low: int, whose: str
) -> None:
    """Point 5."""
    limit = only_judged(answer(request(alp=bundle(alp(28, referenceRange=ranges))))).limit

    assert limit is not None
    assert (Decimal(low), whose) == (limit.low, limit.whose)


def test_a_range_is_converted_by_its_own_unit() -> None:
    """Point 5: 0.6 ukat/L beside a value in U/L is 36 U/L."""
    ranges = [{"low": quantity(0.6, "ukat/L")}]
    given = answer(request(alp=bundle(alp(35.5, referenceRange=ranges))))

    assert reason_of(given) == ("low-unexplained",)


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
    ],
)
def test_alp_is_recognised_by_any_of_its_codes_or_its_exact_name(code: dict[str, Any]) -> None:
    """Point 6."""
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
    """Point 6: bone ALP, another LOINC code whatever its text, a longer name."""
    assert result_of(request(alp=bundle(alp(20, code=code)))) == "200 complete alpNotOnFile"


@pytest.mark.parametrize("code", [MISSING, "6768-6"])
def test_a_result_sent_as_alp_without_a_readable_code_is_a_gap(code: object) -> None:
    """Point 6: one bad resource is one gap, never a lost result."""
    given = answer(request(alp=bundle(alp(60), alp(20, "2025-06-10", code=code))))

    assert ("unreadable", "alp") in gaps(given)


# 7. Medications


def written_as(**members: Any) -> dict[str, Any]:
    return draft(**{"medicationCodeableConcept": MISSING, **members})


def coded(system: str, code: str, **more: Any) -> dict[str, Any]:
    return written_as(medicationCodeableConcept=concept(code, system, **more))


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "order",
    [
        coded(RXNORM, "904431"),
        coded(ATC, "M05BA04"),
        coded("http://fhir.de/CodeSystem/bfarm/atc", "M05BA04"),
        coded("http://fhir.de/CodeSystem/ifa/pzn", "01234567", text="Alendronsäure 70 mg"),
        coded("http://pbs.gov.au/code/item", "8511T", text="Alendronic acid 70 mg tablet"),
        coded("http://fdasis.nlm.nih.gov", "X1J18R4W8P", text="alendronic acid"),
        coded(SNOMED, "999999999999", text="Alendronic acid 70mg tablets"),
        written_as(medicationCodeableConcept={"text": "Fosamax 70 mg once a week"}),
        written_as(medicationReference={"reference": "Medication/ZZPHI-9", "display": "Fosamax"}),
        written_as(
            medicationReference={"reference": "#m"},
            contained=[
                {"resourceType": "Medication", "id": "m", "code": concept(ALENDRONATE, RXNORM)}
            ],
        ),
        written_as(
            medicationReference={"reference": "#m"},
            contained=[
                {
                    "resourceType": "Medication",
                    "id": "m",
                    "ingredient": [{"itemCodeableConcept": concept("46041", RXNORM)}],
                }
            ],
        ),
    ],
)
def test_the_drug_is_found_in_every_way_it_was_seen_written(order: dict[str, Any]) -> None:
    """Point 7."""
    assert result_of(request(order)) == "200 complete hppSuspected"


@pytest.mark.parametrize("full_url", ["urn:uuid:8b5ad5a9-52a3-4a1c-9a3f-0d7d0b1f2a11", None])
def test_a_medication_sent_beside_the_order_is_found(full_url: str | None) -> None:
    """Point 7: by urn:uuid and by relative reference."""
    medication = {
        "resourceType": "Medication",
        "id": "ZZPHI-m",
        "code": concept(ALENDRONATE, RXNORM),
    }
    order = written_as(medicationReference={"reference": full_url or "Medication/ZZPHI-m"})
    url = {"fullUrl": full_url} if full_url else {}
    drafts = {"entry": [build.entry(order), build.entry(medication, **url)]}

    assert result_of(request(context={"draftOrders": drafts})) == "200 complete hppSuspected"


def test_a_data_absent_reason_as_the_drug_is_a_drug_that_could_not_be_identified() -> None:
    """Point 7: never silent."""
    given = answer(request(coded(ABSENT_REASON, "unknown")))

    assert given.status == "partial"
    assert ("unknown-drug", "draftOrders") in gaps(given)


# 8. MedicationRequest


def test_an_order_on_record_without_a_date_is_named_and_explains_nothing() -> None:
    """Point 8: authoredOn absent."""
    given = answer(
        request(alp=bundle(alp()), medications=bundle(drug(ALENDRONATE, authoredOn=MISSING)))
    )

    assert reason_of(given) == ("low-unexplained",)
    assert "Alendronate" in card(given)["detail"].split("**Consider**")[0]


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        ("order", "low-suppressed"),
        ("plan", "low-suppressed"),
        ("reflex-order", "low-suppressed"),
        ("instance-order", "low-suppressed"),
        ("proposal", "low-unexplained"),
        ("option", "low-unexplained"),
    ],
)
def test_what_was_only_proposed_was_not_taken(intent: str, expected: str) -> None:
    """Point 8: intents."""
    taken = drug(ALENDRONATE, intent=intent)
    given = answer(request(alp=bundle(alp()), medications=bundle(taken)))

    assert expected == only_judged(given).kind.value


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", "low-suppressed"),
        ("on-hold", "low-suppressed"),
        ("completed", "low-suppressed"),
        ("stopped", "low-suppressed"),
        ("unknown", "low-suppressed"),
        ("draft", "low-unexplained"),
        ("cancelled", "low-unexplained"),
        ("entered-in-error", "low-unexplained"),
    ],
)
def test_what_was_written_in_error_was_not_taken(status: str, expected: str) -> None:
    """Point 8: statuses."""
    taken = drug(ALENDRONATE, "2025-01-10", status=status)
    given = answer(request(alp=bundle(alp()), medications=bundle(taken)))

    assert expected == only_judged(given).kind.value


def test_an_order_on_record_without_id_counts() -> None:
    """Point 8: no id at all."""
    given = answer(request(alp=bundle(alp()), medications=bundle(drug(ALENDRONATE, id=MISSING))))

    assert only_judged(given).kind.value == "low-suppressed"


def test_orders_on_record_without_id_and_of_the_same_content_are_one() -> None:
    """Point 8: an exact re-send."""
    twice = [drug(ALENDRONATE, id=MISSING)] * 2
    chart = answer(request(medications=bundle(*twice))).chart

    assert chart is not None
    assert len(chart.drugs) == 1


# 9. Condition, Patient, subject


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
    """Point 9: missing verificationStatus counts, entered-in-error never."""
    seen = condition(HPP, verificationStatus=verification)
    given = answer(request(conditions=bundle(seen)))

    assert expected == said(given)["verdict"]


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_vendor_code_before_the_verification_does_not_hide_it(status: str) -> None:
    """Points 6 and 9: a refuted diagnosis read as a firm one would be a critical card."""
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    both = {"coding": [{"system": "urn:vendor", "code": "7"}, {"system": system, "code": status}]}
    chart = answer(request(conditions=bundle(condition(HPP, verificationStatus=both)))).chart

    assert chart is not None
    assert [status] == [c.verification for c in chart.conditions]


def test_a_diagnosis_without_clinical_status_still_runs() -> None:
    """Point 9."""
    normal = bundle(alp(60))
    liver = condition("328383001", "2025-01-01", clinicalStatus=MISSING)
    given = answer(request(alp=normal, conditions=bundle(liver)))

    assert only_judged(given).kind.value == "normal-masked"


def test_an_onset_in_words_is_no_date_and_the_recording_counts() -> None:
    """Point 9: onsetString."""
    broken = condition(FRACTURE, onsetString="last spring", recordedDate="2025-05-01")
    chart = answer(request(conditions=bundle(broken))).chart

    assert chart is not None
    assert [date(2025, 5, 1)] == [c.began for c in chart.conditions]


def test_an_undated_fracture_masks_nothing() -> None:
    """Point 9."""
    undated = condition(FRACTURE, onsetString="last spring")
    given = answer(request(alp=bundle(alp(60)), conditions=bundle(undated)))

    assert only_judged(given).kind.value == "normal"


def test_a_data_absent_reason_as_the_diagnosis_says_nothing() -> None:
    """Point 9."""
    nothing = condition("unknown", system=ABSENT_REASON)

    assert result_of(request(conditions=bundle(nothing))) == "200 complete hppSuspected"


@pytest.mark.hazard("H13")
def test_without_a_birth_date_there_is_no_limit_and_no_verdict() -> None:
    """Point 9: no birthDate."""
    given = answer(request(patient=patient(birthDate=MISSING)))

    assert verdict(given) == ("unavailable", "notEvaluated")
    assert ("no-birth-date", "patient") in gaps(given)
    assert "date of birth" in card(given)["summary"]


@pytest.mark.parametrize("born", ["1960", "1960-10"])
def test_a_birth_year_is_enough_for_a_grown_up(born: str) -> None:
    """Point 9: year only."""
    assert result_of(request(patient=patient(birthDate=born))) == "200 complete hppSuspected"


@pytest.mark.hazard("H13")
def test_a_birth_year_that_leaves_the_age_open_leaves_the_answer_open() -> None:
    """Point 9: 40 U/L is normal at 18 and low at 17."""
    given = answer(request(patient=patient(birthDate="2007"), alp=bundle(alp(40))))

    assert given.status == "unavailable"
    assert "9-child" in said(given)["openRows"]
    assert "date of birth leaves the age open" in card(given)["summary"]


@pytest.mark.parametrize(
    "more",
    [{"gender": MISSING}, {"gender": "other"}, {"deceasedBoolean": True}, {"name": []}],
)
def test_a_patient_without_name_or_gender_is_judged(more: dict[str, Any]) -> None:
    """Point 9: an adult's limit does not depend on the sex."""
    assert result_of(request(patient=patient(**more))) == "200 complete hppSuspected"


@pytest.mark.hazard("H5")
def test_an_inactive_record_is_not_taken_for_the_whole_history() -> None:
    """Point 9 and hazard H5: the history goes on elsewhere."""
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
    """Point 9: what cannot be told is left out and reported."""
    known = patient(identifier=[{"system": "urn:mrn", "value": "ZZPHI-100"}])
    given = answer(request(patient=known, alp=bundle(alp(subject=subject))))

    assert counts is (verdict(given) == ("complete", "lowAlpOnce"))
    assert counts is not (("unreadable", "alp") in gaps(given))


def test_a_contained_patient_is_recognised_by_its_identifier() -> None:
    """Point 9: contained subject."""
    identifier = [{"system": "urn:mrn", "value": "ZZPHI-100"}]
    inside = {"resourceType": "Patient", "id": "p", "identifier": identifier}
    result = alp(subject={"reference": "#p"}, contained=[inside])
    body = request(patient=patient(identifier=identifier), alp=bundle(result))

    assert result_of(body) == "200 complete lowAlpOnce"


# 10. The sandbox


def test_the_sandbox_s_order_is_judged() -> None:
    """Point 10: no Bundle type, no fullUrl, objects instead of arrays."""
    order = draft(category=concept("community", "x"), reasonCode=concept("64859006", SNOMED))
    drafts = {"resourceType": "Bundle", "entry": [{"resource": order}]}

    assert result_of(request(context={"draftOrders": drafts})) == "200 complete hppSuspected"


def test_before_any_drug_is_chosen_there_is_nothing_to_judge() -> None:
    """Point 10: order-select of an empty form."""
    empty = {
        "resourceType": "MedicationRequest",
        "id": "request-123",
        "status": "draft",
        "subject": SUBJECT,
        "authoredOn": "2025-06-15",
    }
    given = answer(request(empty, hook="order-select"))

    assert verdict(given) == ("not-applicable", "notApplicable")
    assert given.body["cards"] == []


def test_keys_the_sandbox_could_not_fill_are_gaps() -> None:
    """Point 10: left out, never null."""
    given = answer(request(labs=MISSING, procedures=MISSING))

    assert gaps(given) == [("not-sent", "labs"), ("not-sent", "procedures")]
    assert said(given)["verdict"] == "hppSuspected"


def test_a_double_click_on_sign_gets_the_same_answer_twice() -> None:
    """Point 10: the same call twice, with fresh card ids."""
    first, second = answer(request()), answer(request())

    assert said(first) == said(second)
    assert card(first)["summary"] == card(second)["summary"]
    assert card(first)["uuid"] != card(second)["uuid"]
