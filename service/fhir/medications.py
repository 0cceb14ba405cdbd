"""MedicationRequest -> drug uses on record, and draft orders of a drug of interest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from service.fhir.codings import NO_DRUG, DrugConcept, Match, drug_of, texts
from service.fhir.context import Context
from service.fhir.releases import AUTHORED, ORDERS, first_of, medication_pointer
from service.fhir.tolerant import NOTHING, Json, number, obj, objs, text
from service.hpp.drugs import NOT_TAKEN
from service.hpp.knowledge.model import Drug, Knowledge, fold
from service.hpp.model import DraftOrder, DrugUse

NOT_AN_ORDER = frozenset({"proposal", "option"})
# A volume times a strength may miss the named dose by rounding (1.7 ml of 70 mg/ml is 119 mg).
ROUNDING = Decimal("0.02")
# Between the two stands the drug's name, and no more: an open end would take quadratic time.
_VOLUME = re.compile(r"\b([0-9]+(?:\.[0-9]+)?) ml\b.{0,200}?\b([0-9]+(?:\.[0-9]+)?) mg/ml")
LONGEST_NAME = 2000
UNKNOWN_DRUG = "unknown"
_DRAFT_ID = re.compile(r"[A-Za-z0-9\-.]{1,256}")
NOT_JUDGED = frozenset({"entered-in-error", "cancelled", "stopped"})


@dataclass(frozen=True, slots=True)
class Drugs:
    """The drugs of one order.

    named: the concepts that have a name.  display: that of the reference.
    unresolved: it names a Medication that was not sent.
    """

    match: Match
    named: Sequence[object]
    display: str
    unresolved: bool

    @property
    def words(self) -> tuple[str, ...]:
        """All its names, as written."""
        return (*(word for concept in self.named for word in texts(concept)), self.display)


OTHER_DRUG = Drugs(NO_DRUG, (), "", unresolved=False)


def drugs_of(order: Json, context: Context) -> Drugs:
    """Read the drug from a concept, a reference (contained, sent beside it) or its display."""
    written, pointer = [_own_concept(order)], medication_pointer(order)
    if not pointer and _is_other_drug(context.terminology.drug(written[0])):
        return OTHER_DRUG
    if pointer:
        sent = context.index.resolve(pointer.get("reference"), order)
        written += (sent.get("code"), *_ingredients(sent))
    concepts = [context.terminology.drug(item) for item in written]
    named = [item for item, concept in zip(written, concepts, strict=True) if concept.has_name]
    display = text(pointer.get("display"))
    match = drug_of(concepts, display, context.knowledge)
    # A code of a system we know, though of no drug of ours, is some other drug.
    is_told = bool(named or display or match.groups) or any(c.has_known_system for c in concepts)
    chosen = concepts[0].has_code or "reference" in pointer or "identifier" in pointer
    return Drugs(match, named, display, unresolved=chosen and not is_told)


def _is_other_drug(concept: DrugConcept) -> bool:
    """As most are: it has a name, and no code or name of ours."""
    return concept.has_name and not concept.coded and not concept.named


def _own_concept(order: Json) -> object:
    """The drug's concept in the order itself; a service request may carry one as its code."""
    if order.get("resourceType") in ORDERS:
        return order.get("medicationCodeableConcept") or obj(order.get("medication")).get("concept")
    code = obj(order.get("code"))
    return obj(code.get("concept")) or code


def _ingredients(medication: Json) -> Iterator[object]:
    product = obj(medication.get("product"))
    for item in objs(medication.get("ingredient") or product.get("ingredient")):
        inner = obj(item.get("item"))
        named = {"text": text(inner.get("display"))}
        yield item.get("itemCodeableConcept") or inner.get("concept") or named


def read_uses(order: Json, reference: str, context: Context) -> Iterator[DrugUse]:
    """One use for each known drug of an order on record, with its period (2a.5).

    An order whose drug cannot be identified is yielded as the unknown drug.
    """
    if order.get("doNotPerform") is True or text(order.get("intent")) in NOT_AN_ORDER:
        return
    drugs, knowledge = drugs_of(order, context), context.knowledge
    if drugs.unresolved and text(order.get("status")) not in NOT_TAKEN:
        yield DrugUse(reference, UNKNOWN_DRUG, "")
    period = _bounds(order) if drugs.match.groups else NOTHING
    for group in sorted(drugs.match.groups):
        yield DrugUse(
            reference=reference,
            group=group,
            drug_class=_class_of(knowledge.drugs[group], drugs.words, order, knowledge),
            status=text(order.get("status")),
            start=context.first_day(period.get("start")),
            end=context.last_day(period.get("end")),
            authored=context.first_day(first_of(order, AUTHORED)),
            by_name=drugs.match.by_name,
        )


def _bounds(order: Json) -> Json:
    """The first boundsPeriod of the dosage instructions, else the period of the whole order."""
    for dosage in objs(order.get("dosageInstruction")):
        period = obj(obj(obj(dosage.get("timing")).get("repeat")).get("boundsPeriod"))
        if period:
            return period
    ended = order.get("dateEnded")
    return obj(order.get("effectiveDosePeriod")) or ({"end": ended} if ended else NOTHING)


def _class_of(drug: Drug, words: tuple[str, ...], order: Json, knowledge: Knowledge) -> str:
    """The injected class where the name or the route of a drug with two forms says so."""
    if not drug.injected_class:
        return drug.drug_class
    routes = [w for d in objs(order.get("dosageInstruction")) for w in texts(d.get("route"))]
    said = f" {fold(' '.join([*words, *routes]))} "
    injected = any(_stands_in(word, said) for word in knowledge.injected_words)
    return drug.injected_class if injected else drug.drug_class


def _stands_in(word: str, said: str) -> bool:
    return f" {word} " in said or (len(word) > 2 and word in said)


def read_draft(order: Json, context: Context) -> tuple[DraftOrder | None, bool]:
    """A draft order of a drug that is judged; and whether its drug could not be resolved."""
    if order.get("doNotPerform") is True or text(order.get("status")) in NOT_JUDGED:
        return None, False
    drugs, knowledge = drugs_of(order, context), context.knowledge
    group, kind = _judged(order, drugs, knowledge)
    if not group:
        return None, drugs.unresolved
    reasons = _reasons(order, context)
    dosed = _is_oncology_dose(group, drugs.words, order, knowledge)
    name = _own_reference(order)
    return DraftOrder(name, group, kind, drugs.match.by_name, reasons, dosed), False


def _judged(order: Json, drugs: Drugs, knowledge: Knowledge) -> tuple[str, str]:
    """The drug of an order that is judged, with its class; two empty words where none is."""
    for group in sorted(drugs.match.groups):
        kind = _class_of(knowledge.drugs[group], drugs.words, order, knowledge)
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
    concepts: list[object] = list(objs(order.get("reasonCode")))
    concepts += [order.get("reasonCodeableConcept")]
    concepts += [item.get("concept") for item in objs(order.get("reason"))]
    pointers = list(objs(order.get("reasonReference")))
    pointers += [obj(item.get("reference")) for item in objs(order.get("reason"))]
    for pointer in pointers:
        concepts.append({"text": text(pointer.get("display"))})
        concepts.append(context.index.resolve(pointer.get("reference"), order).get("code"))
    found: frozenset[str] = frozenset()
    for concept in map(context.terminology.diagnosis, concepts):
        found |= concept.groups
        if "hypercalcaemia_malignancy" in concept.mentions:
            found |= {context.knowledge.oncology.malignant_calcium}
    return found


def _is_oncology_dose(
    group: str, words: tuple[str, ...], order: Json, knowledge: Knowledge
) -> bool:
    """The dose or brand of a drug that is given for bone metastases."""
    oncology = knowledge.oncology
    wanted = oncology.doses_mg.get(group)
    if wanted is None:
        return False
    said = fold(" ".join(words)[:LONGEST_NAME])
    if any(brand in said for brand in oncology.brands):
        return True
    if f"{wanted} mg" in {f"{a} {b}" for a, b in pairwise(said.split())}:
        return True
    if any(abs(dose - wanted) <= wanted * ROUNDING for dose in _volumes_in(said)):
        return True
    return any(
        number(quantity.get("value")) == wanted
        and "mg" in (text(quantity.get("unit")).lower(), text(quantity.get("code")))
        for quantity in _dose_quantities(order)
    )


def _volumes_in(said: str) -> Iterator[Decimal]:
    """Doses in mg from names such as `5 ml zoledronic acid 0.8 mg/ml injection`."""
    for volume, strength in _VOLUME.findall(said):
        yield Decimal(volume) * Decimal(strength)


def _dose_quantities(order: Json) -> Iterator[Json]:
    for dosage in objs(order.get("dosageInstruction")):
        yield obj(dosage.get("doseQuantity"))
        for rate in objs(dosage.get("doseAndRate")):
            yield obj(rate.get("doseQuantity"))
