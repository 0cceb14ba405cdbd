"""Why a card is shown, each reason by its own name, and what to consider because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cards.blocks import day_text, listed
from cards.facts import CardFacts, days_of, unique
from cards.markdown import escape
from cards.summary import capital
from service.hpp.assessment import LOW_ACUTE, DoubtedCause, Evidence
from service.hpp.findings import WRITTEN_DOWN
from service.hpp.model import DENOSUMAB

MOST_CONTRADICTED = 3


def why(facts: CardFacts, most: int, *, asides: bool) -> str:
    """What the verdict rests on beside the ALP: nothing here is in the table of results.

    most: how many causes are named in one line, and how many asides.
    """
    lines = [*_written_down(facts), *_features(facts), *_family(facts)]
    lines += [*_causes(facts, most), *_blurred(facts)]
    if asides:
        lines += [*_doubted(facts, most), *_first(list(_signs(facts)), most, facts)]
    if facts.assessment.drafts:  # an indication is an order's
        lines += [facts.words.phrase("modifier", code) for code in facts.assessment.modifiers]
    return listed("why", lines, facts)


def _written_down(facts: CardFacts) -> Iterator[str]:
    """HPP as a diagnosis, or its enzyme replacement."""
    for code in WRITTEN_DOWN:
        finding = facts.assessment.findings[code]
        if finding.evidence and code in facts.assessment.row.when:
            yield _dated(facts.words.phrase("finding", code), finding.evidence, facts)


def _dated(name: str, evidence: Sequence[Evidence], facts: CardFacts) -> str:
    """A name with its day, or its first and last day."""
    days = days_of(evidence)
    when = day_text(days[0] if days else None, facts)
    if len(days) > 1:
        when = facts.words.sentence("span", first=when, last=day_text(days[-1], facts))
    return facts.words.sentence("evidence", what=capital(name), date=when)


def _features(facts: CardFacts) -> Iterator[str]:
    """Each feature once, with the newest value where there is one."""
    for code, evidence in facts.features.items():
        newest = max(evidence, key=lambda item: (item.day is not None, item.day))
        name = facts.name_of(code)
        if newest.shown:
            yield _dated(f"{name}: {measured(newest, facts)}", [newest], facts)
        else:
            yield _dated(name, evidence, facts)
    if facts.assessment.findings["iwg-pattern"].seen:
        yield facts.words.sentence("pattern")


def _family(facts: CardFacts) -> Iterator[str]:
    if facts.assessment.family_history:
        name = facts.words.phrase("finding", "family-history")
        yield _dated(name, facts.assessment.family_history, facts)


def _first(said: Sequence[str], most: int, facts: CardFacts) -> Iterator[str]:
    """So many, and how many there are beside them."""
    yield from said[:most]
    if len(said) > most:
        yield facts.words.sentence("more", n=len(said) - most)


def _causes(facts: CardFacts, most: int) -> Iterator[str]:
    """Causes on record at the last low ALP by their day, then those of earlier lows."""
    named = facts.assessment.causes if facts.lows else ()
    found = [f"{facts.name_of(e.what)} ({day_text(e.day, facts)})" for e in named]
    known = {e.what for e in named}
    others = [code for code in facts.cause_codes if code not in known]
    if any(item.kind.eligible_low for item in facts.lows):
        found += [_since(code, facts) for code in others]
    if found:
        yield facts.words.sentence("causes", causes=", ".join(_first(unique(found), most, facts)))


def _since(code: str, facts: CardFacts) -> str:
    """A drug with the day it was begun; a cause of an earlier low by its name alone."""
    began = [use.began for use in facts.chart.drugs if use.group == code and use.began]
    if not began:
        return facts.name_of(code)
    return facts.words.sentence("since", what=facts.name_of(code), date=day_text(min(began), facts))


def _blurred(facts: CardFacts) -> Iterator[str]:
    """Acute illness at a low ALP, and what may raise a normal one."""
    acute = [i for i in facts.used if i.kind is LOW_ACUTE]
    if acute:
        reasons = _names((code for item in acute for code in item.reasons), facts)
        yield facts.words.sentence("acute", reasons=reasons)
    if facts.mask_codes:
        reasons = ", ".join(map(facts.mask_name_of, facts.mask_codes))
        yield facts.words.sentence("masked", reasons=reasons)


def _names(codes: Iterable[str], facts: CardFacts) -> str:
    return ", ".join(unique(map(facts.name_of, codes)))


def _doubted(facts: CardFacts, most: int) -> Iterator[str]:
    """Causes on record that explain nothing, and why: contradicted, old, unproven, over."""
    said = unique(_doubt(cause, facts) for cause in facts.assessment.doubted)
    yield from _first(said, min(most, MOST_CONTRADICTED), facts)


def _doubt(cause: DoubtedCause, facts: CardFacts) -> str:
    name, when = capital(facts.name_of(cause.cause)), day_text(cause.day, facts)
    if cause.by is None:
        return facts.words.sentence(f"doubted_{cause.why}", cause=name, date=when)
    return facts.words.sentence(
        "doubted_contradicted",
        cause=name,
        date=when,
        test=facts.name_of(cause.by.what),
        shown=escape(facts.words.measured(cause.by.shown)),
        day=day_text(cause.by.day, facts),
    )


def _signs(facts: CardFacts) -> Iterator[str]:
    """A value that points at a cause, whether or not it is on record."""
    for sign in facts.assessment.signs:
        blanks = {"shown": measured(sign, facts), "date": day_text(sign.day, facts)}
        yield facts.words.sentence("sign", cause=_pointed_at(sign, facts), **blanks)


def _pointed_at(sign: Evidence, facts: CardFacts) -> str:
    """Of the causes that a value can confirm the one on record, else the first."""
    test = facts.test_of(sign)
    able = [c for s in facts.knowledge.signs.values() if s.test == test for c in s.causes]
    known = {evidence.what for evidence in facts.assessment.causes}
    return facts.name_of(next((cause for cause in able if cause in known), sign.what))


def measured(evidence: Evidence, facts: CardFacts) -> str:
    """The test and the value as the record wrote it."""
    shown = escape(facts.words.measured(evidence.shown))
    return f"{facts.short_name_of(facts.test_of(evidence))} {shown}"


# --- What to consider


def notes(facts: CardFacts, lines_of_text: Sequence[str], leaves_out: Sequence[str]) -> str:
    """Lines for `Consider` that depend on the case and the drug.

    leaves_out: sentences that a text does not want.
    """
    return _bullets([*lines_of_text, *_drug_notes(facts, leaves_out)])


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in unique(lines))


def _drug_notes(facts: CardFacts, leaves_out: Sequence[str]) -> Iterator[str]:
    words, assessment = facts.words, facts.assessment
    drafts_denosumab = any(draft.drug_class == DENOSUMAB for draft in assessment.drafts)
    if assessment.drafts and assessment.denosumab_before:
        yield words.sentence("denosumab_before")
    elif drafts_denosumab and "denosumab_first" not in leaves_out:
        yield words.sentence("denosumab_first")
    if drafts_denosumab and assessment.egfr_low:
        yield words.sentence("denosumab_kidney")
    by_name = [draft for draft in assessment.drafts if draft.by_name]
    names = unique(facts.knowledge.drugs[draft.group].name for draft in by_name)
    if names:
        yield capital(words.sentence("by_name", drug=", ".join(names)))


def advice(facts: CardFacts, most: int, *, asides: bool) -> str:
    """Lines for `Consider`, one for each kind of cause of the lows, with so many named; without
    asides that of the first kind alone."""
    lines = list(_cause_advice(facts, most))
    return _bullets(lines if asides else lines[:1])


def _cause_advice(facts: CardFacts, most: int) -> Iterator[str]:
    named: dict[str, list[str]] = {}
    for code in facts.cause_codes:
        named.setdefault(_advice(code, facts), []).append(facts.name_of(code))
    before = facts.assessment.course.normal_before
    blanks = {"before": escape(facts.value_of(before)), "date": facts.date_of(before)}
    for kind, names in named.items():
        causes = ", ".join(_first(unique(names), most, facts))
        yield facts.words.sentence(f"advice_{kind}", causes=causes, **blanks)


def _advice(code: str, facts: CardFacts) -> str:
    """antiresorptive (with or without a value before it), drug, kidney, or any other condition."""
    drug = facts.knowledge.drugs.get(code)
    if drug is None:
        cause = facts.knowledge.causes.get(code)
        return "kidney" if cause and cause.advice == "kidney" else "condition"
    if facts.knowledge.classes[drug.drug_class].effect != "suppresses":
        return "drug"
    return "antiresorptive" if facts.assessment.course.normal_before else "no_value_before"
