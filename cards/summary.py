"""The first line of a card: which of a text's summaries fits, and what fills its blanks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from cards.facts import CardFacts, unique
from cards.words import Words
from service.hpp.assessment import INVALID, NORMAL, JudgedResult
from service.hpp.features import SUBSTRATE
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import DENOSUMAB, GGT, PEA, PLP

OTHERWISE = "otherwise"
MOST_VALUES = 4
ALL_DRUGS = ("antiresorptives", "the_order")  # sentences for several drugs, and for none by name
T = TypeVar("T")


def situation(facts: CardFacts) -> frozenset[str]:
    """Everything that a text may ask for: the row, the findings it wants, and what fits below."""
    row = facts.assessment.row
    wanted = {code for code, presence in row.when.items() if presence == "present"}
    own = {name for name, holds in SITUATIONS.items() if holds(facts)}
    return frozenset({row.id, OTHERWISE, *wanted, *own})


def _last_is(facts: CardFacts, low: bool) -> bool:
    last = facts.last
    return last is not None and (last.kind is not NORMAL) is low


def _varies(facts: CardFacts) -> bool:
    """Clearly normal between or after lows: then it cannot be called low throughout."""
    first = facts.assessment.course.first_low
    return first is not None and any(
        item.above_ceiling and (item.day or facts.today) > (first.day or facts.today)
        for item in facts.judged
    )


def _drafts_denosumab(facts: CardFacts) -> bool:
    return any(draft.drug_class == DENOSUMAB for draft in facts.assessment.drafts)


SITUATIONS: Mapping[str, Callable[[CardFacts], bool]] = {
    "child": lambda facts: facts.assessment.child,
    "adult": lambda facts: not facts.assessment.child,
    "renewal": lambda facts: not facts.assessment.new_start,
    "several": lambda facts: len(facts.lows) > 1,
    "causes-unseen": lambda facts: not facts.causes_seen,
    "very-low": lambda facts: any(item.very_low for item in facts.lows),
    "clear-before": lambda facts: facts.assessment.course.clear_before is not None,
    "last-low": lambda facts: _last_is(facts, low=True),
    "last-not-low": lambda facts: _last_is(facts, low=False),
    "no-low": lambda facts: not facts.lows,
    "no-alp": lambda facts: not facts.used,
    "varies": _varies,
    "major": lambda facts: any(facts.knowledge.features[c].major for c in facts.features),
    "only-normal": lambda facts: bool(facts.used) and not facts.lows,
    "substrate": lambda facts: SUBSTRATE in facts.features,
    "no-substrate": lambda facts: SUBSTRATE not in facts.features,
    "urgent": lambda facts: "urgent-oncology" in facts.assessment.modifiers,
    "denosumab": _drafts_denosumab,
    "denosumab-never": lambda facts: facts.assessment.denosumab_before is None,
    "denosumab-before": lambda facts: facts.assessment.denosumab_before is not None,
    "liver": lambda facts: any(
        c.counts and c.groups & facts.knowledge.roles["liver"] for c in facts.chart.conditions
    ),
}


def known_situations(knowledge: Knowledge) -> frozenset[str]:
    """Every word that a text may ask for."""
    rows = (row.id for row in knowledge.table)
    findings = (code for row in knowledge.table for code in row.when)
    return frozenset({OTHERWISE, *SITUATIONS, *rows, *findings})


def fitting(texts: Mapping[str, T], here: frozenset[str]) -> T | None:
    """The first text all of whose words hold; texts are written most particular first."""
    return next((text for when, text in texts.items() if here.issuperset(when.split())), None)


def fill(facts: CardFacts, names: Sequence[str]) -> dict[str, str]:
    return {name: OF_SUMMARY[name](facts) for name in names}


def _verification(facts: CardFacts) -> str:
    """How an unconfirmed diagnosis is called; `as` stands before it in the sentence."""
    evidence = facts.assessment.findings["hpp-unconfirmed"].evidence
    references = {item.reference for item in evidence}
    found = [c.verification for c in facts.chart.conditions if c.reference in references]
    return facts.words.phrase("verification", found[0] if found else "unconfirmed")


def _features(facts: CardFacts) -> str:
    """The first two; the detail names all."""
    names = [_feature(code, facts) for code in facts.features]
    return facts.words.sentence("and_word").join(names[:2])


def _feature(code: str, facts: CardFacts) -> str:
    """A raised substrate by the name of its test."""
    if code == SUBSTRATE:
        return facts.words.sentence("raised", what=_substrates(facts))
    return facts.short_name_of(code)


def _significance(facts: CardFacts) -> str:
    likely = [variant.likely for variant in facts.chart.variants if variant.pathogenic]
    return facts.words.sentence("likely_pathogenic" if all(likely) else "pathogenic")


def _substrates(facts: CardFacts) -> str:
    tests = unique(facts.test_of(evidence) for evidence in facts.features.get(SUBSTRATE, ()))
    return facts.words.sentence("and_word").join(map(facts.short_name_of, sorted(tests)))


def _first_major(facts: CardFacts) -> str:
    return next((_feature(code, facts) for code in facts.features), "")


def _values(facts: CardFacts) -> str:
    """Oldest first; many as a range."""
    if len(facts.lows) <= MOST_VALUES:
        return facts.words.phrase("format", "between").join(map(facts.value_of, facts.lows))
    lowest, highest = _extremes(facts.lows, facts)
    blanks = {"lowest": lowest, "highest": highest, "n": len(facts.lows)}
    return facts.words.sentence("value_range", **blanks)


def _extremes(items: Sequence[JudgedResult], facts: CardFacts) -> tuple[str, str]:
    values = [item.result.value for item in items if item.result.value is not None]
    return facts.words.number(min(values)), facts.words.number(max(values))


def _span(facts: CardFacts) -> str:
    """From the first to the last low, in whole years, months or days."""
    days = [item.day for item in facts.lows if item.day]
    span = max(days) - min(days) if days else timedelta()
    for name, unit_days in (("years", 365.25), ("months", 30.44)):
        if span.days >= 2 * unit_days:
            return facts.words.sentence(f"span_{name}", n=int(span.days / unit_days))
    return facts.words.sentence("span_days", n=span.days)


def _limit(item: JudgedResult | None, facts: CardFacts) -> str:
    return facts.words.number(item.limit.low) if item and item.limit else ""


def _decided(facts: CardFacts) -> JudgedResult | None:
    """The very low value of which a card speaks."""
    very_low = [item for item in facts.lows if item.very_low]
    return facts.assessment.course.very_low or (very_low[-1] if very_low else facts.last)


def _normal(facts: CardFacts) -> JudgedResult | None:
    course = facts.assessment.course
    return course.clear_before or course.normal_before


# Values for the blanks of a summary; plain text, nothing from the record but numbers and days.
OF_SUMMARY: Mapping[str, Callable[[CardFacts], str]] = {
    "last": lambda facts: facts.value_of(facts.last),
    "last_date": lambda facts: facts.date_of(facts.last),
    "n": lambda facts: str(len(facts.lows)),
    "limit": lambda facts: _limit(facts.last, facts),
    "low": lambda facts: facts.value_of(_decided(facts)),
    "low_date": lambda facts: facts.date_of(_decided(facts)),
    "low_limit": lambda facts: _limit(_decided(facts), facts),
    "normal": lambda facts: facts.value_of(_normal(facts)),
    "normal_date": lambda facts: facts.date_of(_normal(facts)),
    "masked": lambda facts: facts.value_of(facts.assessment.course.masked),
    "min": lambda facts: _extremes(facts.judged, facts)[0],
    "max": lambda facts: _extremes(facts.judged, facts)[1],
    "values": _values,
    "span": _span,
    "cause": lambda facts: next(map(facts.short_name_of, facts.cause_codes), ""),
    "mask": lambda facts: next(map(facts.mask_name_of, facts.mask_codes), ""),
    "feature": _first_major,
    "Feature": lambda facts: capital(_first_major(facts)),
    "features": _features,
    "substrates": _substrates,
    "significance": _significance,
    "verification": _verification,
    "unusable": lambda facts: _unusable(facts),
    "drugs": lambda facts: facts.drugs_short,
    "gap": lambda facts: facts.first_gap,
}


def _unusable(facts: CardFacts) -> str:
    invalid = [i for i in facts.assessment.alp if i.kind is INVALID]
    unread = facts.assessment.course.unread or (invalid[-1] if invalid else None)
    return facts.name_of(unread.reasons[0]) if unread and unread.reasons else ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def longest_blanks(knowledge: Knowledge, words: Words) -> dict[str, str]:
    """The longest value of each summary blank that this content can produce."""

    def short(codes: Mapping[str, object]) -> list[str]:
        names = words.phrases["short"]
        return sorted((names.get(c) or knowledge.labels.get(c, "") for c in codes), key=len)

    reason, gaps = words.phrases["reason"], words.phrases["gap"].values()
    masks = [mask.name for mask in knowledge.masks.values()]
    features, drugs = short(knowledge.features), short(knowledge.drugs)
    sentences, between = words.phrases["sentence"], words.phrases["format"].get("between", "")
    value, day = ">=999.99", words.day(date(2026, 11, 22))
    joined = sentences.get("and_word", "")
    keys = words.phrases["key"].values()
    return {
        **dict.fromkeys(("last", "low", "normal", "masked", "min", "max"), value),
        **dict.fromkeys(("limit", "low_limit"), "999.99"),
        **dict.fromkeys(("last_date", "low_date", "normal_date"), day),
        "n": "999",
        "values": between.join([value] * MOST_VALUES),
        "span": _longest_span(words),
        "cause": max((*short(knowledge.causes), drugs[-1], reason.get("inpatient", "")), key=len),
        "mask": max((*masks, drugs[-1], reason.get(GGT, "")), key=len),
        "feature": features[-1],
        "Feature": features[-1],
        "features": joined.join(features[-2:]),
        "substrates": joined.join(short({PLP: "", PEA: ""})),
        "significance": sentences.get("likely_pathogenic", ""),
        "verification": max(words.phrases["verification"].values(), key=len, default=""),
        "unusable": max(reason.values(), key=len, default=""),
        "drugs": max((drugs[-1], *(sentences.get(k, "") for k in ALL_DRUGS)), key=len),
        "gap": f"{max(keys, key=len, default='')} ({max(gaps, key=len, default='')})",
    }


def _longest_span(words: Words) -> str:
    longest = {"span_years": 99, "span_months": 24, "span_days": 60}
    known = words.phrases["sentence"]
    return max((words.sentence(k, n=n) for k, n in longest.items() if k in known), key=len)
