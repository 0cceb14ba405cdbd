"""`python -m tests.population FOLDER`: every patient of a bulk export with an alendronate draft.

Each is judged on the day after the last laboratory result, through the same evaluation as
over HTTP, with all six prefetch keys sent.  Prints a Markdown table, a count of verdicts, and what
becomes of them with each optional key left out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from service.app import build_engine
from service.evaluation.answer import EXTENSION, Answer
from service.evaluation.services import BY_ID
from service.fhir.dates import read_days
from service.fhir.observations import specimen_days
from service.hooks.calls import evaluate_body
from service.settings import Settings

Json = dict[str, Any]
KEYS = {
    "labs": "Observation",
    "medications": "MedicationRequest",
    "conditions": "Condition",
    "procedures": "Procedure",
}


def load(folder: Path) -> dict[str, list[Json]]:
    """Resource type -> resources, from one NDJSON file a type."""
    found = {}
    for path in folder.glob("*.ndjson"):
        found[path.stem] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return found


def by_patient(resources: list[Json]) -> dict[str, list[Json]]:
    owned = defaultdict(list)
    for resource in resources:
        owned[resource["subject"]["reference"].removeprefix("Patient/")].append(resource)
    return owned


def bundle(resources: list[Json], included: list[Json] | None = None) -> Json:
    """A search result; `total` counts what matched, not what rides along."""
    entries = [{"resource": resource} for resource in [*resources, *(included or [])]]
    total = len(resources)
    return {"resourceType": "Bundle", "type": "searchset", "total": total, "entry": entries}


def is_alp(observation: Json) -> bool:
    return any(c.get("code") == "6768-6" for c in observation["code"].get("coding", []))


def request_for(patient: Json, owned: dict[str, list[Json]], drugs: list[Json]) -> Json:
    """All six keys; Medications that orders refer to ride along with the orders."""
    identity = patient["id"]
    labs = owned["Observation"]
    prefetch: Json = {key: bundle(owned[kind]) for key, kind in KEYS.items()}
    prefetch["alp"] = bundle([lab for lab in labs if is_alp(lab)])
    prefetch["labs"] = bundle([lab for lab in labs if not is_alp(lab)])
    prefetch["medications"] = bundle(owned["MedicationRequest"], drugs)
    draft = {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{identity}"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "904419"}]
        },
    }
    return {
        "hook": "order-sign",
        "hookInstance": "4b1c2a52-2f6c-4a53-9d0b-0d1f6f2a9c11",
        "context": {
            "userId": "Practitioner/1",
            "patientId": identity,
            "draftOrders": bundle([draft]),
        },
        "prefetch": {"patient": patient, **prefetch},
    }


def judged_on(owned: dict[str, list[Json]]) -> date:
    """The day after the last laboratory result; without one, after the last dated entry."""
    read_utc = partial(read_days, zone=UTC)
    labs = [found.last for lab in owned["Observation"] if (found := specimen_days(lab, read_utc))]
    others = [
        found.last
        for resources in owned.values()
        for resource in resources
        for name in ("authoredOn", "recordedDate", "onsetDateTime", "performedDateTime")
        if (found := read_days(resource.get(name), UTC))
    ]
    return max(labs or others or [date(2021, 12, 31)]) + timedelta(days=1)


def main(folder: Path) -> None:
    engine, service = build_engine(Settings()), BY_ID["hpp-order-sign"]
    loaded = load(folder)
    kinds = set(KEYS.values())
    owned = {kind: by_patient(loaded.get(kind, [])) for kind in kinds}
    counts: Counter[str] = Counter()
    without: dict[str, Counter[str]] = {key: Counter() for key in ("", *KEYS)}
    print("| patient | judged on | ALP | verdict | row | status | card |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for patient in loaded["Patient"]:
        mine = {kind: owned[kind].get(patient["id"], []) for kind in kinds}
        today = judged_on(mine)
        body = request_for(patient, mine, loaded.get("Medication", []))
        answer = evaluate_body(body, service, engine, today)
        said = answer.body["extension"][EXTENSION]
        card = next((c["summary"] for c in answer.body["cards"]), "")
        values = (
            [f"{item.result.shown} ({item.kind.value})" for item in answer.assessment.alp[-5:]]
            if answer.assessment
            else []
        )
        counts[said["verdict"]] += 1
        for key, outcomes in without.items():
            prefetch = {k: v for k, v in body["prefetch"].items() if k != key}
            outcomes[
                outcome(evaluate_body({**body, "prefetch": prefetch}, service, engine, today))
            ] += 1
        print(
            f"| {patient['id'][:13]} | {today} | {', '.join(values)} | {said['verdict']} "
            f"| {said['row']} | {said['status']} | {card} |"
        )
    print(dict(counts))
    for key, outcomes in without.items():
        print(f"without {key or 'nothing'}: {dict(outcomes.most_common())}")


def outcome(answer: Answer) -> str:
    """How urgent the card is, or that there is none, and the status."""
    card = next((str(c["indicator"]) for c in answer.body["cards"]), "no card")
    return f"{card}, {answer.status}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.population FOLDER (one NDJSON file a resource type)")
    main(Path(sys.argv[1]))
