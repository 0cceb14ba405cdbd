"""What is said of an order whose drug could not be identified."""

from __future__ import annotations

import pytest

from tests.fhir.ask import answer, card, gaps, result_of, said, verdict
from tests.fhir.build import (
    ATC,
    MISSING,
    RXNORM,
    SNOMED,
    alp,
    bundle,
    concept,
    draft,
    drug,
    medication,
    request,
)
from tests.fhir.drafts import NOTHING, UUID, Json, coding, deleted, named


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "members",
    [
        {"medicationReference": {"reference": "Medication/ZZPHI-9"}},
        {"medicationReference": {"reference": "#gone"}},
        {"medicationReference": {"reference": UUID}},
        {"medicationReference": {"reference": "https://else.example/Medication/1"}},
        {"medicationReference": {"identifier": {"system": "urn:x", "value": "ZZPHI-9"}}},
        {"medicationReference": {"reference": "#ZZPHI-m"}, "contained": [medication()]},
        {"medicationCodeableConcept": concept("unknown",
            "http://terminology.hl7.org/CodeSystem/data-absent-reason")},
        {"medication": {"reference": {"reference": "Medication/ZZPHI-9"}}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("results", [[alp(60)], []])
def test_a_drug_that_could_not_be_identified_is_said_on_a_card(
    results: list[Json], members: Json
) -> None:
    """Hazard H14: partial, not empty.  No words and no code."""
    given = answer(request(named(**members), alp=bundle(*results)))

    assert given.status == "partial"
    assert ("unknown-drug", "draftOrders") in gaps(given)
    assert "drug could not be identified" in card(given)["summary"]
    assert deleted(card(given)) == []


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "members",
    [
        {"medicationCodeableConcept": concept("4711", "urn:oid:1.2.3.4")},
        {"medicationCodeableConcept": concept("999999999", RXNORM)},
        {"medicationCodeableConcept": concept("323047004", SNOMED, text="323047004")},
        {"medicationCodeableConcept": concept("01234567", "http://fhir.de/CodeSystem/ifa/pzn")},
        {"medicationCodeableConcept": {"coding": [coding("u", "A1", display="A1"), {"code": "7"}]}},
        {"medicationReference": {"reference": "#ZZPHI-m"}, "contained": [
            medication(code=concept("4711", "urn:x"))]},
    ],
)  # fmt: skip
def test_an_order_with_only_codes_that_nobody_knows_is_counted_and_draws_no_card(
    members: Json,
) -> None:
    """Most of them order something else; whether, only a name could tell."""
    given = answer(request(named(**members), named(id="ZZPHI-draft-2", **members)))

    assert verdict(given) == ("not-applicable", "notApplicable")
    assert said(given)["gaps"] == [{"kind": "unknown-code", "key": "draftOrders", "count": 2}]
    assert given.body["cards"] == []


@pytest.mark.parametrize(
    "known",
    [coding(RXNORM, "999999999", display="Tab X"), coding(ATC, "N02BA01"), {"display": "aspirin"}],
)
def test_a_name_or_another_substance_in_atc_tells_that_it_is_another_drug(known: Json) -> None:
    unknown = coding("urn:x", "4711")
    given = answer(request(named(medicationCodeableConcept={"coding": [unknown, known]})))

    assert (given.status, gaps(given)) == ("not-applicable", [])


@pytest.mark.parametrize("code", ["M05B", "M05BX"])
def test_a_group_of_atc_that_holds_ours_and_others_is_not_known_to_be_another(code: str) -> None:
    given = answer(request(named(medicationCodeableConcept=concept(code, ATC))))

    assert gaps(given) == [("unknown-code", "draftOrders")]


def test_an_unknown_code_beside_a_known_drug_is_only_listed() -> None:
    other = named(id="ZZPHI-draft-2", medicationCodeableConcept=concept("4711", "urn:x"))
    given = answer(request(draft(), other))

    assert verdict(given) == ("complete", "hppSuspected")
    assert gaps(given) == [("unknown-code", "draftOrders")]
    assert "not known here" not in card(given)["detail"]


@pytest.mark.parametrize(
    ("system", "kind", "status"),
    [("urn:x", "unknown-drug", "partial"), (RXNORM, "unknown-code", "complete")],
)
def test_an_unknown_code_on_record_is_listed_and_of_a_readable_system_opens_nothing(
    system: str, kind: str, status: str
) -> None:
    """We list the codes of our drugs in RxNorm: another one there is most likely another drug."""
    taken = drug("x", medicationCodeableConcept=concept("999999999", system))
    lows = bundle(alp(28), alp(27, "2025-03-01"))
    given = answer(request(alp=lows, medications=bundle(taken)))

    assert (given.status, gaps(given)) == (status, [(kind, "medications")])


def test_an_unidentified_drug_beside_a_known_one_is_said_on_its_card() -> None:
    blind = named(id="ZZPHI-draft-2", medicationReference={"reference": "Medication/ZZPHI-9"})
    given = answer(request(blind, draft()))

    assert verdict(given) == ("partial", "hppSuspected")
    assert "drug could not be identified" in card(given)["detail"]
    assert deleted(card(given)) == ["MedicationRequest/ZZPHI-draft-1"]


def test_an_order_on_record_whose_drug_could_not_be_identified_is_a_gap() -> None:
    """It may be what masks this normal ALP, or explains a low one."""
    taken = drug("x", medicationCodeableConcept=MISSING,
                 medicationReference={"reference": "Medication/ZZPHI-9"})  # fmt: skip
    given = answer(request(alp=bundle(alp(60)), medications=bundle(taken)))

    assert "medications" in {key for _, key in gaps(given)}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"medicationCodeableConcept": {}},
        {"medicationCodeableConcept": None},
        {"medicationReference": {}},
        {"medicationCodeableConcept": {"coding": []}},
        {"medicationCodeableConcept": {"text": ""}},
    ],
)
def test_an_order_before_a_drug_is_chosen_is_not_applicable(members: Json) -> None:
    """The public sandbox asks on every edit of the form."""
    assert result_of(request(named(**members))) == NOTHING


@pytest.mark.parametrize(
    "members",
    [
        {"medicationCodeableConcept": "Alendronate"},
        {"medicationCodeableConcept": [concept("904419", RXNORM)]},
        {"medicationCodeableConcept": {"coding": [{"system": RXNORM}]}},
        {"medicationReference": "Medication/ZZPHI-1"},
        {"medication": {"text": "Alendronate"}},
    ],
)
def test_an_order_whose_drug_stands_in_an_unreadable_form_is_said(members: Json) -> None:
    """It is no order before a drug is chosen: one was, and could not be told."""
    given = answer(request(named(**members)))

    assert "drug could not be identified" in card(given)["detail"]


def test_a_code_written_as_a_number_is_that_code() -> None:
    numbered = {"coding": [{"system": RXNORM, "code": 904419}]}

    assert verdict(answer(request(named(medicationCodeableConcept=numbered)))) == (
        "complete",
        "hppSuspected",
    )
