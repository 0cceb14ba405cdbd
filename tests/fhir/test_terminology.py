"""Meanings are kept from request to request; what was written is not."""

from __future__ import annotations

import pickle

import pytest

from service.evaluation.engine import Engine
from service.fhir import terminology
from service.fhir.codings import Recognition
from service.fhir.terminology import Terminology

LOINC, ICD10 = "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm"


def concept(system: str, code: str, text: str = "") -> dict[str, object]:
    return {"coding": [{"system": system, "code": code}], "text": text}


@pytest.fixture
def fresh(engine: Engine) -> Terminology:
    return Terminology(engine.knowledge)


def test_the_same_content_is_read_once(fresh: Terminology) -> None:
    first = fresh.lab(concept(LOINC, "6768-6"))

    assert first.test == "alp_total"
    assert fresh.lab(concept(LOINC, "6768-6")) is first


def test_another_text_may_mean_another_thing(fresh: Terminology) -> None:
    plain = fresh.diagnosis(concept(ICD10, "Z99.9", "follow-up"))
    named = fresh.diagnosis(concept(ICD10, "Z99.9", "follow-up of hypophosphatasia"))

    assert [plain.mentions, named.mentions] == [frozenset(), frozenset({"hpp"})]


def test_one_content_means_something_else_as_another_kind(fresh: Terminology) -> None:
    said = {"text": "alkaline phosphatase after alendronate for rickets"}

    assert fresh.lab(said).test is None
    assert fresh.drug(said).named == {"bp_alendronate"}
    assert fresh.diagnosis(said).mentions == {"rickets"}


def test_nothing_that_was_written_is_kept(fresh: Terminology) -> None:
    said = concept("urn:ZZPHI", "ZZPHI-1", "ZZPHI says rickets and alendronic acid")
    for read in (fresh.lab, fresh.diagnosis, fresh.drug):
        read(said)

    assert [len(kept) for kept in fresh.kept] == [1, 1, 1]
    assert b"ZZPHI" not in pickle.dumps(fresh.kept)
    assert b"rickets" in pickle.dumps(fresh.kept)


def test_there_is_an_end_to_what_is_kept(
    fresh: Terminology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminology, "MOST_KEPT", 3)
    for number in range(8):
        fresh.lab(concept(LOINC, str(number)))

    assert [len(kept) for kept in fresh.kept] == [2, 0, 0]


@pytest.mark.parametrize("written", [None, "text", 5, [], {}])
def test_what_is_no_concept_means_nothing(written: object, fresh: Terminology) -> None:
    assert fresh.lab(written).is_empty
    assert not fresh.diagnosis(written).coded
    assert fresh.drug(written).outcome is Recognition.EMPTY


def test_what_is_long_is_read_and_not_kept(fresh: Terminology) -> None:
    found = fresh.drug({"text": "alendronate " + "x" * terminology.LONGEST_KEPT})

    assert (found.named, [len(kept) for kept in fresh.kept]) == ({"bp_alendronate"}, [0, 0, 0])


def test_what_is_kept_cannot_be_changed(fresh: Terminology) -> None:
    said = concept("http://www.nlm.nih.gov/research/umls/rxnorm", "904419", "rickets, alendronate")
    read = (fresh.lab(said), fresh.diagnosis(said), fresh.drug(said))

    assert len({*read}) == 3
    assert fresh.drug(said).coded == {"bp_alendronate"}


@pytest.mark.parametrize("blanks", [100, 400])
def test_of_a_name_four_hundred_characters_are_read(blanks: int, fresh: Terminology) -> None:
    found = fresh.lab({"text": f"alkaline{' ' * blanks}phosphatase"})

    assert found.test == ("alp_total" if blanks == 100 else None)


def test_what_is_nested_beyond_reason_is_read_and_not_kept(fresh: Terminology) -> None:
    deep: object = None
    for _ in range(300):
        deep = [deep]
    found = fresh.lab({**concept(LOINC, "6768-6"), "extension": deep})

    assert (found.test, [len(kept) for kept in fresh.kept]) == ("alp_total", [0, 0, 0])
