"""Parts of a made-up explanation, in the shape that the page is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

LABELS = {
    "hpp-on-record": "HPP as a diagnosis on record",
    "hpp-excluded": "HPP excluded on record within the year before the latest low ALP",
    "alp-low": "a low ALP outside acute illness",
    "alp-persistently-low": "ALP persistently low",
    "alp-persistently-low-unexplained": "ALP persistently low without a cause seen",
    "major-feature": "a major feature of HPP",
    "any-feature": "any feature of HPP",
    "alp-very-low": "a very low ALP",
    "last-alp-low": "the last ALP that counts is low",
    "latest-alp-masked": "the latest ALP may be raised by another state",
    "alp-looked-up": "the ALP history could be looked up",
    "child": "under the adult age today",
}
TABLE: list[tuple[str, str, str, dict[str, str], str]] = [
    (
        "1-hpp-on-record",
        "hppConfirmed",
        "critical",
        {"hpp-on-record": "present"},
        "GeneReviews NBK1150",
    ),
    ("3-hpp-excluded", "hppExcluded", "none", {"hpp-excluded": "present"}, "judgement"),
    (
        "4c-major-feature",
        "hppProbable",
        "critical",
        {"alp-persistently-low": "present", "major-feature": "present"},
        "judgement",
    ),
    (
        "5-persistent",
        "hppSuspected",
        "warning",
        {"alp-persistently-low-unexplained": "present"},
        "Khan 2024",
    ),
    (
        "6-masked",
        "alpUnclear",
        "info",
        {"alp-low": "present", "latest-alp-masked": "present"},
        "judgement",
    ),
    (
        "9-child",
        "lowAlpOnceMarked",
        "warning",
        {"last-alp-low": "present", "child": "present"},
        "Deeb 2018",
    ),
    ("10-single-low", "lowAlpOnce", "info", {"last-alp-low": "present"}, "judgement"),
    ("15-new-start", "alpNotOnFile", "info", {"alp-looked-up": "present"}, "judgement"),
    ("16-not-evaluated", "notEvaluated", "info", {}, "modifiers below the table"),
]

WHOSE_LAB = "the laboratory's own limit"
WHOSE_TABLE = "our age and sex table (CALIPER, Roche)"
CLASS_LABELS = {
    "low-unexplained": "low, no cause seen",
    "low-suppressed": "low, on an antiresorptive",
    "low-explained": "low, possible cause",
    "low-acute": "low, acute illness",
    "normal": "not low",
    "normal-masked": "not low, may be raised",
    "normal-acute": "not low, acute illness",
    "invalid": "not usable",
}


def result(
    number: int,
    date: str | None,
    value: float | None,
    kind: str,
    limit: float | None = 35.0,
    *reasons: str,
    **more: Any,
) -> Json:
    """One judged ALP result; `more` overrides any field."""
    low = limit is not None and value is not None
    return {
        "reference": f"Observation/alp-{number}",
        "date": date,
        "uPerL": value,
        "comparator": "",
        "shown": f"{value:g} U/L" if value is not None else "haemolysed",
        "class": kind,
        "classLabel": CLASS_LABELS[kind],
        "limit": limit,
        "veryLowLimit": 25.0 if limit else None,
        "ceiling": 45.0 if limit else None,
        "limitWhose": WHOSE_LAB,
        "veryLow": bool(low and value is not None and value < 25),
        "reasons": list(reasons),
        "partialDate": False,
        **more,
    }


def exposure(
    name: str, drug: str, effect: str, start: str | None, end: str | None, by_name: bool = False
) -> Json:
    return {
        "reference": f"MedicationRequest/{name}",
        "drug": drug,
        "effect": effect,
        "start": start,
        "end": end,
        "ongoing": end is None,
        "byName": by_name,
    }


def excluded(name: str, date: str | None, shown: str, reason: str) -> Json:
    return {"reference": f"Observation/{name}", "date": date, "shown": shown, "reason": reason}


def finding(
    code: str, state: str, missing: tuple[str, ...] = (), evidence: tuple[Json, ...] = ()
) -> Json:
    return {
        "code": code,
        "label": LABELS[code],
        "state": state,
        "seen": state == "present",
        "missing": list(missing),
        "evidence": list(evidence),
    }


def evidence(number: int, date: str, what: str, shown: str) -> Json:
    return {"reference": f"Observation/alp-{number}", "date": date, "what": what, "shown": shown}


def table(states: Mapping[str, str], matched: str, opened: tuple[str, ...] = ()) -> list[Json]:
    """The decision table as it was walked for these states."""
    ids = [row[0] for row in TABLE]
    return [
        {
            "id": row_id,
            "verdict": verdict,
            "indicator": indicator,
            "state": _state(row_id, matched, opened, ids),
            "when": [_cell(code, wanted, states) for code, wanted in when.items()],
            "source": source,
        }
        for row_id, verdict, indicator, when, source in TABLE
    ]


def _state(row_id: str, matched: str, opened: tuple[str, ...], ids: list[str]) -> str:
    if row_id == matched:
        return "matched"
    if row_id in opened:
        return "open"
    return "closed" if ids.index(row_id) < ids.index(matched) else "not-reached"


def _cell(code: str, wanted: str, states: Mapping[str, str]) -> Json:
    return {"finding": code, "wanted": wanted, "state": states.get(code, "absent")}
