"""Which draft orders are judged, and how the drug of an order is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.build import (
    ALENDRONATE,
    ASPIRIN,
    ATC,
    HCPCS,
    ICD10CM,
    MISSING,
    RISEDRONATE,
    RXNORM,
    SNOMED,
    SUBJECT,
    TERIPARATIDE,
    ZOLEDRONATE,
    alp,
    answer,
    bundle,
    card,
    concept,
    draft,
    drug,
    entry,
    gaps,
    outcome,
    quantity,
    request,
    result_of,
    said,
    verdict,
)

Json = dict[str, Any]

JUDGED = "200 complete hppSuspected"
NOTHING = "200 not-applicable notApplicable"
UUID = "urn:uuid:8b5ad5a9-52a3-4a1c-9a3f-0d7d0b1f2a11"
NO_CODE: Json = {"medicationCodeableConcept": MISSING}


def named(**members: Any) -> Json:
    """A draft whose drug is written only in these members."""
    return draft(**{**NO_CODE, **members})


def by_text(words: str) -> Json:
    return named(medicationCodeableConcept={"text": words})


def medication(**more: Any) -> Json:
    return {"resourceType": "Medication", "id": "ZZPHI-m", **more}


def coding(system: str, code: str, **more: Any) -> Json:
    return {"system": system, "code": code, **more}


def deleted(found: Json) -> list[str]:
    """Ids in the suggestions to remove a draft."""
    actions = [a for s in found.get("suggestions", []) for a in s["actions"]]
    return [a["resourceId"] for a in actions if a["type"] == "delete"]


# How the drug is written


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


# A drug that could not be identified


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


# Status, doNotPerform, types


@pytest.mark.hazard("H25")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", JUDGED),
        ("active", JUDGED),
        ("on-hold", JUDGED),
        ("completed", JUDGED),
        ("unknown", JUDGED),
        ("suspended", JUDGED),
        (MISSING, JUDGED),
        (None, JUDGED),
        ("entered-in-error", NOTHING),
        ("cancelled", NOTHING),
        ("stopped", NOTHING),
    ],
)
def test_a_re_signed_order_is_judged_unless_it_was_taken_back(
    status: object, expected: str
) -> None:
    """Hazard H25."""
    assert expected == result_of(request(draft(status=status)))


@pytest.mark.parametrize("intent", ["order", "plan", "proposal", "original-order", MISSING, "x"])
def test_the_intent_of_a_draft_does_not_matter(intent: object) -> None:
    assert result_of(request(draft(intent=intent))) == JUDGED


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, NOTHING), (False, JUDGED), (None, JUDGED), ("true", JUDGED), (MISSING, JUDGED)],
)
def test_an_order_not_to_give_a_drug_is_not_judged(value: object, expected: str) -> None:
    assert expected == result_of(request(draft(doNotPerform=value)))


def service_request(**members: Any) -> Json:
    own = {"resourceType": "ServiceRequest", "id": "ZZPHI-draft-1", "status": "draft"}
    return {**own, "intent": "order", "subject": SUBJECT, **members}


@pytest.mark.parametrize(
    "code",
    [
        concept("J3489", HCPCS),
        concept("J0897", HCPCS),
        {"text": "Zoledronic acid infusion 5 mg"},
        {"concept": concept("J3489", HCPCS)},
    ],
)
def test_a_service_request_for_an_infusion_is_judged(code: Json) -> None:
    """HCPCS J3489 is zoledronate, J0897 denosumab; R5 writes the code as a reference."""
    given = answer(request(service_request(code=code)))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == ["ServiceRequest/ZZPHI-draft-1"]


@pytest.mark.parametrize(
    "order",
    [
        service_request(code=concept("6768-6")),
        service_request(),
        service_request(code=None),
        {"resourceType": "NutritionOrder", "id": "ZZPHI-n", "subject": SUBJECT},
        {"resourceType": "DeviceRequest", "code": concept(ALENDRONATE, RXNORM)},
        {"resourceType": "Foo", "medicationCodeableConcept": concept(ALENDRONATE, RXNORM)},
        medication(code=concept(ALENDRONATE, RXNORM)),
    ],
)
def test_other_orders_are_none_of_ours(order: Json) -> None:
    assert result_of(request(order)) == NOTHING


@pytest.mark.parametrize(
    "kind", [["MedicationRequest"], {"x": 1}, 7, True], ids=["list", "object", "number", "true"]
)
def test_an_order_of_a_type_that_is_no_text_breaks_nothing(kind: object) -> None:
    """It is not lost either: the card says that one order could not be read."""
    assert result_of(request(draft(resourceType=kind), draft())) == "200 partial hppSuspected"


@pytest.mark.hazard("H25")
@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": [{}]},
        {},
    ],
)
def test_no_orders_are_nothing_to_judge(drafts: Json) -> None:
    """Hazard H25: empty or without entry -> an empty answer."""
    assert result_of(request(context={"draftOrders": drafts})) == NOTHING


@pytest.mark.hazard("H25")
@pytest.mark.parametrize(
    "drafts",
    [
        draft(),
        {"resourceType": "Bundle", "entry": [draft()]},
        {"resourceType": "Bundle", "entry": "ZZPHI"},
        {"resourceType": "Bundle", "entry": [{"resource": "ZZPHI"}]},
    ],
    ids=["the order itself", "entries without resource", "a string", "a resource as string"],
)
def test_orders_that_cannot_be_read_are_never_a_silent_all_clear(drafts: Json) -> None:
    """Judged, refused or said on a card, but not `not applicable`."""
    assert result_of(request(context={"draftOrders": drafts})) != NOTHING


def test_a_single_entry_that_is_no_list_is_read() -> None:
    """Real EHRs send both."""
    drafts = {"resourceType": "Bundle", "entry": entry(draft())}

    assert result_of(request(context={"draftOrders": drafts})) == JUDGED


# Selections


@pytest.mark.parametrize("selected", ["MedicationRequest/ZZPHI-draft-1", "ZZPHI-draft-1"])
def test_a_selected_order_is_judged_with_or_without_its_type(selected: str) -> None:
    body = request(hook="order-select", context={"selections": [selected]})

    assert result_of(body) == JUDGED


@pytest.mark.parametrize("selected", [["MedicationRequest/ZZPHI-draft-2"], ["ZZPHI-draft-2"]])
def test_an_order_that_is_not_selected_is_background(selected: list[str]) -> None:
    aspirin = draft(ASPIRIN, id="ZZPHI-draft-2")
    body = request(draft(), aspirin, hook="order-select", context={"selections": selected})

    assert result_of(body) == NOTHING


def test_a_selection_of_another_type_with_the_same_id_is_another_order() -> None:
    selected = {"selections": ["ServiceRequest/ZZPHI-draft-1"]}
    other = service_request(code=concept("6768-6"))
    body = request(draft(), other, hook="order-select", context=selected)

    assert result_of(body) == NOTHING


def test_the_drug_of_a_selected_order_may_stand_beside_it() -> None:
    """A Medication in the drafts is never itself selected."""
    order = named(medicationReference={"reference": "Medication/ZZPHI-m"})
    drafts = {"entry": [entry(medication(code=concept(ALENDRONATE, RXNORM))), entry(order)]}
    context = {"draftOrders": drafts, "selections": ["MedicationRequest/ZZPHI-draft-1"]}

    assert result_of(request(hook="order-select", context=context)) == JUDGED


def test_selections_on_order_sign_are_not_looked_at() -> None:
    assert result_of(request(context={"selections": ["MedicationRequest/none"]})) == JUDGED


# Several drafts, no id

BOTH = ("alendronate", "risedronate")


@pytest.mark.hazard("H18")
def test_two_bisphosphonates_make_one_card_that_names_both() -> None:
    """Hazard H18."""
    second = draft(RISEDRONATE, id="ZZPHI-draft-2")
    given = answer(request(draft(), second))
    found = card(given)

    assert deleted(found) == ["MedicationRequest/ZZPHI-draft-1", "MedicationRequest/ZZPHI-draft-2"]
    assert [d for d in BOTH if d in str(found)] == ["alendronate", "risedronate"]


def test_a_draft_of_interest_that_is_not_the_first_is_judged() -> None:
    given = answer(request(draft(ASPIRIN, id="ZZPHI-draft-0"), draft()))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == ["MedicationRequest/ZZPHI-draft-1"]


def test_the_same_draft_sent_twice_is_removed_once() -> None:
    given = answer(request(draft(), draft()))

    assert deleted(card(given)) == ["MedicationRequest/ZZPHI-draft-1"]


@pytest.mark.hazard("O4")
@pytest.mark.parametrize(
    "identity", [MISSING, None, "", 7, [], "a b", "../Patient/1", "x" * 257, "é", "#1"]
)
def test_a_draft_without_a_usable_id_is_judged_and_not_offered_for_removal(identity: Any) -> None:
    """What is written into `resourceId` is a FHIR id or nothing."""
    order = draft(id=identity)
    given = answer(request(order))

    assert verdict(given) == ("complete", "hppSuspected")
    assert deleted(card(given)) == []


@pytest.mark.hazard("H18")
def test_drafts_without_id_are_all_named_on_the_card() -> None:
    """Hazard H18: one card that lists both, also where none can be offered for removal."""
    orders = [draft(id=MISSING), draft(RISEDRONATE, id=MISSING)]
    found = card(answer(request(*orders)))

    assert deleted(found) == []
    assert [d for d in BOTH if d in str(found).lower()] == ["alendronate", "risedronate"]


# Words of an order on the card


@pytest.mark.hazard("O1", "O2")
def test_the_name_on_the_card_is_ours_and_not_the_order_s() -> None:
    """Nothing that was written in the order becomes markup."""
    hostile = "Fosamax <img src=x> [free](https://evil.example) | **ZZPHI**"
    given = answer(request(by_text(hostile)))

    assert "alendronate" in str(card(given))
    assert not [word for word in ("evil", "<img", "ZZPHI**") if word in str(card(given))]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ({"reasonCode": [concept("47709007", SNOMED)]}, "urgent-oncology"),
        ({"reasonCode": concept("47709007", SNOMED)}, "urgent-oncology"),
        ({"reasonCode": [{"text": "Hypercalcaemia of malignancy"}]}, "urgent-oncology"),
        ({"reason": [{"concept": concept("47709007", SNOMED)}]}, "urgent-oncology"),
        ({"reasonReference": [{"display": "hypercalcemia of malignancy"}]}, "urgent-oncology"),
        ({"reasonCode": [concept("C79.51", ICD10CM)]}, "cancer-or-paget"),
        ({"reasonCode": [concept("M81.0", ICD10CM)]}, ""),
    ],
)
def test_the_reason_of_an_order_is_read_in_every_release(reason: Json, expected: str) -> None:
    """By code or text, in the reason or what it refers to."""
    given = answer(request(draft(ZOLEDRONATE, **reason)))

    assert given.assessment is not None
    assert tuple(filter(None, [expected])) == given.assessment.modifiers


def test_an_order_that_is_modified_in_a_way_we_do_not_know_is_not_judged_and_said() -> None:
    given = answer(request(draft(modifierExtension=[{"url": "urn:x"}])))

    assert given.status == "partial"
    assert ("unreadable", "draftOrders") in gaps(given)
    assert "could not be read" in card(given)["summary"]


def test_a_foreign_outcome_among_the_drafts_is_ignored() -> None:
    drafts = {"entry": [entry(outcome()), entry(draft())]}

    assert result_of(request(context={"draftOrders": drafts})) == JUDGED


@pytest.mark.parametrize("dose", [quantity(4, "mg"), {"value": "4", "unit": "mg"}, None, [], 4])
def test_a_dose_of_any_shape_breaks_nothing(dose: Any) -> None:
    order = draft(ZOLEDRONATE, dosageInstruction=[{"doseAndRate": [{"doseQuantity": dose}]}])

    assert said(answer(request(order)))["verdict"] == "hppSuspected"
