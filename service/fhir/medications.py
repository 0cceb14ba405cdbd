"""Which drug an order is of, and draft orders of a drug of interest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain

from service.fhir.codings import NO_DRUG, DrugConcept, Match, Recognition, drug_of, merged, names_of
from service.fhir.context import NOT_NAMED, Context, NamedDrug
from service.fhir.releases import DRUGS, ingredients_of, medication_pointer
from service.fhir.tolerant import Json, holds_something, number, obj, objs, text
from service.hpp.knowledge.model import Drug, Knowledge
from service.hpp.model import UNKNOWN_CODE, DraftOrder

# A volume times a strength may miss the named dose by rounding (1.7 ml of 70 mg/ml is 119 mg).
ROUNDING = Decimal("0.02")
_NUMBER = r"\b([0-9]{1,9}(?:[.,][0-9]{1,9})?)"  # `4,0 mg` as well
_DOSE = re.compile(_NUMBER + r" mg\b(?! ?/ ?ml)")
_AMOUNT = re.compile(_NUMBER + r" (ml|mg/ml)\b")
LONGEST_NAMES = 2000  # characters of all names of one order
UNKNOWN_DRUG = "unknown-drug"
UNKNOWN = (UNKNOWN_DRUG, UNKNOWN_CODE)
_DRAFT_ID = re.compile(r"[A-Za-z0-9\-._]{1,256}")
REASONS = ("reasonCode", "reasonReference", "reasonCodeableConcept", "reason")
NOT_JUDGED = frozenset({
    "entered-in-error", "cancelled", "stopped", "revoked", "not-done", "not-taken", "declined",
})  # fmt: skip


@dataclass(frozen=True)
class Drugs:
    """The drugs of one order.

    gap: why no drug can be told, or nothing: `unknown-drug` (no code and no name, or a Medication
    that was not sent), `unknown-code` (only codes that are not known, without a name; or an
    ingredient that was not sent).
    is_readable: one of them of a system whose codes we list.
    """

    match: Match
    gap: str = ""
    is_readable: bool = False
    written: tuple[object, ...] = ()
    inside: str = ""

    @cached_property
    def said(self) -> str:
        """All its names, folded: those written in the order, and those inside its Medication."""
        return " ".join((*map(names_of, self.written), self.inside))[:LONGEST_NAMES]


OTHER_DRUG = Drugs(NO_DRUG)


def drugs_of(order: Json, context: Context) -> Drugs:
    """Read the drug from a concept, a reference (contained, sent beside it) or its display.

    With a name it is recognised or another drug; without one a code decides.
    """
    own, pointer = own_concept(order), medication_pointer(order)
    concept = context.drug(own)
    details = objs(order.get("orderDetail"))
    if details:  # a service says in them what is infused
        concept = merged((concept, *map(context.drug, details)))
    if not pointer and concept.outcome is Recognition.ANOTHER:  # as most are
        return OTHER_DRUG
    sent, beside = NOT_NAMED, {}
    if pointer:
        sent, beside = _medication(pointer, order, context), {"text": text(pointer.get("display"))}
        concept = merged((concept, sent.concept, context.drug(beside)))
    match = drug_of(concept, context.knowledge)
    if not match.groups and _is_only_called(concept, sent):
        return Drugs(match, UNKNOWN_CODE, is_readable=True)
    if not match.groups:
        is_chosen = concept.is_absent or "reference" in pointer or _says_a_drug(order)
        return Drugs(match, _gap_of(concept.outcome, is_chosen), concept.is_readable)
    return Drugs(match, written=(own, *details, beside), inside=sent.said)


def _is_only_called(concept: DrugConcept, sent: NamedDrug) -> bool:
    """No code but a name says that it is another drug, and an ingredient was not sent: one of ours
    may be inside, whatever the whole is called."""
    is_another = concept.outcome is Recognition.ANOTHER
    return is_another and not (sent.is_whole or concept.is_substance)


def _gap_of(outcome: Recognition, is_chosen: bool) -> str:
    if outcome is Recognition.UNRECOGNISED:
        return UNKNOWN_CODE
    return UNKNOWN_DRUG if outcome is Recognition.EMPTY and is_chosen else ""


def _says_a_drug(order: Json) -> bool:
    """Whether there is anything where a drug stands, be it in a form that cannot be read."""
    names = [name for name in order if name.startswith("medication")]
    return any(holds_something(order[name]) for name in names)


def _medication(pointer: Json, order: Json, context: Context) -> NamedDrug:
    """What the Medication says that an order points at; each is read once for a request."""
    reference = pointer.get("reference")
    sent = context.index.resolve(reference, order)
    known = context.medications.get(id(sent))
    if known is None:
        holder = order if text(reference).startswith("#") else sent
        inside = list(_ingredients(sent, holder, context))
        written = (sent.get("code"), *chain(*inside))
        together = merged([_concept_of(item, context) for item in written])
        known = NamedDrug(together, _names_of_all(written), all(inside))
        context.medications[id(sent)] = known
    return known


def _concept_of(item: object, context: Context) -> DrugConcept:
    return item.concept if isinstance(item, NamedDrug) else context.drug(item)


def _names_of_all(written: Iterable[object]) -> str:
    """The first names of many concepts, folded, up to what is read of one order."""
    names, room = [], LONGEST_NAMES
    for item in written:
        if room <= 0:
            break
        names.append(item.said if isinstance(item, NamedDrug) else names_of(item))
        room -= len(names[-1])
    return " ".join(names)[:LONGEST_NAMES]


def own_concept(order: Json) -> object:
    """The drug's concept in the order itself; a service request may carry one as its code."""
    if order.get("resourceType") in DRUGS:
        return order.get("medicationCodeableConcept") or obj(order.get("medication")).get("concept")
    code = obj(order.get("code") or order.get("itemCodeableConcept") or order.get("item"))
    return obj(code.get("concept")) or code


def _ingredients(medication: Json, holder: Json, context: Context) -> Iterator[list[object]]:
    """Of each ingredient its concept, or what the Substance or Medication it refers to says, and
    what the reference calls it.  holder: the resource that contains those that are contained."""
    for own, pointer in ingredients_of(medication):
        called = text(pointer.get("display"))
        what = _concept_in(own) or _substance(pointer, holder, context)
        yield [item for item in (what, {"text": called} if called else None) if item]


def _substance(pointer: Json, holder: Json, context: Context) -> NamedDrug | None:
    """What a Substance or Medication says that ingredients point at; each is read once for a
    request."""
    sent = context.index.resolve(pointer.get("reference"), holder)
    if id(sent) not in context.substances:
        code = _concept_in(sent.get("code"))
        said = NamedDrug(context.drug(code), names_of(code)[:LONGEST_NAMES]) if code else None
        context.substances[id(sent)] = said
    return context.substances[id(sent)]


def _concept_in(code: object) -> object:
    return obj(code).get("concept") or code


def class_of(drug: Drug, drugs: Drugs, order: Json, context: Context) -> str:
    """The injected class where the name or the route of a drug with two forms says so."""
    if not drug.injected_class:
        return drug.drug_class
    dosages = objs(order.get("dosageInstruction")) + objs(order.get("dosage"))
    routes = [_route_of(dosage, context) for dosage in dosages]
    known = f" {' '.join([drugs.said, *routes])} "
    if known not in context.injected:  # the same of all orders of one Medication
        words = context.knowledge.injected_words
        context.injected[known] = any(_stands_in(word, known) for word in words)
    return drug.injected_class if context.injected[known] else drug.drug_class


def _route_of(dosage: Json, context: Context) -> str:
    """Its texts, which are taken off the budget."""
    said = names_of(dosage.get("route"))
    context.budget.spend(len(said))
    return said


def _stands_in(word: str, said: str) -> bool:
    return f" {word} " in said or (len(word) > 2 and word in said)


def read_draft(order: Json, context: Context) -> tuple[DraftOrder | None, str]:
    """A draft order of a drug that is judged; or the kind of gap where no drug could be told."""
    if order.get("doNotPerform") is True or text(order.get("status")).lower() in NOT_JUDGED:
        return None, ""
    drugs = drugs_of(order, context)
    group, kind = _judged(order, drugs, context)
    if not group:  # a service is an order of a drug only where it says so
        return None, drugs.gap if order.get("resourceType") in DRUGS else ""
    reasons = _reasons(order, context)
    dosed = _is_oncology_dose(group, drugs, order, context)
    name = _own_reference(order)
    return DraftOrder(name, group, kind, drugs.match.by_name, reasons, dosed), ""


def _judged(order: Json, drugs: Drugs, context: Context) -> tuple[str, str]:
    """The drug of an order that is judged, with its class; two empty words where none is."""
    knowledge = context.knowledge
    for group in sorted(drugs.match.groups):
        kind = class_of(knowledge.drugs[group], drugs, order, context)
        if knowledge.classes[kind].triggers:
            return group, kind
    return "", ""


def _own_reference(order: Json) -> str:
    """`Type/id` of a draft; none for an id that could not stand in a reference.

    Draft ids may be far longer than FHIR's 64 characters (Epic's are about 200).
    """
    identity = text(order.get("id"))
    return f"{order.get('resourceType')}/{identity}" if _DRAFT_ID.fullmatch(identity) else ""


def _reasons(order: Json, context: Context) -> frozenset[str]:
    """Value-set groups of the reasons an order gives (codes, text, and what they refer to)."""
    if not any(name in order for name in REASONS):
        return frozenset()
    concepts: list[object] = list(objs(order.get("reasonCode")))
    concepts += [order.get("reasonCodeableConcept")]
    concepts += [item.get("concept") for item in objs(order.get("reason"))]
    pointers = list(objs(order.get("reasonReference")))
    pointers += [obj(item.get("reference")) for item in objs(order.get("reason"))]
    found = frozenset[str]().union(*(_reason(concept, context) for concept in concepts))
    return found.union(*(_reason_of(pointer, order, context) for pointer in pointers))


def _reason_of(pointer: Json, order: Json, context: Context) -> frozenset[str]:
    """Groups of what a reason refers to, and of what the reference calls it."""
    sent = context.index.resolve(pointer.get("reference"), order)
    known = context.reasons.get(id(sent))
    if known is None:
        known = context.reasons[id(sent)] = _reason(sent.get("code"), context)
    return known | _reason({"text": text(pointer.get("display"))}, context)


def _reason(written: object, context: Context) -> frozenset[str]:
    concept = context.diagnosis(written)
    if "hypercalcaemia_malignancy" in concept.mentions:
        return concept.coded | {context.knowledge.oncology.malignant_calcium}
    return concept.coded


def _is_oncology_dose(group: str, drugs: Drugs, order: Json, context: Context) -> bool:
    """The dose or brand of a drug that is given for bone metastases."""
    wanted = context.knowledge.oncology.doses_mg.get(group)
    if wanted is None:
        return False
    names = group, drugs.said  # the same of all orders of one Medication
    if names not in context.doses:
        context.doses[names] = _says_dose(wanted, drugs.said, context.knowledge)
    return context.doses[names] or any(
        number(quantity.get("value")) == wanted
        and "mg" in (text(quantity.get("unit")).lower(), text(quantity.get("code")))
        for quantity in _dose_quantities(order)
    )


def _says_dose(wanted: Decimal, said: str, knowledge: Knowledge) -> bool:
    """Whether names say such a dose in mg, or a brand that has no other."""
    if any(brand in said for brand in knowledge.oncology.brands):
        return True
    if any(_decimal(dose) == wanted for dose in _DOSE.findall(said)):
        return True
    return any(abs(dose - wanted) <= wanted * ROUNDING for dose in _volumes_in(said))


def _volumes_in(said: str) -> Iterator[Decimal]:
    """Doses in mg from names such as `5 ml zoledronic acid 0.8 mg/ml injection`."""
    volume = None
    for amount, unit in _AMOUNT.findall(said):
        if unit == "ml":
            volume = _decimal(amount)
        elif volume is not None:
            yield volume * _decimal(amount)


def _decimal(written: str) -> Decimal:
    return Decimal(written.replace(",", "."))


def _dose_quantities(order: Json) -> Iterator[Json]:
    for dosage in objs(order.get("dosageInstruction")):
        yield obj(dosage.get("doseQuantity"))
        for rate in objs(dosage.get("doseAndRate")):
            yield obj(rate.get("doseQuantity"))
