"""Assessment -> Card: choose the text of the case, fill its blanks, attach suggestions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cards import blocks, reasons
from cards.facts import CardFacts
from cards.model import (
    DEFAULT_CAPABILITIES,
    PLAIN,
    Card,
    ClientCapabilities,
    Link,
    OverrideReason,
)
from cards.orders import OrderBook, Requester
from cards.suggestions import Offers
from cards.summary import capital, fill, fitting, situation
from cards.words import CardText, Words
from service.fhir.releases import Release
from service.hpp.assessment import Assessment, Evidence, Indicator
from service.hpp.decide import NOT_EVALUATED
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Chart

URGENT, VIEW = "urgentOncology", "patientView"
PARTLY, UNJUDGED, UNSEEN = "partlySeen", "orderNotJudged", "couldNotLook"
MOST_REASONS = 6
MOST_WORDS = 120
ALL = 1000  # more names than any card has
EMPTY_HEADING = re.compile(r"\*\*[^*\n]+\*\*\n\s*\n(?=(?:[^-\s|]|\Z))")
EMPTY_LINES = re.compile(r"\n\n\n+")  # searched for five times as fast as \n{3,}


@dataclass(frozen=True, slots=True)
class Brevity:
    """lines: how many are said of what was not seen or used.  in_full: whether the text's opening
    and hints are.  names: how many causes are named in one line, and how many asides (causes that
    count for nothing, values that point at one); asides: whether any of them is, and more than one
    kind of advice."""

    lines: int
    in_full: bool = False
    names: int = ALL
    asides: bool = True


SHORTER_AND_SHORTER = (
    Brevity(3, in_full=True),
    Brevity(1, in_full=True),
    Brevity(1),
    Brevity(1, names=4),
    Brevity(1, names=2),
    Brevity(1, names=1),
    Brevity(1, names=1, asides=False),
)


@dataclass(frozen=True)
class CardContent:
    """What card building needs beside the assessment; one per service, made at start."""

    words: Words
    knowledge: Knowledge
    orders: OrderBook
    version: str
    new_uuid: Callable[[], str]


@dataclass(frozen=True)
class CardInput:
    """One assessment with the request it answers."""

    assessment: Assessment
    chart: Chart
    today: date
    requester: Requester
    release: Release = Release.R4
    capabilities: ClientCapabilities = DEFAULT_CAPABILITIES


def build(case: CardInput, content: CardContent) -> Card | None:
    """The card of a verdict before an order; None where the verdict has none."""
    if case.assessment.indicator is Indicator.NONE:
        return None
    urgent = "urgent-oncology" in case.assessment.modifiers
    has_own = case.assessment.verdict != NOT_EVALUATED
    name = URGENT if urgent and has_own else case.assessment.verdict
    text = content.words.texts.get(name)
    return _card(text, case, content) if text else None


def build_view(case: CardInput, content: CardContent) -> Card:
    """The card where a chart is opened: no drug is in hand, and none is spoken of."""
    return _card(content.words.texts[VIEW], case, content)


def build_incomplete(case: CardInput, content: CardContent) -> Card:
    """The low-key card that says what was not seen, where the verdict itself has none."""
    return _card(content.words.texts[PARTLY], case, content)


def build_could_not_look(case: CardInput, content: CardContent, remedy: str) -> Card:
    """The low-key card for a person who tries: what could not be had, why, and what helps.

    remedy: Markdown, set below the card's own text whatever its length.
    """
    card = _card(content.words.texts[UNSEEN], case, content)
    return replace(card, detail=f"{card.detail}\n\n{remedy}")


def build_unjudged(case: CardInput, content: CardContent) -> Card:
    """The low-key card for orders that could not be judged at all."""
    return _card(content.words.texts[UNJUDGED], case, content)


def _card(text: CardText, case: CardInput, content: CardContent) -> Card:
    assessment, words = case.assessment, content.words
    facts = CardFacts(assessment, words, content.knowledge, case.today, case.chart)
    here = situation(facts)
    cited = text.references_child if assessment.child else text.references
    main = words.references[text.source_child if assessment.child else text.source]
    indicator = assessment.indicator
    offers = Offers(facts, here, case.capabilities, content.new_uuid)
    return Card(
        uuid=content.new_uuid(),
        verdict=assessment.verdict,
        row=assessment.row.id,
        indicator=indicator if indicator is not Indicator.NONE else Indicator.INFO,
        summary=_summary(text, facts, here),
        detail=_detail(text, facts, here, plain=case.capabilities.card_style == PLAIN),
        topic_display=words.phrase("verdict", assessment.verdict),
        source=Link(main.publisher or main.label, main.url),
        suggestions=offers.of(text),
        override_reasons=_override_reasons(text, here, words),
        links=_links(cited, words),
        evidence=_evidence(facts),
    )


def _summary(text: CardText, facts: CardFacts, here: frozenset[str]) -> str:
    template = fitting(text.summary_for, here) or text.summary
    if facts.assessment.child and text.summary_child is not None:
        template = text.summary_child
    return template.fill(fill(facts, template.names))


def _detail(text: CardText, facts: CardFacts, here: frozenset[str], *, plain: bool) -> str:
    """At most MOST_WORDS beside the table: what was not seen and used gives way, then the text's
    opening and hints, then causes behind the first; what the verdict rests on never does."""
    body = ""
    for brevity in SHORTER_AND_SHORTER:
        own = _own_words(text, here, in_full=brevity.in_full)
        blanks = _blanks(facts, own, brevity, plain)
        body = _tidy(text.body.fill(blanks))
        listed = word_count(blanks["results"]) if plain else 0  # a table that has no bars
        if word_count(body) - listed <= MOST_WORDS:
            break
    return body


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a text itself says in one case, beside its body."""

    opening: str = ""
    hints: tuple[str, ...] = ()
    leaves_out: tuple[str, ...] = ()


def _own_words(text: CardText, here: frozenset[str], *, in_full: bool) -> OwnWords:
    if not in_full:
        return OwnWords(leaves_out=text.leaves_out)
    hints = (line for when, line in text.consider_for.items() if here.issuperset(when.split()))
    return OwnWords(fitting(text.opening_for, here) or "", tuple(hints), text.leaves_out)


def _blanks(facts: CardFacts, own: OwnWords, brevity: Brevity, plain: bool) -> dict[str, str]:
    words, names, most = facts.words, facts.drug_names, brevity.lines
    drugs = words.sentence("and_word").join(_in_two(names)) or facts.drugs_short
    return {
        "drugs": capital(drugs),
        "ordered": words.sentence("ordered", drugs=drugs) if names else "",
        "opening": own.opening,
        "results": blocks.results(facts, plain=plain),
        "why": reasons.why(facts, brevity.names, asides=brevity.asides),
        "unseen": blocks.unseen(facts, most, own.leaves_out),
        "unused": blocks.unused(facts, most),
        "advice": reasons.advice(facts, brevity.names, asides=brevity.asides),
        "notes": reasons.notes(facts, own.hints, own.leaves_out),
        "footer": blocks.footer(facts),
    }


def _in_two(names: Sequence[str]) -> list[str]:
    """All but the last of them, with commas, and the last."""
    return [", ".join(names[:-1]), names[-1]] if len(names) > 1 else [*names]


def word_count(body: str) -> int:
    """Words of a detail beside its table."""
    return sum(len(line.split()) for line in body.split("\n") if not line.startswith("|"))


def _tidy(body: str) -> str:
    """No heading without content, no run of empty lines, no blank where one was left empty."""
    plain = body.replace(" \n", "\n").replace("\n ", "\n")
    return EMPTY_LINES.sub("\n\n", EMPTY_HEADING.sub("", plain)).strip()


def _override_reasons(
    text: CardText, here: frozenset[str], words: Words
) -> tuple[OverrideReason, ...]:
    """Those that fit the verdict; a reason that a site took out is not offered."""
    codes = (*text.override_reasons, *(fitting(text.override_reasons_for, here) or ()))
    return tuple(
        OverrideReason(code, words.override_system, words.override_reasons[code])
        for code in codes
        if code in words.override_reasons
    )[:MOST_REASONS]


def _links(cited: Sequence[str], words: Words) -> tuple[Link, ...]:
    known = (words.references[name] for name in cited)
    return tuple(Link(item.label, item.url) for item in known if item.url)


def _evidence(facts: CardFacts) -> tuple[Evidence, ...]:
    """What the card rests on: the results that count, features, relatives and causes."""
    assessment = facts.assessment
    results = tuple(item.evidence for item in facts.used)
    return (*results, *assessment.features, *assessment.family_history, *assessment.causes)
