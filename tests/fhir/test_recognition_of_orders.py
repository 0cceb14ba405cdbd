"""The drug of an order: how often it is read, its dose in its name, and where its names stand."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir import codings, medications
from service.fhir.codings import DrugConcept, Recognition, merged
from service.fhir.context import Context
from service.fhir.references import Index
from service.fhir.terminology import Terminology
from tests.fhir.ask import answer, engine, said, verdict
from tests.fhir.build import MISSING, ZOLEDRONATE, Json, concept, draft, entry, medication, request

UNKNOWN = concept("4711", "urn:x")


def read(order: Json) -> tuple[Any, str]:
    return medications.read_draft(order, Context(engine().terminology, Index()))


@pytest.mark.parametrize(
    ("words", "dosed"),
    [
        ("5 ml zoledronic acid 0.8 mg/ml injection", True),
        ("Zoledronsäure 4,0 mg", True),
        ("Zoledronsäure 5 ml 0,8 mg/ml", True),
        ("Zoledronsäure 4,5 mg", False),
        ("5ml zoledronic acid 0.8mg/ml", True),
        ("zoledronic acid 4mg", True),
        ("zoledronic acid 4 mg/5 ml", True),
        ("zoledronic acid 4 mg/100 ml", True),
        ("zoledronic acid 4.0 mg", True),
        ("zoledronic acid 4 mg/ml", False),
        ("zoledronic acid 14 mg", False),
        ("100 ml zoledronic acid 0.05 mg/ml", False),
        ("zoledronic acid 0.8 mg/ml", False),
        ("zoledronic acid 5 mg", False),
        ("1.7 ml denosumab 70 mg/ml", True),
        ("1 ml denosumab 60 mg/ml", False),
    ],
)
def test_a_dose_of_cancer_care_is_read_from_the_name(words: str, dosed: bool) -> None:
    """Zoledronate 4 mg, denosumab 120 mg; a volume times a strength may miss it by rounding."""
    order, _ = read(draft(medicationCodeableConcept={"text": words}))

    assert order.oncology_dose is dosed


@pytest.mark.parametrize("release", ["doseAndRate", "doseQuantity"])
@pytest.mark.parametrize(
    ("dose", "dosed"),
    [
        ({"value": 4, "unit": "mg"}, True),
        ({"value": 4, "unit": "MG"}, True),
        ({"value": 4, "unit": "milligram", "code": "mg"}, True),
        ({"value": 4, "unit": "mL"}, False),
        ({"value": 4}, False),
        ({"value": 5, "unit": "mg"}, False),
    ],
)
def test_a_dose_of_cancer_care_is_read_from_the_dosage(
    dose: Json, dosed: bool, release: str
) -> None:
    """R4 writes it below `doseAndRate`; STU3 in the dosage itself."""
    own: Json = {"doseQuantity": dose}
    dosage = {"doseAndRate": [own]} if release == "doseAndRate" else own
    order, _ = read(draft(ZOLEDRONATE, dosageInstruction=[dosage]))

    assert order.oncology_dose is dosed


@pytest.mark.hazard("C9")
def test_a_medication_is_read_once_however_many_orders_point_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """1,800 orders of one Medication with 5,700 ingredients took 8 seconds."""
    folded: list[str] = []
    fold = codings.fold
    monkeypatch.setattr(codings, "fold", lambda text: folded.append(text) or fold(text))
    items = [{"itemCodeableConcept": {"text": f"ZZPHI alendronate {n}"}} for n in range(50)]
    drug = medication(ingredient=items)
    pointer = {"reference": "Medication/ZZPHI-m"}
    orders = [
        draft(id=f"ZZPHI-{n}", medicationCodeableConcept=MISSING, medicationReference=pointer)
        for n in range(100)
    ]
    drafts = {"entry": [entry(drug), *map(entry, orders)]}
    given = answer(request(context={"draftOrders": drafts}))

    assert said(given)["verdict"] == "hppSuspected"
    assert len([text for text in folded if "ZZPHI alendronate" in text]) <= 4 * len(items)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ([UNKNOWN, {"text": "alendronate"}], "hppSuspected"),
        ([UNKNOWN, {"text": "aspirin"}], "notApplicable"),
        ([UNKNOWN, UNKNOWN], "notApplicable"),
    ],
)
def test_a_name_of_one_ingredient_tells_for_the_whole(inside: list[Json], expected: str) -> None:
    items = [{"itemCodeableConcept": item} for item in inside]
    drug = medication(code=UNKNOWN, ingredient=items)
    pointer = {"reference": "#ZZPHI-m"}
    order = draft(medicationCodeableConcept=MISSING, medicationReference=pointer, contained=[drug])
    given = answer(request(order))

    assert verdict(given)[1] == expected
    assert bool(said(given)["gaps"]) is (inside == [UNKNOWN, UNKNOWN])


def test_what_tells_more_wins_where_several_concepts_are_one_drug() -> None:
    def one(outcome: Recognition) -> DrugConcept:
        return DrugConcept(frozenset(), frozenset(), outcome)

    together = [merged([one(outcome) for outcome in list(Recognition)[n:]]) for n in range(5)]

    assert [concept.outcome for concept in together] == [*Recognition, Recognition.EMPTY]


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ({"text": "Alendronate"}, Recognition.RECOGNISED),
        ({"text": "aspirin"}, Recognition.ANOTHER),
        ({"text": "4711"}, Recognition.EMPTY),
        ({"text": "-"}, Recognition.EMPTY),
        ({**UNKNOWN, "text": "4711"}, Recognition.UNRECOGNISED),
        ({**UNKNOWN, "text": "70"}, Recognition.UNRECOGNISED),
        ({**UNKNOWN, "text": "アスピリン"}, Recognition.ANOTHER),
        (UNKNOWN, Recognition.UNRECOGNISED),
        (concept("FOSAMAX 70 MG", "urn:local"), Recognition.RECOGNISED),
        (concept("FOSAMAX", "urn:local", text="FOSAMAX"), Recognition.RECOGNISED),
        (concept("ALENDRONATE-70", "urn:local"), Recognition.RECOGNISED),
        (concept("ASPIRIN", "urn:local"), Recognition.UNRECOGNISED),
        (concept("ASPIRIN", "urn:local", text="ASPIRIN"), Recognition.UNRECOGNISED),
        ({}, Recognition.EMPTY),
        (None, Recognition.EMPTY),
    ],
)
def test_a_drug_is_recognised_another_or_not_recognised(
    written: object, outcome: Recognition
) -> None:
    """A name has letters, and is not the code over again."""
    assert Terminology(engine().knowledge).drug(written).outcome is outcome
