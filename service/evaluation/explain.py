"""An answer with its whole reasoning, as plain data: for `explain`, for the page, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from cards.blocks import excluded_results, reason_text
from cards.facts import CardFacts
from service.evaluation.answer import Answer, open_row_keys
from service.evaluation.engine import Engine
from service.hpp import drugs
from service.hpp.assessment import Assessment, Finding, JudgedResult, Row
from service.hpp.facts import gather_facts
from service.hpp.model import Chart, DrugUse
from service.store.model import Repeat

Json = dict[str, Any]


def explain(answer: Answer, engine: Engine, today: date) -> Json | None:
    """Every finding with its state and evidence, every result with its reading or the reason
    it was left out, the table row by row, and what would change the answer.

    None where nothing was read because no drug of interest was ordered.
    """
    chart, assessment = answer.chart, answer.assessment
    if chart is None or assessment is None:
        return None
    facts = CardFacts(assessment, engine.cards.words, engine.cards.knowledge, today, chart)
    return {
        "today": today.isoformat(),
        "patient": _patient(chart, today),
        "status": answer.status,
        "verdict": assessment.verdict,
        "verdictLabel": facts.words.phrase("verdict", assessment.verdict),
        "row": assessment.row.id,
        "indicator": str(assessment.indicator),
        "openRows": [_open_row(row, assessment) for row in assessment.open_rows],
        "modifiers": _modifiers(facts),
        "findings": [_finding(finding, facts) for finding in assessment.findings.values()],
        "results": [_result(item, facts) for item in assessment.alp],
        "excluded": _excluded(facts),
        "exposures": [_exposure(use, engine, today) for use in drugs.taken(chart)],
        "gaps": [_gap(gap, facts) for gap in chart.gaps],
        "table": _table(assessment, engine),
        "changes": _changes(facts, chart, today, engine),
        "repeat": _repeat(answer.repeat),
        "drafts": [
            {"reference": d.reference, "drug": facts.name_of(d.group), "byName": d.by_name}
            for d in assessment.drafts
        ],
        "knowledge": engine.knowledge.version,
        "configuration": engine.configuration,
    }


def _repeat(repeat: Repeat | None) -> Json | None:
    """until: the last moment of a card that is held back, by UTC."""
    if repeat is None:
        return None
    until = datetime.fromtimestamp(repeat.until_ms / 1000, UTC).isoformat(timespec="minutes")
    return {"reason": repeat.reason, "until": until, "shown": repeat.shown, "new": repeat.new}


def _patient(chart: Chart, today: date) -> Json:
    ages = chart.patient.ages_days(today)
    sex = str(chart.patient.sex) if chart.patient.sex else "unknown"
    return {"age": _age(ages), "sex": sex, "ageDays": list(ages) if ages else None}


def _age(ages: tuple[int, int] | None) -> str:
    """Whole years, or days in the first two years; both ends where the birth date is partial."""
    if ages is None:
        return "unknown"
    unit, divisor = ("days", 1.0) if ages[1] < 730 else ("years", 365.25)
    low, high = (int(age / divisor) for age in ages)
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _open_row(row: Row, assessment: Assessment) -> Json:
    return {
        "id": row.id,
        "verdict": row.verdict,
        "indicator": str(row.indicator),
        "waitsFor": open_row_keys(assessment, row),
    }


def _modifiers(facts: CardFacts) -> list[Json]:
    codes = facts.assessment.modifiers
    return [{"code": code, "label": facts.words.phrase("modifier", code)} for code in codes]


def _finding(finding: Finding, facts: CardFacts) -> Json:
    return {
        "code": finding.code,
        "label": facts.words.phrase("finding", finding.code),
        "says": facts.knowledge.findings[finding.code],
        "state": str(finding.presence),
        "seen": finding.seen,
        "missing": list(finding.missing),
        "evidence": [
            {
                "reference": evidence.reference,
                "date": _iso(evidence.day),
                "what": _what(evidence.what, facts),
                "shown": evidence.shown,
            }
            for evidence in finding.evidence
        ],
    }


def _what(code: str, facts: CardFacts) -> str:
    if code in facts.words.phrases["class"]:
        return facts.words.phrases["class"][code]
    return facts.name_of(code)


def _result(item: JudgedResult, facts: CardFacts) -> Json:
    result, limit, words = item.result, item.limit, facts.words
    return {
        "reference": result.reference,
        "date": _iso(item.day),
        "uPerL": float(result.value) if result.value is not None else None,
        "comparator": result.comparator,
        "shown": result.shown,
        "status": result.status,
        "class": item.kind.value,
        "classLabel": words.phrase("class", item.kind.value),
        "limit": float(limit.low) if limit else None,
        "veryLowLimit": float(limit.very_low) if limit else None,
        "ceiling": float(limit.ceiling) if limit else None,
        "limitWhose": facts.whose(limit) if limit else "",
        "veryLow": item.very_low,
        "reasons": [facts.name_of(code) for code in item.reasons],
        "partialDate": result.partial_date,
    }


def _excluded(facts: CardFacts) -> list[Json]:
    """Results that do not count, and drugs that could not be placed in time."""
    found = [
        {
            "reference": item.reference,
            "date": _iso(item.day),
            "shown": item.shown,
            "reason": reason_text(item.reason, facts),
        }
        for item in excluded_results(facts)
    ]
    for item in facts.assessment.excluded:
        if item.reason == "undated-drug":
            name = facts.name_of(item.shown)
            sentence = facts.words.sentence("undated_drug", drug=name)
            found.append(
                {"reference": item.reference, "date": None, "shown": name, "reason": sentence}
            )
    return found


def _exposure(use: DrugUse, engine: Engine, today: date) -> Json:
    end = drugs.last_day(use, today)
    return {
        "reference": use.reference,
        "drug": engine.cards.knowledge.drugs[use.group].name,
        "effect": engine.knowledge.classes[use.drug_class].effect,
        "start": _iso(use.began),
        "end": _iso(end),
        "ongoing": use.end is None and use.status in drugs.STILL_TAKEN,
        "byName": use.by_name,
    }


def _gap(gap: Any, facts: CardFacts) -> Json:
    label = f"{facts.key_name(gap.key)} ({facts.kind_name(gap.kind)})"
    return {
        "kind": gap.kind,
        "key": gap.key,
        "label": label,
        "count": gap.count,
        "where": list(gap.where),
        "accepted": gap.key in facts.chart.accepted_gaps,
    }


def _table(assessment: Assessment, engine: Engine) -> list[Json]:
    """Every row with its cells; rows behind the matched one were not needed."""
    table, opened = engine.knowledge.table, {row.id for row in assessment.open_rows}
    matched = next(n for n, row in enumerate(table) if row.id == assessment.row.id)
    listed = []
    for number, row in enumerate(table):
        state = "open" if row.id in opened else "closed" if number < matched else "not-reached"
        listed.append(
            {
                "id": row.id,
                "verdict": row.verdict,
                "indicator": str(row.indicator),
                "state": "matched" if number == matched else state,
                "when": [
                    {
                        "finding": code,
                        "wanted": str(wanted),
                        "state": str(assessment.findings[code].presence),
                    }
                    for code, wanted in row.when.items()
                ],
                "says": row.says,
                "source": row.source,
            }
        )
    return listed


def _changes(facts: CardFacts, chart: Chart, today: date, engine: Engine) -> list[str]:
    """What would change the answer: data that was not seen, and one further result."""
    words, assessment = facts.words, facts.assessment
    said = _openings(facts)
    last = facts.last
    if last and last.day and last.limit and last.kind.eligible_low:
        if not assessment.findings["alp-persistently-low"].seen:
            days = gather_facts(chart, today, engine.knowledge).spacing_days
            first = facts.lows[0].day or last.day
            said.append(words.sentence("would_repeat", days=days, date=words.day(first)))
        ceiling = words.number(last.limit.ceiling)
        said.append(words.sentence("would_recover", ceiling=ceiling))
    return said or [words.sentence("no_change")]


def _openings(facts: CardFacts) -> list[str]:
    """One sentence for each verdict: a query that failed can keep a dozen rows open."""
    words, assessment = facts.words, facts.assessment
    by_verdict: dict[str, list[Row]] = {}
    for row in assessment.open_rows:
        by_verdict.setdefault(row.verdict, []).append(row)
    return [
        words.sentence(
            "would_open",
            keys=", ".join(
                facts.key_name(key)
                for key in sorted({k for row in rows for k in open_row_keys(assessment, row)})
            ),
            row=", ".join(row.id for row in rows),
            verdict=words.phrase("verdict", verdict),
        )
        for verdict, rows in by_verdict.items()
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
