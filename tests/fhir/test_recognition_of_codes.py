"""Code systems by any of their addresses, and codes as real records write them."""

from __future__ import annotations

import pytest

from service.fhir.systems import (
    LONGEST_CODE,
    broader,
    is_atc_substance,
    is_loinc,
    spellings,
    system_key,
)
from tests.fhir.ask import engine

CODES = engine().terminology.vocabulary.codes
ICD10CM, ICD10 = "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"
SNOMED, ORPHANET = "http://snomed.info/sct", "http://www.orpha.net"


@pytest.mark.parametrize(
    "address",
    [
        "http://loinc.org", "https://loinc.org", "http://loinc.org/", "https://LOINC.org//",
        "HTTP://LOINC.ORG", "http://www.loinc.org", "http://loinc.org|2.77", " http://loinc.org ",
        "http://loinc .org", "loinc.org", "urn:oid:2.16.840.1.113883.6.1",
        "2.16.840.1.113883.6.1", "URN:OID:2.16.840.1.113883.6.1", "urn:oid:2.16.840.1.113883.6.1/",
    ],
)  # fmt: skip
def test_a_system_is_known_by_any_of_its_addresses(address: str) -> None:
    assert CODES.system(address) == "loinc"


@pytest.mark.parametrize(
    "address",
    [
        "http://snomed.info/sct", "https://snomed.info/sct/", "urn:oid:2.16.840.1.113883.6.96",
        "http://snomed.info/sct/900000000000207008", "http://snomed.info/sct|20230131",
        "http://snomed.info/sct/999000021000000109/version/20230412",
    ],
)  # fmt: skip
def test_snomed_is_known_in_every_edition(address: str) -> None:
    assert CODES.system(address) == "snomed"


@pytest.mark.parametrize(
    "address",
    ["", "urn:oid:", "http://", "http://loinc.org.example.org", "http://example.org/loinc.org",
     "urn:oid:2.16.840.1.113883.6.11", "http://snomed.info/sctx", "x" * 100_000],
)  # fmt: skip
def test_another_address_is_another_system(address: str) -> None:
    assert CODES.system(address) not in {"loinc", "snomed"}
    assert len(system_key(address)) <= 256


@pytest.mark.parametrize(
    ("address", "code", "groups"),
    [
        (ICD10CM, "M84.375A", {"cond_stress_fracture", "cond_stress_fracture_foot"}),
        (ICD10CM, "M84375A", {"cond_stress_fracture", "cond_stress_fracture_foot"}),
        (ICD10CM, "m84.375a", {"cond_stress_fracture", "cond_stress_fracture_foot"}),
        (ICD10, "M88", {"cond_paget"}),
        (ICD10, "M88.0-", {"cond_paget"}),
        (ICD10, "M88.0*", {"cond_paget"}),
        (ICD10, "M88.0†", {"cond_paget"}),
        (ICD10, "M88.0+", {"cond_paget"}),
        (ICD10, "M88.0!", {"cond_paget"}),
        (ICD10, "M8", set()),
        (ICD10, "M87.9", set()),
        (SNOMED, "360792001", {"cond_hpp"}),
        (SNOMED, " 360792001 ", {"cond_hpp"}),
        (SNOMED, "360792001 |Hypophosphatasia|", {"cond_hpp"}),
        (SNOMED, "30174008:246112005=24484000", {"cond_hpp_childhood"}),
        (SNOMED, "=== 30174008 |Childhood hypophosphatasia| : 1=2", {"cond_hpp_childhood"}),
        (SNOMED, "(30174008)", {"cond_hpp_childhood"}),
        (SNOMED, "64572001+30174008", {"cond_hpp_childhood"}),
        (SNOMED, "64572001 |Disease: any| + 30174008 : 1=2", {"cond_hpp_childhood"}),
        (SNOMED, "64572001 |Disease, not 30174008|", set()),
        (SNOMED, "64572001 : 246075003 = 30174008", set()),
        (SNOMED, "243796009:{363589002=360792001}", set()),
        (SNOMED, "3607920011", set()),
        (ORPHANET, "436", {"cond_hpp"}),
        (ORPHANET, "ORPHA:436", {"cond_hpp"}),
        (ORPHANET, "Orphanet_436", {"cond_hpp"}),
        (ORPHANET, "4360", set()),
        ("https://dmd.nhs.uk", "360792001", {"cond_hpp"}),
        ("https://dmd.nhs.uk/", "360792001", {"cond_hpp"}),
        ("http://www.omim.org", "MIM:241510", {"cond_hpp_childhood"}),
        ("http://www.omim.org", "#241510", {"cond_hpp_childhood"}),
        ("http://www.whocc.no/atc", "m05ba04", {"bp_alendronate", "bp_class"}),
        ("http://www.whocc.no/atc", "M05 BA 04", {"bp_alendronate", "bp_class"}),
        ("http://www.whocc.no/atc", "M05BA", {"bp_class"}),
        ("urn:oid:1.2.208.176.2.4", "DK900", {"sec_coeliac"}),
        ("1.2.208.176.2.4", "DK90.0", {"sec_coeliac"}),
        ("urn:oid:1.2.208.176.2.4", "K900", set()),
        ("http://www.saude.gov.br/fhir/r4/CodeSystem/BRCID10", "K90.0", {"sec_coeliac"}),
        ("http://hl7.org/fhir/sid/icd-10-no", "K900", {"sec_coeliac"}),
        ("urn:oid:2.16.578.1.12.4.1.1.7110", "K90.0", {"sec_coeliac"}),
    ],
)
def test_a_code_is_read_as_its_system_writes_codes(
    address: str, code: str, groups: set[str]
) -> None:
    assert groups == CODES.groups_of(address, code)


@pytest.mark.parametrize("national", ["icd10gm", "icd10am", "icd10ca", "icd10nl"])
def test_a_national_modification_is_read_like_icd_10_where_the_code_is_the_same(
    national: str,
) -> None:
    assert ("icd10", "E833") in spellings(national, "E83.3-")


@pytest.mark.parametrize(
    ("address", "code", "groups"),
    [
        ("urn:oid:1.2.276.0.76.5.482", "M05BA04", {"bp_alendronate", "bp_class"}),
        ("1.2.276.0.76.5.409", "M81.0", {"cond_osteoporosis"}),
        ("urn:oid:1.2.276.0.76.5.114", "514", set()),
        ("urn:oid:1.2.276.0.76.55.409", "M81.0", set()),
        ("urn:oid:1.2.246.537.6.32", "M05BA04", {"bp_alendronate", "bp_class"}),
        ("urn:oid:1.2.246.537.6.32.2007", "M05BA", {"bp_class"}),
        ("urn:oid:1.2.752.129.2.2.3.1.1", "M05BA04", {"bp_alendronate", "bp_class"}),
        ("2.16.578.1.12.4.1.1.7180", "m05bx04", {"ar_denosumab"}),
        ("https://example.org/CodeSystem/ATC", "M05BA08", {"bp_zoledronate", "bp_class"}),
        ("", "M05BA08", {"bp_zoledronate", "bp_class"}),
        ("https://example.org/local", "M05BA", set()),
        ("https://example.org/local", "M81.0", set()),
        ("LN", "6768-6", {"alp_total"}),
        ("LOINC", "6768-6", {"alp_total"}),
        ("SCT", "88810008", {"alp_total"}),
        ("WC", "M05BA04", {"bp_alendronate", "bp_class"}),
        ("I10C", "M81.0", {"cond_osteoporosis"}),
        ("http://snomed.info/id", "88810008", {"alp_total"}),
    ],
)
def test_a_national_address_or_the_letters_of_hl7_v2_name_a_system(
    address: str, code: str, groups: set[str]
) -> None:
    """Each country has its own addresses for the ATC index; no other code is written like it."""
    assert groups == CODES.groups_of(address, code)


NDC = "http://hl7.org/fhir/sid/ndc"


@pytest.mark.parametrize(
    "code",
    ["55513-0730-01", "55513073001", "55513-730-01", "55513-730", "5551373001", "55513-0730",
     "55513-730-1", " 55513-730-01 ", "55513-0730-**"],
)  # fmt: skip
def test_a_national_drug_code_is_known_in_ten_and_eleven_digits(code: str) -> None:
    """Xgeva: labeler and product decide, the pack does not."""
    assert {"ar_denosumab"} == CODES.groups_of(NDC, code)


@pytest.mark.parametrize("code", ["55513-0731-01", "5551307310", "555130730011", "55513", "", "-"])
def test_another_national_drug_code_is_another_product(code: str) -> None:
    assert CODES.groups_of(NDC, code) == frozenset()


@pytest.mark.parametrize("code", ["0078-0435-61", "78-435", "00078-0435"])
def test_parts_of_a_national_drug_code_are_filled_up_with_zeros(code: str) -> None:
    assert [spelt for _, spelt in spellings("ndc", code)] == ["000780435"]


def test_ten_digits_may_have_been_cut_in_three_ways() -> None:
    assert [code for _, code in spellings("ndc", "1234567890")] == [
        "012345678",
        "123450678",
        "123456789",
    ]


@pytest.mark.parametrize("name", ["icd10cm", "atc", "ndc", "snomed", "loinc", "orphanet", "other"])
def test_a_code_is_cut_before_anything_is_made_of_it(name: str) -> None:
    """Hazard C9: one code of 665,000 characters took half a minute."""
    found = spellings(name, "E839" * 200_000)

    assert all(len(code) <= LONGEST_CODE for _, code in found)
    assert all(len(list(broader(name, code))) <= LONGEST_CODE for _, code in found)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("6768-6", True), (" 6768-6 ", True), ("1783-0", True), ("77141-0", True), ("6768-5", False),
     ("LP15346-7", False), ("LAB-1", False), ("6768", False),
     ("06768-6", False), ("", False), ("٦768-6", False)],
)  # fmt: skip
def test_a_loinc_code_has_its_check_digit(code: str, expected: bool) -> None:
    assert is_loinc(code) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("M05BA04", True), ("m05ba04", True), ("N02BA01", True), ("M05BA", False), ("M05BA0", False),
     ("", False), ("1191", False)],
)  # fmt: skip
def test_a_substance_has_an_atc_code_of_seven_characters(code: str, expected: bool) -> None:
    assert is_atc_substance(code) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://www.nlm.nih.gov/research/umls/rxnorm/", True),
        ("https://dmd.nhs.uk", True),
        ("http://fhir.de/CodeSystem/ifa/pzn", False),
        ("urn:x", False),
    ],
)
def test_a_system_we_know_of_is_not_one_whose_codes_we_list(address: str, expected: bool) -> None:
    assert CODES.lists(address) is expected


@pytest.mark.parametrize(
    ("code", "groups"),
    [
        ("E44.0", {"sec_malnutrition"}),
        ("R64", {"sec_malnutrition"}),
        ("F50.0", {"sec_malnutrition"}),
        ("K91.2", {"sec_malnutrition"}),
        ("E89.0", {"sec_hypothyroid"}),
        ("E06.3", {"sec_hypothyroid"}),
        ("R65.3!", {"sec_acute_illness"}),
        ("T32.1", {"sec_burn"}),
    ],
)
def test_what_icd_10_has_too_is_known_there(code: str, groups: set[str]) -> None:
    """Countries other than the United States code with it, or with an edition of their own."""
    assert CODES.groups_of("http://hl7.org/fhir/sid/icd-10", code) == groups
    assert CODES.groups_of("http://fhir.de/CodeSystem/bfarm/icd-10-gm", code) == groups
