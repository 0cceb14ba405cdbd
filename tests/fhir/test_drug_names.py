"""Drugs by the name alone: ours in many languages, and thousands that are none of ours."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from service.evaluation.engine import Engine
from service.fhir.codings import most_specific
from service.fhir.terminology import Terminology

DATA = Path(__file__).parent / "data"
OURS = ("bp_", "ar_", "bone_", "ert_")  # how groups of bone drugs begin
Groups = Callable[[str], frozenset[str]]


@pytest.fixture(scope="module")
def groups(engine: Engine) -> Groups:
    """The groups of drugs that a text alone is read as."""
    terminology = Terminology(engine.knowledge)

    def read(said: str) -> frozenset[str]:
        concept = terminology.drug({"text": said})
        return most_specific(concept.coded | concept.named, engine.knowledge)

    return read


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_other_drug_is_taken_for_a_bone_drug(groups: Groups) -> None:
    names = [row["name"] for row in rows("other_drugs.csv")]
    mistaken = {
        name: found
        for name in names
        if (found := [group for group in groups(name) if group.startswith(OURS)])
    }

    assert len({*names}) >= 2000
    assert mistaken == {}


def test_every_name_alone_is_its_own_drug(engine: Engine, groups: Groups) -> None:
    knowledge = engine.knowledge
    ours = [
        row
        for row in knowledge.codes
        if row.active and row.system == "name" and row.group.startswith(OURS)
    ]
    judged = [row for row in ours if row.group in knowledge.drugs]
    missed = {row.code: groups(row.code) for row in judged if groups(row.code) != {row.group}}

    assert len(judged) > 400
    assert missed == {}


@pytest.mark.parametrize("row", rows("drug_orders.csv"), ids=lambda row: row["text"])
def test_an_order_is_read_by_its_name(row: dict[str, str], groups: Groups) -> None:
    assert {row["group"]} == groups(row["text"])
