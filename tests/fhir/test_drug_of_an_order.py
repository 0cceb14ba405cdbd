"""How the drug of an order is found: codes, names, references."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.ask import answer, card, gaps, result_of, verdict
from tests.fhir.build import (
    ALENDRONATE,
    ASPIRIN,
    ATC,
    MISSING,
    RXNORM,
    SNOMED,
    SUBJECT,
    TERIPARATIDE,
    bundle,
    concept,
    draft,
    entry,
    medication,
    request,
)
from tests.fhir.drafts import (
    JUDGED,
    NOTHING,
    UUID,
    Json,
    by_text,
    coding,
    deleted,
    named,
)


@pytest.mark.parametrize(
    "codings",
    [
        [coding("urn:vendor", "1"), coding(RXNORM, ALENDRONATE)],
        [coding(RXNORM, "999999999"), coding("urn:vendor", "1"), coding(ATC, "M05BA04")],
        [coding(ATC, "m05ba04")],
        [{"code": "x"}, {}, coding(RXNORM, ALENDRONATE)],
        [None, "x", 7, coding(RXNORM, ALENDRONATE)],
        coding(RXNORM, ALENDRONATE),
        [coding("http://www.nlm.nih.gov/research/umls/rxnorm/", ALENDRONATE)],
        [coding("urn:oid:2.16.840.1.113883.6.88", ALENDRONATE)],
        [coding("2.16.840.1.113883.6.88", ALENDRONATE)],
        [coding("HTTPS://www.NLM.nih.gov/research/umls/RxNorm//", ALENDRONATE)],
        [coding(f"{RXNORM}|2024-05", ALENDRONATE)],
        [coding(SNOMED, "999999999"), coding(ATC, "M05BA04")],
    ],
)
def test_any_coding_of_the_concept_may_name_the_drug(codings: Any) -> None:
    order = named(medicationCodeableConcept={"coding": codings})

    assert result_of(request(order)) == JUDGED


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "words",
    [
        "alendronate",
        "Fosamax",
        "FOSAMAX PLUS D 70 mg",
        "Alendronic acid 70 MG Oral Tablet [Binosto]",
        "Alendronsäure-ratiopharm 70 mg",
        "ALENDRONSAURE 70",
        "acide alendronique 70 mg",
        "Actonel 35 mg",
        "Bonviva 3 mg/3 ml",
        "Aclasta infusion",
        "Zometa 4 mg",
        "Prolia 60 mg/ml",
        "Xgeva",
        "denosumab",
        "tab. ibandronate_150",
        "alendronate70mg",
        "zoledronic-acid",
        "acid, alendronic",
        "ALENDRONSAEURE 70 mg",
        "Natriumalendronat 70 mg",
        "Fosamax™ 70 mg",
        "Prolia℠",
        "Prolia¹",
        "FosamaxⓇ",
        "Fosa\u00admax",
        "alen\u200bdronate",
        "\u202eFosamax\u202c 70",
        "Ｆｏｓａｍａｘ",
    ],
)
def test_a_drug_by_name_is_judged_and_the_card_says_how_it_was_recognised(words: str) -> None:
    """Ingredient and brand names, in any case, with any accents, as whole words."""
    given = answer(request(by_text(words)))

    assert verdict(given) == ("complete", "hppSuspected")
    assert "recognised by" in card(given)["detail"].lower()


@pytest.mark.parametrize(
    "words",
    [
        "aspirin 75 mg",
        "calcium carbonate",
        "alendro",
        "Foxamax",
        "nonalendronate",
        "teriparatide",
        "alendronate-free",
        "folic acid",
        "acid",
        "tranexamic acid",
        "Natrium",
    ],
)
def test_another_drug_by_name_is_none_of_ours(words: str) -> None:
    assert result_of(request(by_text(words))) == NOTHING


@pytest.mark.parametrize("code", [ASPIRIN, TERIPARATIDE, "72143"])
def test_another_drug_by_code_is_none_of_ours(code: str) -> None:
    """Aspirin; teriparatide never; a SERM only where a site adds it."""
    assert result_of(request(draft(code))) == NOTHING


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    "inside",
    [
        medication(code=concept(ALENDRONATE, RXNORM)),
        medication(code={"text": "Fosamax"}),
        medication(ingredient=[{"itemCodeableConcept": concept(ALENDRONATE, RXNORM)}]),
        medication(ingredient=[{"item": {"concept": concept(ALENDRONATE, RXNORM)}}]),
        medication(code=concept("1", "urn:x"), ingredient=[
            {"itemCodeableConcept": {"text": "colecalciferol"}},
            {"itemCodeableConcept": {"text": "alendronic acid"}},
        ]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["contained", "sibling", "fullUrl"])
def test_a_medication_by_reference_is_found_wherever_it_was_sent(where: str, inside: Json) -> None:
    reference = {
        "contained": "#ZZPHI-m",
        "sibling": "Medication/ZZPHI-m",
        "fullUrl": UUID,
    }[where]
    order = named(medicationReference={"reference": reference})
    if where == "contained":
        order["contained"] = [inside]
    entries = [entry(order)]
    if where != "contained":
        entries.append(entry(inside, **({"fullUrl": UUID} if where == "fullUrl" else {})))
    body = request(context={"draftOrders": {"resourceType": "Bundle", "entry": entries}})

    assert result_of(body) == JUDGED


def test_a_contained_id_may_have_the_mark_of_the_reference() -> None:
    inside = medication(id="#ZZPHI-m", code=concept(ALENDRONATE, RXNORM))
    order = named(medicationReference={"reference": "#ZZPHI-m"}, contained=[inside])

    assert result_of(request(order)) == JUDGED


SUBSTANCE = medication(id="ZZPHI-s", code=concept("M05BA04", ATC))
INSIDE = [{"itemReference": {"reference": "Medication/ZZPHI-s"}}]


@pytest.mark.parametrize(
    ("code", "sent", "expected"),
    [
        ({"text": "Local product 7"}, [SUBSTANCE], JUDGED),
        ({"text": "Local product 7"}, [], "200 not-applicable notApplicable unknown-code"),
        (concept("N02BE01", ATC), [], "200 not-applicable notApplicable"),
        (MISSING, [], "200 partial notEvaluated unknown-drug"),
        (concept("77", "urn:local"), [], "200 not-applicable notApplicable unknown-code"),
    ],
    ids=["ours", "not sent", "another substance", "no code and no name", "an unknown code"],
)
def test_what_an_ingredient_is_that_was_not_sent_nobody_knows(
    code: Json, sent: list[Json], expected: str
) -> None:
    """Whatever the whole is called: the name may be that of a brand of ours that nobody listed."""
    product = medication(code=code, ingredient=INSIDE)
    order = named(medicationReference={"reference": f"Medication/{product['id']}"})
    entries = [entry(one) for one in (order, product, *sent)]
    body = request(context={"draftOrders": {"resourceType": "Bundle", "entry": entries}})
    kinds = {kind for kind, key in gaps(answer(body)) if key == "draftOrders"}

    assert " ".join((result_of(body), *kinds)) == expected


def test_a_medication_sent_before_the_order_is_found_too() -> None:
    order = named(medicationReference={"reference": "Medication/ZZPHI-m"})
    entries = [entry(medication(code=concept(ALENDRONATE, RXNORM))), entry(order)]

    assert result_of(request(context={"draftOrders": {"entry": entries}})) == JUDGED


def test_a_medication_sent_in_the_prefetch_is_found_too() -> None:
    order = named(medicationReference={"reference": "Medication/ZZPHI-m"})
    sent = bundle(medication(code=concept(ALENDRONATE, RXNORM)), total=0)

    assert result_of(request(order, medications=sent)) == JUDGED


def test_the_display_of_a_reference_names_the_drug() -> None:
    pointer = {"reference": "Medication/ZZPHI-9", "display": "Fosamax 70 mg"}

    assert result_of(request(named(medicationReference=pointer))) == JUDGED


@pytest.mark.parametrize(
    "drug_of_release",
    [
        {"medication": {"concept": concept(ALENDRONATE, RXNORM)}},
        {
            "medication": {"reference": {"reference": "#ZZPHI-m"}},
            "contained": [medication(code=concept(ALENDRONATE, RXNORM))],
        },
    ],
)
def test_an_r5_order_is_read(drug_of_release: Json) -> None:
    assert result_of(request(named(**drug_of_release))) == JUDGED


def test_a_dstu2_order_is_read() -> None:
    """MedicationOrder, with patient and dateWritten."""
    order = draft(resourceType="MedicationOrder", subject=MISSING, patient=SUBJECT)
    given = answer(request(order))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == ["MedicationOrder/ZZPHI-draft-1"]
