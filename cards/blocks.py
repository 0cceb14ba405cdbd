"""The blocks of a card's detail: lists and a table made from an assessment.

Every string from the record goes through `escape`; every other word is content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cards.facts import CardFacts, unique
from cards.markdown import escape
from cards.summary import capital
from service.hpp.assessment import INVALID, LOW_CLEAN, JudgedResult
from service.hpp.model import ALP, Excluded, Gap

MOST_ROWS = 5
MOST_OPEN = 3


# --- The results that decided


def results(facts: CardFacts, *, plain: bool) -> str:
    """The results that decided, newest first, and how many others there are."""
    if not facts.used:
        return ""
    shown = _chosen(facts)
    rows = [_row(item, facts, plain) for item in shown]
    head = [] if plain else [facts.words.sentence("result_head"), "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows, *_more(shown, facts)])


def _chosen(facts: CardFacts) -> list[JudgedResult]:
    """All where they fit; else the latest, what the card speaks of, and the newest of the rest."""
    newest = list(reversed(facts.used))
    course = facts.assessment.course
    first = [newest[0], course.last, course.very_low, course.lowest, course.first_low]
    first += [course.clear_before or course.normal_before, course.last_normal, course.masked]
    wanted = [item for item in [*first, *newest] if item is not None]
    kept = {id(item): item for item in wanted}
    chosen = set(list(kept)[:MOST_ROWS])
    return [item for item in newest if id(item) in chosen]


def _row(item: JudgedResult, facts: CardFacts, plain: bool) -> str:
    words, limit = facts.words, item.limit
    partial = f" ({words.sentence('partial_date')})" if item.result.partial_date else ""
    return words.sentence(
        "result_line" if plain else "result_row",
        date=day_text(item.day, facts) + partial,
        value=_value(item, facts),
        limit=f"{words.number(limit.low)} U/L" if limit else "",
        whose=facts.whose(limit) if limit else "",
        meaning=_meaning(item, facts),
    )


def _value(item: JudgedResult, facts: CardFacts) -> str:
    """As the laboratory wrote it, and in U/L where that was another unit."""
    written = facts.words.measured(item.result.shown)
    same = written.split(" ")[-1] in ("U/L", "")
    return escape(written) if same else f"{escape(written)} = {escape(facts.value_of(item))} U/L"


def _meaning(item: JudgedResult, facts: CardFacts) -> str:
    words, kind = facts.words, item.kind.value
    if item.kind is LOW_CLEAN and not facts.causes_seen:
        kind = "low"  # nobody looked whether it has a cause
    said = [words.phrase("class", kind)]
    said += [words.sentence("very_low")] if item.very_low else []
    said += [words.sentence("status_unknown")] if item.result.status == "unknown" else []
    return "; ".join(said)


def _more(shown: Sequence[JudgedResult], facts: CardFacts) -> list[str]:
    chosen = {id(item) for item in shown}
    rest = [item.result.value for item in facts.used if id(item) not in chosen]
    values = [value for value in rest if value is not None]
    if not values:
        return []
    lowest, highest = facts.words.number(min(values)), facts.words.number(max(values))
    blanks = {"count": len(values), "lowest": lowest, "highest": highest}
    return ["", facts.words.sentence("more_results", **blanks)]


# --- What was not seen, and what was not used


def unseen(facts: CardFacts, most: int, leaves_out: Sequence[str]) -> str:
    """Gaps (so many at most), the more urgent answers they kept open, and what has no date."""
    lines = _gap_lines(facts, most)
    if "open_rows" not in leaves_out:
        lines += _open_line(facts)
    lines += _undated_drugs(facts)
    return listed("unseen", lines, facts)


def _gap_lines(facts: CardFacts, most: int) -> list[str]:
    """One line for all keys with the same trouble."""
    said: dict[str, list[str]] = {}
    for gap in facts.gaps[:most]:
        said.setdefault(_kind(gap, facts), []).append(facts.key_name(gap.key))
    lines = [
        facts.words.sentence("gap", key=capital(", ".join(unique(keys))), kind=kind)
        for kind, keys in said.items()
    ]
    return lines + _and_more(len(facts.gaps) - most, facts)


def _and_more(count: int, facts: CardFacts) -> list[str]:
    return [facts.words.sentence("more", n=count)] if count > 0 else []


def _kind(gap: Gap, facts: CardFacts) -> str:
    kind = facts.kind_name(gap.kind)
    return facts.words.sentence("counted", kind=kind, count=gap.count) if gap.count else kind


def _open_line(facts: CardFacts) -> list[str]:
    """The answers that missing data kept from being ruled out, most urgent first."""
    verdicts = unique(facts.words.phrase("verdict", r.verdict) for r in facts.assessment.open_rows)
    if not verdicts:
        return []
    return [facts.words.sentence("open_rows", verdicts="; ".join(verdicts[:MOST_OPEN]))]


def _undated_drugs(facts: CardFacts) -> list[str]:
    undated = [e for e in facts.assessment.excluded if e.reason == "undated-drug"]
    names = unique(facts.name_of(e.shown) for e in undated)
    if not names:
        return []
    return [capital(facts.words.sentence("undated_drug", drug=", ".join(names)))]


def unused(facts: CardFacts, most: int) -> str:
    """Results that were read and not used, and why: one line for each reason, so many at most."""
    by_reason: dict[str, list[Excluded]] = {}
    for item in excluded_results(facts):
        by_reason.setdefault(item.reason, []).append(item)
    lines = [_unused_line(items, facts) for items in by_reason.values()]
    return listed("unused", [*lines[:most], *_and_more(len(lines) - most, facts)], facts)


def excluded_results(facts: CardFacts) -> list[Excluded]:
    """Newest first."""
    invalid = [
        Excluded(i.result.reference, i.reasons[0], i.day, i.result.shown)
        for i in facts.assessment.alp
        if i.kind is INVALID and i.reasons
    ]
    left_out = [e for e in facts.assessment.excluded if e.reason != "undated-drug"]
    return sorted([*invalid, *left_out], key=lambda e: e.day or date.min, reverse=True)


def reason_text(reason: str, facts: CardFacts) -> str:
    words = facts.words
    if reason in words.phrases["reason"]:
        return words.phrases["reason"][reason]
    return words.phrases["excluded"].get(reason, words.phrases["excluded"]["status-other"])


def _unused_line(items: Sequence[Excluded], facts: CardFacts) -> str:
    """The newest, and how many more were left out for the same reason."""
    newest, reason = items[0], reason_text(items[0].reason, facts)
    shown = newest.reference if newest.reason == "mention" else newest.shown
    is_ours = shown in facts.knowledge.labels
    named = facts.name_of(shown) if is_ours else escape(facts.words.measured(shown))
    blanks = {
        "shown": named or facts.name_of(ALP),
        "date": day_text(newest.day, facts),
        "reason": reason,
    }
    count = sum(item.count for item in items)
    if count > 1:
        return facts.words.sentence("unused_several", count=count - 1, **blanks)
    return facts.words.sentence("unused", **blanks)


# --- The last line


def footer(facts: CardFacts) -> str:
    """How old the newest ALP is, the standing caution, and who has signed the content."""
    words = facts.words
    lines = [words.sentence("screening"), _inert(words.review)]
    if facts.used:
        day = facts.used[-1].day or facts.today
        days = (facts.today - day).days
        lines.insert(0, words.sentence("age_of_data", date=day_text(day, facts), days=days))
    return " ".join(lines)


def _inert(text: str) -> str:
    """A site's own words may hold a name with punctuation; they are no Markdown."""
    return text.replace("*", "\\*").replace("_", "\\_").replace("<", "\\<").replace("[", "\\[")


def listed(key: str, lines: Sequence[str], facts: CardFacts) -> str:
    """A heading and its lines; nothing where there is none."""
    kept = unique(lines)
    if not kept:
        return ""
    heading = f"**{facts.words.phrase('heading', key)}**"
    return "\n".join([heading, "", *(f"- {line}" for line in kept)])


def day_text(day: date | None, facts: CardFacts) -> str:
    return facts.words.day(day) if day else facts.words.sentence("undated")
