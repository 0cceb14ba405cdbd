"""Decisions as a table: what a site may keep, without anything that names a patient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from service.evaluation.answer import Answer, open_row_keys
from service.hpp.assessment import Assessment
from service.hpp.facts import NEEDED
from service.hpp.model import Sex
from service.replay.history import PastDecision, card_of, said_by
from service.store.pseudonyms import Pseudonyms

_RESULT = [("day", pa.date32()), ("u_per_l", pa.float64()), ("class", pa.string())]
_CODE = [(name, pa.string()) for name in ("kind", "system", "code", "unit")]
_WAITING = [("row", pa.string()), ("keys", pa.list_(pa.string()))]
SCHEMA = pa.schema(
    [
        ("patient", pa.string()),  # HMAC-SHA256 of the id under the site's own key
        ("order", pa.string()),  # likewise; empty where a last day was judged
        ("day", pa.date32()),
        ("drug_group", pa.string()),
        ("verdict", pa.string()),
        ("row", pa.string()),
        ("indicator", pa.string()),  # of the card; `none` without one
        ("status", pa.string()),
        ("shown", pa.bool_()),
        ("first_start", pa.bool_()),  # no antiresorptive in the year before
        ("department", pa.string()),  # where it was ordered; empty where nobody knows
        ("age_years", pa.int16()),
        ("sex", pa.string()),
        ("low", pa.bool_()),  # an ALP below its limit that counts, by that day
        ("persistently_low", pa.bool_()),
        ("open_rows", pa.list_(pa.string())),
        # Each open row, and the prefetch keys it waits for; row `none`: nothing could be judged.
        ("waits_for", pa.list_(pa.struct(_WAITING))),
        ("gaps", pa.list_(pa.string())),  # kind:key
        ("undated", pa.list_(pa.string())),  # facts that count although nobody knows when
        ("alp", pa.list_(pa.struct(_RESULT))),
        ("unmapped", pa.list_(pa.struct(_CODE))),
        ("against_verdict", pa.string()),  # of the other configuration; null without one
        ("against_row", pa.string()),
        ("against_indicator", pa.string()),
    ]
)
NOTHING_JUDGED = "none"  # the row of an answer that could not look
MOST_RESULTS = 10  # the latest of each decision
# What stands in place of a decision, without a day, until the parts are joined and it is counted.
UNDATED, MALFORMED = "undated-order", "malformed-line"


def row_of(decision: PastDecision, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """A decision as one row of SCHEMA."""
    said, chart = decision.said, decision.answer.chart
    drafts = chart.drafts if chart else ()
    ages = chart.patient.ages_days(decision.day) if chart else None
    sex = chart.patient.sex if chart else None
    assessment = decision.answer.assessment
    return {
        "patient": pseudonyms.of("patient", decision.patient),
        "order": pseudonyms.of("order", decision.order) if decision.order else "",
        "day": decision.day,
        "drug_group": drafts[0].group if drafts else "",
        "verdict": said["verdict"],
        "row": said["row"],
        "indicator": _indicator(decision.answer),
        "status": said["status"],
        "shown": decision.card is not None,
        "first_start": not _seen(assessment, "antiresorptive-in-use"),
        "department": decision.department,
        "age_years": int(ages[0] / 365.25) if ages else None,
        "sex": str(sex) if isinstance(sex, Sex) else "unknown",
        "low": _seen(assessment, "alp-low"),
        "persistently_low": _seen(assessment, "alp-persistently-low"),
        "open_rows": said["openRows"],
        "waits_for": _waits_for(decision.answer),
        "gaps": [f"{gap['kind']}:{gap['key']}" for gap in said["gaps"]],
        "undated": sorted({fact.what for fact in (assessment.undated if assessment else ())}),
        "alp": _alp(assessment),
        "unmapped": [code._asdict() for code in decision.answer.unmapped],
        **_against(decision.against),
    }


def note_of(patient: str, what: str, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """What was met and could not be judged, of one patient."""
    return {"patient": pseudonyms.of("patient", patient), "verdict": what}


def _indicator(answer: Answer) -> str:
    card = card_of(answer)
    return str(card["indicator"]) if card else "none"


def _waits_for(answer: Answer) -> list[dict[str, Any]]:
    """Where nothing could be judged, the needed data, or whatever could not be read."""
    if answer.status == "unavailable":
        missing = {gap["key"] for gap in said_by(answer)["gaps"]}
        return [{"row": NOTHING_JUDGED, "keys": sorted(missing & NEEDED or missing)}]
    assessment = answer.assessment
    if assessment is None:
        return []
    return [{"row": row.id, "keys": open_row_keys(assessment, row)} for row in assessment.open_rows]


def _seen(assessment: Assessment | None, finding: str) -> bool:
    found = assessment.findings.get(finding) if assessment else None
    return bool(found and found.seen)


def _alp(assessment: Assessment | None) -> list[dict[str, Any]]:
    return [
        {
            "day": item.day,
            "u_per_l": float(item.result.value) if item.result.value is not None else None,
            "class": item.kind.value,
        }
        for item in (assessment.alp if assessment else ())[-MOST_RESULTS:]
    ]


def _against(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    said = said_by(answer)
    return {
        "against_verdict": said["verdict"],
        "against_row": said["row"],
        "against_indicator": _indicator(answer),
    }


def table_of(rows: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)
