"""What was given, handed or is said to be taken, in every release that has it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.hpp.drugs import NOT_TAKEN
from service.hpp.model import DrugUse
from tests.fhir.ask import answer
from tests.fhir.build import (
    ALENDRONATE,
    HCPCS,
    MISSING,
    RXNORM,
    SUBJECT,
    ZOLEDRONATE,
    Json,
    bundle,
    concept,
    drug,
    medication,
    procedure,
    request,
)

DAY = date(2024, 3, 1)
DSTU2 = {"subject": MISSING, "patient": SUBJECT}
R5 = {
    "medicationCodeableConcept": MISSING,
    "medication": {"concept": concept(ZOLEDRONATE, RXNORM)},
}


def taken(kind: str, status: str = "completed", /, **more: Any) -> Json:
    own = {
        "resourceType": kind,
        "id": f"ZZPHI-{kind}",
        "status": status,
        "subject": SUBJECT,
        "medicationCodeableConcept": concept(ZOLEDRONATE, RXNORM),
    }
    return {name: item for name, item in {**own, **more}.items() if item is not MISSING}


def uses(*sent: Json, key: str = "medications") -> list[DrugUse]:
    chart = answer(request(**{key: bundle(*sent)})).chart
    assert chart is not None
    return list(chart.drugs)


GIVEN = {
    "DSTU2": {**DSTU2, "effectiveTimeDateTime": "2024-03-01"},
    "DSTU2 period": {**DSTU2, "effectiveTimePeriod": {"start": "2024-03-01"}},
    "STU3": {"effectiveDateTime": "2024-03-01T08:00:00Z"},
    "R4": {"effectiveDateTime": "2024-03-01"},
    "R4 period": {"effectivePeriod": {"start": "2024-03-01", "end": "2024-03-01"}},
    "R5": {**R5, "occurenceDateTime": "2024-03-01"},
    "R5 spelt right": {**R5, "occurrenceDateTime": "2024-03-01"},
    "R5 period": {**R5, "occurencePeriod": {"start": "2024-03-01"}},
    "R5 timing": {**R5, "occurenceTiming": {"event": ["2024-03-01"]}},
    "R5 timing, twice": {**R5, "occurenceTiming": {"event": ["2024-03-01", "2024-05-01"]}},
}


@pytest.mark.parametrize("more", GIVEN.values(), ids=GIVEN)
def test_an_administration_is_a_use_on_its_day(more: Json) -> None:
    (use,) = uses(taken("MedicationAdministration", **more))

    assert (use.group, use.drug_class) == ("bp_zoledronate", "iv-bisphosphonate")
    assert (use.start, use.end, use.administered) == (DAY, DAY, True)


def test_an_infusion_over_days_ends_on_the_last() -> None:
    period = {"start": "2024-03-01", "end": "2024-03-02"}
    (use,) = uses(taken("MedicationAdministration", effectivePeriod=period))

    assert (use.start, use.end) == (DAY, date(2024, 3, 2))


UNDONE = {
    "not done": taken("MedicationAdministration", "not-done", effectiveDateTime="2024-03-01"),
    "an error": taken("MedicationAdministration", "Entered-In-Error", effectiveDateTime="2024"),
    "not given, DSTU2": taken("MedicationAdministration", wasNotGiven=True),
    "not given, STU3": taken("MedicationAdministration", notGiven=True),
    "declined": taken("MedicationDispense", "declined", whenHandedOver="2024-03-01"),
    "not dispensed": taken("MedicationDispense", notDone=True),
    "intended": taken("MedicationStatement", "intended"),
    "not taken, R4": taken("MedicationStatement", "not-taken"),
    "not taken, STU3": taken("MedicationStatement", taken="n"),
    "not taken, DSTU2": taken("MedicationStatement", wasNotTaken=True),
    "not taking, R5": taken(
        "MedicationStatement", "recorded", adherence={"code": concept("not-taking", "x")}
    ),
}


@pytest.mark.parametrize("sent", UNDONE.values(), ids=UNDONE)
def test_what_never_reached_the_patient_is_no_use(sent: Json) -> None:
    assert [use for use in uses(sent) if use.status not in NOT_TAKEN] == []


def test_a_dispense_lasts_as_long_as_its_supply() -> None:
    more = {"whenHandedOver": "2024-03-01", "daysSupply": {"value": 28, "unit": "days"}}
    (use,) = uses(taken("MedicationDispense", **more))

    assert (use.start, use.end, use.administered) == (DAY, date(2024, 3, 29), False)


@pytest.mark.parametrize("supply", [MISSING, {"value": 2, "unit": "box"}, {"value": 1e9}, {}])
def test_a_dispense_without_a_readable_supply_is_a_day(supply: object) -> None:
    (use,) = uses(taken("MedicationDispense", whenHandedOver="2024-03-01", daysSupply=supply))

    assert (use.start, use.end) == (DAY, DAY)


STATED = {
    "DSTU2": ({**DSTU2, "effectivePeriod": {"start": "2024-03-01"}}, "active"),
    "STU3": ({"taken": "y", "effectivePeriod": {"start": "2024-03-01"}}, "active"),
    "R4": ({"effectiveDateTime": "2024-03-01"}, "active"),
    "R5": ({**R5, "effectivePeriod": {"start": "2024-03-01"}}, "recorded"),
}


@pytest.mark.parametrize(("more", "status"), STATED.values(), ids=STATED)
def test_a_statement_goes_on_until_it_says_otherwise(more: Json, status: str) -> None:
    (use,) = uses(taken("MedicationStatement", status, **more))

    assert (use.start, use.end, use.status) == (DAY, None, "active")


def test_a_statement_that_ended_did() -> None:
    period = {"start": "2024-03-01", "end": "2024-04-01"}
    (use,) = uses(taken("MedicationStatement", effectivePeriod=period))

    assert (use.start, use.end) == (DAY, date(2024, 4, 1))


@pytest.mark.parametrize("code", ["J3489", "j3489"])
def test_an_infusion_that_was_coded_as_a_procedure_is_a_use(code: str) -> None:
    done = procedure(code, "2024-03-01", code=concept(code, HCPCS))
    (use,) = uses(done, key="procedures")

    assert (use.group, use.start, use.end) == ("bp_zoledronate", DAY, DAY)
    assert use.administered


def test_a_procedure_is_no_use_by_its_name() -> None:
    taught = procedure("x", "2024-03-01", code={"text": "Teaching: zoledronate infusion"})

    assert uses(taught, key="procedures") == []


def test_a_procedure_that_was_not_done_is_no_use() -> None:
    planned = procedure("x", "2024-03-01", code=concept("J3489", HCPCS), status="Not-Done")

    assert uses(planned, key="procedures") == []


# Medications and their ingredients

SUBSTANCE = {"resourceType": "Substance", "id": "ZZPHI-s", "code": concept(ALENDRONATE, RXNORM)}
BRAND = medication(code={"text": "Local product 7"})
ORDER = taken(
    "MedicationRequest",
    medicationCodeableConcept=MISSING,
    medicationReference={"reference": "Medication/ZZPHI-m"},
    authoredOn="2024-03-01",
)
INGREDIENTS: dict[str, Json] = {
    "DSTU2": {"product": {"ingredient": [{"item": {"reference": "Substance/ZZPHI-s"}}]}},
    "R4": {"ingredient": [{"itemReference": {"reference": "Substance/ZZPHI-s"}}]},
    "R4 display": {"ingredient": [{"itemReference": {"display": "alendronate"}}]},
    "R4 concept": {"ingredient": [{"itemCodeableConcept": concept(ALENDRONATE, RXNORM)}]},
    "R5": {"ingredient": [{"item": {"reference": {"reference": "Substance/ZZPHI-s"}}}]},
    "R5 concept": {"ingredient": [{"item": {"concept": concept(ALENDRONATE, RXNORM)}}]},
}


@pytest.mark.parametrize("more", INGREDIENTS.values(), ids=INGREDIENTS)
def test_a_medication_is_also_what_its_ingredients_are(more: Json) -> None:
    (use,) = uses(ORDER, {**BRAND, **more}, SUBSTANCE)

    assert use.group == "bp_alendronate"


def test_an_ingredient_may_be_contained_where_the_medication_is() -> None:
    inside = [
        {**BRAND, "id": "m", "ingredient": [{"itemReference": {"reference": "#s"}}]},
        {**SUBSTANCE, "id": "s"},
    ]
    (use,) = uses({**ORDER, "medicationReference": {"reference": "#m"}, "contained": inside})

    assert use.group == "bp_alendronate"


def test_a_reference_may_have_no_more_than_a_display() -> None:
    (use,) = uses({**ORDER, "medicationReference": {"display": "Alendronate 70 mg tablet"}})

    assert use.group == "bp_alendronate"


@pytest.mark.parametrize(
    ("words", "route", "kind"),
    [
        ("ibandronic acid 3 mg iv", "", "iv-bisphosphonate"),
        ("ibandronic acid 3 mg", "IV", "iv-bisphosphonate"),
        ("ibandronic acid 3 mg", "intravenous use", "iv-bisphosphonate"),
        ("ibandronic acid 150 mg once-monthly, active ingredient", "", "oral-bisphosphonate"),
        ("ibandronic acid 150 mg", "by mouth, given five times", "oral-bisphosphonate"),
    ],
)
def test_a_drug_of_two_forms_was_injected_where_a_whole_word_says_so(
    words: str, route: str, kind: str
) -> None:
    """Two letters inside another word (`active`) say nothing of a vein."""
    order = drug("x", medicationCodeableConcept={"text": words})
    order["dosageInstruction"] = [{"route": {"text": route}}]
    (use,) = uses(order)

    assert use.drug_class == kind


@pytest.mark.parametrize(
    ("days", "last"),
    [(0, DAY), (90, date(2024, 5, 30)), (3660, date(2034, 3, 9)), (3661, DAY), (-1, DAY)],
)
def test_a_supply_lasts_at_most_ten_years(days: int, last: date) -> None:
    """One that is longer is a slip: the day it was handed out is all that is known."""
    handed = taken("MedicationDispense", daysSupply={"value": days}, whenHandedOver="2024-03-01")
    (use,) = uses(handed)

    assert use.end == last


@pytest.mark.hazard("C14")
@pytest.mark.parametrize("handed", ["9999-12-31", "9999-12-30", "9999"])
def test_a_supply_lasts_to_the_end_of_the_calendar_at_most(handed: str) -> None:
    sent = taken("MedicationDispense", daysSupply={"value": 400}, whenHandedOver=handed)
    (use,) = uses(sent)

    assert use.end == date.max
