"""The codes of diagnoses that the decision table tells apart."""

from __future__ import annotations

import pytest

from service.evaluation.engine import Engine
from service.fhir.terminology import Terminology

SNOMED, ORPHANET = "http://snomed.info/sct", "http://www.orpha.net"
ICD10CM, ICD10 = "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"


@pytest.fixture(scope="module")
def terminology(engine: Engine) -> Terminology:
    return Terminology(engine.knowledge)


def groups(terminology: Terminology, system: str, code: str) -> frozenset[str]:
    return terminology.diagnosis({"coding": [{"system": system, "code": code}]}).coded


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (SNOMED, "31712002"),
        (SNOMED, "19943007"),
        (SNOMED, "197441003"),
        (ICD10CM, "K74.3"),
        (ICD10CM, "K74.60"),
        (ICD10CM, "K70.31"),
        (ICD10CM, "K83.01"),
        (ICD10, "K74.4"),
        (ICD10, "K70.3"),
    ],
)
def test_liver_disease_that_lasts(system: str, code: str, terminology: Terminology) -> None:
    assert groups(terminology, system, code) >= {"mask_liver", "mask_liver_lasting"}


def test_primary_sclerosing_cholangitis_stands_elsewhere_in_the_german_icd_10(
    terminology: Terminology,
) -> None:
    """K83.00 there, K83.01 in ICD-10-CM."""
    german = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"

    assert groups(terminology, german, "K83.00") == {"mask_liver", "mask_liver_lasting"}
    assert groups(terminology, german, "K83.01") == {"mask_liver"}


@pytest.mark.parametrize(
    "text",
    [
        "Primary biliary cholangitis",
        "Cirrhosis of liver",
        "Hepatic cirrhosis due to NASH",
        "Decompensated cirrhosis, Child B",
        "Cystic fibrosis-related liver cirrhosis",
        "Primär biliäre Cholangitis",
        "Leberzirrhose, Child A",
        "Cholangite sclérosante primitive",
        "Cirrhose hépatique",
        "Colangitis biliar primaria",
        "Cirrose hepática",
        "Cirrosi epatica",
        "Levercirrose",
        "Primär skleroserande kolangit",
        "Primær biliær kolangitt",
    ],
)
def test_liver_disease_that_lasts_by_text(text: str, terminology: Terminology) -> None:
    wide = {"coding": [{"system": ICD10, "code": "K83.0", "display": "Cholangitis"}]}

    assert "mask_liver_lasting" in terminology.diagnosis({"text": text}).groups
    assert "mask_liver_lasting" in terminology.diagnosis({**wide, "text": text}).groups


@pytest.mark.parametrize(
    "text",
    [
        "Fibrosis and cirrhosis of liver",
        "Fibrose e cirrose hepáticas",
        "Fibrosi e cirrosi epatica",
        "Leverfibros och levercirros",
        "Chronic liver disease and cirrhosis of liver",
        "Cholangitis",
        "Secondary sclerosing cholangitis",
        "No liver cirrhosis",
        "Liver cirrhosis ruled out",
        "Keine Leberzirrhose",
        "Screening for liver cirrhosis",
        "Father: liver cirrhosis",
        "Hepatitis C without hepatic cirrhosis",
    ],
)
def test_a_text_that_is_wider_or_denies_it(text: str, terminology: Terminology) -> None:
    assert "mask_liver_lasting" not in terminology.diagnosis({"text": text}).groups


@pytest.mark.parametrize(
    ("system", "code"),
    [(ICD10CM, "K74"), (ICD10CM, "K74.0"), (ICD10CM, "K83.0"), (ICD10CM, "K83.09"),
     (ICD10CM, "K70.0"), (ICD10, "K83.0"), (SNOMED, "197279005")],
)  # fmt: skip
def test_liver_disease_that_may_pass(system: str, code: str, terminology: Terminology) -> None:
    found = groups(terminology, system, code)

    assert "mask_liver" in found
    assert "mask_liver_lasting" not in found


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("N18.4", "sec_ckd_4"),
        ("N18.5", "sec_ckd_5"),
        ("N18.6", "sec_ckd_5"),
        ("Z99.2", "sec_dialysis"),
        ("E00.1", "sec_cretinism"),
        ("Z98.84", "sec_bariatric"),
        ("Z51.11", "sec_chemotherapy"),
        ("D51.3", "sec_b12"),
        ("D52.0", "sec_folate"),
        ("E53.8", "sec_b12_folate"),
        ("J12.82", "sec_severe_infection"),
        ("A41.51", "sec_severe_infection"),
        ("K85.90", "sec_pancreatitis"),
        ("T31.20", "sec_burn"),
        ("T07.XXXA", "sec_trauma"),
        ("R57.1", "sec_acute_illness"),
        ("C90.02", "cond_myeloma"),
        ("S72.001A", "cond_fracture"),
        ("S02.0XXA", "cond_fracture"),
        ("E83.59", "cond_nephrocalcinosis_by_text"),
        ("K00.6", "cond_tooth_loss_by_text"),
        ("Z95.1", "cond_status"),
    ],
)
def test_a_code_of_icd_10_cm(code: str, group: str, terminology: Terminology) -> None:
    assert group in groups(terminology, ICD10CM, code)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("Z51.12", "sec_chemotherapy"),  # immunotherapy
        ("Z98.0", "sec_bariatric"),  # any anastomosis
        ("E20.1", "sec_hypoparathyroid"),  # pseudohypoparathyroidism
        ("S02.5XXA", "cond_fracture"),  # a tooth
        ("Z95.1", "sec_cardiac_surgery"),  # a bypass of long ago
        ("E83.59", "cond_nephrocalcinosis"),
        ("N29", "cond_nephrocalcinosis"),
        ("K00.6", "cond_tooth_loss"),
        ("E83.39", "cond_hpp"),
    ],
)
def test_a_code_that_is_wider(code: str, group: str, terminology: Terminology) -> None:
    assert group not in groups(terminology, ICD10CM, code)


@pytest.mark.parametrize(
    ("system", "code"),
    [(ORPHANET, "436"), (SNOMED, "360792001"),
     ("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease", "8837885")],
)  # fmt: skip
def test_hypophosphatasia_by_code(system: str, code: str, terminology: Terminology) -> None:
    assert "cond_hpp" in groups(terminology, system, code)


def test_orphanet_codes_are_written_one_way(engine: Engine) -> None:
    codes = [row.code for row in engine.knowledge.codes if row.system == ORPHANET]

    assert codes
    assert all(code.isdecimal() for code in codes)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Premature deciduous tooth loss", True),
        ("Vorzeitiger Milchzahnverlust", True),
        ("Vorzeitiger Verlust der Milchzähne", True),
        ("Perte précoce des dents temporaires", True),
        ("Exfoliación temprana de los dientes primarios", True),
        ("Perda prematura de dentes decíduos", True),
        ("Perdita precoce dei denti da latte", True),
        ("乳歯早期脱落", True),
        ("Vorzeitiger Zahndurchbruch", False),
        ("Premature eruption of teeth", False),
        ("Delayed eruption, no premature loss of teeth", False),
        ("Kein vorzeitiger Milchzahnverlust", False),
    ],
)
def test_a_wide_code_of_teeth_counts_where_its_text_says_early_loss(
    text: str, counts: bool, terminology: Terminology
) -> None:
    said = {"coding": [{"system": ICD10, "code": "K00.6"}], "text": text}

    assert ("cond_tooth_loss" in terminology.diagnosis(said).groups) is counts


@pytest.mark.parametrize(
    ("text", "is_family"),
    [
        ("História familiar de doença celíaca", True),
        ("Ärftlighet för celiaki", True),
        ("Antécédent familial de maladie cœliaque", True),
        ("Familiarità per celiachia", True),
        ("Zöliakie familiär bekannt", True),
        ("Maladie cœliaque, pas d'antécédent familial", False),
        ("Zöliakie", False),
    ],
)
def test_a_coded_diagnosis_that_its_text_gives_to_the_family(
    text: str, is_family: bool, terminology: Terminology
) -> None:
    said = {"coding": [{"system": ICD10, "code": "K90.0"}], "text": text}

    assert terminology.diagnosis(said).is_family is is_family
