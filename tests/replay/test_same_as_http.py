"""A replay says of an order what HTTP says on its day: of NDJSON files, and of CSV extracts.

Of synthetic people, and of the patient export where it is (tests/search/export.py says where).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from service.app import create_app
from service.evaluation.answer import EXTENSION
from service.replay.run import KEY_FILE
from service.replay.synthetic import person
from service.settings import Settings
from service.store.pseudonyms import read_or_make
from tests.fhir import build
from tests.fhir.build import bundle
from tests.replay.conftest import Export, Json
from tests.replay.test_history import ASSUMED
from tests.replay.test_run import run
from tests.search.export import by_patient, export_folder, judged_on, load, owner

KEYS = {
    "labs": "Observation", "medications": "MedicationRequest", "conditions": "Condition",
    "procedures": "Procedure",
}  # fmt: skip
ALENDRONATE = {
    "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "904419"}]
}
Records = dict[str, list[Json]]
Said = tuple[str, str, str, str]


def synthetic() -> Records:
    """With a procedure, so that none of the four tables is missing."""
    found: Records = {"Medication": []}
    for resource in (r for n in range(30) for r in person(n, ASSUMED)):
        if "authoredOn" not in resource or "-o" in resource["id"]:
            found.setdefault(resource["resourceType"], []).append(resource)
    subject = {"reference": f"Patient/{found['Patient'][0]['id']}"}
    done = build.procedure({"text": "Colonoscopy"}, "2024-05-01", id="done", subject=subject)
    return {"Procedure": [done], **found}


def exported() -> Records:
    folder = export_folder()
    if not (folder / "Patient.ndjson").is_file():
        pytest.skip(f"the patient export is not here ({folder.name})")
    return load(folder)


@pytest.fixture(scope="module", params=[synthetic, exported], ids=lambda made: made.__name__)
def records(request: pytest.FixtureRequest) -> Records:
    """Every patient with an order of alendronate on the day after the last result."""
    found: Records = request.param()
    orders = [order_of(patient, found) for patient in found["Patient"]]
    return found | {"MedicationRequest": [*found["MedicationRequest"], *orders]}


def mine(patient: Json, records: Records) -> Records:
    return {kind: by_patient(records[kind]).get(patient["id"], []) for kind in KEYS.values()}


def order_of(patient: Json, records: Records) -> Json:
    day = judged_on(mine(patient, records)).isoformat()
    subject = {"reference": f"Patient/{patient['id']}"}
    named = {"id": f"asked-{patient['id']}", "status": "completed", "subject": subject}
    return build.drug(ALENDRONATE, day, **named)


@pytest.fixture(scope="module")
def over_http(records: Records) -> dict[str, Said]:
    """Patient -> what HTTP says on the day of the order that was added."""
    today: list[date] = []
    app = create_app(Settings(), today=lambda: today[-1]).test_client()
    said = {}
    for patient in records["Patient"]:
        name = f"asked-{patient['id']}"
        (placed,) = [o for o in records["MedicationRequest"] if o["id"] == name]
        today.append(date.fromisoformat(placed["authoredOn"]))
        answer = app.post(
            "/cds-services/hpp-order-sign", json=request_for(patient, placed, records)
        )
        assert answer.status_code == 200
        said[patient["id"]] = of_body(answer.get_json())
    return said


def of_body(body: Json) -> Said:
    extension = body["extension"][EXTENSION]
    indicator = next((card["indicator"] for card in body["cards"]), "none")
    return extension["verdict"], extension["row"], extension["status"], indicator


def request_for(patient: Json, placed: Json, records: Records) -> Json:
    owned = mine(patient, records)
    owned["MedicationRequest"] = [o for o in owned["MedicationRequest"] if o is not placed]
    prefetch: Json = {key: bundle(*owned[kind]) for key, kind in KEYS.items()}
    prefetch["alp"] = bundle(*[lab for lab in owned["Observation"] if is_alp(lab)])
    prefetch["labs"] = bundle(*[lab for lab in owned["Observation"] if not is_alp(lab)])
    named = {_medication_of(order) for order in owned["MedicationRequest"]}
    drugs = [drug for drug in records["Medication"] if drug["id"] in named]
    prefetch["medications"]["entry"] += bundle(*drugs)["entry"]
    draft = {**placed, "status": "draft"}
    return {
        "hook": "order-sign",
        "hookInstance": "4b1c2a52-2f6c-4a53-9d0b-0d1f6f2a9c11",
        "context": {
            "userId": "Practitioner/1", "patientId": patient["id"], "draftOrders": bundle(draft),
        },
        "prefetch": {"patient": patient, **prefetch},
    }  # fmt: skip


def _medication_of(order: Json) -> str:
    return str(order.get("medicationReference", {}).get("reference", "")).rpartition("/")[2]


def is_alp(observation: Json) -> bool:
    return any(c.get("code") == "6768-6" for c in observation["code"].get("coding", []))


def replayed(records: Records, source: Path, out: Path) -> dict[str, Said]:
    """Patient -> what a replay says of the order that was added."""
    pseudonyms = read_or_make(out / KEY_FILE)
    rows = {row["order"]: row for row in run(source, out)}
    found = {}
    for patient in records["Patient"]:
        row = rows[pseudonyms.of("order", f"asked-{patient['id']}")]
        found[patient["id"]] = (row["verdict"], row["row"], row["status"], row["indicator"])
    return found


def test_ndjson_says_what_http_says(
    records: Records, over_http: dict[str, Said], export: Export, tmp_path: Path
) -> None:
    source = export([resource for kind in records.values() for resource in kind])

    assert replayed(records, source, tmp_path / "out") == over_http
    assert len({said[0] for said in over_http.values()}) > 2


def test_csv_says_what_http_says(
    records: Records, over_http: dict[str, Said], tmp_path: Path
) -> None:
    source = tmp_path / "extracts"
    source.mkdir()
    for table, rows in tables(records).items():
        write(source / f"{table}.csv", list(rows))

    assert replayed(records, source, tmp_path / "out") == over_http


def tables(records: Records) -> dict[str, Iterator[Json]]:
    drugs = {drug["id"]: drug.get("code", {}) for drug in records["Medication"]}
    return {
        "patients": map(_patient, records["Patient"]),
        "results": map(_result, records["Observation"]),
        "orders": (_order(order, drugs) for order in records["MedicationRequest"]),
        "diagnoses": map(_diagnosis, records["Condition"]),
        "procedures": map(_procedure, records["Procedure"]),
    }


def write(file: Path, rows: list[Json]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, sorted({name for row in rows for name in row}))
        table.writeheader()
        table.writerows(rows)


def _patient(patient: Json) -> Json:
    return {"patient": patient["id"], "birth_date": patient["birthDate"], "sex": patient["gender"]}


def _known(resource: Json, concept: Json) -> Json:
    """A warehouse has one code and one name for a thing."""
    coding = next(iter(concept.get("coding", [])), {})
    name = concept.get("text") or coding.get("display") or coding.get("code", "")
    return {
        "patient": owner(resource),
        "id": resource["id"],
        "status": resource.get("status", ""),
        "system": coding.get("system", ""),
        "code": coding.get("code", ""),
        "name": name,
    }


def _result(result: Json) -> Json:
    quantity = result.get("valueQuantity", {})
    value = quantity.get("value", result.get("valueString", ""))
    limits = next(iter(result.get("referenceRange", [])), {})
    return _known(result, result["code"]) | {
        "value": f"{quantity.get('comparator', '')}{value}",
        "unit": quantity.get("unit") or quantity.get("code", ""),
        "low": limits.get("low", {}).get("value", ""),
        "high": limits.get("high", {}).get("value", ""),
        "taken": result.get("effectiveDateTime", "").replace("T", " "),
        "issued": result.get("issued", ""),
    }


def _order(order: Json, drugs: dict[str, Json]) -> Json:
    named = order.get("medicationReference", {}).get("reference", "").rpartition("/")[2]
    concept = order.get("medicationCodeableConcept") or drugs.get(named, {})
    return _known(order, concept) | {"ordered": order.get("authoredOn", "")}


def _diagnosis(condition: Json) -> Json:
    return _known(condition, condition["code"]) | {
        "onset": condition.get("onsetDateTime", ""),
        "recorded": condition.get("recordedDate", ""),
        "ended": condition.get("abatementDateTime", ""),
        "status": _code(condition, "clinicalStatus"),
        "verification": _code(condition, "verificationStatus"),
    }


def _code(condition: Json, name: str) -> str:
    return next((c["code"] for c in condition.get(name, {}).get("coding", [])), "")


def _procedure(procedure: Json) -> Json:
    period = procedure.get("performedPeriod", {})
    done = procedure.get("performedDateTime") or period.get("start", "")
    return _known(procedure, procedure["code"]) | {"done": done}
