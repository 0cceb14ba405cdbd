"""The words of the tables and the codes an EHR sends for them.

One code for each word, of the system in which such a thing usually comes.  A word that is not
listed is an error, so that a spelling mistake never becomes a patient without findings.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.fhir import build
from tests.fhir.build import ATC, ICD10CM, LOINC, RXNORM, SNOMED, Json

# The second member is a code; with the system "" it is text without any coding.
Coded = tuple[str, str]

ALP_TESTS: Mapping[str, Coded] = {
    "ALP": (LOINC, "6768-6"),
    "ALP (whole blood)": (LOINC, "1783-0"),
    "ALP (UK code)": (SNOMED, "1000621000000104"),
    "ALP (only the text Alk Phos)": ("", "Alk Phos"),
    "ALP (only the text ALP heat stable)": ("", "ALP heat stable"),
    "a local code": ("urn:oid:1.2.3.4.5", "LAB77"),
    "the text AFX": ("", "AFX"),
    "bone ALP": (LOINC, "1777-2"),
    "bone ALP (mass)": (LOINC, "17838-4"),
    "liver ALP": (LOINC, "1779-8"),
    "bone ALP share": (LOINC, "15013-6"),
}
LAB_TESTS: Mapping[str, Coded] = {
    "PLP": (LOINC, "62236-5"),
    "PLP (mass)": (LOINC, "30552-4"),
    "urine PEA": (LOINC, "28604-7"),
    "calcium": (LOINC, "2000-8"),
    "corrected calcium": (LOINC, "29265-6"),
    "potassium": (LOINC, "2823-3"),
    "TSH": (LOINC, "3016-3"),
    "gamma-GT": (LOINC, "2324-2"),
    "zinc": (LOINC, "14955-9"),
    "magnesium": (LOINC, "2601-3"),
    "vitamin B12": (LOINC, "14685-2"),
    "folate": (LOINC, "14732-2"),
    "haemoglobin": (LOINC, "718-7"),
    "albumin": (LOINC, "1751-7"),
    "prealbumin": (LOINC, "14338-8"),
    "25-OH vitamin D": (LOINC, "14635-7"),
    "ceruloplasmin": (LOINC, "2064-4"),
    "eGFR": (LOINC, "33914-3"),
    "body mass index": (LOINC, "39156-5"),
    "ALPL variant": (LOINC, "69548-6"),
}
GENE_STUDIED, SIGNIFICANCE_CODE = (LOINC, "48018-6"), (LOINC, "53037-8")
ALPL_GENE: Coded = ("http://www.genenames.org", "HGNC:438")
SIGNIFICANCES: Mapping[str, Coded] = {
    "pathogenic": (LOINC, "LA6668-3"),
    "likely pathogenic": (LOINC, "LA26332-9"),
    "uncertain significance": (LOINC, "LA26333-7"),
    "likely benign": (LOINC, "LA26334-5"),
    "benign": (LOINC, "LA6675-8"),
    "no variant found": ("", "No variant found"),
}

DRUGS: Mapping[str, Coded] = {
    "alendronate": (RXNORM, "46041"),
    "risedronate": (ATC, "M05BA07"),
    "ibandronate tablet": ("", "ibandronic acid 150 mg tablet"),
    "ibandronate injection": ("", "ibandronic acid 3 mg in prefilled syringe for injection"),
    "zoledronate": (RXNORM, "77655"),
    "pamidronate": (RXNORM, "11473"),
    "denosumab": (RXNORM, "993449"),
    "raloxifene": (RXNORM, "72143"),
    "bazedoxifene": (ATC, "G03XC02"),
    "calcitonin": (ATC, "H05BA01"),
    "strontium ranelate": (ATC, "M05BX03"),
    "romosozumab": (RXNORM, "2123126"),
    "teriparatide": (RXNORM, "32915"),
    "abaloparatide": (ATC, "H05AA04"),
    "burosumab": (ATC, "M05BX05"),
    "asfotase alfa": (RXNORM, "1720270"),
    "estradiol": (ATC, "G03CA03"),
    "prednisone": (RXNORM, "8640"),
    "fenofibrate": (RXNORM, "8703"),
    "cinacalcet": (ATC, "H05BX01"),
    "penicillamine": (ATC, "M01CC01"),
    "colecalciferol": (RXNORM, "2418"),
    "levothyroxine": (RXNORM, "10582"),
    "pyridoxine": (ATC, "A11HA02"),
    "a bisphosphonate (class only)": (ATC, "M05BA"),
    "alendronate with colecalciferol": (ATC, "M05BB03"),
    "etidronate": (ATC, "M05BA01"),
    "tiludronate": (ATC, "M05BA05"),
    "clodronate": (ATC, "M05BA02"),
    "neridronate": ("", "neridronate"),
    "etelcalcetide": (ATC, "H05BX04"),
    "methotrexate for cancer": (ATC, "L01BA01"),
    "multivitamin": (ATC, "A11AA03"),
    "aspirin": (RXNORM, "1191"),
    "atorvastatin": (RXNORM, "83367"),
    "the brand name Fosamax": ("", "Fosamax 70 mg"),
    "the brand name Xgeva": ("", "Xgeva 120 mg/1.7 mL"),
}
# An order that points at a Medication which was not sent: nobody can tell the drug.
UNKNOWN_DRUG = "a drug that was not sent along"

CONDITIONS: Mapping[str, Coded] = {
    "hypophosphatasia": (SNOMED, "360792001"),
    "childhood hypophosphatasia": (SNOMED, "30174008"),
    "hypophosphatasia (only as text)": ("", "Hypophosphatasia, adult form"),
    "E83.39": (ICD10CM, "E83.39"),
    "X-linked hypophosphataemia (only as text)": ("", "X-linked hypophosphataemia"),
    "osteoporosis": (SNOMED, "64859006"),
    "atypical femoral fracture": (SNOMED, "890095006"),
    "fracture": (SNOMED, "125605004"),
    "stress fracture of the tibia": (SNOMED, "442205007"),
    "stress fracture of the foot": (ICD10CM, "M84.374A"),
    "march fracture": (SNOMED, "263253007"),
    "nonunion of a fracture": (SNOMED, "302941001"),
    "chondrocalcinosis": (SNOMED, "239832006"),
    "nephrocalcinosis": (SNOMED, "48638002"),
    "tooth loss": (SNOMED, "25540007"),
    "rickets": (SNOMED, "41345002"),
    "osteomalacia": (SNOMED, "4598005"),
    "craniosynostosis": (SNOMED, "57219006"),
    "pyridoxine-responsive seizures": (SNOMED, "734434007"),
    "zinc deficiency": (SNOMED, "73281004"),
    "malnutrition": (SNOMED, "65404009"),
    "coeliac disease": (SNOMED, "396331005"),
    "hypothyroidism": (SNOMED, "40930008"),
    "kidney disease stage 3": (ICD10CM, "N18.30"),
    "kidney disease stage 4": (SNOMED, "431857002"),
    "kidney disease stage 5": (SNOMED, "433146000"),
    "dialysis": (ICD10CM, "Z99.2"),
    "hypoparathyroidism": (SNOMED, "36976004"),
    "Cushing syndrome": (SNOMED, "47270006"),
    "sepsis": (SNOMED, "91302008"),
    "pregnancy": (SNOMED, "77386006"),
    "chronic liver disease": (SNOMED, "328383001"),
    "bone metastasis": (SNOMED, "94222008"),
    "myeloma": (SNOMED, "109989006"),
    "Paget disease": (SNOMED, "2089002"),
    "hypercalcaemia": (SNOMED, "66931009"),
    "hypercalcaemia of malignancy": (SNOMED, "47709007"),
    "hypertension": (SNOMED, "38341003"),
    "family history of hypophosphatasia": ("", "Family history of hypophosphatasia"),
    "bypass operation in the past (Z95.1)": (ICD10CM, "Z95.1"),
    "fracture of the femur, later visit": (ICD10CM, "S72.001D"),
    "fracture of the femur, sequela": (ICD10CM, "S72.001S"),
    "severe infection": (ICD10CM, "A41.9"),
    "multiple organ failure": (SNOMED, "57653000"),
    "acute pancreatitis": (ICD10CM, "K85.90"),
    "burn": (ICD10CM, "T31.4"),
    "major trauma": (ICD10CM, "T07.XXXA"),
    "primary biliary cholangitis": (SNOMED, "31712002"),
    "cirrhosis of the liver": (ICD10CM, "K74.60"),
    "liver cirrhosis (only as text)": ("", "Liver cirrhosis"),
    "no liver cirrhosis (only as text)": ("", "No liver cirrhosis"),
    "magnesium deficiency": (SNOMED, "190855004"),
    "vitamin B12 deficiency": (SNOMED, "190634004"),
    "folate deficiency": (SNOMED, "190633005"),
    "deficiency of B vitamins (E53.8)": (ICD10CM, "E53.8"),
    "pernicious anaemia": (SNOMED, "84027009"),
    "severe anaemia": (SNOMED, "306058006"),
    "cretinism": (SNOMED, "75065003"),
    "vitamin D excess": (SNOMED, "27712000"),
    "milk-alkali syndrome": (SNOMED, "57557005"),
    "Wilson disease": (SNOMED, "88518009"),
    "achondroplasia": (SNOMED, "86268005"),
    "renal osteodystrophy": (SNOMED, "16726004"),
    "scurvy": (SNOMED, "76169001"),
    "chronic myeloid leukaemia": (SNOMED, "92818009"),
    "bariatric surgery in the past (Z98.84)": (ICD10CM, "Z98.84"),
    "chemotherapy session": (ICD10CM, "Z51.11"),
}
PROCEDURES: Mapping[str, Coded] = {
    "coronary bypass": (SNOMED, "232717009"),
    "red cell transfusion": (SNOMED, "116863004"),
    "colonoscopy": (SNOMED, "73761001"),
    "hip replacement": (SNOMED, "52734007"),
    "chemotherapy": (SNOMED, "367336001"),
    "gastric bypass": (SNOMED, "430715008"),
}

# The UCUM code that goes with a printed unit; a unit that is not here is sent as text only.
UNIT_CODES: Mapping[str, str] = {
    **{unit: unit for unit in ("U/L", "mU/mL", "ukat/L", "nkat/L", "g/L", "kg/m2", "mg")},
    **{unit: unit for unit in ("nmol/L", "umol/L", "mmol/L", "pmol/L", "ug/L", "mg/dL", "%")},
    "mIU/L": "m[IU]/L",
    "mL/min/1.73m2": "mL/min/{1.73_m2}",
}


def concept(coded: Coded, text: str = "") -> Json:
    """A CodeableConcept of one coding, or of text alone."""
    system, code = coded
    if not system:
        return {"text": code}
    return build.concept(code, system, **({"text": text} if text else {}))
