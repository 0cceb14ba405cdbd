"""What comes under the ALP key: total ALP, another test, or not recognised and said so."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir.codings import Recognition
from tests.fhir.ask import answer, engine, gaps, said, verdict
from tests.fhir.build import LOINC, MISSING, SNOMED, Json, alp, bundle, concept, request

LOCAL, NPU = "urn:oid:1.2.3.4.5", "urn:oid:1.2.208.176.2.1"
LOW = {"value": 28, "unit": "U/L"}


def result(number: int = 0, code: Any = MISSING, /, **more: Any) -> Json:
    """A low ALP-like result of its own day, coded or named as a case says."""
    day = f"{2024 - number // 300}-{number % 12 + 1:02d}-{number % 25 + 1:02d}"
    return alp(28, day, id=f"ZZPHI-{number}", code=code, **more)


def unknown(*coded: Json, **more: Any) -> Json:
    return request(alp=bundle(*coded), **more)


def text_of(words: str, *codings: tuple[str, str]) -> Json:
    coded = [{"system": system, "code": code} for system, code in codings]
    return {"coding": coded, "text": words} if coded else {"text": words}


# Recognised


@pytest.mark.parametrize(
    "code",
    [
        concept("6768-6", "https://loinc.org/"),
        concept(" 6768-6 ", "http://loinc.org|2.77"),
        concept("6768-6", "2.16.840.1.113883.6.1"),
        concept("6768-6", "URN:OID:2.16.840.1.113883.6.1"),
        concept("88810008", SNOMED, text="Alkaline phosphatase"),
        concept("999999999", f"{SNOMED}/900000000000207008", text="Alk Phos"),
        concept("LAB77", LOINC, text="ALP"),
        concept("LAB77", LOCAL, text="S-ALP"),
        {"coding": [{"system": LOCAL, "code": "LAB77", "display": "ALP (IFCC)"}]},
    ],
)
def test_an_unknown_code_or_address_never_hides_a_name_or_a_code(code: Json) -> None:
    given = answer(unknown(result(0, code), result(9, code)))

    assert gaps(given) == []
    assert said(given)["verdict"] == "hppSuspected"


@pytest.mark.parametrize(
    "words",
    [
        "ALP", "alp", "ALKALINE PHOSPHATASE", "Phosphatase, Alkaline", "Alkaline phosphatase (ALP)",
        "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "ALP SerPl-cCnc",
        "Alkaline phosphatase:CCnc:Pt:Ser/Plas:Qn", "ALP (IFCC)", "ALP(IFCC)", "ALP/IFCC", "S-ALP",
        "S ALP", "P-ALP", "fP-ALP", "Alkalische Phosphatase (37°C)", "ALP 37 C (U/L)",
        "ALKALINE PHOSPHATASE, S", "Alkaline Phosphatase, Serum", "ALP level", "Serum ALP level",
        "Serum total alkaline phosphatase level", "Alk. Phosphatase", "Alk Phos [U/L]", "ALP ^",
        "Alkalische Phosphatase i.S.", "Alkalische Phosphatase im Serum", "FOSFATASA ALCALINA",
        "S-Fosfatasa alcalina", "Fosfatasa alcalina en suero", "Phosphatases alcalines (sérum)",
        "ＡＬＰ", "A\u00adLP", "ALP\u200b", "ALP®", "Alkaline\u00a0phosphatase",
        "AlkalinePhosphatase", "alkaline-phosphatase", "ALKALINE_PHOSPHATASE", "ALKPHOS-S",
        "血清ALP", "ALP測定", "ALP, external", "Tot ALP", "Ph. Alcalines", "Щелочная фосфатаза",
        "ЩФ в сыворотке", "Определение активности щелочной фосфатазы в крови",
        "ALP (37 °C)", "Alkaline Phosphatase Lvl", "Serum alkaline phosphatase NOS",
        "FOSFATASA ALCALINA (FA)", "Fosfatasas alcalinas", "Alkalna fosfataza (ALP)",
        "Лужна фосфатаза", "Fosfatază alcalină", "Алкална фосфатаза", "الفوسفاتاز القلوي",
        "Šarminė fosfatazė", "Sārmainā fosfotāze", "Fosfatase alkali (ALP)", "Alkali fosfatase",
    ],
)  # fmt: skip
def test_a_name_in_a_usual_form_of_laboratories_is_total_alp(words: str) -> None:
    found = engine().terminology.lab({"text": words})

    assert (found.test, found.outcome) == ("alp_total", Recognition.RECOGNISED)


@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    "words",
    [
        "Alkaline phosphatase, bone", "Bone ALP", "ALP bone-specific", "Knochen-ALP",
        "ALP isoenzymes", "Alkaline phosphatase.liver", "ALP liver fraction", "ALP heat stable",
        "Alkaline phosphatase.bone/Alkaline phosphatase.total in Serum", "ALP %", "ALP ratio",
        "Placental ALP", "Leukocyte alkaline phosphatase", "ALP stain", "ALP, urine",
        "Alkaline phosphatase [Enzymatic activity/volume] in Body fluid", "骨型ALP",
        "ALPアイソザイム", "ALP, intestinal", "Alkalische Phosphatase, Knochen-Isoenzym",
        "Ostase (BAP)", "ALP BSAP", "PLAP", "LAP score", "NAP", "NAP-Index", "Neutrophil ALP score",
        "Leukocytaire alkalische fosfatase", "中性粒细胞碱性磷酸酶", "Leukozytenphosphatase",
        "Benspesifikk alkalisk fosfatase", "Basisk fosfatase, knoglespecifik", "Ben-ALP",
        "Alkalinen fosfataasi, luustospesifinen", "Knochenspez. AP", "Plazentare AP",
        "Костная щелочная фосфатаза", "Изоферменты щелочной фосфатазы", "ALP x ULN",
    ],
)  # fmt: skip
def test_a_part_of_alp_or_alp_of_something_else_is_another_test(words: str) -> None:
    found = engine().terminology.lab({"text": words})

    assert (found.test, found.outcome) == (None, Recognition.ANOTHER)


@pytest.mark.parametrize("words", ["BAP", "BSAP", "BALP", "Skelettphosphatase", "Ostase"])
def test_bone_alp_by_its_abbreviation(words: str) -> None:
    found = engine().terminology.lab({"text": words})

    assert (found.test, found.outcome) == ("alp_bone", Recognition.ANOTHER)


@pytest.mark.parametrize("words", ["B-ALP", "ALP, B", "I-ALP", "ALP2", "ALP 3", "ALP-1", "ALT/ALP"])
def test_a_name_of_alp_beside_a_letter_or_a_number_may_be_a_part_of_it(words: str) -> None:
    """Of bone or blood, an isoenzyme or the second assay: never total ALP, and said."""
    found = engine().terminology.lab({"text": words})

    assert (found.test, found.says_alp) == (None, True)


@pytest.mark.parametrize(
    "words",
    [
        "Sodium", "Kalium (K)", "Phosphatase, acid", "Saure Phosphatase", "Inorganic phosphate",
        "GGT", "Gamma-GT", "ALT (GPT)", "25-OH-Vitamin D", "Hb", "Ｇｌｕｃｏｓｅ", "クレアチニン",
    ],
)  # fmt: skip
def test_a_common_test_by_its_name_is_another(words: str) -> None:
    assert engine().terminology.lab({"text": words}).outcome is Recognition.ANOTHER


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (concept("2345-7"), Recognition.ANOTHER),
        (concept("2345-7", text="ALP"), Recognition.ANOTHER),
        (concept("2345-8", text="AFX-S"), Recognition.UNRECOGNISED),  # a wrong check digit
        (concept("LP99999-9"), Recognition.UNRECOGNISED),
        (concept("NPU99999", NPU), Recognition.UNRECOGNISED),
        (concept("999999999", SNOMED), Recognition.UNRECOGNISED),
        (concept("6768-6"), Recognition.RECOGNISED),
        ({"text": "ALP kit 3"}, Recognition.UNRECOGNISED),
        ({"text": "something"}, Recognition.UNRECOGNISED),
        ({"coding": [{"system": LOINC}]}, Recognition.EMPTY),
    ],
)
def test_any_other_loinc_code_is_another_test_and_nothing_else_is(
    code: Json, outcome: Recognition
) -> None:
    """The list of LOINC codes for total ALP is complete; no other list is."""
    assert engine().terminology.lab(code).outcome is outcome


# Not recognised: never "no recent ALP", never complete

UNKNOWN = {
    "local code and name": concept("LAB77", LOCAL, text="AFX-S"),
    "local code": concept("LAB77", LOCAL),
    "national code": concept("NPU99999", NPU),
    "unlisted SNOMED code": concept("999999999", SNOMED),
    "unknown name": {"text": "AFX-S"},
    "name beside unknown words": {"text": "ALP Cobas c502"},
    "no system": {"coding": [{"code": "AFOX"}]},
    "wrong check digit": concept("6768-5"),
}


@pytest.mark.hazard("H8")
@pytest.mark.parametrize("code", UNKNOWN.values(), ids=UNKNOWN)
@pytest.mark.parametrize("count", [1, 3, 200])
def test_an_unknown_code_or_name_alone_is_said_and_never_no_recent_alp(
    count: int, code: Json
) -> None:
    given = answer(unknown(*(result(number, code) for number in range(count))))

    assert {"kind": "unrecognised", "key": "alp", "count": count} in said(given)["gaps"]
    assert verdict(given) == ("partial", "alpUnclear")
    assert len(given.body["cards"]) == 1


def test_several_unknown_names_of_several_laboratories_are_said_too() -> None:
    names = [concept(f"ALP-{number}", f"urn:lab:{number % 4}") for number in range(8)]
    given = answer(unknown(*(result(n, code) for n, code in enumerate(names))))

    assert ("unrecognised", "alp") in gaps(given)


def test_an_unknown_result_beside_its_isoenzymes_is_said() -> None:
    fractions = ["1777-2", "17838-4", "15013-6", "1779-8", "15014-4", "15015-1", "1778-0", "2325-9"]
    codes = [concept("LAB77", LOCAL), *map(concept, fractions), {"text": "ALP bone %"}]
    given = answer(unknown(*(result(n, code) for n, code in enumerate(codes))))

    assert {"kind": "unrecognised", "key": "alp", "count": 1} in said(given)["gaps"]


@pytest.mark.parametrize("member", ["hasMember", "related", "contained"])
def test_a_heading_without_a_value_is_no_unknown_result(member: str) -> None:
    """It may be one where it has a value, or where nothing says that it is a heading."""
    heading = result(0, UNKNOWN["local code"], valueQuantity=MISSING)
    holding = {member: [{"resourceType": "Specimen", "id": "s"}]}

    assert ("unrecognised", "alp") in gaps(answer(unknown(heading)))
    assert ("unrecognised", "alp") not in gaps(answer(unknown({**heading, **holding})))
    valued = {**heading, **holding, "valueQuantity": LOW}
    assert ("unrecognised", "alp") in gaps(answer(unknown(valued)))


def test_an_unknown_component_is_said() -> None:
    part = {"code": concept("LAB77", LOCAL), "valueQuantity": LOW}
    panel = result(0, concept("PANEL", LOCAL), component=[part], valueQuantity=MISSING)

    assert ("unrecognised", "alp") in gaps(answer(unknown(panel)))


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "registered", "preliminary"])
def test_a_result_of_a_status_that_does_not_count_is_not_said(status: str) -> None:
    given = answer(unknown(result(0, UNKNOWN["local code"], status=status)))

    assert ("unrecognised", "alp") not in gaps(given)


def test_a_newer_unknown_result_is_not_hidden_by_an_older_normal_one() -> None:
    old, new = (
        alp(80, "2024-01-10"),
        result(0, UNKNOWN["local code"], effectiveDateTime="2025-06-01"),
    )
    given = answer(unknown(old, new))

    assert (verdict(given), gaps(given)) == (("partial", "alpUnclear"), [("unrecognised", "alp")])


def test_an_older_unknown_result_beside_a_clear_normal_one_is_listed_and_draws_no_card() -> None:
    given = answer(unknown(alp(80, "2025-06-01"), result(0, UNKNOWN["local code"])))

    assert (verdict(given), gaps(given)) == (("partial", "alpNotLow"), [("unrecognised", "alp")])
    assert given.body["cards"] == []


def test_the_others_of_a_panel_in_which_alp_was_recognised_are_other_tests() -> None:
    parts = [
        {"code": concept("6768-6"), "valueQuantity": LOW},
        {"code": concept("LAB12", LOCAL), "valueQuantity": LOW},
    ]
    panel = result(0, concept("PANEL", LOCAL), component=parts, valueQuantity=MISSING)

    assert gaps(answer(unknown(panel))) == []


def test_an_unknown_result_among_the_other_laboratory_results_is_another_test() -> None:
    given = answer(request(labs=bundle(result(0, UNKNOWN["local code and name"]))))

    assert gaps(given) == []


def test_a_name_of_alp_beside_unknown_words_is_said_wherever_it_was_sent() -> None:
    given = answer(request(alp=bundle(), labs=bundle(result(0, {"text": "ALP Cobas c502"}))))

    assert ("unrecognised", "alp") in gaps(given)


# A wide query

KINDS = (
    "Natrium", "Kalium", "Calcium", "Glucose", "Kreatinin", "Harnstoff", "Bilirubin", "ALAT",
    "ASAT", "GGT", "LDH", "CK", "Lipase", "Amylase", "CRP", "Ferritin", "Eisen", "Cholesterin",
    "HDL", "LDL", "TSH", "fT4", "Vitamin B12", "Folat", "Cortisol", "PTH", "Hb", "Hkt", "Leukos",
    "Thrombos",
)  # fmt: skip


def wide(*others: Json) -> list[Json]:
    """500 results of 60 kinds: local codes with common names, and local codes alone."""
    named = [concept(f"L{n}", LOCAL, text=name) for n, name in enumerate(KINDS)]
    bare = [concept(f"X{n}", LOCAL) for n in range(30)]
    kinds = [*named, *bare]
    return [*others, *(result(n + 1, kinds[n % 60], valueQuantity=LOW) for n in range(500))]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((alp(80),), ("complete", "alpNotLow")),
        ((alp(28), alp(27, "2025-03-01")), ("complete", "hppSuspected")),
        ((), ("complete", "alpNotOnFile")),
    ],
    ids=["normal", "low", "none"],
)
def test_a_wide_query_says_nothing_of_the_other_tests(
    others: tuple[Json, ...], expected: tuple[str, str]
) -> None:
    given = answer(unknown(*wide(*others)))

    assert gaps(given) == []
    assert verdict(given) == expected


def test_a_name_of_alp_beside_unknown_words_is_said_in_a_wide_query() -> None:
    given = answer(unknown(*wide(result(0, {"text": "ALP Cobas c502"}))))

    assert {"kind": "unrecognised", "key": "alp", "count": 1} in said(given)["gaps"]
