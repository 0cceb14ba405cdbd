"""HPP by its name in many languages, and low phosphate by its own, never the one for the other."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Set
from pathlib import Path

import pytest

from service.evaluation.engine import Engine
from service.fhir.folding import fold
from service.fhir.terminology import Terminology

NAMES = Path(__file__).parent / "data" / "hypophosphatasia_names.csv"


def names(*, of_hpp: bool) -> Iterator[str]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    yield from (row["name"] for row in rows if (row["is_hpp"] == "yes") is of_hpp)


@pytest.fixture(scope="module")
def terminology(engine: Engine) -> Terminology:
    return Terminology(engine.knowledge)


def assert_left_open(mentions: Set[str]) -> None:
    """HPP is named, and neither confirmed nor denied."""
    assert {"hpp", "doubted"} <= mentions
    assert "not_hpp" not in mentions


@pytest.mark.parametrize("name", list(names(of_hpp=True)))
def test_hpp_by_name(name: str, terminology: Terminology) -> None:
    assert "hpp" in terminology.diagnosis({"text": name}).mentions
    assert "hpp" in terminology.diagnosis({"text": f"(E83.3) {name.upper()}, 2019"}).mentions


@pytest.mark.parametrize("name", list(names(of_hpp=False)))
def test_low_phosphate_is_not_hpp(name: str, terminology: Terminology) -> None:
    assert terminology.diagnosis({"text": name}).mentions == frozenset()


def test_every_stem_is_used_by_a_name(engine: Engine) -> None:
    stems = [r.code for r in engine.knowledge.codes if r.group == "cond_hpp" and r.system == "name"]
    written = " ".join(map(fold, names(of_hpp=True)))

    assert len(stems) >= 10
    assert [stem for stem in stems if fold(stem) not in written] == []


@pytest.mark.parametrize(
    "said",
    ["Hypophosphatasie ausgeschlossen", "kein Hinweis auf Hypophosphatasie", "no hypophosphatasia",
     "Familienanamnese: Hypophosphatasie", "Hypophosphatasia carrier", "hypophosphatasie exclue",
     "hipofosfatasia descartada", "ipofosfatasia esclusa", "hypofosfatasie uitgesloten",
     "hypofosfatasi utesluten", "wykluczona hipofosfatazja", "hypofosfatázie vyloučena",
     "HPP excluded by genetics (hypophosphatasia)", "低ホスファターゼ症なし",
     "低ホスファターゼ症は否定",
     "低ホスファターゼ症保因者", "排除低磷酸酯酶症", "低磷酸酶血症已排除", "无低磷酸酯酶症",
     "低磷酸酶血症携带者", "저인산효소증 배제", "저인산효소증 아님", "저인산효소증 보인자",
     "低ホスファターゼ症の家族歴", "低磷酸酶血症家族史", "저인산효소증 가족력",
     "母親に低ホスファターゼ症"],
)  # fmt: skip
def test_hpp_that_is_denied_in_any_language_is_none(said: str, terminology: Terminology) -> None:
    assert {"hpp", "not_hpp"} <= terminology.diagnosis({"text": said}).mentions


@pytest.mark.parametrize(
    "said",
    ["V.a. Hypophosphatasie", "Verdacht auf Hypophosphatasie", "sospecha de hipofosfatasia",
     "suspeita de hipofosfatasia", "sospetta ipofosfatasia", "soupçon d'hypophosphatasie",
     "verdenking hypofosfatasie", "misstänkt hypofosfatasi", "mistanke om hypofosfatasi",
     "podejrzenie hipofosfatazji", "低ホスファターゼ症の疑い", "疑似低磷酸酯酶症",
     "低磷酸酯酶症可能", "저인산효소증 의심", "저인산효소증 가능성",
     "Hypophosphatasia (provisional)",
     "Working diagnosis hypophosphatasia", "Hypophosphatasia - to confirm",
     "z.A. Hypophosphatasie", "Arbeitsdiagnose Hypophosphatasie"],
)  # fmt: skip
def test_hpp_that_is_doubted_in_any_language_is_unconfirmed(
    said: str, terminology: Terminology
) -> None:
    assert_left_open(terminology.diagnosis({"text": said}).mentions)


@pytest.mark.parametrize(
    "said",
    ["Hypophosphatasia, exclusively dental form", "Hypophosphatasie, gesichert",
     "Hypophosphatasie (adulte Form)",
     "Hipofosfatasia infantil", "Hypofosfatasi, vuxen", "低ホスファターゼ症（成人型）",
     "低ホスファターゼ症 骨折なし", "低磷酸酯酶症，佝偻病已排除", "nydiagnosticeret hypofosfatasi"],
)  # fmt: skip
def test_a_form_of_hpp_is_neither_denied_nor_doubted(said: str, terminology: Terminology) -> None:
    assert terminology.diagnosis({"text": said}).mentions == {"hpp"}


@pytest.mark.parametrize(
    "said",
    ["Hypophosphatasia not ruled out", "hypophosphatasia cannot be excluded",
     "Hypophosphatasia, to be ruled out", "r/o hypophosphatasia", "Hypophosphatasia unlikely",
     "likely hypophosphatasia", "hypophosphatasia vs osteomalacia", "evaluate for hypophosphatasia",
     "Hypophosphatasie nicht ausgeschlossen", "Zum Ausschluss Hypophosphatasie",
     "Osteomalazie, DD: Hypophosphatasie", "hypophosphatasie non exclue",
     "descartar hipofosfatasia", "ipofosfatasia da escludere", "hypofosfatasie niet uitgesloten",
     "低ホスファターゼ症を要除外", "低磷酸酯酶症待排", "低磷酸酯酶症不能排除",
     "저인산효소증 배제할 수 없음"],
)  # fmt: skip
def test_hpp_that_nobody_has_ruled_out_yet_is_left_open(
    said: str, terminology: Terminology
) -> None:
    """A denial that is itself denied, or still to come, is none."""
    assert_left_open(terminology.diagnosis({"text": said}).mentions)


@pytest.mark.parametrize(
    "said",
    ["Negative for hypophosphatasia", "Hypophosphatasia not present",
     "at risk for hypophosphatasia",
     "genetic counselling for hypophosphatasia", "pas d'hypophosphatasie"],
)  # fmt: skip
def test_hpp_that_only_was_looked_for_is_none(said: str, terminology: Terminology) -> None:
    assert "not_hpp" in terminology.diagnosis({"text": said}).mentions


@pytest.mark.parametrize(
    "said",
    ["Hypophosphatasia, no sign of craniosynostosis", "Hypophosphatasia; no evidence of fracture",
     "Hypophosphatasie, kein Hinweis auf Fraktur", "hypophosphatasie, absence de fracture",
     "Hypophosphatasia confirmed by genetic testing"],
)  # fmt: skip
def test_what_is_denied_beside_hpp_leaves_it_standing(said: str, terminology: Terminology) -> None:
    assert terminology.diagnosis({"text": said}).mentions == {"hpp"}
