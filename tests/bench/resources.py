"""Resources of a request, as the kinds of tests/bench/kinds.py are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tests.bench.bodies import TODAY
from tests.fhir import build
from tests.fhir.build import ATC, MISSING, RXNORM, Json

WHOSE = {"subject": {"reference": "Patient/ZZPHI-0"}}
DAYS = 3400
HYPOTHYROIDISM = "40930008"


def entries(resources: Iterable[Json]) -> list[Json]:
    return [{"resource": {**resource, **WHOSE}} for resource in resources]


def day(number: int) -> str:
    return (TODAY - timedelta(days=2 + number % DAYS)).isoformat()


def concept(text: str = "", *coding: tuple[str, str]) -> Json:
    codes = [{"system": system, "code": code} for system, code in coding]
    return {"text": text, "coding": codes} if text else {"coding": codes}


def result(number: int, loinc: str = "6768-6", value: float = 20, **more: Any) -> Json:
    own = {
        "id": f"r{loinc}-{number}",
        "subject": MISSING,
        "valueQuantity": {"value": value, "unit": "mU/L" if loinc == "3016-3" else "U/L"},
    }
    return build.observation(loinc, day(number), **{**own, **more})


def condition(number: int, code: str | Json = HYPOTHYROIDISM) -> Json:
    silent = dict.fromkeys(("clinicalStatus", "verificationStatus", "subject"), MISSING)
    return build.condition(code, day(number), id=f"c{number}", **silent)


def order(number: int, drug: Json, **more: Any) -> Json:
    own = {"id": f"o{number}", "subject": MISSING, "medicationCodeableConcept": MISSING}
    return build.drug("", day(number), **{**own, **drug, **more})


ALENDRONATE = {"medicationCodeableConcept": concept("", (RXNORM, "904419"))}
B6 = {"medicationCodeableConcept": concept("", (ATC, "A11HA02"))}


def named(text: str) -> Json:
    return {"medicationCodeableConcept": concept(text)}
