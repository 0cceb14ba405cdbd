"""The blocks of a card's detail: Markdown lists and tables made from an assessment.

Every string from the record goes through `escape`; every other word is content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from cards.facts import CardFacts, shown_number, value_of
from cards.markdown import escape
from service.hpp.assessment import AlpClass, Evidence, Finding, JudgedResult
from service.hpp.model import Excluded

MOST_ROWS = 6
MOST_LINES = 5
# Findings that the table of results shows already, or that go without saying.
SHOWN_BY_TABLE = frozenset({"alp-low", "last-alp-low", "alp-lows-spaced", "child", "alp-looked-up"})


def results(facts: CardFacts) -> str:
    """The results that decided, newest first, and how many older ones there are."""
    used = [i for i in facts.assessment.alp if i.day and i.kind is not AlpClass.INVALID]
    if not used:
        return f"{facts.words.sentence('no_result_used')}\n" if facts.assessment.alp else ""
    newest = list(reversed(used))
    head = [facts.words.sentence("result_head"), "| --- | --- | --- | --- | --- |"]
    rows = [_row(item, facts) for item in newest[:MOST_ROWS]]
    rest = _older(newest[MOST_ROWS:], facts)
    return "\n".join([_heading("results", facts), "", *head, *rows, *rest])


def _row(item: JudgedResult, facts: CardFacts) -> str:
    words, limit = facts.words, item.limit
    partial = f" ({words.sentence('partial_date')})" if item.result.partial_date else ""
    return words.sentence(
        "result_row",
        date=_day(item.day) + partial,
        value=_value(item),
        limit=f"{shown_number(limit.low)} U/L" if limit else "",
        whose=words.phrase("whose", limit.whose) if limit else "",
        meaning=_meaning(item, facts),
    )


def _value(item: JudgedResult) -> str:
    """As the laboratory wrote it, and in U/L where that was another unit."""
    written = item.result.shown
    same = written.split(" ")[-1] in ("U/L", "")
    return escape(written) if same else f"{escape(written)} = {value_of(item)} U/L"


def _meaning(item: JudgedResult, facts: CardFacts) -> str:
    meaning = facts.words.phrase("class", item.kind)
    if item.very_low:
        meaning += f"; {facts.words.sentence('very_low')}"
    if item.result.status == "unknown":
        meaning += f"; {facts.words.sentence('status_unknown')}"
    reasons = ", ".join(dict.fromkeys(map(facts.name_of, item.reasons)))
    return f"{meaning}: {reasons}" if reasons else meaning


def _older(items: Sequence[JudgedResult], facts: CardFacts) -> list[str]:
    values = [item.result.value for item in items if item.result.value is not None]
    if not values:
        return []
    lowest, highest = shown_number(min(values)), shown_number(max(values))
    text = facts.words.sentence("more_results", count=len(values), lowest=lowest, highest=highest)
    return ["", text]


def why(facts: CardFacts) -> str:
    """The findings that made the row match, what supports them, and the modifiers."""
    found = [
        facts.assessment.findings[code]
        for code, wanted in facts.assessment.row.when.items()
        if wanted == "present" and code not in SHOWN_BY_TABLE
    ]
    lines = [_finding(finding, facts) for finding in found]
    lines += [_feature(e, facts) for e in _once(facts.assessment.features)]
    lines += [facts.words.sentence("cause", cause=cause) for cause in _record_causes(facts)]
    lines += [_sign(evidence, facts) for evidence in facts.assessment.signs]
    lines += [facts.words.phrase("modifier", code) for code in facts.assessment.modifiers]
    return _list("why", lines, facts)


def _finding(finding: Finding, facts: CardFacts) -> str:
    label = facts.words.phrase("finding", finding.code)
    text = label[0].upper() + label[1:]
    days = [e.day for e in finding.evidence if e.day]
    if not days:
        return f"{text}."
    first, last = _day(min(days)), _day(max(days))
    return f"{text} ({first})." if first == last else f"{text} ({first} to {last})."


def _feature(evidence: Evidence, facts: CardFacts) -> str:
    name = facts.name_of(evidence.what)
    shown = f"{name}, {escape(evidence.shown)}" if evidence.shown else name
    text = shown[0].upper() + shown[1:]
    if evidence.day is None:
        return facts.words.sentence("evidence_undated", what=text)
    return facts.words.sentence("evidence_date", what=text, date=_day(evidence.day))


def _once(evidence: Sequence[Evidence]) -> list[Evidence]:
    """One line for each feature: its newest evidence."""
    newest: dict[str, Evidence] = {}
    for item in evidence:
        best = newest.get(item.what)
        if best is None or (item.day or date.min) > (best.day or date.min):
            newest[item.what] = item
    return list(newest.values())


def _record_causes(facts: CardFacts) -> list[str]:
    """Causes that explain a low result, and causes on record that are only named."""
    named = [facts.name_of(evidence.what) for evidence in facts.assessment.causes]
    return list(dict.fromkeys([*facts.causes, *named]))


def _sign(evidence: Evidence, facts: CardFacts) -> str:
    cause, shown = facts.name_of(evidence.what), escape(evidence.shown)
    return facts.words.sentence("sign", cause=cause, shown=shown, date=_day(evidence.day))


def unseen(facts: CardFacts) -> str:
    """Gaps, and the more urgent answers that only they kept open."""
    lines = [_gap_line(gap.kind, gap.key, gap.count, facts) for gap in facts.gaps]
    if facts.assessment.verdict != "notEvaluated":
        lines += _open_lines(facts)
    lines += _undated_drugs(facts)
    return _list("unseen", lines, facts)


def _open_lines(facts: CardFacts) -> list[str]:
    """For each set of missing data, the answers it kept from being ruled out."""
    opened: dict[tuple[str, ...], dict[str, None]] = {}
    for row in facts.assessment.open_rows:
        keys = {key for code in row.when for key in facts.assessment.findings[code].missing}
        names = tuple(sorted(facts.key_name(key) for key in keys))
        opened.setdefault(names, {})[facts.words.phrase("verdict", row.verdict)] = None
    return [
        facts.words.sentence("open_row", keys=", ".join(keys), what="; ".join(verdicts))
        for keys, verdicts in opened.items()
    ]


def _gap_line(kind: str, key: str, count: int, facts: CardFacts) -> str:
    name = facts.key_name(key)
    blanks = {"key": name[0].upper() + name[1:], "kind": facts.kind_name(kind)}
    if count:
        return facts.words.sentence("gap_count", count=count, **blanks)
    return facts.words.sentence("gap", **blanks)


def _undated_drugs(facts: CardFacts) -> list[str]:
    undated = [e for e in facts.assessment.excluded if e.reason == "undated-drug"]
    names = dict.fromkeys(facts.name_of(e.shown) for e in undated)
    return [_capital(facts.words.sentence("undated_drug", drug=name)) for name in names]


def unused(facts: CardFacts) -> str:
    """Results that were read and not used, and why."""
    lines = [_unused_line(item, facts) for item in excluded_results(facts)]
    shown = lines[:MOST_LINES]
    more = len(lines) - len(shown)
    return _list("unused", [*shown, *([f"… {more} more"] if more else [])], facts)


def excluded_results(facts: CardFacts) -> list[Excluded]:
    invalid = [
        Excluded(i.result.reference, i.reasons[0], i.day, i.result.shown)
        for i in facts.assessment.alp
        if i.kind is AlpClass.INVALID and i.reasons
    ]
    left_out = [e for e in facts.assessment.excluded if e.reason != "undated-drug"]
    return sorted([*invalid, *left_out], key=lambda e: e.day or date.min, reverse=True)


def reason_text(reason: str, facts: CardFacts) -> str:
    words = facts.words
    if reason in words.phrases["reason"]:
        return words.phrases["reason"][reason]
    return words.phrases["excluded"].get(reason, words.phrases["excluded"]["status-other"])


def _unused_line(item: Excluded, facts: CardFacts) -> str:
    shown = escape(item.reference if item.reason == "mention" else item.shown) or "ALP"
    reason = reason_text(item.reason, facts)
    return facts.words.sentence("unused", shown=shown, date=_day(item.day), reason=reason)


def notes(facts: CardFacts, on_denosumab: bool) -> str:
    """Lines for `Consider` that depend on the causes, the drug and how it was recognised."""
    words = facts.words
    lines = list(dict.fromkeys(_cause_advice(facts)))
    classes = {draft.drug_class for draft in facts.assessment.drafts}
    if on_denosumab or "denosumab" in classes:
        lines.append(words.sentence("denosumab"))
    if "iv-bisphosphonate" in classes and facts.assessment.verdict == "lowAlpCauseNotReassuring":
        lines.append(words.sentence("injected_dose"))
    by_name = [d for d in facts.assessment.drafts if d.by_name]
    names = dict.fromkeys(facts.knowledge.drugs[d.group].name for d in by_name)
    lines += [_capital(words.sentence("by_name", drug=name)) for name in names]
    return "\n".join(f"- {line}" for line in lines)


def _cause_advice(facts: CardFacts) -> Iterator[str]:
    """The secondary-cause line of each cause."""
    if facts.assessment.verdict not in ("lowAlpPossibleCause", "lowAlpCauseNotReassuring"):
        return
    for code in facts.cause_codes:
        drug = facts.knowledge.drugs.get(code)
        if drug and facts.knowledge.classes[drug.drug_class].effect == "suppresses":
            yield facts.words.sentence("antiresorptive_action")
        elif code in facts.knowledge.causes and facts.knowledge.causes[code].advice == "kidney":
            yield facts.words.sentence("kidney_action")
        elif not drug:
            yield facts.words.sentence("cause_action", cause=facts.name_of(code))


def footer(facts: CardFacts, sources: Sequence[str], version: str) -> str:
    """How old the data is, the standing caution, the rule, the sources, the version."""
    words, row = facts.words, facts.assessment.row
    last = facts.last
    lines = []
    if last and last.day:
        age = (facts.today - last.day).days
        lines.append(words.sentence("age_of_data", date=_day(last.day), days=age))
    lines.append(words.sentence("screening"))
    lines.append(words.sentence("rule", row=row.id, source=row.source))
    if sources:
        lines.append(words.sentence("references", list="; ".join(sources) + "."))
    knowledge, review = facts.knowledge.version, words.review
    lines.append(words.sentence("version", version=version, knowledge=knowledge, review=review))
    return " ".join(lines)


def _heading(key: str, facts: CardFacts) -> str:
    return f"**{facts.words.phrase('heading', key)}**"


def _list(key: str, lines: Sequence[str], facts: CardFacts) -> str:
    kept = list(dict.fromkeys(line for line in lines if line))
    if not kept:
        return ""
    return "\n".join([_heading(key, facts), "", *(f"- {line}" for line in kept)])


def _day(day: date | None) -> str:
    return day.isoformat() if day else "undated"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
