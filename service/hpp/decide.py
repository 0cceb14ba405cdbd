"""Findings and the decision table -> the assessment.

First match wins on what was seen.  A row is open where data that was not seen could make
it the first match and it is at least as urgent as the row that matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from service.hpp import causes
from service.hpp.background import is_above, is_at_least
from service.hpp.findings import Facts, find, gather_facts
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import (
    Assessment,
    Chart,
    Evidence,
    Finding,
    Indicator,
    Presence,
    Result,
    Row,
)

PRESENT, UNKNOWN = Presence.PRESENT, Presence.UNKNOWN
NOT_EVALUATED = "notEvaluated"
KEEPS_CARD = frozenset({"hppConfirmed", "hppProbable", "hppSuspected"})
DROPPED_FOR_CANCER = frozenset({"lowAlpOnce", "alpUnclear", "alpNotOnFile"})


def assess(chart: Chart, today: date, knowledge: Knowledge) -> Assessment:
    """Judge one chart on one day.  Pure: the same arguments give the same answer."""
    facts = gather_facts(chart, today, knowledge)
    findings = find(facts)
    row, open_rows = match(findings, knowledge.table)
    indicator, modifiers = _modified(row, facts)
    return Assessment(
        row=row,
        indicator=indicator,
        findings=findings,
        open_rows=open_rows,
        alp=facts.history.judged,
        excluded=(*facts.history.excluded, *chart.excluded),
        modifiers=modifiers,
        causes=_named_causes(facts),
        signs=causes.signs(facts.background),
        features=facts.features,
        child=bool(facts.child),
        gaps=chart.gaps,
        drafts=chart.drafts,
    )


def _named_causes(facts: Facts) -> tuple[Evidence, ...]:
    """Causes on record at the last low ALP; none where no result was low."""
    last = facts.history.lows[-1] if facts.history.lows else None
    if last is None or last.day is None:
        return ()
    return causes.named(facts.background, last.day, last.very_low)


def match(findings: Mapping[str, Finding], table: Sequence[Row]) -> tuple[Row, tuple[Row, ...]]:
    """The first row that holds by what was seen, and the rows that unseen data kept open.

    Rows behind the first one that holds beyond doubt can never be reached, so they are not
    open.  Raises AssertionError for a table without a last row that always holds.
    """
    matched: Row | None = None
    possible: list[Row] = []
    for row in table:
        if not all(_can_be(findings[code], wanted) for code, wanted in row.when.items()):
            continue
        if matched is None and all(_is(findings[code], w) for code, w in row.when.items()):
            matched = row
        if not _is_taken(row, possible, findings):
            possible.append(row)
        if matched is not None and _is_certain(row, row.when, findings):
            break
    if matched is None:
        raise AssertionError("the decision table has no last row that always holds")
    return matched, tuple(row for row in possible if _is_more_urgent(row, matched, table))


def _is_certain(row: Row, cells: Mapping[str, Presence], findings: Mapping[str, Finding]) -> bool:
    """All of these cells of a row hold beyond doubt."""
    return all(findings[code].presence is row.when[code] for code in cells)


def _is_taken(row: Row, earlier: Sequence[Row], findings: Mapping[str, Finding]) -> bool:
    """An earlier row matches whenever this one does: it asks for nothing more that is open."""
    for other in earlier:
        more = {
            code: other.when[code] for code in other.when if row.when.get(code) != other.when[code]
        }
        if _is_certain(other, more, findings):
            return True
    return False


def _is(finding: Finding, wanted: Presence) -> bool:
    """Whether a cell holds by what was seen."""
    return finding.seen is (wanted is PRESENT)


def _can_be(finding: Finding, wanted: Presence) -> bool:
    """Whether a cell could hold, with data that was not seen."""
    return finding.seen is (wanted is PRESENT) or finding.presence is UNKNOWN


def _is_more_urgent(row: Row, matched: Row, table: Sequence[Row]) -> bool:
    """A higher indicator; or the same one, at least a warning, and earlier in the table."""
    if row is matched or row.verdict == NOT_EVALUATED or row.indicator is Indicator.NONE:
        return False
    if matched.verdict == NOT_EVALUATED:
        return True
    if row.verdict == matched.verdict:
        return row.indicator.rank > matched.indicator.rank
    if row.indicator.rank != matched.indicator.rank:
        return row.indicator.rank > matched.indicator.rank
    alarming = row.indicator.rank >= Indicator.WARNING.rank
    return alarming and table.index(row) < table.index(matched)


def _modified(row: Row, facts: Facts) -> tuple[Indicator, tuple[str, ...]]:
    """An antiresorptive given for cancer or Paget disease (below the decision table)."""
    oncology, seen = facts.knowledge.oncology, _indications(facts)
    if _is_urgent(facts, seen):
        return _for_urgent_oncology(row), ("urgent-oncology",)
    if not seen & oncology.indications and not seen & oncology.metabolic_indications:
        return row.indicator, ()
    dropped = row.verdict in DROPPED_FOR_CANCER
    return (Indicator.NONE if dropped else row.indicator), ("cancer-or-paget",)


def _for_urgent_oncology(row: Row) -> Indicator:
    if row.verdict == "hppConfirmed" or row.verdict == NOT_EVALUATED:
        return row.indicator
    return Indicator.WARNING if row.verdict in KEEPS_CARD else Indicator.NONE


def _indications(facts: Facts) -> frozenset[str]:
    """Groups of conditions active today and of the reasons of the draft orders."""
    active = [c.groups for c in facts.chart.conditions if causes.is_active(c, facts.today)]
    reasons = [draft.reasons for draft in facts.chart.drafts]
    return frozenset().union(*active, *reasons)


def _is_urgent(facts: Facts, seen: frozenset[str]) -> bool:
    oncology = facts.knowledge.oncology
    if oncology.malignant_calcium in seen or _calcium_urgent(facts):
        return True
    dosed = any(
        draft.group in oncology.drugs or draft.oncology_dose for draft in facts.chart.drafts
    )
    if not dosed or not oncology.indications & seen:
        return False
    return oncology.high_calcium in seen or _calcium_above_own_limit(facts)


def _recent_calcium(facts: Facts) -> list[Result]:
    """Calcium of the last days: corrected as reported, else total as it is (2a.23)."""
    oldest = facts.today - timedelta(days=facts.knowledge.days("urgent_calcium_window"))

    def recent(test: str) -> list[Result]:
        return [
            result
            for result in facts.chart.of(test)
            if result.day is not None and result.day >= oldest and facts.background.counts(result)
        ]

    return recent("lab_calcium_corrected") or recent("lab_calcium")


def _calcium_urgent(facts: Facts) -> bool:
    limit = facts.knowledge.number("urgent_calcium")
    return any(is_at_least(result, limit) for result in _recent_calcium(facts))


def _calcium_above_own_limit(facts: Facts) -> bool:
    return any(
        result.printed.high is not None and is_above(result, result.printed.high)
        for result in _recent_calcium(facts)
    )
