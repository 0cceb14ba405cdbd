"""Codes for the plain names of conditions, drugs, procedures and tests.

Only for the comparison with the engine.  Every code is one that the shipped value sets show with
this meaning; where a name has several forms the patient says which.  A bare word is text alone.
"""

Coded = tuple[str, str]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
GENE_NAMES = "http://www.genenames.org"
UCUM = "http://unitsofmeasure.org"
TEXT = ""
GENE = (GENE_NAMES, "HGNC:438")

CONDITION_CODES: dict[str, tuple[Coded, ...]] = {
    "hpp": ((SNOMED, "360792001"), (SNOMED, "20756002"), (TEXT, "Hypophosphatasia")),
    "family_history_hpp": (
        (TEXT, "Family history of hypophosphatasia"),
        (TEXT, "FHx hypophosphatasia (sister)"),
        (TEXT, "Hypophosphatasia, familial history"),
    ),
    "aff": ((ICD10CM, "M84.750"), (SNOMED, "890095006")),
    "stress_fracture_foot": ((ICD10CM, "M84.374A"), (SNOMED, "263253007")),
    "fracture": ((SNOMED, "125605004"), (ICD10CM, "M80.08XA"), (ICD10CM, "M84.40XA")),
    "fracture_nonunion": ((SNOMED, "302941001"), (SNOMED, "134194006")),
    "tooth_loss": (
        (SNOMED, "25540007"),
        (ICD10CM, "K08.0"),
        (ICD10CM, "K00.6 Premature loss of primary teeth"),
    ),
    "chondrocalcinosis": ((SNOMED, "239832006"), (ICD10CM, "M11.20")),
    "nephrocalcinosis": ((SNOMED, "48638002"), (ICD10CM, "E83.59 Nephrocalcinosis")),
    "craniosynostosis": ((SNOMED, "57219006"), (ICD10CM, "Q75.0")),
    "rickets": ((SNOMED, "41345002"), (ICD10CM, "E55.0"), (TEXT, "Rickets")),
    "sec_zinc": ((SNOMED, "73281004"), (ICD10CM, "E60")),
    "sec_magnesium": ((SNOMED, "190855004"), (ICD10CM, "E61.2")),
    "sec_b12": ((SNOMED, "64117007"), (ICD10CM, "D51.9")),
    "sec_folate": ((SNOMED, "85649008"), (ICD10CM, "D52.9")),
    "sec_b12_folate": ((ICD10CM, "E53.8"),),
    "sec_pernicious_anaemia": ((SNOMED, "84027009"), (ICD10CM, "D51.0")),
    "sec_severe_anaemia": ((SNOMED, "306058006"),),
    "sec_malnutrition": ((SNOMED, "65404009"), (ICD10CM, "E43")),
    "sec_hypothyroid": ((SNOMED, "40930008"), (ICD10CM, "E03.9")),
    "sec_cretinism": ((SNOMED, "75065003"), (ICD10CM, "E00.9")),
    "sec_ckd_4": ((SNOMED, "431857002"), (ICD10CM, "N18.4")),
    "sec_ckd_5": ((SNOMED, "433146000"), (ICD10CM, "N18.6"), (ICD10CM, "Z99.2")),
    "sec_ckd_other": ((SNOMED, "16726004"), (ICD10CM, "N25.0")),
    "sec_hypervitaminosis_d": ((SNOMED, "27712000"), (ICD10CM, "E67.3")),
    "sec_achondroplasia": ((SNOMED, "86268005"), (ICD10CM, "Q77.4")),
    "sec_wilson": ((SNOMED, "88518009"), (ICD10CM, "E83.01")),
    "sec_hypoparathyroid": ((SNOMED, "36976004"), (ICD10CM, "E20.9")),
    "sec_bariatric": ((ICD10CM, "Z98.84"),),
    "sec_coeliac": ((SNOMED, "396331005"), (ICD10CM, "K90.0")),
    "sec_cushing": ((SNOMED, "47270006"), (ICD10CM, "E24.9")),
    "sec_cml": ((SNOMED, "92818009"),),
    "sec_scurvy": ((SNOMED, "76169001"), (ICD10CM, "E54")),
    "sec_acute_illness": ((SNOMED, "91302008"), (ICD10CM, "A41.9"), (ICD10CM, "T07.XXXA")),
    "bypass_status": ((ICD10CM, "Z95.1"),),
    "chemotherapy": ((ICD10CM, "Z51.11"),),
    "mask_pregnancy": ((SNOMED, "77386006"), (ICD10CM, "Z34.90")),
    "mask_liver": ((SNOMED, "328383001"), (ICD10CM, "K76.9"), (SNOMED, "197279005")),
    "mask_liver_lasting": ((SNOMED, "31712002"), (SNOMED, "19943007"), (ICD10CM, "K74.60")),
    "bone_metastasis": ((SNOMED, "94222008"), (ICD10CM, "C79.51")),
    "myeloma": ((SNOMED, "109989006"), (ICD10CM, "C90.00")),
    "paget": ((SNOMED, "2089002"),),
    "hypercalcaemia_plain": ((SNOMED, "66931009"), (ICD10CM, "E83.52")),
    "hypercalcaemia_of_malignancy": ((SNOMED, "47709007"),),
    "decoy_calcium_disorder": ((ICD10CM, "E83.59 Other disorders of calcium metabolism"),),
    "decoy_tooth_eruption": ((ICD10CM, "K00.6 Disturbances in tooth eruption"),),
    "decoy_pyridoxine": ((ICD10CM, "E53.1"),),
    "decoy_pyridoxine_epilepsy": ((SNOMED, "734434007"),),
    "decoy_phosphorus": ((ICD10CM, "E83.39 Other disorders of phosphorus metabolism"),),
    "decoy_osteomalacia": ((SNOMED, "4598005"),),
}

# Codes of a later visit and of a sequela.
EVENT_CODES: dict[tuple[str, str], tuple[Coded, ...]] = {
    ("fracture", "later"): tuple((ICD10CM, f"M80.08X{letter}") for letter in "DGKP"),
    ("fracture", "status"): ((ICD10CM, "M80.08XS"),),
    ("sec_acute_illness", "later"): ((ICD10CM, "T07.XXXD"),),
    ("sec_acute_illness", "status"): ((ICD10CM, "T07.XXXS"),),
}

DRUG_CODES: dict[str, tuple[Coded, ...]] = {
    "bp_alendronate": ((RXNORM, "46041"),),
    "bp_risedronate": ((RXNORM, "73056"),),
    "bp_ibandronate_oral": ((RXNORM, "904932 ibandronic acid 150 MG Oral Tablet"),),
    "bp_ibandronate_injected": ((RXNORM, "904952 3 ML ibandronic acid 1 MG/ML Prefilled Syringe"),),
    "bp_zoledronate": ((RXNORM, "77655"),),
    "bp_pamidronate": ((RXNORM, "11473"),),
    "ar_denosumab": ((RXNORM, "993449"),),
    "ar_serm_raloxifene": ((RXNORM, "72143"),),
    "ar_calcitonin": ((ATC, "H05BA01"),),
    "bone_romosozumab": ((RXNORM, "2123126"),),
    "bone_teriparatide": ((RXNORM, "32915"),),
    "bone_abaloparatide": ((RXNORM, "1921069"),),
    "ert_asfotase": ((RXNORM, "1720270"),),
    "drugalp_oestrogen": ((RXNORM, "197658"), (ATC, "G03CA03")),
    "drugalp_glucocorticoid": ((RXNORM, "8640"),),
    "drugalp_fibrate": ((RXNORM, "8703"),),
    "drugalp_chemotherapy": ((ATC, "L01XA01"), (ATC, "L01CD01")),
    "drugalp_vitd": ((RXNORM, "2418"),),
    "drugalp_thyroid": ((RXNORM, "10582"),),
    "drug_b6": ((ATC, "A11HA02"),),
    "drug_b_complex": ((ATC, "A11EA"), (ATC, "A11DB")),
    "drug_multivitamin": ((ATC, "A11AA03"), (ATC, "A11BA")),
}
PROCEDURE_CODES: dict[str, Coded] = {
    "sec_cardiac_surgery": (SNOMED, "232717009"),
    "sec_transfusion": (SNOMED, "116863004"),
    "sec_major_surgery": (SNOMED, "52734007"),
    "chemotherapy": (SNOMED, "367336001"),
    "bp_zoledronate": (HCPCS, "J3489"),
    "ar_denosumab": (HCPCS, "J0897"),
}
LAB_CODES: dict[tuple[str, str | None], str] = {
    ("alp", None): "6768-6",
    ("potassium", None): "2823-3",
    ("calcium", "mmol/L"): "2000-8",
    ("calcium", "mg/dL"): "17861-6",
    ("calcium_corrected", None): "29265-6",
    ("tsh", None): "3016-3",
    ("plp", "nmol/L"): "62236-5",
    ("plp", "ug/L"): "30552-4",
    ("pea", None): "28604-7",
    ("ggt", None): "2324-2",
    ("egfr", None): "62238-1",
    ("b12", None): "14685-2",
    ("folate", None): "14732-2",
    ("zinc", None): "14955-9",
    ("magnesium", None): "2601-3",
    ("25ohd", None): "14635-7",
    ("haemoglobin", None): "718-7",
    ("albumin", None): "1751-7",
    ("prealbumin", None): "14338-8",
    ("bmi", None): "39156-5",
    ("variant", None): "69548-6",
    ("gene", None): "48018-6",
    ("significance", None): "53037-8",
}

# As written by a sender whose text is not UCUM: the code differs, or there is none.
UCUM_CODES = {"mIU/L": "m[IU]/L", "IU/L": None}


def condition_code(group: str, event: str, form: int) -> Coded:
    """The code of a condition, in one of its forms."""
    forms = EVENT_CODES.get((group, event)) or CONDITION_CODES[group]
    return forms[form % len(forms)]


def drug_code(group: str, form: int) -> Coded:
    """The code of a drug, in one of its forms."""
    forms = DRUG_CODES[group]
    return forms[form % len(forms)]
