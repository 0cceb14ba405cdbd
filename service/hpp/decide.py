"""Findings and the decision table -> the assessment.

First match wins on what was seen.  A row is open where data that was not seen could make it the
first match, it is at least as urgent as the row that matched, and it would interrupt: a gap that
could only bring information is listed, and opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from service.hpp import features
from service.hpp.assessment import (
    Assessment,
    Course,
    DoubtedCause,
    Evidence,
    Finding,
    Indicator,
    JudgedResult,
    Presence,
    Row,
)
from service.hpp.course import day_of, last_of
from service.hpp.facts import Facts, gather_facts
from service.hpp.findings import find
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import DENOSUMAB, EGFR, Chart
from service.hpp.modifiers import modified

PRESENT, UNKNOWN = Presence.PRESENT, Presence.UNKNOWN
# Verdicts that more than a card depends on: statuses, alarms, what is counted.
NOT_EVALUATED, NOT_ON_FILE, NOT_LOW = "notEvaluated", "alpNotOnFile", "alpNotLow"


def assess(chart: Chart, today: date, knowledge: Knowledge) -> Assessment:
    """Judge one chart on one day.  Pure: the same arguments give the same answer."""
    facts = gather_facts(chart, today, knowledge)
    findings = find(facts)
    row, open_rows = match(findings, knowledge.table)
    indicator, modifiers = modified(row, facts)
    return Assessment(
        row=row,
        indicator=indicator,
        findings=findings,
        open_rows=open_rows,
        alp=facts.history.judged,
        excluded=(
            *facts.history.excluded,
            *facts.chart.excluded,
            *features.not_used(facts.background, facts.child),
        ),
        modifiers=modifiers,
        causes=_named_causes(facts),
        signs=facts.causes.signs,
        features=facts.features,
        child=bool(facts.child),
        gaps=chart.gaps,
        drafts=chart.drafts,
        settled=facts.is_settled,
        course=course_of(facts),
        doubted=_doubted(facts),
        family_history=facts.family_history,
        undated=tuple(features.undated(facts.background)),
        not_seen=chart.not_seen,
        new_start=not facts.renewals,
        egfr_low=_low_kidney_function(facts),
        denosumab_before=_denosumab_before(facts),
    )


def _named_causes(facts: Facts) -> tuple[Evidence, ...]:
    """Causes on record at the last low ALP; none where no result was low."""
    if not facts.history.lows:
        return ()
    last = facts.history.lows[-1]
    return facts.causes.named(day_of(last), very_low=last.very_low)


def _doubted(facts: Facts) -> tuple[DoubtedCause, ...]:
    """Causes that do not explain the last low, and masks that do not raise the last result."""
    lows, latest = facts.history.lows, facts.history.latest
    causes = facts.causes.doubted(day_of(lows[-1])) if lows else ()
    masks = facts.masks.doubted(day_of(latest)) if latest else ()
    return (*causes, *masks)


def course_of(facts: Facts) -> Course:
    """The results that a card speaks of."""
    history, lows = facts.history, facts.history.lows
    return Course(
        last=history.last_eligible,
        first_low=lows[0] if lows else None,
        last_low=lows[-1] if lows else None,
        lowest=min(lows, key=_value, default=None),
        last_normal=last_of(history.normals),
        normal_before=last_of(facts.normals_before),
        clear_before=last_of(facts.clear_before),
        masked=facts.latest_masked,
        very_low=facts.very_low_of_late,
        unread=facts.newer_unread,
    )


def _value(item: JudgedResult) -> Decimal:
    return item.result.value or Decimal(0)


def _low_kidney_function(facts: Facts) -> Evidence | None:
    """The newest eGFR, where it is low."""
    signs = facts.knowledge.signs
    return next((e for e in facts.causes.signs if signs[e.what].test == EGFR), None)


def _denosumab_before(facts: Facts) -> Evidence | None:
    """The last time denosumab was ordered or given."""
    uses = facts.background.exposures.with_effect("suppresses")
    given = [
        Evidence(use.reference, use.group, use.began) for use in uses if use.drug_class == DENOSUMAB
    ]
    return features.newest(tuple(given))


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
    """At least a warning, and a higher indicator, or the same one and earlier in the table."""
    if row is matched or row.indicator.rank < Indicator.WARNING.rank:
        return False
    if matched.verdict == NOT_EVALUATED:
        return True
    if row.indicator.rank != matched.indicator.rank:
        return row.indicator.rank > matched.indicator.rank
    return row.verdict != matched.verdict and table.index(row) < table.index(matched)
