"""What many parts of a record share is looked at once, and nothing is named by a long text.

Counted, not timed; how a call's cost grows with each is in tests/bench/kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.evaluation import unrecognised as unmapped
from service.fhir import drafts, medications, observations, printed, references, unrecognised
from service.fhir.codings import codings
from service.fhir.gather import Record, index_resource
from service.fhir.references import LONGEST_REFERENCE, Index, Owner, Subject, identity_of
from tests.fhir.ask import answer, gaps, said
from tests.fhir.build import (
    ALENDRONATE,
    MISSING,
    PATIENT_ID,
    RXNORM,
    alp,
    bundle,
    concept,
    draft,
    drug,
    medication,
    observation,
    patient,
    quantity,
    request,
)

MRN = {"system": "urn:mrn", "value": "ZZPHI-100"}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], list[object]]:
    """Replaces a function of a module by itself; what it was called with is listed."""

    def count(module: Any, name: str) -> list[object]:
        calls: list[object] = []
        real = getattr(module, name)

        def counting(first: object, *more: object) -> object:
            calls.append(first)
            return real(first, *more)

        monkeypatch.setattr(module, name, counting)
        return calls

    return count


@pytest.mark.hazard("C7")
def test_a_patient_inside_a_draft_is_read_once_for_all_orders_inside_it(
    counted: Callable[[Any, str], list[object]],
) -> None:
    known = [{"system": "urn:mrn", "value": f"ZZPHI-{n}"} for n in range(98, 101)]
    orders = [draft(id=f"ZZPHI-o{n}", subject={"reference": "#p"}) for n in range(5)]
    who = patient(id="p", identifier=known)
    plan = {"resourceType": "CarePlan", "id": "ZZPHI-plan", "contained": [who, *orders]}
    calls = counted(references, "identity_of")
    given = answer(request(plan, patient=patient(identifier=[MRN])))

    assert calls == known
    assert ("foreign-order", "draftOrders") not in gaps(given)
    assert given.chart is not None
    assert len(given.chart.drafts) == 1  # orders alike are one


def test_of_two_patients_inside_with_one_id_the_first_is_meant() -> None:
    theirs, ours = ({"resourceType": "Patient", "id": "p", "identifier": i} for i in ([], [MRN]))
    subject = Subject(PATIENT_ID, identifiers=frozenset({("urn:mrn", "ZZPHI-100")}))
    owners = [
        subject.owner_of({"subject": {"reference": "#p"}, "contained": contained})
        for contained in ([ours, theirs], [theirs, ours], [ours])
    ]

    assert owners == [Owner.OURS, Owner.UNCLEAR, Owner.OURS]


@pytest.mark.hazard("C7")
def test_the_parts_of_one_result_share_what_is_read_of_the_whole(
    counted: Callable[[Any, str], list[object]],
) -> None:
    parts = [{"code": concept(f"X{n}", "urn:oid:1.2.3"), "valueInteger": n} for n in range(4)]
    whole = observation("1234-5", code=MISSING, component=parts)
    other = observation("1234-6", code=concept("Y", "urn:oid:1.2.3"), valueInteger=1)
    calls = counted(unrecognised, "read_parts")
    given = answer(request(alp=bundle(alp(80), whole, other)))

    assert [len(read) for read in calls if isinstance(read, list)] == [4, 1]
    assert {"kind": "unrecognised", "key": "alp", "count": 5} in said(given)["gaps"]


@pytest.mark.hazard("C7")
def test_the_codes_of_one_medication_are_counted_once_for_all_its_orders(
    counted: Callable[[Any, str], list[object]],
) -> None:
    sent = medication(code=concept("X-1", RXNORM))
    pointer = {"medicationReference": {"reference": "Medication/ZZPHI-m"}}
    orders = [
        drug(ALENDRONATE, id=f"ZZPHI-{n}", medicationCodeableConcept=MISSING, **pointer)
        for n in range(3)
    ]
    calls = counted(unmapped, "codings")
    given = answer(request(alp=bundle(alp()), medications=bundle(sent, *orders)))

    assert [call for call in calls if call] == [sent["code"]]
    assert [(one.kind, one.code) for one in given.unmapped] == [("drug", "X-1")]


@pytest.mark.hazard("C7")
def test_a_substance_is_read_once_for_all_ingredients_that_it_is(
    counted: Callable[[Any, str], list[object]],
) -> None:
    code = concept("X-1", RXNORM, text="alendronate")
    substance = {"resourceType": "Substance", "id": "ZZPHI-s", "code": code}
    pointer = {"itemReference": {"reference": "Substance/ZZPHI-s"}}
    sent = [medication(id=f"ZZPHI-{n}", code=MISSING, ingredient=[pointer] * 3) for n in (1, 2)]
    orders = [
        drug(ALENDRONATE, id=f"ZZPHI-o{n}", medicationCodeableConcept=MISSING,
             medicationReference={"reference": f"Medication/ZZPHI-{n}"})
        for n in (1, 2)
    ]  # fmt: skip
    calls = counted(medications, "names_of")
    chart = answer(request(alp=bundle(alp()), medications=bundle(substance, *sent, *orders))).chart

    assert [call for call in calls if call == code] == [code]
    assert chart is not None
    assert [use.group for use in chart.drugs] == ["bp_alendronate"] * 2


@pytest.mark.hazard("C7")
def test_the_doses_in_the_names_of_a_medication_are_looked_for_once(
    counted: Callable[[Any, str], list[object]],
) -> None:
    sent = medication(code={"text": "zoledronic acid 4 mg"})
    activity = {"detail": {"productReference": {"reference": "Medication/ZZPHI-m"}}}
    plan = {"resourceType": "CarePlan", "id": "ZZPHI-plan", "activity": [activity] * 3}
    calls = counted(medications, "_says_dose")
    chart = answer(request(plan, alp=bundle(alp()), medications=bundle(sent))).chart

    assert len(calls) == 1
    assert chart is not None
    assert [order.oncology_dose for order in chart.drafts] == [True]


@pytest.mark.hazard("C7")
def test_of_the_address_of_a_code_system_and_of_a_status_the_beginning_is_read() -> None:
    """To split a text of megabytes takes many times its size."""
    ((system, _),) = codings({"coding": [{"system": "ab " * 1000, "code": "X"}]})

    assert system == "ab" * 85 + "a"
    assert observations.status_of({"status": "entered in error"}) == "entered-in-error"
    assert observations.status_of({"status": f"final{' ' * 200}x"}) == "final"


@pytest.mark.hazard("C7")
@pytest.mark.parametrize(("characters", "is_name"), [(255, True), (256, True), (257, False)])
def test_a_resource_is_named_by_an_id_of_at_most_256_characters(
    characters: int, is_name: bool
) -> None:
    """Of a longer one the place says which resource it is; each part is named by it."""
    identity = "Z" * characters
    parts = [{"code": concept("6768-6"), "valueQuantity": quantity(20)}] * 2
    chart = answer(request(alp=bundle(observation("1234-5", id=identity, component=parts)))).chart

    assert chart is not None
    name = f"Observation/{identity}" if is_name else "alp[0]"
    assert [result.reference for result in chart.results] == [
        f"{name}#component[0]",
        f"{name}#component[1]",
    ]


@pytest.mark.hazard("C7")
@pytest.mark.parametrize(("characters", "is_name"), [(255, True), (256, True), (257, False)])
def test_what_a_panel_contains_is_named_by_an_id_of_at_most_256_characters(
    characters: int, is_name: bool
) -> None:
    identity = "Z" * characters
    part = {"code": concept("6768-6"), "valueQuantity": quantity(20)}
    inside = {"resourceType": "Observation", "id": identity, "component": [part] * 2}
    panel = observation("1234-5", id="ZZPHI-panel", contained=[{"resourceType": "Basic"}, inside])
    chart = answer(request(alp=bundle(panel))).chart

    assert chart is not None
    name = f"Observation/ZZPHI-panel#{identity if is_name else 'contained[1]'}"
    assert [result.reference for result in chart.results] == [
        f"{name}#component[0]",
        f"{name}#component[1]",
    ]


@pytest.mark.hazard("C7")
def test_the_encounter_that_contained_results_share_is_looked_for_once(
    counted: Callable[[Any, str], list[object]],
) -> None:
    url = "https://ehr.example/fhir/Encounter/ZZPHI-none"
    inside = [observation("6768-6", id=f"ZZPHI-{n}") for n in range(3)]
    panel = observation("1234-5", contained=inside, encounter={"reference": url})
    calls = counted(references, "local_reference")
    chart = answer(request(alp=bundle(panel))).chart

    assert calls == [url]
    assert chart is not None
    assert len(chart.results) == 3


@pytest.mark.hazard("C7")
def test_whether_a_draft_is_selected_is_looked_at_once_for_all_orders_inside_it(
    counted: Callable[[Any, str], list[object]],
) -> None:
    inside = [draft(id=f"ZZPHI-o{n}") for n in range(3)]
    plan = {"resourceType": "CarePlan", "id": "ZZPHI-plan", "contained": inside}
    selected = {"selections": ["CarePlan/ZZPHI-plan"]}
    calls = counted(drafts, "_is_selected")
    given = answer(request(plan, draft(), hook="order-select", context=selected))

    assert [call for call in calls if call == plan] == [plan]
    assert given.chart is not None
    assert len(given.chart.drafts) == 1


def test_by_a_long_id_a_resource_is_found_all_the_same() -> None:
    record, sent = Record(), medication(id="Z" * 300)
    name, is_name = index_resource(record, sent)

    assert (name, is_name) == (f"Medication/{'Z' * 300}", False)
    assert record.index.resolve(name, {}) is sent


@pytest.mark.hazard("C7")
@pytest.mark.parametrize("more", [0, 1])
def test_a_reference_is_followed_up_to_2048_characters(more: int) -> None:
    sent = {"resourceType": "Encounter"}
    written = "Encounter/" + "x" * (LONGEST_REFERENCE - 10 + more)
    found = Index({written: sent}).resolve(written, {})

    assert LONGEST_REFERENCE == 2048
    assert (found is sent) is (more == 0)


@pytest.mark.hazard("C7")
@pytest.mark.parametrize("place", ["reference", "fragment", "system", "value"])
def test_whose_a_resource_is_cannot_be_told_by_a_long_text(place: str) -> None:
    """It is not taken for the patient's, nor for another's: it is said to be unreadable."""
    long = "x" * (LONGEST_REFERENCE + 1)
    told = {
        "reference": {"reference": f"Patient/{long}"},
        "fragment": {"reference": f"#{long}"},
        "system": {"identifier": {**MRN, "system": long}},
        "value": {"identifier": {**MRN, "value": long}},
    }
    given = answer(request(alp=bundle(alp(28), alp(28, id="ZZPHI-b", subject=told[place]))))

    assert ("unreadable", "alp") in gaps(given)
    assert given.chart is not None
    assert len(given.chart.results) == 1


def test_an_identifier_has_a_value_and_no_part_longer_than_is_looked_at() -> None:
    most, over = "x" * LONGEST_REFERENCE, "x" * (LONGEST_REFERENCE + 1)

    assert identity_of({"system": f"{most}", "value": " 1 "}) == (most, "1")
    assert identity_of({"value": most}) == ("", most)
    for nothing in (
        {"system": "a"},
        {"value": " "},
        {"system": over, "value": "1"},
        {"value": over},
    ):
        assert identity_of(nothing) is None


@pytest.mark.hazard("C7")
def test_the_own_unit_of_a_result_is_read_once_for_all_its_ranges(
    counted: Callable[[Any, str], list[object]],
) -> None:
    limits = [{"low": {"value": 35}}] * 3
    calls = counted(printed, "quantity_in")
    sent = alp(valueQuantity=MISSING, valueString="<20 U/L", referenceRange=limits)
    given = answer(request(alp=bundle(sent)))

    assert calls == ["<20 U/L"]
    assert given.chart is not None
    assert [result.printed.low for result in given.chart.results] == [35]
