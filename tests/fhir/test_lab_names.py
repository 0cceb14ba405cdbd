"""The names and codes that laboratories give to total ALP, and to everything else."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.evaluation.engine import Engine
from service.fhir.codings import Recognition
from service.fhir.terminology import Terminology
from service.hpp.model import BONE_ALP

NAMES = Path(__file__).parent / "data" / "laboratory_names.csv"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
# Every LOINC code of ALP activity in serum, plasma or blood (LOINC 2.70), and the part.
TOTAL = {"6768-6", "1783-0", "77141-0", "LP15346-7"}


@pytest.fixture(scope="module")
def terminology(engine: Engine) -> Terminology:
    return Terminology(engine.knowledge)


def other_names() -> Iterator[str]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        yield from (row["name"] for row in csv.DictReader(file))


def active(engine: Engine, group: str, system: str) -> list[str]:
    rows = engine.knowledge.codes
    return [r.code for r in rows if r.active and r.group.startswith(group) and r.system == system]


def test_no_other_test_is_read_as_alp(terminology: Terminology) -> None:
    names = list(other_names())
    taken = [name for name in names if terminology.lab({"text": name}).test == "alp_total"]

    assert len(names) >= 500
    assert taken == []


@pytest.mark.parametrize(
    ("written", "test"),
    [
        ({"coding": [("1777-2", LOINC)]}, BONE_ALP),
        ({"coding": [("1777-2", LOINC), ("1779-8", LOINC)]}, None),
        ({"coding": [("1777-2", LOINC), ("4659-9", LOINC)]}, None),
        ({"coding": [("1779-8", LOINC)]}, None),
        ({"coding": [("1777-2", LOINC), ("6768-6", LOINC)]}, BONE_ALP),
        ({"text": "Ostase"}, BONE_ALP),
    ],
)
def test_bone_alp_beside_another_part_of_alp_is_neither(
    written: dict[str, Any], test: str | None, terminology: Terminology
) -> None:
    """It is shown beside total ALP where nothing else is meant, and never taken for it."""
    codes = [{"code": code, "system": system} for code, system in written.get("coding", ())]
    found = terminology.lab({**written, "coding": codes})

    assert (found.test, found.outcome) == (test, Recognition.ANOTHER)


def test_every_name_of_alp_is_read_as_alp(terminology: Terminology, engine: Engine) -> None:
    names = active(engine, "alp_total", "name")
    missed = [name for name in names if terminology.lab({"text": name}).test != "alp_total"]

    assert len(names) >= 50
    assert missed == []


def test_a_name_of_alp_stands_alone(engine: Engine) -> None:
    """Nothing that explains a name, such as its language, stands in the name."""
    languages = ("german", "french", "spanish", "italian", "dutch", "english", " / ")
    names = active(engine, "alp_total", "name")

    assert [name for name in names if any(word in name.lower() for word in languages)] == []
    assert "AP" in names


@pytest.mark.parametrize("group", ["alp_bone", "alp_exclude", "lab_acid_phosphatase"])
def test_a_name_beside_alp_is_not_alp(group: str, terminology: Terminology, engine: Engine) -> None:
    names = active(engine, group, "name")

    assert names
    shown = {BONE_ALP, None} if group == BONE_ALP else {None}
    assert {terminology.lab({"text": name}).test for name in names} <= shown


def test_the_loinc_codes_of_total_alp_are_these(engine: Engine) -> None:
    assert set(active(engine, "alp_total", LOINC)) == TOTAL


@pytest.mark.parametrize("code", sorted(TOTAL))
def test_a_loinc_code_of_alp_is_alp(code: str, terminology: Terminology) -> None:
    concept = {"coding": [{"system": LOINC, "code": code}]}

    assert terminology.lab(concept).test == "alp_total"


@pytest.mark.parametrize("system", [LOINC, SNOMED])
def test_a_code_beside_alp_is_not_alp(
    system: str, terminology: Terminology, engine: Engine
) -> None:
    """Isoenzymes, other specimens, bone ALP: also where the text says ALP."""
    codes = [*active(engine, "alp_exclude", system), *active(engine, "alp_bone", system)]
    read = {
        terminology.lab({"coding": [{"system": system, "code": code}], "text": "ALP"}).test
        for code in codes
    }

    assert read <= {None, BONE_ALP}


@pytest.mark.parametrize("code", ["88810008", "271234008", "1000621000000104"])
def test_snomed_codes_of_alp(code: str, terminology: Terminology) -> None:
    concept = {"coding": [{"system": SNOMED, "code": code}]}

    assert terminology.lab(concept).test == "alp_total"


def test_a_part_of_vitamin_d_is_not_the_total(terminology: Terminology) -> None:
    assert terminology.lab({"coding": [{"system": LOINC, "code": "49054-0"}]}).test is None
    assert terminology.lab({"coding": [{"system": LOINC, "code": "14635-7"}]}).test == "lab_25ohd"


@pytest.mark.parametrize(
    "name",
    [
        "Liver function tests: Alkaline phosphatase",
        "Hepatic Function Panel - Alkaline Phosphatase",
        "Bone profile - alkaline phosphatase", "LIVER PANEL: ALP", "Bilan hépatique: PAL",
        "Perfil hepático - Fosfatasa alcalina",
        "Comprehensive metabolic panel: Alkaline phosphatase",
        "P—Alkalisk fosfatase; kat.k.(IFCC 2011) = ? U/L", "ALP (S/P/Bld) [Catalytic activity/Vol]",
        "P- ALP (alkaliska fosfataser)", "P/S-Alkalisk fosfatase (ALP)", "S-Fosfatase, alkalisk",
        "FOSFATASA ALCALINA (FAL)", "Hladina ALP", "ALP waarde", "Alkaline Phosphatase [QUEST]",
    ],
)  # fmt: skip
def test_a_panel_a_laboratory_and_a_way_of_measuring_leave_it_total(
    name: str, terminology: Terminology
) -> None:
    assert terminology.lab({"text": name}).test == "alp_total"


@pytest.mark.parametrize(
    "name",
    [
        "Bone ALP", "Bone profile: bone ALP", "Liver ALP isoenzyme", "Alk phos liver fraction",
        "Liver function tests: ALP liver %", "Hepatic function panel - bone alkaline phosphatase",
        "ALP bone panel isoenzymes", "Bilan hépatique: phosphatase alcaline osseuse",
    ],
)  # fmt: skip
def test_a_share_or_an_isoenzyme_in_a_panel_stays_one(name: str, terminology: Terminology) -> None:
    assert terminology.lab({"text": name}).test != "alp_total"
