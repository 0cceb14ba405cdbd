"""A plain patient as a CDS Hooks 2.0 order-sign request in FHIR R4.

Only for the comparison with the engine: the request says what the plain patient says, with one
code per concept group. Every code here is a row with verified=yes in the code list.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Resource = dict[str, Any]

PATIENT_ID = "ZZPHI-1"
SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
GENE_NAMES = "http://www.genenames.org"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

CONDITION_CODES = {
    "hpp": (SNOMED, "360792001"),
    "aff": (ICD10CM, "M84.750"),
    "stress_fracture_foot": (ICD10CM, "M84.374A"),
    "fracture": (SNOMED, "125605004"),
    "fracture_nonunion": (SNOMED, "302941001"),
    "tooth_loss": (SNOMED, "25540007"),
    "chondrocalcinosis": (SNOMED, "239832006"),
    "nephrocalcinosis": (SNOMED, "48638002"),
    "craniosynostosis": (SNOMED, "57219006"),
    "rickets": (SNOMED, "41345002"),
    "b6_seizures": (SNOMED, "734434007"),
    "sec_zinc": (SNOMED, "73281004"),
    "sec_malnutrition": (SNOMED, "65404009"),
    "sec_hypothyroid": (SNOMED, "40930008"),
    "sec_ckd_lowturnover": (SNOMED, "433146000"),
    "sec_acute_illness": (SNOMED, "91302008"),
    "mask_pregnancy": (SNOMED, "77386006"),
    "mask_liver": (SNOMED, "328383001"),
    "bone_metastasis": (SNOMED, "94222008"),
    "myeloma": (SNOMED, "109989006"),
    "paget": (SNOMED, "2089002"),
    "hypercalcaemia_plain": (SNOMED, "66931009"),
    "hypercalcaemia_of_malignancy": (SNOMED, "47709007"),
}
DRUG_CODES = {
    "bp_alendronate": (RXNORM, "46041"),
    "bp_zoledronate": (RXNORM, "77655"),
    "bp_pamidronate": (RXNORM, "11473"),
    "ar_denosumab": (RXNORM, "993449"),
    "ar_serm_raloxifene": (RXNORM, "72143"),
    "ar_calcitonin": (ATC, "H05BA01"),
    "bone_romosozumab": (RXNORM, "2123126"),
    "bone_teriparatide": (RXNORM, "32915"),
    "ert_asfotase": (RXNORM, "1720270"),
    "drugalp_oestrogen": (RXNORM, "197658"),
    "drugalp_glucocorticoid": (RXNORM, "8640"),
    "drugalp_fibrate": (RXNORM, "8703"),
    "drugalp_vitd": (RXNORM, "2418"),
    "drugalp_thyroid": (RXNORM, "10582"),
    "drug_b6": (ATC, "A11HA02"),
}
PROCEDURE_CODES = {
    "sec_cardiac_surgery": (SNOMED, "232717009"),
    "sec_transfusion": (SNOMED, "116863004"),
}
LAB_CODES = {
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
    ("variant", None): "69548-6",
    ("gene", None): "48018-6",
    ("significance", None): "53037-8",
}
GENE = (GENE_NAMES, "HGNC:438")

# As written by a sender whose text is not UCUM: the code differs, or there is none.
UCUM_CODES = {"mIU/L": "m[IU]/L", "IU/L": None}


def concept(coded: tuple[str, str]) -> Resource:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": coded[0], "code": coded[1]}]}


def lab_concept(code: str, unit: str | None = None) -> Resource:
    """The LOINC code of a result; calcium and PLP have one per kind of unit."""
    return concept((LOINC, LAB_CODES.get((code, unit)) or LAB_CODES[(code, None)]))


def quantity(value: Any, unit: str, comparator: str | None = None) -> Resource:
    """A Quantity; the UCUM code where there is one, else the unit text alone."""
    written: Resource = {"value": value, "unit": unit}
    if comparator is not None:
        written["comparator"] = comparator
    code = UCUM_CODES.get(unit, unit)
    if code is not None:
        written |= {"system": UCUM, "code": code}
    return written


def without_none(resource: Resource) -> Resource:
    """The resource without the elements that are not there."""
    return {name: value for name, value in resource.items() if value is not None}


def day(value: date | None) -> str | None:
    """YYYY-MM-DD."""
    return None if value is None else value.isoformat()


def laboratory(identity: str, status: str, when: date | None, specimen: str | None) -> Resource:
    """What every laboratory Observation has."""
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": status,
        "category": [concept((f"{TERMINOLOGY}/observation-category", "laboratory"))],
        "subject": SUBJECT,
        "effectiveDateTime": day(when),
        "specimen": None if specimen is None else {"reference": f"Specimen/{specimen}"},
    }


def alp_observation(identity: str, result: dict[str, Any]) -> Resource:
    """A total ALP result with its printed lower limit."""
    base = laboratory(identity, result["status"], result["date"], result["specimen"])
    low, unit = result["low"], result["unit"]
    return without_none(
        base
        | {
            "code": lab_concept("alp"),
            "valueQuantity": quantity(result["value"], unit, result["comparator"]),
            "referenceRange": None if low is None else [{"low": quantity(low, unit)}],
        }
    )


def gene_observation(identity: str, lab: dict[str, Any]) -> Resource:
    """A genetic variant assessment with the gene and the significance as components."""
    base = laboratory(identity, lab["status"], lab["date"], lab["specimen"])
    found = (("gene", GENE), ("significance", (LOINC, lab["significance"])))
    components = [
        {"code": lab_concept(name), "valueCodeableConcept": concept(coded)} for name, coded in found
    ]
    return without_none(base | {"code": lab_concept("variant"), "component": components})


def lab_observation(identity: str, lab: dict[str, Any]) -> Resource:
    """Any other laboratory result with its printed upper limit."""
    if lab["code"] == "alpl":
        return gene_observation(identity, lab)
    base = laboratory(identity, lab["status"], lab["date"], lab["specimen"])
    high, unit = lab["high"], lab["unit"]
    return without_none(
        base
        | {
            "code": lab_concept(lab["code"], unit),
            "valueQuantity": quantity(lab["value"], unit),
            "referenceRange": None if high is None else [{"high": quantity(high, unit)}],
        }
    )


def condition_resource(identity: str, condition: dict[str, Any]) -> Resource:
    """A problem-list entry."""
    clinical, verification = condition["clinical"], condition["verification"]
    statuses = {
        "clinicalStatus": ("condition-clinical", clinical),
        "verificationStatus": ("condition-ver-status", verification),
    }
    return without_none(
        {"resourceType": "Condition", "id": identity}
        | {
            name: None if code is None else concept((f"{TERMINOLOGY}/{system}", code))
            for name, (system, code) in statuses.items()
        }
        | {
            "code": concept(CONDITION_CODES[condition["group"]]),
            "subject": SUBJECT,
            "onsetDateTime": day(condition["onset"]),
            "abatementDateTime": day(condition["abatement"]),
            "recordedDate": day(condition["recorded"]),
        }
    )


def medication_request(identity: str, status: str, group: str, authored: date) -> Resource:
    """What every MedicationRequest has."""
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": concept(DRUG_CODES[group]),
        "subject": SUBJECT,
        "authoredOn": authored.isoformat(),
    }


def drug_resource(identity: str, drug: dict[str, Any]) -> Resource:
    """An order on record, with its period where it has one."""
    request = medication_request(identity, drug["status"], drug["group"], drug["authored"])
    period = without_none({"start": day(drug["start"]), "end": day(drug["end"])})
    if period:
        request["dosageInstruction"] = [{"timing": {"repeat": {"boundsPeriod": period}}}]
    return request


def draft_resource(patient: dict[str, Any]) -> Resource:
    """The order that is being signed."""
    order = patient["order"]
    request = medication_request("draft-1", "draft", order["group"], patient["today"])
    if order["dose_mg"] is not None:
        dose = {"doseQuantity": quantity(order["dose_mg"], "mg")}
        request["dosageInstruction"] = [{"doseAndRate": [dose]}]
    if order["reason"] is not None:
        request["reasonCode"] = [concept(CONDITION_CODES[order["reason"]])]
    return request


def procedure_resource(identity: str, procedure: dict[str, Any]) -> Resource:
    """A procedure done on one day."""
    return {
        "resourceType": "Procedure",
        "id": identity,
        "status": procedure["status"],
        "code": concept(PROCEDURE_CODES[procedure["group"]]),
        "subject": SUBJECT,
        "performedDateTime": procedure["date"].isoformat(),
    }


def patient_resource(patient: dict[str, Any]) -> Resource:
    """The patient; a missing sex is left out."""
    return without_none(
        {
            "resourceType": "Patient",
            "id": PATIENT_ID,
            "gender": patient["sex"],
            "birthDate": patient["birth"].isoformat(),
        }
    )


def bundle(kind: str, resources: Iterable[Resource]) -> Resource:
    """A Bundle; a searchset also says its total."""
    entries = [{"resource": resource} for resource in resources]
    whole: Resource = {"resourceType": "Bundle", "type": kind, "entry": entries}
    return whole | {"total": len(entries)} if kind == "searchset" else whole


def as_request(patient: dict[str, Any]) -> dict[str, Any]:
    """The request body; the same patient always gives the same body."""
    makers = {
        "alp": alp_observation,
        "labs": lab_observation,
        "medications": drug_resource,
        "conditions": condition_resource,
        "procedures": procedure_resource,
    }
    rows = {**patient, "medications": patient["drugs"]}
    prefetch = {
        key: bundle("searchset", (make(f"{key}-{n}", row) for n, row in enumerate(rows[key], 1)))
        for key, make in makers.items()
    }
    prefetch |= {key: bundle("searchset", ()) for key in ("encounters", "administrations")}
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid5(NAMESPACE_URL, repr(patient))),
        "context": {
            "userId": "Practitioner/ZZPHI-prac",
            "patientId": PATIENT_ID,
            "draftOrders": bundle("collection", [draft_resource(patient)]),
        },
        "prefetch": {"patient": patient_resource(patient), **prefetch},
    }
