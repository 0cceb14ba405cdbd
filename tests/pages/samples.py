"""Made-up answers of the service, in the shape that the page is given."""

from __future__ import annotations

from typing import Any

from tests.pages.parts import (
    LABELS,
    WHOSE_TABLE,
    Json,
    evidence,
    excluded,
    exposure,
    finding,
    result,
    table,
)


def card(**more: Any) -> Json:
    """A warning card with everything a card can have."""
    return {
        "uuid": "4c1e5d1a-93f1-4b1c-9a58-4a6b8a0f7c11",
        "summary": "ALP persistently low (20 U/L, n=4) and unexplained: "
        "rule out hypophosphatasia before antiresorptive.",
        "indicator": "warning",
        "detail": SUSPECTED_DETAIL,
        "source": {
            "label": "GeneReviews, Hypophosphatasia (NBK1150)",
            "url": "https://www.ncbi.nlm.nih.gov/books/NBK1150/",
            "topic": {
                "system": "urn:hpp-cds:verdict",
                "code": "hppSuspected",
                "display": "Hypophosphatasia suspected",
            },
        },
        "suggestions": [suggestion(*labels) for labels in SUGGESTIONS],
        "selectionBehavior": "any",
        "overrideReasons": [
            {"code": code, "system": "urn:hpp-cds:override-reason", "display": display}
            for code, display in OVERRIDES
        ],
        "links": [
            {
                "label": "GeneReviews: Hypophosphatasia",
                "url": "https://www.ncbi.nlm.nih.gov/books/NBK1150/",
                "type": "absolute",
            },
            {
                "label": "Rassie and Cundy 2019, antiresorptives in ALPL carriers",
                "url": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6820463/",
                "type": "absolute",
            },
        ],
        **more,
    }


def suggestion(label: str, description: str, kind: str = "create") -> Json:
    return {
        "label": label,
        "uuid": f"suggestion-{label.lower().replace(' ', '-')}",
        "isRecommended": label == SUGGESTIONS[1][0],
        "actions": [{"type": kind, "description": description}],
    }


SUGGESTIONS = [
    ("Remove the draft order: alendronate", "Remove the draft order of alendronate", "delete"),
    ("Order pyridoxal phosphate (PLP)", "Order pyridoxal phosphate, off vitamin B6 for 7 days"),
    ("Order urine phosphoethanolamine", "Order urine phosphoethanolamine/creatinine"),
    ("Repeat ALP", "Order ALP, at least 30 days after the last specimen"),
    ("Order calcium", "Order calcium"),
    ("Order phosphate", "Order phosphate"),
    ("Order parathyroid hormone", "Order parathyroid hormone"),
    ("Order magnesium", "Order magnesium"),
    ("Order ALPL sequencing", "Order ALPL gene sequencing"),
    ("Refer to a metabolic bone clinic", "Refer to a metabolic bone clinic"),
]
OVERRIDES = [
    ("hpp-excluded", "HPP excluded (ALPL and substrates)"),
    ("specialist-directed", "Metabolic bone or paediatric specialist directs therapy"),
    ("already-repeated", "ALP repeated elsewhere and normal"),
    ("patient-informed-choice", "Patient's informed choice"),
    ("other", "Other (free text)"),
]
SUSPECTED_DETAIL = """\
ALP has stayed low and no cause is on record. Hypophosphatasia (HPP) is suspected; \
in adults it passes for osteoporosis.

**ALP results that decided**

| Date | ALP | Lower limit | Whose limit | Reading |
| --- | --- | --- | --- | --- |
| 2026-01-14 | 20 U/L | 35 U/L | laboratory | low, on an antiresorptive; very low: alendronate |
| 2023-11-02 | 24 U/L | 35 U/L | laboratory | low, on an antiresorptive; very low: alendronate |
| 2021-06-21 | 61 U/L | 35 U/L | laboratory | not low, may be raised: fracture healing |
| 2019-03-12 | 0\\.45 µkat/L = 27 U/L | 30 U/L | laboratory | low, no cause seen |

**Why**

- ALP persistently low without a cause seen (2017-09-04 to 2019-03-12).
- Metatarsal stress fracture (2021-05-02).

**Not known**

- Other laboratory results: the EHR's query failed.
- Probable hypophosphatasia could not be ruled out (needs other laboratory results).

**Consider**

- Hold the antiresorptive until HPP is ruled out.
- PLP off vitamin B6 for at least 7 days, fasting, protected from light; \
urine phosphoethanolamine; then ALPL.
- Other causes: nutrition, zinc, magnesium, B12 and folate, thyroid, coeliac disease.

Latest ALP used: 2026-01-14, 46 days before this order. A low ALP is a screening sign, \
not a diagnosis. Rule 5-persistent (Khan 2024). hpp-cds 0.1.0, content 2026-02. \
No clinician has signed this content.
"""

_SUSPECTED_STATES = {
    "alp-low": "present",
    "alp-persistently-low": "present",
    "alp-persistently-low-unexplained": "present",
    "alp-very-low": "present",
    "last-alp-low": "present",
    "alp-looked-up": "present",
    "any-feature": "present",
    "major-feature": "unknown",
}

_RESULTS = [
    result(1, "2017-09-04", 26.0, "low-unexplained", 30.0),
    result(2, "2019-03-12", 27.0, "low-unexplained", 30.0, shown="0.45 µkat/L"),
    result(3, "2020-02-03", 18.0, "low-acute", 30.0, "inpatient specimen", "cardiac surgery"),
    result(4, "2021-06-21", 61.0, "normal-masked", 35.0, "fracture healing"),
    result(7, "2022-08-15", None, "invalid", None, "the value is text"),
    result(5, "2023-11-02", 24.0, "low-suppressed", 35.0, "alendronate"),
    result(
        8,
        "2024-12-01",
        20.0,
        "low-suppressed",
        35.0,
        "alendronate",
        comparator="<",
        shown="<20 U/L",
        partialDate=True,
    ),
    result(6, "2026-01-14", 20.0, "low-suppressed", 35.0, "alendronate"),
    result(9, None, 31.0, "invalid", 35.0, "no readable date"),
]
_EXCLUDED = [
    excluded("alp-e1", "2026-02-20", "33 U/L", "preliminary: shown, not counted"),
    excluded("alp-e2", "2023-11-02", "23 U/L", "another result of the same day is higher"),
    excluded("alp-e3", "2011-04-04", "29 U/L", "older than the look-back"),
]
_EXPOSURES = [
    exposure("mr-1", "alendronate", "suppresses", "2021-09-01", None),
    exposure("mr-2", "a fibrate", "explains", "2019-11-01", "2020-03-15"),
    exposure("mr-3", "teriparatide", "masks", None, "2022-02-01", by_name=True),
    exposure("mr-4", "colecalciferol", "none", "2012-01-01", None),
]
_GAPS = [
    {
        "kind": "failed",
        "key": "labs",
        "label": "Other laboratory results: the EHR's query failed",
        "count": 0,
        "where": [],
    },
    {
        "kind": "unreadable",
        "key": "conditions",
        "label": "Conditions: could not be read",
        "count": 2,
        "where": ["Condition/c-4", "Condition/c-9"],
    },
]
_CHANGES = [
    "If other laboratory results were seen, 4-persistent-major "
    "(Probable hypophosphatasia) could apply.",
    "If a result above 45 U/L were found after 2026-01-14, the history would count as recovered.",
]


def suspected() -> Json:
    """Low for years, then suppressed by a drug, with a masked normal in between."""
    lows = (
        evidence(1, "2017-09-04", "low, no cause seen", "26 U/L"),
        evidence(2, "2019-03-12", "low, no cause seen", "0.45 µkat/L"),
        evidence(5, "2023-11-02", "low, on an antiresorptive", "24 U/L"),
        evidence(6, "2026-01-14", "low, on an antiresorptive", "20 U/L"),
    )
    known = {code: (lows if "alp" in code else ()) for code in _SUSPECTED_STATES}
    return {
        "today": "2026-03-01",
        "patient": {"age": "58 years", "sex": "female", "child": False},
        "status": "partial",
        "verdict": "hppSuspected",
        "verdictLabel": "Hypophosphatasia suspected",
        "row": "5-persistent",
        "indicator": "warning",
        "openRows": [
            {
                "id": "4c-major-feature",
                "verdict": "hppProbable",
                "indicator": "critical",
                "waitsFor": ["labs"],
            }
        ],
        "modifiers": [],
        "findings": [
            finding(
                code,
                state,
                ("labs",) if state == "unknown" else (),
                known[code] if state == "present" else (),
            )
            for code, state in _SUSPECTED_STATES.items()
        ]
        + [finding(code, "absent") for code in LABELS if code not in _SUSPECTED_STATES],
        "results": list(_RESULTS),
        "excluded": list(_EXCLUDED),
        "exposures": list(_EXPOSURES),
        "gaps": list(_GAPS),
        "table": table(_SUSPECTED_STATES, "5-persistent", ("4c-major-feature",)),
        "changes": list(_CHANGES),
        "drafts": [
            {"reference": "MedicationRequest/draft-1", "drug": "alendronate", "byName": True}
        ],
        "knowledge": "2026-02",
        "configuration": "embedded",
    }


_CHILD_STATES = {
    "alp-low": "present",
    "last-alp-low": "present",
    "child": "present",
    "alp-very-low": "present",
    "alp-looked-up": "present",
}


def child() -> Json:
    """One result that an adult range called normal, against limits that change with age."""
    whose = {"limitWhose": WHOSE_TABLE, "veryLow": False}
    at_seven = {**whose, "veryLowLimit": 71.0, "ceiling": 177.5}
    at_eleven = {**whose, "veryLowLimit": 64.5, "ceiling": 161.25, "veryLow": True}
    return {
        **suspected(),
        "patient": {"age": "11 years", "sex": "male", "child": True},
        "status": "complete",
        "verdict": "lowAlpOnceMarked",
        "verdictLabel": "Low ALP, marked or in a child",
        "row": "9-child",
        "openRows": [],
        "findings": [
            finding(code, state, (), (evidence(2, "2026-02-10", "low, no cause seen", "58 U/L"),))
            for code, state in _CHILD_STATES.items()
        ]
        + [finding(code, "absent") for code in LABELS if code not in _CHILD_STATES],
        "results": [
            result(1, "2022-04-19", 188.0, "normal", 142.0, **at_seven),
            result(2, "2026-02-10", 58.0, "low-unexplained", 129.0, **at_eleven),
        ],
        "excluded": [],
        "exposures": [],
        "gaps": [],
        "table": table(_CHILD_STATES, "9-child"),
        "changes": ["A further low ALP at least 14 days from 2026-02-10 would make it persistent."],
        "drafts": [
            {"reference": "MedicationRequest/draft-2", "drug": "pamidronate", "byName": False}
        ],
    }


def response(explanation: Json, *cards: Json) -> Json:
    """A CDS Hooks answer with the extension that says how it was reached."""
    evaluation = {
        name: explanation[name]
        for name in ("status", "verdict", "row", "knowledge", "configuration")
    }
    evaluation["openRows"] = [row["id"] for row in explanation["openRows"]]
    evaluation["gaps"] = [{"kind": gap["kind"], "key": gap["key"]} for gap in explanation["gaps"]]
    return {"cards": list(cards), "extension": {"org.hpp-cds.evaluation": evaluation}}


def silent() -> tuple[Json, Json]:
    """No drug of interest in the drafts: no card, nothing looked at."""
    explanation = {
        **suspected(),
        "status": "not-applicable",
        "verdict": "notApplicable",
        "verdictLabel": "Not applicable: no antiresorptive ordered",
        "row": "",
        "indicator": "none",
        **{name: [] for name in ("openRows", "findings", "results", "excluded", "exposures")},
        **{name: [] for name in ("gaps", "table", "changes", "drafts")},
    }
    return response(explanation), explanation


OUTCOME: Json = {
    "resourceType": "OperationOutcome",
    "issue": [
        {
            "severity": "error",
            "code": "incomplete",
            "diagnostics": "The prefetch key alp was not sent and this client gave no FHIR access.",
            "expression": ["prefetch.alp"],
        }
    ],
}
