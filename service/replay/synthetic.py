"""A population to try: made, not measured, of any size, the same for the same number.

Everything assumed is in synthetic.toml.  The files are a FHIR R4 bulk export, so that nothing
in a replay knows whether people are real.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import orjson

Json = dict[str, Any]
KINDS = ("Patient", "Observation", "Condition", "Procedure", "Encounter", "MedicationRequest")
LAST_DAY = date(2026, 6, 30)
LOINC, RXNORM = "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
# What stands on a usual panel beside ALP; the values are of no consequence.
OTHER_TESTS = (
    ("2951-2", "Sodium", "mmol/L", 140), ("2823-3", "Potassium", "mmol/L", 4),
    ("17861-6", "Calcium", "mg/dL", 9), ("1742-6", "ALT", "U/L", 25),
    ("2160-0", "Creatinine", "mg/dL", 1), ("718-7", "Hemoglobin", "g/dL", 14),
)  # fmt: skip


def write_population(count: int, folder: Path) -> None:
    """Write the export of `count` people into a folder: one NDJSON file for each type."""
    assumed = tomllib.loads(files(__package__).joinpath("synthetic.toml").read_text("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        sinks = {
            kind: opened.enter_context((folder / f"{kind}.ndjson").open("wb")) for kind in KINDS
        }
        for number in range(count):
            for resource in person(number, assumed):
                sinks[resource["resourceType"]].write(orjson.dumps(resource) + b"\n")


def person(number: int, assumed: Mapping[str, Any]) -> Iterator[Json]:
    """Everything on record of one person."""
    chance, identity = Random(number), f"demo-{number:07}"  # noqa: S311  (no secret)
    people = assumed["people"]
    sex = "female" if chance.random() < people["women"] else "male"
    age = chance.randint(*people["age_years"])
    born = LAST_DAY - timedelta(days=int(age * 365.25) + chance.randrange(365))
    yield {
        "resourceType": "Patient", "id": identity, "gender": sex, "birthDate": born.isoformat(),
    }  # fmt: skip
    since = LAST_DAY - timedelta(days=365 * people["years_on_record"])
    orders = [*_antiresorptives(identity, age, since, chance, assumed["orders"])]
    for order in orders:
        yield from _visit(identity, order, chance, assumed.get("departments", {}))
    treated = min((order["authoredOn"] for order in orders), default="9999")
    yield from orders
    yield from _other_orders(identity, since, chance, assumed["orders"])
    yield from _results(identity, since, treated, chance, assumed)
    yield from _diagnoses(identity, since, chance, assumed["diagnoses"])
    yield from _procedures(identity, since, chance, assumed.get("procedures", {}))


def _day(since: date, chance: Random) -> date:
    return since + timedelta(days=chance.randrange((LAST_DAY - since).days))


def _of(identity: str) -> Json:
    return {"reference": f"Patient/{identity}"}


def _antiresorptives(
    identity: str, age: int, since: date, chance: Random, assumed: Mapping[str, Any]
) -> Iterator[Json]:
    share = assumed["antiresorptive"] * (1.4 if age >= 50 else 0.4)
    if chance.random() >= share:
        return
    kinds = assumed["antiresorptives"]
    name, code, _ = chance.choices(kinds, [kind[2] for kind in kinds])[0]
    day = _day(since, chance)
    for turn in range(1 + chance.randint(*assumed["renewals"])):
        if day <= LAST_DAY:
            yield _order(f"{identity}-b{turn}", identity, name, code, day)
        day += timedelta(days=chance.randint(80, 380))


def _visit(
    identity: str, order: Json, chance: Random, departments: Mapping[str, float]
) -> Iterator[Json]:
    """Where an antiresorptive was ordered, said by the order's encounter."""
    if departments:
        (place,) = chance.choices([*departments], [*departments.values()])
        name = f"{order['id']}-e"
        order["encounter"] = {"reference": f"Encounter/{name}"}
        yield {
            "resourceType": "Encounter", "id": name, "status": "finished",
            "class": {"code": "AMB"}, "subject": _of(identity),
            "period": {"start": order["authoredOn"], "end": order["authoredOn"]},
            "location": [{"location": {"display": place}}],
        }  # fmt: skip


def _other_orders(
    identity: str, since: date, chance: Random, assumed: Mapping[str, Any]
) -> Iterator[Json]:
    for turn in range(chance.randint(*assumed["other_orders"])):
        name = chance.choice(assumed["others"])
        yield _order(f"{identity}-o{turn}", identity, name, "", _day(since, chance))


def _order(name: str, identity: str, drug: str, code: str, day: date) -> Json:
    concept: Json = {"text": drug}
    if code:
        concept["coding"] = [{"system": RXNORM, "code": code, "display": drug}]
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order",
        "subject": _of(identity), "authoredOn": day.isoformat(),
        "medicationCodeableConcept": concept,
    }  # fmt: skip


def _results(
    identity: str, since: date, treated: str, chance: Random, assumed: Mapping[str, Any]
) -> Iterator[Json]:
    """Panels of one person: an ALP of the person's own course among other results."""
    results = assumed["results"]
    if chance.random() < results["no_alp"]:
        return
    days = sorted(_day(since, chance) for _ in range(chance.randint(*results["alp_panels"])))
    usual = max(42.0, chance.gauss(results["mean_u_per_l"], results["spread_u_per_l"]))
    low, limit = chance.uniform(15, 33), chance.choice(results["limit_u_per_l"])
    lows = _low_turns(len(days), chance, assumed["course"])
    for turn, day in enumerate(days):
        value = low if turn in lows else usual * chance.uniform(0.9, 1.1)
        if day.isoformat() > treated:
            value *= results["on_treatment"]
        name = f"{identity}-r{turn}"
        yield _result(name, identity, day, ("6768-6", "Alkaline phosphatase", "U/L"), value, limit)
        for code, test, unit, middle in OTHER_TESTS[: results["others_a_panel"]]:
            other = middle * chance.uniform(0.9, 1.1)
            yield _result(f"{name}-{code}", identity, day, (code, test, unit), other, None)


def _low_turns(panels: int, chance: Random, course: Mapping[str, float]) -> range:
    """Which panels of a person are low."""
    drawn = chance.random()
    if drawn < course["persistently_low"]:
        return range(panels)
    if drawn < course["persistently_low"] + course["acquired"]:
        return range(panels // 2, panels)
    if drawn < course["persistently_low"] + course["acquired"] + course["once_low"]:
        only = chance.randrange(panels or 1)
        return range(only, only + 1)
    return range(0)


def _result(
    name: str, identity: str, day: date, test: tuple[str, str, str], value: float,
    limit: float | None,
) -> Json:  # fmt: skip
    code, text, unit = test
    found: Json = {
        "resourceType": "Observation", "id": name, "status": "final", "subject": _of(identity),
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": code}], "text": text},
        "effectiveDateTime": day.isoformat(),
        "valueQuantity": {"value": round(value, 1), "unit": unit},
    }  # fmt: skip
    if limit is not None:
        found["referenceRange"] = [{"low": {"value": limit, "unit": unit}}]
    return found


def _diagnoses(
    identity: str, since: date, chance: Random, assumed: Mapping[str, Any]
) -> Iterator[Json]:
    for turn, (text, (code, share)) in enumerate(assumed.items()):
        if chance.random() < share:
            yield {
                "resourceType": "Condition", "id": f"{identity}-c{turn}",
                "subject": _of(identity), "recordedDate": _day(since, chance).isoformat(),
                "code": {"coding": [{"system": ICD, "code": code}], "text": text},
            }  # fmt: skip


def _procedures(
    identity: str, since: date, chance: Random, assumed: Mapping[str, float]
) -> Iterator[Json]:
    for turn, (text, share) in enumerate(assumed.items()):
        if chance.random() < share:
            yield {
                "resourceType": "Procedure", "id": f"{identity}-p{turn}", "status": "completed",
                "subject": _of(identity), "code": {"text": text},
                "performedDateTime": _day(since, chance).isoformat(),
            }  # fmt: skip
