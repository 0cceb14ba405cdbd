"""Request bodies of realistic size: one draft, labs, orders and conditions."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

TODAY = date(2026, 3, 1)
LABS = ("6768-6", "2823-3", "17861-6", "3016-3", "2324-2", "19123-9", "718-7", "1751-7")
Json = dict[str, Any]


def typical(number: int, labs: int = 34, orders: int = 8, conditions: int = 10) -> bytes:
    """One body; `number` varies the patient and the values, so that no two are alike."""
    patient = f"ZZPHI-{number}"
    body = {
        "hook": "order-sign",
        "hookInstance": f"00000000-0000-4000-8000-{number:012d}",
        "context": {
            "userId": "Practitioner/ZZPHI-p",
            "patientId": patient,
            "draftOrders": _bundle([_order(patient, "draft", "904419", 0)]),
        },
        "prefetch": {
            "patient": _patient(patient),
            "alp": _bundle([_lab(patient, i, number, "6768-6") for i in range(labs // 4)]),
            "labs": _bundle([_lab(patient, i, number) for i in range(labs // 4, labs)]),
            "medications": _bundle([_order(patient, f"m{i}", "197361", i) for i in range(orders)]),
            "conditions": _bundle([_condition(patient, i) for i in range(conditions)]),
            "procedures": None,
        },
    }
    return json.dumps(body).encode()


def _bundle(resources: list[Json]) -> Json:
    entries = [
        {
            "fullUrl": f"https://ehr.example.org/fhir/{r['resourceType']}/{r['id']}",
            "resource": r,
            "search": {"mode": "match"},
        }
        for r in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def _patient(patient: str) -> Json:
    return {
        "resourceType": "Patient",
        "id": patient,
        "name": [{"family": "ZZPHI", "given": ["Bench"]}],
        "gender": "female",
        "birthDate": "1960-05-04",
    }


def _meta(kind: str) -> Json:
    return {
        "versionId": "3",
        "lastUpdated": "2026-02-01T10:11:12.345Z",
        "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{kind}"],
    }


def _lab(patient: str, index: int, number: int, code: str = "") -> Json:
    day = TODAY - timedelta(days=1 + index * 37 + number)
    loinc = code or LABS[1 + index % (len(LABS) - 1)]
    value = 20 + (index * 7 + number) % 11
    return {
        "resourceType": "Observation",
        "id": f"ZZPHI-lab-{index}",
        "meta": _meta("observation-lab"),
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                        "display": "Laboratory",
                    }
                ]
            }
        ],
        "code": {
            "coding": [
                {"system": "urn:oid:1.2.3.4.5", "code": f"LOCAL{index}", "display": "Local"},
                {"system": "http://loinc.org", "code": loinc, "display": "A laboratory test"},
            ],
            "text": "A laboratory test",
        },
        "subject": {"reference": f"Patient/{patient}", "display": "ZZPHI, Bench"},
        "encounter": {"reference": "Encounter/ZZPHI-e1"},
        "effectiveDateTime": f"{day.isoformat()}T08:15:00-05:00",
        "issued": f"{day.isoformat()}T11:15:00-05:00",
        "performer": [{"reference": "Organization/ZZPHI-lab", "display": "Laboratory"}],
        "valueQuantity": {
            "value": value,
            "unit": "U/L",
            "system": "http://unitsofmeasure.org",
            "code": "U/L",
        },
        "referenceRange": [
            {
                "low": {"value": 35, "unit": "U/L"},
                "high": {"value": 105, "unit": "U/L"},
                "text": "35-105 U/L",
            }
        ],
        "specimen": {"reference": f"Specimen/ZZPHI-s{index}"},
    }


def _order(patient: str, identity: str, rxnorm: str, index: int) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": f"ZZPHI-{identity}",
        "meta": _meta("medicationrequest"),
        "status": "draft" if identity == "draft" else "active",
        "intent": "order",
        "medicationCodeableConcept": {
            "coding": [
                {
                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                    "code": rxnorm,
                    "display": "a tablet",
                }
            ],
            "text": "a tablet of something once daily",
        },
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": (TODAY - timedelta(days=30 * index)).isoformat(),
        "requester": {"reference": "Practitioner/ZZPHI-p", "display": "ZZPHI, Doctor"},
        "dosageInstruction": [
            {
                "text": "once daily",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
    }


def _condition(patient: str, index: int) -> Json:
    status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "id": f"ZZPHI-c{index}",
        "meta": _meta("condition"),
        "clinicalStatus": {"coding": [{"system": status, "code": "active"}]},
        "code": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": "64859006", "display": "Osteoporosis"}
            ],
            "text": "Osteoporosis",
        },
        "subject": {"reference": f"Patient/{patient}"},
        "onsetDateTime": (TODAY - timedelta(days=400 * index)).isoformat(),
        "recordedDate": (TODAY - timedelta(days=400 * index)).isoformat(),
    }
