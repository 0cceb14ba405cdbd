"""MedicationRequest -> drug uses on record, and draft orders of a drug of interest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from service.fhir.codings import (
    NO_DRUG,
    DrugConcept,
    Match,
    Outcome,
    Product,
    drug_of,
    names_of,
)
from service.fhir.context import Context
from service.fhir.releases import AUTHORED, ORDERS, first_of, medication_pointer
from service.fhir.tolerant import NOTHING, Json, number, obj, objs, text
from service.hpp.drugs import NOT_TAKEN
from service.hpp.knowledge.model import Drug, Knowledge
from service.hpp.model import UNKNOWN_CODE, DraftOrder, DrugUse

NOT_AN_ORDER = frozenset({"proposal", "option"})
# A volume times a strength may miss the named dose by rounding (1.7 ml of 70 mg/ml is 119 mg).
ROUNDING = Decimal("0.02")
# Between the two stands the drug's name, and no more: an open end would take quadratic time.
_VOLUME = re.compile(r"\b([0-9]+(?:\.[0-9]+)?) ml\b.{0,200}?\b([0-9]+(?:\.[0-9]+)?) mg/ml")
LONGEST_NAMES = 2000  # characters of all names of one order
UNKNOWN_DRUG = "unknown-drug"
UNKNOWN = (UNKNOWN_DRUG, UNKNOWN_CODE)
_DRAFT_ID = re.compile(r"[A-Za-z0-9\-.]{1,256}")
NOT_JUDGED = frozenset({"entered-in-error", "cancelled", "stopped"})


@dataclass(frozen=True, slots=True)
class Drugs:
    """The drugs of one order.

    said: all its names, folded.  gap: why no drug can be told, or nothing: `unknown-drug` (no
    code and no name, or a Medication that was not sent), `unknown-code` (only codes that are not
    known, without a name).  is_readable: one of them of a system whose codes we list.
    """

    match: Match
    said: str = ""
    gap: str = ""
    is_readable: bool = False


OTHER_DRUG = Drugs(NO_DRUG)


def drugs_of(order: Json, context: Context) -> Drugs:
    """Read the drug from a concept, a reference (contained, sent beside it) or its display.

    With a name it is recognised or another drug; without one a code decides.
    """
    own, pointer = _own_concept(order), medication_pointer(order)
    concept = context.terminology.drug(own)
    if not pointer and concept.outcome is Outcome.ANOTHER:  # as most are
        return OTHER_DRUG
    beside = {"text": text(pointer.get("display"))}
    sent = _product_of(pointer, order, context)
    concepts = [concept, context.terminology.drug(beside), *sent.concepts]
    match = drug_of(concepts, context.knowledge)
    if not match.groups:
        is_chosen = concept.is_absent or "reference" in pointer or "identifier" in pointer
        return Drugs(match, "", _gap_of(concepts, is_chosen), any(c.is_readable for c in concepts))
    said = " ".join([names_of(own), names_of(beside), sent.said])
    return Drugs(match, said[:LONGEST_NAMES])


def _gap_of(concepts: Sequence[DrugConcept], is_chosen: bool) -> str:
    outcomes = {concept.outcome for concept in concepts}
    if Outcome.ANOTHER in outcomes:
        return ""
    if Outcome.UNRECOGNISED in outcomes:
        return UNKNOWN_CODE
    return UNKNOWN_DRUG if is_chosen else ""


def _product_of(pointer: Json, order: Json, context: Context) -> Product:
    """What a reference to a Medication leads to; each Medication is read once."""
    sent = context.index.resolve(pointer.get("reference"), order) if pointer else NOTHING
    known = context.products.get(id(sent))
    if known is None:
        known = context.products[id(sent)] = _read_product(sent, order, context)
    return known


def _read_product(sent: Json, order: Json, context: Context) -> Product:
    written = [sent.get("code"), *_ingredients(sent, order, context)]
    said = " ".join(names_of(item) for item in written)[:LONGEST_NAMES]
    return Product(tuple(dict.fromkeys(map(context.terminology.drug, written))), said)


def _own_concept(order: Json) -> object:
    """The drug's concept in the order itself; a service request may carry one as its code."""
    if order.get("resourceType") in ORDERS:
        return order.get("medicationCodeableConcept") or obj(order.get("medication")).get("concept")
    code = obj(order.get("code"))
    return obj(code.get("concept")) or code


def _ingredients(medication: Json, order: Json, context: Context) -> Iterator[object]:
    """Each ingredient's concept, or that of the Medication or Substance it refers to."""
    product = obj(medication.get("product"))
    for item in objs(medication.get("ingredient") or product.get("ingredient")):
        inner = obj(item.get("item"))
        own = item.get("itemCodeableConcept") or inner.get("concept")
        if own:
            yield own
            continue
        pointer = obj(item.get("itemReference") or inner.get("reference")) or inner
        yield {"text": text(pointer.get("display"))}
        inside = context.index.resolve(pointer.get("reference"), medication)
        yield (inside or context.index.resolve(pointer.get("reference"), order)).get("code")


def read_uses(order: Json, reference: str, context: Context) -> Iterator[DrugUse]:
    """One use for each known drug of an order on record, with its period (2a.5).

    An order whose drug cannot be identified is yielded as the unknown drug.
    """
    if order.get("doNotPerform") is True or text(order.get("intent")) in NOT_AN_ORDER:
        return
    drugs, knowledge = drugs_of(order, context), context.knowledge
    if drugs.gap and text(order.get("status")) not in NOT_TAKEN:
        # A code we do not list, of a system we do, is most likely another drug.
        yield DrugUse(reference, drugs.gap if drugs.is_readable else UNKNOWN_DRUG, "")
    period = _bounds(order) if drugs.match.groups else NOTHING
    for group in sorted(drugs.match.groups):
        yield DrugUse(
            reference=reference,
            group=group,
            drug_class=_class_of(knowledge.drugs[group], drugs.said, order, knowledge),
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


def _class_of(drug: Drug, said: str, order: Json, knowledge: Knowledge) -> str:
    """The injected class where the name or the route of a drug with two forms says so."""
    if not drug.injected_class:
        return drug.drug_class
    routes = (names_of(dosage.get("route")) for dosage in objs(order.get("dosageInstruction")))
    spoken = f" {' '.join([said, *routes])} "
    injected = any(_stands_in(word, spoken) for word in knowledge.injected_words)
    return drug.injected_class if injected else drug.drug_class


def _stands_in(word: str, said: str) -> bool:
    return f" {word} " in said or (len(word) > 2 and word in said)


def read_draft(order: Json, context: Context) -> tuple[DraftOrder | None, str]:
    """A draft order of a drug that is judged; or the kind of gap where no drug could be told."""
    if order.get("doNotPerform") is True or text(order.get("status")) in NOT_JUDGED:
        return None, ""
    drugs, knowledge = drugs_of(order, context), context.knowledge
    group, kind = _judged(order, drugs, knowledge)
    if not group:  # a service is an order of a drug only where it says so
        return None, drugs.gap if order.get("resourceType") in ORDERS else ""
    reasons = _reasons(order, context)
    dosed = _is_oncology_dose(group, drugs.said, order, knowledge)
    name = _own_reference(order)
    return DraftOrder(name, group, kind, drugs.match.by_name, reasons, dosed), ""


def _judged(order: Json, drugs: Drugs, knowledge: Knowledge) -> tuple[str, str]:
    """The drug of an order that is judged, with its class; two empty words where none is."""
    for group in sorted(drugs.match.groups):
        kind = _class_of(knowledge.drugs[group], drugs.said, order, knowledge)
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


def _is_oncology_dose(group: str, said: str, order: Json, knowledge: Knowledge) -> bool:
    """The dose or brand of a drug that is given for bone metastases."""
    oncology = knowledge.oncology
    wanted = oncology.doses_mg.get(group)
    if wanted is None:
        return False
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
