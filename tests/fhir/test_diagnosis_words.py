"""What the words and letters of a diagnosis say beside its name."""

from __future__ import annotations

import pytest

from service.hpp.model import Condition
from tests.fhir.ask import answer
from tests.fhir.build import (
    FRACTURE,
    HPP,
    ICD10CM,
    SNOMED,
    SUBJECT,
    Json,
    bundle,
    concept,
    condition,
    request,
)


def conditions_of(*sent: Json) -> tuple[Condition, ...]:
    """Diagnoses as read."""
    chart = answer(request(conditions=bundle(*sent))).chart
    assert chart is not None
    return chart.conditions


def coded(code: str, system: str = ICD10CM, /, **words: str) -> Json:
    return condition("x", "2025-05-01", code=concept(code, system, **words))


@pytest.mark.parametrize(
    ("code", "status", "later"),
    [
        ("S72.001A", False, False), ("S72.001D", False, True), ("S72001G", False, True),
        ("S72.001K", False, True), ("S72.001P", False, True), ("S72.001S", True, False),
        ("S72.001E", False, True), ("S72.001B", False, False), ("S72", False, False),
        ("M84.375D", False, True),
    ],
)  # fmt: skip
def test_the_seventh_character_says_that_an_injury_is_seen_again(
    code: str, status: bool, later: bool
) -> None:
    (seen,) = conditions_of(coded(code))

    assert (seen.is_status, seen.is_subsequent) == (status, later)


@pytest.mark.parametrize(
    "words",
    [
        "History of fracture", "Personal history of hip fracture", "Status post fracture", "H/O: #",
        "S/P ORIF of femur", "Aftercare following fracture", "Zustand nach Fraktur", "Z.n. Fraktur",
    ],
)  # fmt: skip
def test_a_text_may_say_that_something_only_was(words: str) -> None:
    (seen,) = conditions_of(coded(FRACTURE, SNOMED, text=words))

    assert seen.is_status


@pytest.mark.parametrize("words", ["Fracture of femur", "Fracture, no history of trauma"])
def test_an_event_is_an_event(words: str) -> None:
    (seen,) = conditions_of(coded(FRACTURE, SNOMED, text=words))

    assert not seen.is_status


def test_a_code_may_say_that_something_only_was() -> None:
    seen = conditions_of(coded("Z95.1"), coded(FRACTURE, SNOMED))

    assert sorted(one.is_status for one in seen) == [False, True]


FAMILY = [
    "Family history of hypophosphatasia", "FHx: hypophosphatasia",
    "Hypophosphatasia (familial history)",
    "Family hx hypophosphatasia (mother)", "FH: hypophosphatasia",
    "Mother has hypophosphatasia", "Hypophosphatasia in brother", "Mutter mit Hypophosphatasie",
]  # fmt: skip


@pytest.mark.parametrize("words", FAMILY)
@pytest.mark.parametrize("code", [{}, concept(HPP, SNOMED)])
def test_hpp_of_a_relative_is_a_family_history(words: str, code: Json) -> None:
    """Coded as HPP or not: the words say whose it is."""
    (seen,) = conditions_of(condition("x", code={**code, "text": words}))

    assert seen.family_history
    assert "cond_hpp" in seen.groups


@pytest.mark.parametrize(
    "words", ["No family history of hypophosphatasia", "Denies family history of hypophosphatasia"]
)
def test_hpp_of_no_relative_is_none(words: str) -> None:
    assert conditions_of(condition("x", code={"text": words})) == ()


@pytest.mark.parametrize(
    "words", ["Hypophosphatasia, brother also affected", "Familial hypophosphatasia"]
)
def test_hpp_of_the_patient_and_of_a_relative_is_the_patient_s(words: str) -> None:
    (seen,) = conditions_of(condition("x", code={"text": words}))

    assert not seen.family_history


def test_other_diseases_of_relatives_count_for_nothing() -> None:
    assert conditions_of(coded(FRACTURE, SNOMED, text="Family history of fracture")) == ()


RELATIVES: dict[str, tuple[Json, bool]] = {
    "a code": ({"condition": [{"code": concept(HPP, SNOMED)}]}, True),
    "a name": ({"condition": [{"code": {"text": "Hypophosphatasia, adult"}}]}, True),
    "one of several": (
        {"condition": [{"code": {"text": "Gout"}}, {"code": {"text": "Hypophosphatasia"}}]},
        True,
    ),
    "the opposite": ({"condition": [{"code": {"text": "Hypophosphataemia"}}]}, False),
    "another disease": ({"condition": [{"code": concept(FRACTURE, SNOMED)}]}, False),
    "nothing": ({}, False),
}


@pytest.mark.parametrize(("more", "expected"), RELATIVES.values(), ids=RELATIVES)
@pytest.mark.parametrize("whose", ["patient", "subject"])
def test_a_family_member_history_of_hpp_is_a_family_history(
    more: Json, expected: bool, whose: str
) -> None:
    kin = {
        "resourceType": "FamilyMemberHistory",
        "id": "ZZPHI-kin",
        "status": "completed",
        whose: SUBJECT,
        "relationship": {"text": "mother"},
        **more,
    }
    seen = conditions_of(kin)

    assert [one.family_history for one in seen] == [True] * expected


@pytest.mark.parametrize(
    ("code", "words", "group"),
    [
        ("E83.59", "Nephrocalcinosis", "cond_nephrocalcinosis"),
        ("E83.59", "Other disorders of calcium metabolism", ""),
        ("N29", "nephrocalcinosis in primary hyperparathyroidism", "cond_nephrocalcinosis"),
        ("N29", "", ""),
        ("K00.6", "Premature loss of primary teeth", "cond_tooth_loss"),
        ("K00.6", "Early exfoliation of deciduous teeth", "cond_tooth_loss"),
        ("K00.6", "Disturbances in tooth eruption", ""),
    ],
)
def test_a_code_of_several_things_counts_as_what_its_text_says(
    code: str, words: str, group: str
) -> None:
    seen = conditions_of(coded(code, text=words))

    assert [one.groups for one in seen] == ([{group}] if group else [])
