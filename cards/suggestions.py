"""What a card offers: to hold or remove the draft, and what to order, most useful first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cards.facts import CardFacts, unique
from cards.model import ClientCapabilities, CreateOrder, DeleteDraft, Suggestion
from cards.words import CardText, Offer, OrderText
from service.hpp.assessment import Indicator
from service.hpp.days import earlier
from service.hpp.model import Result

DRAFT, CAUSE = "remove-draft", "@cause"
MOST, MOST_ON_CRITICAL = 4, 5


@dataclass(frozen=True)
class Offers:
    """What a text offers in one case.  here: the situation; new_uuid: one a suggestion."""

    facts: CardFacts
    here: frozenset[str]
    capabilities: ClientCapabilities
    new_uuid: Callable[[], str]

    def of(self, text: CardText) -> tuple[Suggestion, ...]:
        """Suggestions in the form that the client's EHR can take."""
        offers = [o for o in text.suggestions if not o.condition or o.condition in self.here]
        drafts = [o for o in offers if o.name == DRAFT]
        held = self._drafts(drafts[0].preselected) if drafts else []
        names = [
            (name, o.preselected) for o in offers if o.name != DRAFT for name in self._named(o)
        ]
        arranged = self._alone(names) if self.capabilities.one_action else self._together(names)
        is_critical = self.facts.assessment.indicator is Indicator.CRITICAL
        return (*held, *arranged)[: MOST_ON_CRITICAL if is_critical else MOST]

    # --- The draft

    def _drafts(self, preselected: bool) -> list[Suggestion]:
        """Remove it where the card is critical; else hold it, which is never pre-selected.  Nor is
        anything where denosumab was given before, as a gap may break bones."""
        drafts = [draft for draft in self.facts.assessment.drafts if draft.reference]
        is_critical = self.facts.assessment.indicator is Indicator.CRITICAL
        code = "remove" if preselected and is_critical else "hold"
        recommended = code == "remove" and self.facts.assessment.denosumab_before is None
        actions = [self._delete(draft.reference, draft.group) for draft in drafts]
        if not self.capabilities.one_action and actions:
            return [self._draft(code, actions, recommended)]
        only_one = self.capabilities.selection_behavior == "at-most-one"
        return [
            self._draft(code, [action], recommended and not (only_one and number))
            for number, action in enumerate(actions)
        ]

    def _delete(self, reference: str, group: str) -> DeleteDraft:
        drug = self.facts.knowledge.drugs[group].name
        description = self._text(DRAFT).description.replace("${drug}", drug)
        return DeleteDraft(reference, description, group)

    def _draft(self, code: str, actions: Sequence[DeleteDraft], recommended: bool) -> Suggestion:
        names = unique(self.facts.knowledge.drugs[action.drug].name for action in actions)
        text = self._text("hold-draft" if code == "hold" else DRAFT)
        label = text.label.fill({"drug": ", ".join(names)})
        return Suggestion(self.new_uuid(), code, label, tuple(actions), recommended)

    # --- Orders

    def _named(self, offer: Offer) -> Iterable[str]:
        """`@cause` stands for the tests that fit the causes found."""
        if offer.name != CAUSE:
            return [offer.name]
        causes = self.facts.knowledge.causes
        return unique(n for c in self.facts.cause_codes if c in causes for n in causes[c].suggest)

    def _together(self, names: Sequence[tuple[str, bool]]) -> Iterator[Suggestion]:
        """A set of tests is one suggestion of several actions."""
        for name, preselected in names:
            wanted = self._missing(self._text(name).tests or (name,))
            if len(wanted) > 1:
                orders = tuple(map(self._order, wanted))
                label = self._text(name).label.fill({"n": len(orders)})
                yield Suggestion(self.new_uuid(), name, label, orders, preselected)
            elif wanted:
                yield self._single(wanted[0], preselected)

    def _alone(self, names: Sequence[tuple[str, bool]]) -> Iterator[Suggestion]:
        """Each test by itself, most useful first: ALP, PLP, referral, then as the text has it."""
        each: dict[str, bool] = {}
        for name, preselected in names:
            for test in self._missing(self._text(name).tests or (name,)):
                each.setdefault(test, preselected)
        for test in sorted(each, key=lambda name: self._text(name).rank):
            yield self._single(test, each[test])

    def _single(self, name: str, preselected: bool) -> Suggestion:
        order = self._order(name)
        return Suggestion(self.new_uuid(), name, order.description, (order,), preselected)

    def _order(self, name: str) -> CreateOrder:
        return CreateOrder(name, self._text(name).label.fill({}))

    def _missing(self, names: Iterable[str]) -> list[str]:
        """Without what is on record of late and can be interpreted."""
        since = earlier(self.facts.today, self.facts.knowledge.days("workup_recent"))
        return [name for name in names if not self._on_file(self._text(name).test, since)]

    def _on_file(self, test: str, since: date) -> bool:
        """A PLP taken on vitamin B6 is left out of the evidence, and so is not on file."""
        left_out = {item.reference for item in self.facts.assessment.excluded}
        return any(
            _is_recent(result, since, self.facts.today)
            for result in (self.facts.chart.of(test) if test else ())
            if result.reference not in left_out
        )

    def _text(self, name: str) -> OrderText:
        return self.facts.words.suggestions[name]


def _is_recent(result: Result, since: date, today: date) -> bool:
    return result.day is not None and since <= result.day <= today and result.value is not None
