"""Every name of a drug, of ALP and of HPP stays what it is however it is written."""

from __future__ import annotations

import pytest

from service.fhir.folding import LONGEST, fold
from service.fhir.names import Names, is_wordless, words_of
from service.hpp.model import ALP
from tests.fhir.ask import engine
from tests.fhir.respellings import OF_DRUGS, RESPELLINGS, Respelling

TERMS, KNOWLEDGE = engine().terminology, engine().knowledge
NAMES = [(row.code, row.group) for row in KNOWLEDGE.codes if row.active and row.system == "name"]
DRUGS = [(name, group) for name, group in NAMES if group in KNOWLEDGE.drugs]
ALP_NAMES = [name for name, group in NAMES if group == ALP]
HPP = KNOWLEDGE.roles["hpp"]
HPP_NAMES = [name for name, group in NAMES if group in HPP] + ["Hypophosphatasia"]


def test_there_are_at_least_forty_respellings_that_each_change_some_name() -> None:
    names = [name for name, _ in NAMES]
    idle = [k for k, write in RESPELLINGS.items() if all(write(name) == name for name in names)]

    assert len(RESPELLINGS) >= 40
    assert idle == []
    assert len(DRUGS) > 500
    assert len(ALP_NAMES) > 20


@pytest.mark.parametrize("write", [*RESPELLINGS.values(), *OF_DRUGS.values()],
                         ids=[*RESPELLINGS, *OF_DRUGS])  # fmt: skip
def test_a_drug_is_recognised_however_its_name_is_written(write: Respelling) -> None:
    lost = [
        (name, group, write(name))
        for name, group in DRUGS
        if group not in TERMS.drug({"text": write(name)}).named
    ]

    assert lost == []


@pytest.mark.parametrize("write", RESPELLINGS.values(), ids=RESPELLINGS)
def test_total_alp_is_recognised_however_its_name_is_written(write: Respelling) -> None:
    lost = [name for name in ALP_NAMES if TERMS.lab({"text": write(name)}).test != ALP]

    assert lost == []


@pytest.mark.parametrize("write", RESPELLINGS.values(), ids=RESPELLINGS)
def test_hpp_is_recognised_however_its_name_is_written(write: Respelling) -> None:
    lost = [n for n in HPP_NAMES if "hpp" not in TERMS.diagnosis({"text": write(n)}).mentions]

    assert lost == []


@pytest.mark.parametrize(
    "said",
    [
        "Hypophosphatämie", "hypophosphatemia", "hypophosphataemia", "Hypophosphatémie",
        "hipofosfatemia", "ipofosfatemia", "hypofosfatemi", "hypofosfatemie", "hipofosfatemi",
        "hypofosfatemia", "低リン血症", "低磷血症", "X-linked hypophosphatemic rickets",
        "hypophosphatasemia", "phosphatase", "hyperphosphatasia",
    ],
)  # fmt: skip
def test_a_low_phosphate_is_never_hpp(said: str) -> None:
    assert "hpp" not in TERMS.diagnosis({"text": said}).mentions


@pytest.mark.parametrize(
    ("said", "mentions"),
    [
        ("Hypophosphatasia", {"hpp"}),
        ("odontohypophosphatasia", {"hpp"}),
        ("hypo-phosphatasia, adult form", {"hpp"}),
        ("pseudohypophosphatasia", {"hpp", "not_hpp"}),
        ("pseudo-hypophosphatasia", {"hpp", "not_hpp"}),
        ("hypophosphatasia ruled out", {"hpp", "not_hpp"}),
        ("suspected hypophosphatasia", {"hpp", "doubted"}),
        ("no evidence of something else", set()),
    ],
)
def test_what_takes_hpp_back_is_heard_only_where_hpp_is_said(said: str, mentions: set[str]) -> None:
    assert mentions == TERMS.diagnosis({"text": said}).mentions


# How names are matched


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("alpha beta", {"ab"}),
        ("beta alpha", {"ab"}),
        ("alphabeta", {"ab"}),
        ("alpha-beta", {"ab"}),
        ("alpha of beta", set()),
        ("gamma delta epsilon", {"gde"}),
        ("epsilon delta gamma", {"g"}),
        ("natriumgamma", {"g"}),
        ("natrium gamma", {"g"}),
        ("gammahydrat", {"g"}),
        ("natriumgammahydrat", {"g"}),
        ("gammahydrate", set()),
        ("gamma delta", {"g"}),
        ("gammadelta", set()),
        ("gamma-free", set()),
        ("gamma-freeze", {"g"}),
        ("gamma free acid", {"g"}),
        ("xgamma", set()),
        ("säure", {"s"}),
        ("saeure", {"s"}),
        ("SAURE", {"s"}),
        ("ガンマ酸", {"k"}),
        ("注射用ガンマ錠35mg", {"k"}),
        ("", set()),
    ],
)
def test_names_are_whole_words_in_either_order_or_anywhere_without_words(
    said: str, found: set[str]
) -> None:
    rows = [("alpha beta", "ab"), ("gamma delta epsilon", "gde"), ("gamma", "g"), ("Säure", "s"),
            ("ガンマ", "k")]  # fmt: skip

    assert found == Names(rows, ["natrium"], ["free"], ["hydrat"]).groups_in(fold(said))


def test_the_longest_name_at_a_place_is_meant() -> None:
    names = Names([("calcitonin", "a"), ("calcitonin gene related peptide", "b")])

    assert names.read(fold("Calcitonin gene related peptide 1")) == (frozenset("b"), ["1"])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("S-ALP (37°C)", ["s", "alp", "37", "c"]),
        ("骨型ALP", ["骨型", "alp"]),
        ("vitamin B6", ["vitamin", "b", "6"]),
        ("", []),
    ],
)
def test_words_end_where_the_script_changes(said: str, words: list[str]) -> None:
    assert words_of(fold(said)) == words


@pytest.mark.parametrize(("said", "expected"), [("ALP", False), ("血清", True), ("ｱﾙﾌﾟ", False)])
def test_japanese_and_chinese_are_written_without_words(said: str, expected: bool) -> None:
    """Half width is folded first."""
    assert is_wordless(said) is expected
    assert is_wordless(fold(said)) is (expected or said == "ｱﾙﾌﾟ")


@pytest.mark.hazard("C9")
def test_of_a_text_that_grows_when_it_is_written_out_no_more_is_read() -> None:
    """One sign may stand for eighteen letters."""
    assert len(fold("\ufdfa" * 1_000_000)) <= LONGEST
    assert fold("x" * LONGEST + " alendronate") == "x" * LONGEST
