"""Assessment -> Card: choose the text of the verdict, fill its blanks, attach suggestions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from cards import blocks
from cards.facts import OF_SUMMARY, CardFacts
from cards.model import (
    DEFAULT_CAPABILITIES,
    Card,
    ClientCapabilities,
    CreateOrder,
    DeleteDraft,
    Link,
    OverrideReason,
    Suggestion,
)
from cards.orders import OrderBook, Requester
from cards.words import CardText, Words
from service.fhir.releases import Release
from service.hpp.assessment import Assessment, Indicator
from service.hpp.knowledge.model import Knowledge
from service.hpp.model import Chart, Result

EMPTY_HEADING = re.compile(r"\*\*[^*\n]+\*\*\n\s*\n(?=(?:[^-\s|]|\Z))")
EMPTY_LINES = re.compile(r"\n\n\n+")  # searched for five times as fast as \n{3,}


@dataclass(frozen=True)
class CardContent:
    """What card building needs beside the assessment; one per service, made at start."""

    words: Words
    knowledge: Knowledge
    orders: OrderBook
    version: str
    new_uuid: Callable[[], str]

    @cached_property
    def override_reasons(self) -> tuple[OverrideReason, ...]:
        system = self.words.override_system
        reasons = self.words.override_reasons.items()
        return tuple(OverrideReason(code, system, display) for code, display in reasons)


@dataclass(frozen=True)
class CardInput:
    """One assessment with the request it answers.

    remedy: Markdown for a person who tries the service: why the record could not be had, and
    what helps.
    """

    assessment: Assessment
    chart: Chart
    today: date
    requester: Requester
    release: Release = Release.R4
    capabilities: ClientCapabilities = DEFAULT_CAPABILITIES
    remedy: str = ""


def build(case: CardInput, content: CardContent, *, with_orders: bool = True) -> Card | None:
    """The card of a verdict; None where the verdict has none.

    with_orders False leaves the remove-draft suggestion out (no drug in hand).
    """
    if case.assessment.indicator is Indicator.NONE:
        return None
    text = content.words.texts.get(case.assessment.verdict)
    return _card(text, case, content, with_orders) if text else None


def build_incomplete(case: CardInput, content: CardContent) -> Card:
    """The low-key card that says what was not seen, where the verdict itself has none."""
    return _card(content.words.texts["partlySeen"], case, content, with_orders=False)


def build_could_not_look(case: CardInput, content: CardContent) -> Card:
    """The low-key card for a person who tries: what could not be had, why, and what helps."""
    return _card(content.words.texts["couldNotLook"], case, content, with_orders=False)


def build_unjudged(case: CardInput, content: CardContent) -> Card:
    """The low-key card for orders that could not be judged at all."""
    return _card(content.words.texts["orderNotJudged"], case, content, with_orders=False)


def _card(text: CardText, case: CardInput, content: CardContent, with_orders: bool) -> Card:
    facts = CardFacts(
        case.assessment, content.words, content.knowledge, case.today, case.chart.accepted_gaps
    )
    child = case.assessment.child
    cited = text.references_child if child else text.references
    main = content.words.references[text.source_child if child else text.source]
    indicator = case.assessment.indicator
    return Card(
        uuid=content.new_uuid(),
        verdict=case.assessment.verdict,
        row=case.assessment.row.id,
        indicator=indicator if indicator is not Indicator.NONE else Indicator.INFO,
        summary=_summary(text, facts),
        detail=_detail(text, facts, case, content, cited),
        topic_display=content.words.phrase("verdict", case.assessment.verdict),
        source=Link(main.publisher or main.label, main.url),
        suggestions=tuple(_suggestions(text, case, facts, content, with_orders)),
        override_reasons=content.override_reasons if _wants_reason(text) else (),
        links=_links(cited, content.words),
    )


def _wants_reason(text: CardText) -> bool:
    return text.verdict not in ("notEvaluated", "couldNotLook", "partlySeen", "orderNotJudged")


def _summary(text: CardText, facts: CardFacts) -> str:
    several = text.summary_for.get("several") if len(facts.lows) > 1 else None
    template = text.summary_for.get(facts.assessment.row.id, several or text.summary)
    if facts.assessment.child and text.summary_child is not None:
        template = text.summary_child
    return template.fill({name: OF_SUMMARY[name](facts) for name in template.names})


def _detail(
    text: CardText, facts: CardFacts, case: CardInput, content: CardContent, cited: Sequence[str]
) -> str:
    on_denosumab = any(use.drug_class == "denosumab" for use in case.chart.drugs)
    drugs = " and ".join(facts.drug_names) or facts.drugs_short
    references = [content.words.references[name].label for name in cited]
    blanks = {
        "drugs": drugs[:1].upper() + drugs[1:],
        "ordered": content.words.sentence("ordered", drugs=drugs) if facts.drug_names else "",
        "results": blocks.results(facts),
        "why": blocks.why(facts),
        "unseen": blocks.unseen(facts),
        "unused": blocks.unused(facts),
        "remedy": case.remedy,
        "notes": blocks.notes(facts, on_denosumab),
        "footer": blocks.footer(facts, references, content.version),
    }
    return _tidy(text.body.fill(blanks))


def _tidy(body: str) -> str:
    """No heading without content, no run of empty lines."""
    return EMPTY_LINES.sub("\n\n", EMPTY_HEADING.sub("", body)).strip()


def _links(cited: Sequence[str], words: Words) -> tuple[Link, ...]:
    known = (words.references[name] for name in cited)
    return tuple(Link(item.label, item.url) for item in known if item.url)


def _suggestions(
    text: CardText, case: CardInput, facts: CardFacts, content: CardContent, with_orders: bool
) -> list[Suggestion]:
    """Removals and orders, in the form that the client's EHR can take."""
    removals = _removals(text, case, content) if with_orders else []
    orders = _orders(_tests_offered(text, case, facts), case, content)
    new_uuid = content.new_uuid
    if len(orders) > 1 and not case.capabilities.one_action:  # the EHR applies every action of one
        label = content.words.sentence("order_together", n=len(orders))
        return [*removals, Suggestion(new_uuid(), "blood-set", label, tuple(orders))]
    alone = [Suggestion(new_uuid(), order.order, order.description, (order,)) for order in orders]
    return [*removals, *alone]


def _removals(text: CardText, case: CardInput, content: CardContent) -> list[Suggestion]:
    """One suggestion for each draft that has an id to name, where the text offers it."""
    offer = next((offer for offer in text.suggestions if offer.name == "remove-draft"), None)
    if offer is None or "urgent-oncology" in case.assessment.modifiers:
        return []
    words, found = content.words.suggestions["remove-draft"], list[Suggestion]()
    only_one = case.capabilities.selection_behavior == "at-most-one"  # then one may be recommended
    code = "remove" if offer.preselected else "hold"
    for draft in case.assessment.drafts:
        if draft.reference:
            drug = content.knowledge.drugs[draft.group].name
            description = words.description.replace("${drug}", drug)
            action = DeleteDraft(draft.reference, description, draft.group)
            label = words.label.fill({"drug": drug})
            recommended = offer.preselected and not (only_one and found)
            found.append(Suggestion(content.new_uuid(), code, label, (action,), recommended))
    return found


def _tests_offered(text: CardText, case: CardInput, facts: CardFacts) -> Iterator[str]:
    """The names of the orders that a text offers in this case."""
    for offer in text.suggestions:
        if offer.name == "@cause":
            yield from _tests_of_causes(facts)
        elif offer.name != "remove-draft" and _applies(offer.condition, case):
            yield offer.name


def _tests_of_causes(facts: CardFacts) -> list[str]:
    return list(
        dict.fromkeys(
            name
            for code in facts.cause_codes
            if code in facts.knowledge.causes
            for name in facts.knowledge.causes[code].suggest
        )
    )


def _applies(condition: str, case: CardInput) -> bool:
    if condition == "child":
        return case.assessment.child
    if condition == "liver":
        return any("mask_liver" in c.groups and c.counts for c in case.chart.conditions)
    return True


def _orders(names: Iterable[str], case: CardInput, content: CardContent) -> list[CreateOrder]:
    """Orders for what is not recently on record."""
    found = []
    since = case.today - timedelta(days=content.knowledge.days("workup_recent"))
    for name in names:
        text = content.words.suggestions[name]
        results = case.chart.of(text.test) if text.test else ()
        if not (results and _has_value_since(since, results, case.today)):
            found.append(CreateOrder(name, text.label.fill({})))
    return found


def _has_value_since(since: date, results: Iterable[Result], today: date) -> bool:
    return any(
        result.day is not None and since <= result.day <= today and result.value is not None
        for result in results
    )
