"""Decisions as a table: what a site may keep, without anything that names a patient."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from service.evaluation.engine import Engine
from service.hpp.model import Sex
from service.replay.history import Decision

SCHEMA = pa.schema(
    [
        ("patient", pa.string()),  # HMAC-SHA256 of the id under the site's own key
        ("order", pa.string()),  # likewise; empty where a last day was judged
        ("day", pa.date32()),
        ("drug_group", pa.string()),
        ("verdict", pa.string()),
        ("row", pa.string()),
        ("indicator", pa.string()),  # of the verdict; `none` where it has no card
        ("status", pa.string()),
        ("shown", pa.bool_()),
        ("first_start", pa.bool_()),  # no antiresorptive in the year before
        ("age_years", pa.int16()),
        ("sex", pa.string()),
        ("open_rows", pa.list_(pa.string())),
        ("gaps", pa.list_(pa.string())),  # kind:key
        (
            "alp",
            pa.list_(
                pa.struct([("day", pa.date32()), ("u_per_l", pa.float64()), ("class", pa.string())])
            ),
        ),
    ]
)
MOST_RESULTS = 10  # the latest of each decision


class Pseudonyms:
    """Ids as HMAC-SHA256 under a key that stays with the site."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, identity: str) -> str:
        return hmac.digest(self._key, identity.encode(), "sha256").hex()[:32] if identity else ""


def row_of(decision: Decision, engine: Engine, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """A decision as one row of SCHEMA."""
    said, assessment, chart = decision.said, decision.answer.assessment, decision.answer.chart
    drafts = chart.drafts if chart else ()
    ages = chart.patient.ages_days(decision.day) if chart else None
    sex = chart.patient.sex if chart else None
    card = decision.card
    findings = assessment.findings if assessment else {}
    renewal = findings.get("antiresorptive-in-use")
    return {
        "patient": pseudonyms.of(decision.patient),
        "order": pseudonyms.of(decision.order),
        "day": decision.day,
        "drug_group": drafts[0].group if drafts else "",
        "verdict": said["verdict"],
        "row": said["row"],
        "indicator": card["indicator"] if card else "none",
        "status": said["status"],
        "shown": card is not None,
        "first_start": not (renewal and renewal.seen),
        "age_years": int(ages[0] / 365.25) if ages else None,
        "sex": str(sex) if isinstance(sex, Sex) else "unknown",
        "open_rows": said["openRows"],
        "gaps": [f"{gap['kind']}:{gap['key']}" for gap in said["gaps"]],
        "alp": [
            {
                "day": item.day,
                "u_per_l": float(item.result.value) if item.result.value is not None else None,
                "class": item.kind.value,
            }
            for item in (assessment.alp if assessment else ())[-MOST_RESULTS:]
        ],
    }


def table_of(rows: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def summary_of(table: pa.Table) -> dict[str, Any]:
    """Counts of a whole run, for pipelines."""
    verdicts = Counter(table.column("verdict").to_pylist())
    shown = sum(table.column("shown").to_pylist())
    return {
        "patients": len(set(table.column("patient").to_pylist())),
        "orders": table.num_rows,
        "shown": shown,
        "verdicts": dict(sorted(verdicts.items())),
    }
